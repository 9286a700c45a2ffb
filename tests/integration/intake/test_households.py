"""The register of households: entered once, changed from a day on, muted by two people, looked at on the record."""

import asyncio
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from libs.common.security.principal import Role
from tests.integration.intake.door import COUNTY, OTHER_TOWN, TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import WHO, WHY, Homes, appoint, told

ANOTHER_VILLAGE = "999001101202"


@pytest.fixture
def homes(intake: IntakeDoor) -> Homes:
    return Homes(intake)


async def test_a_household_is_entered_masked_and_told_without_who_lives_there(intake: IntakeDoor, homes: Homes) -> None:
    await appoint(intake, "S-1")
    members = [{"name": "欧阳小雀", "relation": "女儿", "phone": "13987654321"}]
    made = await homes.register(
        **WHO, members=members, household_no="H-1", kinds=["party_elder"], contact_staff_id="S-1", visit_every="week"
    )
    assert (made["head"], made["phone"], made["door"], made["members"]) == ("欧*", "138****5678", "****", 1)
    assert (made["status"], made["contact_name"], made["contact_since"]) == ("registered", "干部1", "2026-03-04")
    read = await homes.one(made["household_id"])
    assert read == made
    (said,) = await told(intake, made["household_id"])
    assert (said.step, said.kinds, said.contact_staff_id, said.version) == ("register", ("party_elder",), "S-1", 1)
    everything = await intake.payloads()
    assert not [word for word in ("欧阳", "金丝雀", "小雀", "13812345678", "13987654321", "15号") if word in everything]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"area_code": TOWN}, "area_code"),
        ({"area_code": "999001101999"}, "area_code"),
        ({"kinds": ["nobody"]}, "kinds"),
        ({"resources": ["gold"]}, "resources"),
        ({"contact_staff_id": "S-9"}, "contact_staff_id"),
        ({"holds_from": "2026-03-05"}, "holds_from"),
        ({"phone": "12"}, "phone"),
        ({"household_no": "370101199001011234"}, "household_no"),
        ({"household_no": "13812345678"}, "household_no"),
        ({"household_no": "H-138-1234-5678"}, "household_no"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_cannot_be_is_named_by_its_field_and_changes_nothing(
    intake: IntakeDoor, homes: Homes, fields: dict[str, Any], named: str
) -> None:
    refused = await homes.post("", {"area_code": VILLAGE, **fields})
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, named), refused.text
    assert (await intake.rows("SELECT count(*) AS n FROM household"))[0].n == 0


async def test_a_contact_person_holds_a_post_that_may_look_after(intake: IntakeDoor, homes: Homes) -> None:
    await appoint(intake, "S-2", post="caller", unit="H-12345")
    refused = await homes.post("", {"area_code": VILLAGE, "contact_staff_id": "S-2"})
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "contact_staff_id")


async def test_the_same_phone_door_or_number_is_named_and_another_one_said(homes: Homes) -> None:
    made = await homes.register(**WHO, household_no="H-1")
    for same in ({"phone": "138 1234 5678"}, {"door": "三组 15 号"}, {"household_no": "H-1"}):
        refused = await homes.post("", {"area_code": VILLAGE, **same})
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:huiyin:problem:household-known"), same
        assert made["household_id"] in refused.json()["detail"]
    elsewhere = await homes.register(area_code=ANOTHER_VILLAGE, door=WHO["door"])
    another = await homes.register(phone=WHO["phone"], known_to_be_another=True)
    assert len({made["household_id"], elsewhere["household_id"], another["household_id"]}) == 3


async def test_of_two_at_once_with_one_phone_one_is_told_of_the_other(homes: Homes) -> None:
    """In one batch of the writer as well."""
    same = [homes.post("", {"area_code": VILLAGE, "phone": WHO["phone"]}) for _ in range(4)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*same)) == [201, 409, 409, 409]


async def test_facts_hold_from_their_day_in_whatever_order_they_are_told(intake: IntakeDoor, homes: Homes) -> None:
    await appoint(intake, "S-1", "S-2")
    made = await homes.register(holds_from="2026-01-01", contact_staff_id="S-1")
    path = f"/{made['household_id']}/change"
    await homes.done(path, {"household_class": "vacant", "holds_from": "2026-03-01"})
    later = await homes.done(path, {"household_class": "away", "visit_every": "month", "holds_from": "2026-02-01"})
    assert (later["household_class"], later["visit_every"]) == ("vacant", "month"), "a later day holds"

    async def on(day: str) -> tuple[str, str | None]:
        then = await homes.one(made["household_id"], on=day)
        return then["household_class"], then["visit_every"]

    assert [await on(day) for day in ("2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01")] == [
        ("resident", None),
        ("away", "month"),
        ("away", "month"),
        ("vacant", "month"),
    ]
    before = await intake.http.get(f"/intake/v1/households/{made['household_id']}?on=2025-12-31", headers=homes.headers)
    assert before.status_code == 404
    steps = await intake.get(f"/intake/v1/households/{made['household_id']}/changes", homes.headers, {"limit": 2})
    assert [(step["version"], step["holds_from"]) for step in steps["items"]] == [(1, "2026-01-01"), (2, "2026-03-01")]
    assert steps["next_cursor"]
    assert [one.changed for one in await told(intake, made["household_id"])][1:] == [
        ("household_class",),
        ("household_class", "visit_every"),
    ]


async def test_a_move_that_is_told_late_is_told_as_it_was_and_moves_nothing_of_today(
    intake: IntakeDoor, homes: Homes
) -> None:
    made = await homes.register(**WHO, holds_from="2026-01-01")
    path = f"/{made['household_id']}/change"
    await homes.done(path, {"area_code": ANOTHER_VILLAGE, "holds_from": "2026-03-01"})
    late = await homes.done(path, {"area_code": VILLAGE, "holds_from": "2026-02-01"})
    assert late["area_code"] == ANOTHER_VILLAGE
    *_, said = await told(intake, made["household_id"])
    assert (said.changed, said.area_code) == (("area_code",), VILLAGE)
    assert (await homes.post("", {"area_code": ANOTHER_VILLAGE, "door": WHO["door"]})).status_code == 409
    assert (await homes.post("", {"area_code": VILLAGE, "door": WHO["door"]})).status_code == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("change", {"household_class": "away"}),
        ("muting", {"reason": "refused", "why": "不愿开门"}),
        ("split", {"new": {"area_code": VILLAGE, "holds_from": "2026-02-28"}}),
        ("merge", {"into": "", "why": "并回"}),
    ],
)
async def test_nothing_holds_before_the_household_was_there(homes: Homes, path: str, body: dict[str, Any]) -> None:
    made = await homes.register(holds_from="2026-03-01")
    if "into" in body:
        body = body | {"into": (await homes.register())["household_id"]}
    early = {} if path == "split" else {"holds_from": "2026-02-28"}
    refused = await homes.post(f"/{made['household_id']}/{path}", early | body)
    named = "new.holds_from" if path == "split" else "holds_from"
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, named), refused.text
    assert (await homes.one(made["household_id"]))["version"] == 1


async def test_a_household_is_unmuted_no_earlier_than_it_was_muted(homes: Homes) -> None:
    made = await homes.register(holds_from="2026-01-01")
    path = f"/{made['household_id']}"
    await homes.done(f"{path}/muting", {"reason": "refused", "why": "不愿开门", "holds_from": "2026-02-01"})
    await homes.by(Role.SUPERVISOR, subject="d").done(f"{path}/muting/decision", {"granted": True})
    early = await homes.post(f"{path}/unmuting", {"why": "回来了", "holds_from": "2026-01-31"})
    assert (early.status_code, early.json()["fields"][0]["field"]) == (422, "holds_from")
    again = await homes.done(f"{path}/unmuting", {"why": "回来了", "holds_from": "2026-02-01"})
    assert (again["status"], again["muted_for"]) == ("registered", None)


async def test_a_change_names_its_version_and_something_that_is_otherwise(homes: Homes) -> None:
    made = await homes.register(**WHO)
    path = f"/{made['household_id']}/change"
    assert (await homes.post(path, {"household_class": "resident"})).status_code == 422
    assert (await homes.post(path, {"head": WHO["head"]})).status_code == 422
    assert (await homes.post(path, {"household_class": None})).json()["fields"][0]["field"] == "household_class"
    assert (await homes.post(path, {"household_class": "away"}, version=7)).status_code == 412
    changed = await homes.done(path, {"head": "王五", "members": [{"name": "王六"}]})
    assert (changed["head"], changed["members"], changed["version"]) == ("王*", 1, 2)


async def test_a_move_takes_the_door_along_and_the_household_leaves_the_reach(intake: IntakeDoor, homes: Homes) -> None:
    made = await homes.register(**WHO)
    there = homes.by(Role.OPERATOR, subject="operator-2", area=OTHER_TOWN)
    assert (await there.post(f"/{made['household_id']}/change", {"household_class": "away"})).status_code == 404
    town = homes.by(Role.OPERATOR, subject="operator-3", area=TOWN)
    refused = await town.post(f"/{made['household_id']}/change", {"area_code": "999001102201"})
    assert refused.status_code == 403
    await homes.done(f"/{made['household_id']}/change", {"area_code": ANOTHER_VILLAGE})
    assert await homes.ids(area_code=VILLAGE) == []
    assert await homes.ids(area_code=ANOTHER_VILLAGE) == [made["household_id"]]
    known = await homes.post("", {"area_code": ANOTHER_VILLAGE, "door": WHO["door"]})
    assert known.status_code == 409
    assert (await intake.get(f"/intake/v1/households/{made['household_id']}"))["area_code"] == ANOTHER_VILLAGE


async def test_a_household_leaves_by_two_people_and_neither_is_its_contact(intake: IntakeDoor, homes: Homes) -> None:
    await appoint(intake, "S-1", post="duty_cadre")
    contact = homes.by(Role.OPERATOR, subject="a", staff="S-1")
    made = await contact.register(contact_staff_id="S-1", holds_from="2026-01-01")
    path = f"/{made['household_id']}/muting"
    wish = {"reason": "refused", "why": "多次上门均拒绝走访", "holds_from": "2026-02-01"}
    asked = await contact.done(path, wish)
    assert (asked["status"], asked["muted_for"], asked["mute_asked_for"]) == ("mute_asked", None, "refused")
    *_, said = await told(intake, made["household_id"])
    assert (said.changed, said.muted_for, said.wished) == ((), None, "refused"), "nothing holds before it is confirmed"
    assert (await contact.post(f"{path}/decision", {"granted": True})).status_code == 409
    second_account = homes.by(Role.OPERATOR, subject="b", staff="S-1")
    assert (await second_account.post(f"{path}/decision", {"granted": True})).status_code == 409
    visitor = homes.by(Role.VISITOR, subject="c")
    assert (await visitor.post(f"{path}/decision", {"granted": True})).status_code == 403
    other = homes.by(Role.SUPERVISOR, subject="d")
    assert (await other.post(f"{path}/decision", {"granted": False})).json()["fields"][0]["field"] == "why"
    gone = await other.done(f"{path}/decision", {"granted": True})
    assert (gone["status"], gone["muted_for"], gone["muted_since"]) == ("muted", "refused", "2026-02-01")
    assert (await homes.one(made["household_id"], on="2026-01-31"))["muted_for"] is None
    assert (await homes.one(made["household_id"], on="2026-02-01"))["muted_for"] == "refused"
    back = await homes.done(f"/{made['household_id']}/unmuting", {"why": "本人同意恢复走访"})
    assert (back["status"], back["muted_for"]) == ("registered", None)


async def test_what_is_written_about_a_household_hides_who_lives_there(intake: IntakeDoor, homes: Homes) -> None:
    members = [{"name": "竺焱垚", "phone": "13987654321"}]
    made = await homes.register(**WHO, members=members)
    path, other = f"/{made['household_id']}", await homes.register()
    words = "三组15号欧阳金丝雀及竺焱垚已去世，联系人138 1234 5678、1398765 4321"
    await homes.done(f"{path}/muting", {"reason": "deceased", "why": words})
    decided = {"granted": True, "why": f"属实：{words}"}
    await homes.by(Role.SUPERVISOR, subject="d").done(f"{path}/muting/decision", decided)
    await homes.done(f"{path}/unmuting", {"why": f"有误：{words}"})
    await homes.done(f"{path}/reveal", {"reason": f"核实：{words}", "fields": ["head"]})
    await homes.done(f"{path}/merge", {"into": other["household_id"], "why": f"并户：{words}"})
    everything = await intake.payloads()
    kept = await intake.rows("SELECT string_agg(why, '') AS why FROM household_change")
    looks = await intake.rows("SELECT reason FROM household_look")
    for text in (everything, kept[0].why, looks[0].reason):
        assert "已去世" in text
        assert not [word for word in ("金丝雀", "焱垚", "15号", "1234 5678", "765 4321") if word in text], text


async def test_a_refused_muting_leaves_all_as_it_was(homes: Homes) -> None:
    made = await homes.register()
    path = f"/{made['household_id']}/muting"
    await homes.done(path, {"reason": "moved_away", "why": "邻居称已搬走"})
    other = homes.by(Role.SUPERVISOR, subject="d")
    kept = await other.done(f"{path}/decision", {"granted": False, "why": "核实仍在家"})
    assert (kept["status"], kept["muted_for"], kept["mute_asked_for"]) == ("registered", None, None)
    assert await homes.ids(status="mute_asked") == []


async def test_a_split_and_a_merger(intake: IntakeDoor, homes: Homes) -> None:
    made = await homes.register(**WHO, members=[{"name": "小甲"}, {"name": "小乙"}], holds_from="2026-01-01")
    new = {"area_code": VILLAGE, "head": "小甲", "holds_from": "2026-03-01"}
    part = await homes.done(f"/{made['household_id']}/split", {"new": new, "members": [{"name": "小乙"}]})
    assert (part["split_from"], part["head"]) == (made["household_id"], "小*")
    assert (await homes.one(made["household_id"]))["members"] == 1
    assert [one.step for one in await told(intake, made["household_id"])] == ["register", "split"]
    merge = f"/{part['household_id']}/merge"
    assert (await homes.post(merge, {"into": part["household_id"], "why": "并回"})).json()["fields"][0][
        "field"
    ] == "into"
    gone = await homes.done(merge, {"into": made["household_id"], "why": "搬回同住"})
    assert (gone["status"], gone["merged_into"]) == ("ended", made["household_id"])
    assert await homes.ids() == [made["household_id"]]
    assert await homes.ids(status="ended") == [part["household_id"]]
    assert (await homes.post(f"/{part['household_id']}/change", {"household_class": "away"})).status_code == 409
    assert (await homes.post(f"/{made['household_id']}/merge", {"into": part["household_id"], "why": "不行"})).is_error


async def test_a_household_that_waits_to_be_muted_may_be_merged_all_the_same(homes: Homes) -> None:
    made, other = await homes.register(), await homes.register()
    await homes.done(f"/{made['household_id']}/muting", {"reason": "moved_away", "why": "邻居称已搬走"})
    gone = await homes.done(f"/{made['household_id']}/merge", {"into": other["household_id"], "why": "并入其子家"})
    assert (gone["status"], gone["mute_asked_for"], gone["muted_for"]) == ("ended", None, None)


async def test_lists_are_narrowed_and_paged(intake: IntakeDoor, homes: Homes) -> None:
    await appoint(intake, "S-1")
    first = await homes.register(kinds=["well_off"], resources=["jobs"], contact_staff_id="S-1")
    second = await homes.register(area_code=ANOTHER_VILLAGE, household_class="shop", visit_every="quarter")
    ids = first["household_id"], second["household_id"]
    assert [await homes.ids(**query) for query in ({"kind": "well_off"}, {"resource": "jobs"})] == [[ids[0]]] * 2
    assert await homes.ids(household_class="shop", visit_every="quarter") == [ids[1]]
    assert (await homes.ids(contact_staff_id="S-1"), await homes.ids(without_contact=True)) == ([ids[0]], [ids[1]])
    assert await homes.ids(without_contact=False) == [ids[0]]
    page = await intake.get("/intake/v1/households", homes.headers, {"limit": 1})
    following = {"limit": 1, "cursor": page["next_cursor"]}
    rest = await intake.get("/intake/v1/households", homes.headers, following)
    assert [page["items"][0]["household_id"], rest["items"][0]["household_id"]] == [*ids]


async def test_looks_are_kept_counted_and_listed(intake: IntakeDoor) -> None:
    service = intake.service
    service.runtime = replace(service.runtime, looks_per_hour=2)
    homes = Homes(IntakeDoor(service, intake.issuer, intake.resources))
    made = await homes.register(**WHO, members=[{"name": "欧阳小雀"}])
    path = f"/{made['household_id']}/reveal"
    seen = await homes.done(path, {"reason": WHY, "fields": ["head", "members"]})
    assert (seen["head"], seen["members"][0]["name"], seen["phone"]) == (WHO["head"], "欧阳小雀", None)
    assert (await homes.post(path, {"reason": "看看", "fields": ["head"]})).status_code == 422
    await homes.done(path, {"reason": WHY, "fields": ["phone", "door"]})
    assert (await homes.post(path, {"reason": WHY, "fields": ["head"]})).status_code == 429
    auditor = intake.token(Role.AUDITOR, subject="auditor-1")
    looks = await intake.get("/intake/v1/household-looks", auditor)
    assert [look["fields"] for look in looks["items"]] == [["door", "phone"], ["head", "members"]]
    nobody = intake.token(Role.AUDITOR, subject="auditor-2", area=OTHER_TOWN)
    assert (await intake.get("/intake/v1/household-looks", nobody))["items"] == []
    with pytest.raises(asyncpg.RaiseError, match="stay as they are"):
        async with service.runtime.work_database.transaction(service.runtime.clock.now()) as session:
            await session.fetch("DELETE FROM household_look")


async def test_one_key_makes_one_household(homes: Homes) -> None:
    first = await homes.done("", {"area_code": VILLAGE}, key="a-household")
    again = await homes.done("", {"area_code": VILLAGE}, key="a-household")
    assert first["household_id"] == again["household_id"]
    assert await homes.ids(area_code=COUNTY) == [first["household_id"]]


async def test_a_phone_or_door_of_another_household_is_named_unless_it_is_said_to_be_another(
    intake: IntakeDoor,
) -> None:
    homes = Homes(intake)
    first = (await homes.register(**WHO))["household_id"]
    second = (await homes.register(phone="13900000001", door="九组1号"))["household_id"]
    for facts, by in (({"phone": WHO["phone"]}, "phone"), ({"door": WHO["door"]}, "door")):
        refused = await homes.post(f"/{second}/change", facts)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:huiyin:problem:household-known")
        assert f"{first} ({by})" in refused.json()["detail"]
        assert WHO[by] not in refused.text
        assert (await homes.post(f"/{first}/change", {**facts, "household_class": "away"})).status_code == 200
        await homes.done(f"/{first}/change", {"household_class": "resident"})
    elsewhere = (await homes.register(area_code="999001101202", door=WHO["door"]))["household_id"]
    assert (await homes.post(f"/{elsewhere}/change", {"area_code": VILLAGE})).status_code == 409, (
        "it moves to that door"
    )
    both = {"phone": WHO["phone"], "known_to_be_another": True}
    assert (await homes.done(f"/{second}/change", both))["phone"] == "138****5678"
