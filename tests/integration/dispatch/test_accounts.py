"""Accounts of staff: signing in step by step, waiting, sessions that end, and what an administrator does."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from libs.common.security.own_accounts import ACCESS_LASTS
from libs.common.security.principal import Role
from libs.common.security.totp import STEP
from services.dispatch.accounts.actions.sessions import KEPT, tidy
from tests.integration.dispatch.desk import CALLER, OWN, PHONE, Desk, desk_of
from tests.integration.dispatch.office import TOWN, Office
from tests.integration.dispatch.test_staff import WORKER, admin, enter
from tests.support.totp import code_at


async def test_a_first_password_is_changed_before_anything_else(desk: Desk) -> None:
    first = await desk.account("S-1", phone=PHONE)
    entered = (await desk.post("/sign-in", name=PHONE, password=first)).json()
    assert (entered["step"], entered["access_token"], entered["staff_id"]) == ("password", None, "S-1")
    token = entered["session_token"]
    for bad in ("short", "password1234", f"{PHONE} is mine", "xx S-1 xx S-1 xx", first):
        refused = await desk.post("/sign-in/password", session_token=token, new_password=bad)
        assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "new_password"), bad
    done = (await desk.post("/sign-in/password", session_token=token, new_password=OWN)).json()
    assert (done["step"], done["unit_code"], done["expires_in"]) == ("done", "D-WATER", ACCESS_LASTS.total_seconds())
    own = (await desk.own(done["access_token"], "GET", "")).json()
    assert (own["staff_id"], own["name"], own["units"][0]["roles"]) == ("S-1", "陈测试", ["handler"])
    assert (await desk.post("/sign-in", name="S-1", password=first)).status_code == 401
    assert (await desk.post("/sign-in", name="S-1", password=OWN)).json()["step"] == "done"
    assert await desk.told("S-1") == ["made", "password_changed", "signed_in", "signed_in"]


async def test_nothing_of_an_account_is_kept_or_told_in_clear(desk: Desk) -> None:
    first = await desk.account("S-1", phone=PHONE)
    entered = (await desk.post("/sign-in", name="S-1", password=first)).json()
    done = await desk.post("/sign-in/password", session_token=entered["session_token"], new_password=OWN)
    secrets = (first, OWN, PHONE, entered["session_token"], done.json()["session_token"], "203.0.113.7")
    for table in ("staff_account", "staff_session", "sign_in_tries", "ledger", "answer"):
        rows = await desk.office.rows(f"SELECT to_json(t)::text AS row FROM {table} AS t")  # noqa: S608
        assert table == "answer" or rows
        assert [secret for secret in secrets for row in rows if secret in row.row] == [], table
    kept = await desk.office.rows("SELECT network, device FROM staff_session")
    assert [(row.network, row.device) for row in kept] == [("203.0.113.0/24", "其他 other")]


async def test_an_unknown_name_is_answered_as_a_wrong_password_and_waits_as_long(desk: Desk) -> None:
    await desk.account("S-1")
    answers: dict[str, list[Any]] = {}
    for name in ("S-1", "S-404"):
        tries = [await desk.post("/sign-in", name=name, password=f"wrong {number}") for number in range(7)]
        answers[name] = [
            (one.status_code, one.json() | {"instance": ""}, one.headers.get("retry-after")) for one in tries
        ]
    known, unknown = ([(code, body["type"], retry) for code, body, retry in answers[name]] for name in answers)
    assert known == unknown
    assert [code for code, *_ in known] == [401] * 5 + [429] * 2
    assert known[-1][2] == "30"
    assert await desk.told("S-1") == ["made", "locked"]
    assert await desk.told("S-404") == []


async def test_tries_at_the_same_moment_are_not_free(desk: Desk) -> None:
    await desk.account("S-1")
    tries = await asyncio.gather(*(desk.post("/sign-in", name="S-1", password=f"wrong {n}") for n in range(30)))
    assert sorted(answer.status_code for answer in tries) == [401] * 5 + [429] * 25


async def test_waits_end_grow_and_are_lifted_by_an_administrator(desk: Desk) -> None:
    first = await desk.account("S-1", phone=PHONE)
    for number in range(5):
        await desk.post("/sign-in", name=PHONE, password=f"wrong {number}")
    assert (await desk.post("/sign-in", name=PHONE, password=first)).status_code == 429
    desk.machine.later(timedelta(seconds=31))
    assert (await desk.post("/sign-in", name=PHONE, password="wrong")).status_code == 401
    again = await desk.post("/sign-in", name=PHONE, password=first)
    assert (again.status_code, again.headers["retry-after"]) == (429, "60")
    assert (await desk.admin("/S-1/unlock")).status_code == 200
    assert (await desk.post("/sign-in", name=PHONE, password=first)).json()["step"] == "password"
    assert "unlocked" in await desk.told("S-1")


async def test_whoever_gets_a_new_first_password_need_not_wait_for_the_wrong_ones_before(desk: Desk) -> None:
    await desk.settled("S-1", phone=PHONE)
    for name in ("S-1", PHONE):
        tries = [await desk.post("/sign-in", name=name, password=f"wrong {number}") for number in range(6)]
        assert tries[-1].status_code == 429, name
    given = (await desk.admin("/S-1/password")).json()["first_password"]
    for name in ("S-1", PHONE):
        assert (await desk.post("/sign-in", name=name, password=given)).json()["step"] == "password", name


async def test_nobody_gets_round_the_own_old_password_by_being_an_administrator(desk: Desk) -> None:
    access = (await desk.settled("S-1", {"post_code": "admin", "unit_code": "H-12345"}))["access_token"]
    await desk.account("S-2")
    headers = {"Authorization": f"Bearer {access}"}
    for path in ("password", "unlock", "disable", "enable"):
        refused = await desk.http.post(f"/dispatch/v1/accounts/S-1/{path}", json={}, headers=headers)
        assert (refused.status_code, refused.json()["type"].split(":")[-1]) == (403, "own-account"), path
        another = await desk.http.post(f"/dispatch/v1/accounts/S-2/{path}", json={}, headers=headers)
        assert another.status_code == 200, path
    assert (await desk.post("/sign-in", name="S-1", password=OWN)).json()["step"] == "done"


async def test_a_device_that_signed_in_before_does_not_wait_for_a_stranger(desk: Desk) -> None:
    await desk.settled("S-1")
    form = {"name": "S-1", "password": OWN, "to": ""}
    at_home = await desk.http.post("/dispatch/account/sign-in", data=form)
    assert at_home.status_code == 303
    stranger = [await desk.post("/sign-in", name="S-1", password=f"wrong {number}") for number in range(6)]
    assert stranger[-1].status_code == 429
    assert (await desk.http.post("/dispatch/account/sign-in", data=form)).status_code == 303


async def test_one_address_is_slowed_down_whatever_names_it_tries(desk: Desk) -> None:
    tries = await asyncio.gather(*(desk.post("/sign-in", name=f"N-{n}", password="wrong") for n in range(30)))
    assert {answer.status_code for answer in tries} == {401}
    rows = await desk.office.rows("SELECT name, count FROM sign_in_tries ORDER BY count DESC LIMIT 2")
    assert [row.count for row in rows] == [30, 1]
    assert not any("203" in row.name for row in rows)


async def test_a_token_is_good_once_and_one_that_comes_back_ends_the_session(desk: Desk) -> None:
    entered = await desk.settled("S-1")
    first = entered["session_token"]
    second = (await desk.post("/token", session_token=first)).json()
    assert second["session_token"] not in (None, first)
    twin = await desk.post("/token", session_token=first)
    assert (twin.json()["session_token"], bool(twin.json()["access_token"])) == (None, True)
    third = (await desk.post("/token", session_token=second["session_token"])).json()
    desk.machine.later(timedelta(minutes=5))
    reused = await desk.post("/token", session_token=second["session_token"])
    assert reused.status_code == 200, "nobody showed the third: its answer was lost"
    fourth = reused.json()
    assert (await desk.post("/token", session_token=third["session_token"])).status_code == 401
    assert (await desk.post("/token", session_token=fourth["session_token"])).status_code == 401
    assert (await desk.told("S-1"))[-1] == "token_reused"


async def test_sessions_are_listed_without_an_address_and_end_one_by_one_and_all(desk: Desk) -> None:
    here = await desk.settled("S-1")
    there = (await desk.post("/sign-in", name="S-1", password=OWN)).json()
    listed = (await desk.own(here["access_token"], "GET", "/sessions")).json()["items"]
    assert [(one["session_id"], one["this"]) for one in listed] == [
        (there["session_id"], False),
        (here["session_id"], True),
    ]
    ended = await desk.own(here["access_token"], "POST", f"/sessions/{there['session_id']}/end")
    assert ended.json() == {"ended": 1}
    assert (await desk.post("/token", session_token=there["session_token"])).status_code == 401
    other = await desk.settled("S-2")
    stolen = await desk.own(other["access_token"], "POST", f"/sessions/{here['session_id']}/end")
    assert stolen.status_code == 404
    assert (await desk.own(here["access_token"], "POST", "/sessions/end")).json() == {"ended": 1}
    assert (await desk.post("/token", session_token=here["session_token"])).status_code == 401
    assert (await desk.post("/token", session_token=other["session_token"])).status_code == 200


async def test_another_password_needs_the_old_one_and_ends_every_other_session(desk: Desk) -> None:
    here = await desk.settled("S-1")
    there = (await desk.post("/sign-in", name="S-1", password=OWN)).json()
    wrong = await desk.own(
        here["access_token"], "POST", "/password", old_password="no", new_password="三月里的小雨下个不停"
    )
    assert wrong.status_code == 401
    changed = {"old_password": OWN, "new_password": "三月里的小雨淅沥沥下不停"}
    assert (await desk.own(here["access_token"], "POST", "/password", **changed)).json() == {"ended": 1}
    assert (await desk.post("/token", session_token=there["session_token"])).status_code == 401
    assert (await desk.post("/token", session_token=here["session_token"])).status_code == 200


async def test_a_second_factor_is_enrolled_shown_never_twice_and_replaced_by_recovery_codes(desk: Desk) -> None:
    here = await desk.settled("S-1")
    secret = (await desk.own(here["access_token"], "POST", "/second-factor")).json()["secret"]
    assert (await desk.own(here["access_token"], "POST", "/second-factor")).json()["secret"] == secret
    code = code_at(secret, desk.machine.now)
    confirmed = await desk.own(here["access_token"], "POST", "/second-factor/confirm", code=code)
    recovery = confirmed.json()["recovery_codes"]
    assert len(set(recovery)) == 10
    entered = (await desk.post("/sign-in", name="S-1", password=OWN)).json()
    assert (entered["step"], entered["access_token"]) == ("code", None)
    replayed = await desk.post("/sign-in/code", session_token=entered["session_token"], code=code)
    assert replayed.json()["fields"][0]["field"] == "code"
    desk.machine.later(timedelta(seconds=STEP))
    fresh = {"session_token": entered["session_token"], "code": code_at(secret, desk.machine.now)}
    assert (await desk.post("/sign-in/code", **fresh)).json()["step"] == "done"
    for status in (200, 422):
        entered = (await desk.post("/sign-in", name="S-1", password=OWN)).json()
        lost = {"session_token": entered["session_token"], "code": recovery[0].lower()}
        assert (await desk.post("/sign-in/code", **lost)).status_code == status
    assert (await desk.own(here["access_token"], "GET", "")).json()["recovery_codes_left"] == 9
    kept = (await desk.office.rows("SELECT sealed_totp, recovery FROM staff_account"))[0]
    assert secret.encode() not in kept.sealed_totp
    assert recovery[1] not in kept.recovery
    tries = [await desk.post("/sign-in/code", session_token=entered["session_token"], code="000000") for _ in range(6)]
    assert [answer.status_code for answer in tries][-1] == 429
    off = await desk.own(here["access_token"], "POST", "/second-factor/off", code=recovery[1])
    assert off.status_code == 429
    assert (await desk.admin("/S-1/unlock")).status_code == 200
    off = await desk.own(here["access_token"], "POST", "/second-factor/off", code=recovery[1])
    assert off.status_code == 200
    assert (await desk.post("/sign-in", name="S-1", password=OWN)).json()["step"] == "done"


async def test_an_office_demands_a_second_factor_of_roles(office: Office, tmp_path: Path) -> None:
    async with desk_of(office, tmp_path, Role.HANDLER) as desk:
        first = await desk.account("S-1")
        entered = (await desk.post("/sign-in", name="S-1", password=first)).json()
        changed = await desk.post("/sign-in/password", session_token=entered["session_token"], new_password=OWN)
        assert (changed.json()["step"], changed.json()["access_token"]) == ("enrol", None)
        token = {"session_token": changed.json()["session_token"]}
        secret = (await desk.post("/sign-in/second-factor", **token)).json()["secret"]
        wrong = await desk.post("/sign-in/second-factor/confirm", **token, code="000000")
        assert wrong.status_code == 422
        code = code_at(secret, desk.machine.now)
        enrolled = (await desk.post("/sign-in/second-factor/confirm", **token, code=code)).json()
        assert (enrolled["entered"]["step"], len(enrolled["recovery_codes"])) == ("done", 10)
        refused = await desk.own(
            enrolled["entered"]["access_token"], "POST", "/second-factor/off", code=enrolled["recovery_codes"][0]
        )
        assert refused.json()["type"].endswith("second-factor-demanded")


async def test_who_holds_posts_in_two_units_acts_for_one_of_them_as_one_person(desk: Desk) -> None:
    entered = await desk.settled("S-1", WORKER, CALLER)
    assert (entered["step"], entered["access_token"]) == ("unit", None)
    assert [(one["unit_code"], one["roles"]) for one in entered["units"]] == [
        ("D-WATER", ["handler"]),
        ("H-12345", ["caller"]),
    ]
    none = await desk.post("/token", session_token=entered["session_token"], unit_code="D-HOUSING")
    assert none.json()["fields"][0]["field"] == "unit_code"
    chosen = (await desk.post("/token", session_token=entered["session_token"], unit_code="H-12345")).json()
    assert (chosen["step"], chosen["unit_code"]) == ("done", "H-12345")
    switched = (await desk.post("/token", session_token=chosen["session_token"], unit_code="D-WATER")).json()
    assert (switched["unit_code"], switched["staff_id"], switched["session_id"]) == (
        "D-WATER",
        "S-1",
        chosen["session_id"],
    )


async def test_an_ended_term_ends_what_follows_from_it(desk: Desk) -> None:
    entered = await desk.settled("S-1")
    access = entered["access_token"]
    assert (await desk.own(access, "GET", "")).status_code == 200
    ended = await admin(desk.office).post("/staff/S-1/terms/1/end", {}, version=1)
    assert ended.status_code == 200, ended.text
    desk.office.later(timedelta(minutes=1))
    assert (await desk.own(access, "GET", "")).json()["type"].endswith("no-post")
    renewed = await desk.post("/token", session_token=entered["session_token"])
    assert renewed.json()["type"].endswith("not-in-office")
    assert (await desk.post("/sign-in", name="S-1", password=OWN)).json()["type"].endswith("not-in-office")


async def test_an_administrator_gives_ends_and_disables_within_the_own_area(desk: Desk) -> None:
    entered = await desk.settled("S-1", phone=PHONE)
    for path in ("/S-1/password", "/S-1/disable", "/S-1/sessions/end", "/S-1/unlock"):
        assert (await desk.admin(path, area=TOWN)).status_code == 404, path
    assert (await desk.admin("", staff_id="S-404")).status_code == 404
    assert (await desk.admin("", staff_id="S-1")).json()["type"].endswith("account-there")
    await enter(desk.office, "S-2", CALLER)
    assert (await desk.admin("", staff_id="S-2", phone=f"+86 {PHONE}")).json()["type"].endswith("account-there")
    wrong = await desk.admin("", staff_id="S-2", phone="no phone")
    assert wrong.json()["fields"][0]["field"] == "phone"
    given = (await desk.admin("/S-1/password")).json()
    assert (await desk.post("/token", session_token=entered["session_token"])).status_code == 401
    again = (await desk.post("/sign-in", name="S-1", password=given["first_password"])).json()
    assert again["step"] == "password"
    assert (await desk.admin("/S-1/disable")).json()["disabled_at"] is not None
    assert (await desk.post("/sign-in", name="S-1", password=given["first_password"])).status_code == 401
    assert (await desk.post("/token", session_token=again["session_token"])).status_code == 401
    assert (await desk.admin("/S-1/enable")).json()["disabled_at"] is None
    reader = desk.office.person("reader", Role.AUDITOR)
    listed = (await desk.http.get("/dispatch/v1/accounts", headers=reader.headers)).json()["items"]
    assert [(one["staff_id"], one["first_password"], one["has_phone"]) for one in listed] == [("S-1", True, True)]
    desk.machine.later(timedelta(days=15))
    late = await desk.post("/sign-in", name="S-1", password=given["first_password"])
    assert late.json()["type"].endswith("first-password-ended")
    told = await desk.told("S-1")
    assert told == ["made", "password_changed", "signed_in", "session_ended", "password_given", "disabled", "enabled"]


async def test_a_session_ends_when_it_is_not_used_and_is_forgotten_a_month_later(desk: Desk) -> None:
    entered = await desk.settled("S-1")
    desk.machine.later(timedelta(hours=23))
    renewed = (await desk.post("/token", session_token=entered["session_token"])).json()
    desk.machine.later(timedelta(hours=25))
    assert (await desk.post("/token", session_token=renewed["session_token"])).status_code == 401
    await tidy(desk.office.runtime, desk.machine.now + KEPT)
    assert await desk.office.rows("SELECT 1 FROM staff_session") == []
    assert await desk.office.rows("SELECT 1 FROM sign_in_tries") == []


async def test_the_keys_are_published_and_a_process_without_them_signs_nobody_in(desk: Desk, office: Office) -> None:
    keys = (await desk.http.get("/dispatch/v1/accounts/jwks.json")).json()["keys"]
    assert [(key["alg"], "d" in key) for key in keys] == [("EdDSA", False)]
    nobody = await office.http.post("/dispatch/v1/accounts/sign-in", json={"name": "S-1", "password": "x"})
    assert (nobody.status_code, nobody.json()["type"]) == (409, "urn:huiyin:problem:accounts-elsewhere")
