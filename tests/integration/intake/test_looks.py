"""Looks at who spoke: counted by person and hour, append-only, listed for auditors, told in the log by account."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from libs.common.database.session import DatabaseTrouble
from libs.common.security.principal import Role
from tests.integration.intake.door import COUNTY, NOW, OTHER_TOWN, VILLAGE, IntakeDoor
from tests.support.logged import logged

REVEALS = "/intake/v1/reveals"
WHY = "回电核实所反映路灯的位置"
WHO = {"name": "欧阳金丝雀", "phone": "13812345678"}
MOST = 3


@pytest.fixture
def few(intake: IntakeDoor) -> IntakeDoor:
    """A door at which a person may look three times an hour."""
    service = intake.service
    service.runtime = replace(service.runtime, looks_per_hour=MOST)
    return IntakeDoor(service, intake.issuer, intake.resources)


async def look(door: IntakeDoor, case_id: str, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
    """At the name."""
    asked = {"reason": WHY, "fields": ["name"], **body}
    path = f"/intake/v1/requesters/{case_id}/reveal"
    return await door.http.post(path, json=asked, headers=headers or door.operator)


async def listed(door: IntakeDoor, headers: dict[str, str] | None = None, **query: Any) -> list[dict[str, Any]]:
    """What an auditor of the county sees, unless somebody else asks."""
    found = await door.get(REVEALS, headers or door.token(Role.AUDITOR, subject="auditor-1"), query)
    items: list[dict[str, Any]] = found["items"]
    return items


NO_REASONS = ("核实", "核实核实核实核实核实", "xxxxxxxxxxxxxxx", "1234567890123", "。" * 12)


@pytest.mark.parametrize("reason", NO_REASONS)
async def test_a_reason_says_why(intake: IntakeDoor, reason: str) -> None:
    case_id = (await intake.register(requester=WHO))["case_id"]
    refused = await look(intake, case_id, reason=reason)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "reason")
    assert (await intake.counts())["reveal"] == 0


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE reveal SET reason = 'nothing'",
        "UPDATE reveal SET at = at - interval '1 day'",
        "DELETE FROM reveal",
        "TRUNCATE reveal",
        "TRUNCATE cases CASCADE",
    ],
)
async def test_a_look_stays_as_it_is(intake: IntakeDoor, sql: str) -> None:
    case_id = (await intake.register(requester=WHO))["case_id"]
    assert (await look(intake, case_id)).status_code == 200
    with pytest.raises(Exception, match="looks at who spoke stay as they are") as caught:
        async with intake.service.runtime.work_database.transaction(NOW) as session:
            await session.fetch(sql)
    assert not isinstance(caught.value, DatabaseTrouble)
    assert (await intake.counts())["reveal"] == 1


async def test_a_person_looks_so_often_an_hour_by_all_accounts_together(few: IntakeDoor) -> None:
    case_id = (await few.register(requester=WHO))["case_id"]
    first = few.token(Role.OPERATOR, subject="desk-1", staff="S-1")
    second = few.token(Role.CALLER, subject="caller-7", staff="S-1")
    another = few.token(Role.OPERATOR, subject="desk-2", staff="S-2")
    for headers in (first, second, first):
        assert (await look(few, case_id, headers)).status_code == 200
        few.move_clock(few.service.runtime.clock.now() + timedelta(minutes=10))
    refused = await look(few, case_id, second)
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:huiyin:problem:too-many-looks")
    assert refused.headers["retry-after"] == str(30 * 60)
    assert "金丝雀" not in refused.text
    assert (await few.counts())["reveal"] == MOST
    assert (await look(few, case_id, another)).status_code == 200
    few.move_clock(NOW + timedelta(hours=1))
    assert (await look(few, case_id, second)).status_code == 200
    assert (await look(few, case_id, first)).status_code == 429


async def test_what_an_account_did_before_its_person_was_known_counts(few: IntakeDoor) -> None:
    case_id = (await few.register(requester=WHO))["case_id"]
    for _ in range(MOST):
        assert (await look(few, case_id)).status_code == 200
    assert (await look(few, case_id, few.token(Role.OPERATOR, subject="operator-1", staff="S-1"))).status_code == 429


async def test_of_many_looks_at_once_in_two_processes_none_passes_the_limit(few: IntakeDoor) -> None:
    case_ids = [(await few.register(requester=WHO))["case_id"] for _ in range(4)]
    other = few.another_process()
    other.service.runtime = replace(other.service.runtime, looks_per_hour=MOST)
    other = IntakeDoor(other.service, few.issuer, few.resources)
    people = [few.token(Role.OPERATOR, subject=f"desk-{number}", staff=f"S-{number % 2}") for number in range(4)]
    asked = [
        look(door, case_ids[number % 4], people[(number + turn) % 4])
        for number in range(16)
        for turn, door in enumerate((few, other))
    ]
    codes = [answer.status_code for answer in await asyncio.gather(*asked)]
    assert sorted(codes) == [200] * 2 * MOST + [429] * (len(asked) - 2 * MOST)
    rows = await few.rows("SELECT by_staff, count(*) AS n FROM reveal GROUP BY by_staff ORDER BY 1")
    assert [(row.by_staff, row.n) for row in rows] == [("S-0", MOST), ("S-1", MOST)]
    await other.http.aclose()
    await other.service.stop()


async def test_whoever_may_not_look_uses_up_nothing(few: IntakeDoor) -> None:
    case_id = (await few.register(requester=WHO))["case_id"]
    for _ in range(MOST + 1):
        assert (await look(few, "01980f5e-0000-7000-8000-000000000000")).status_code == 404
    assert (await look(few, case_id)).status_code == 200


async def test_the_log_names_the_account_and_the_case_and_nobody_else(few: IntakeDoor) -> None:
    case_id = (await few.register(requester=WHO))["case_id"]
    with logged("INFO") as lines:
        for _ in range(MOST + 1):
            await look(few, case_id)
        told = [line for line in lines() if "identity" in line["event"]]
    assert [(line["account"], line["case_id"], line["level"]) for line in told] == [
        *[("operator-1", case_id, "info")] * MOST,
        ("operator-1", case_id, "warning"),
    ]
    assert "金丝雀" not in f"{told}"


async def test_auditors_see_who_looked_at_which_case_and_why(intake: IntakeDoor) -> None:
    receipt = await intake.register(requester=WHO)
    headers = intake.token(Role.OPERATOR, Role.AUDITOR, unit="H-12345", subject="desk-1", staff="S-1")
    why = "回电13987654321核实路灯位置"
    answer = await look(intake, receipt["case_id"], headers, reason=why, fields=["phone", "name"])
    assert answer.status_code == 200
    (item,) = await listed(intake)
    assert item.pop("reveal_id")
    assert item == {
        "at": "2026-03-04T02:00:00Z",
        "account": "desk-1",
        "staff_id": "S-1",
        "staff_name": None,
        "unit_code": "H-12345",
        "case_id": receipt["case_id"],
        "case_no": receipt["case_no"],
        "fields": ["name", "phone"],
        "reason": "回电139****4321核实路灯位置",
    }
    assert "金丝雀" not in f"{item}"
    # Whoever audits and looks is in the list too.
    assert len(await listed(intake, headers)) == 1


async def test_only_auditors_see_the_list(intake: IntakeDoor) -> None:
    for role in set(Role) - {Role.AUDITOR}:
        answer = await intake.http.get(REVEALS, headers=intake.token(role, unit="D-WATER"))
        assert answer.status_code == 403, role


async def test_the_list_is_narrowed_paged_and_of_the_own_area(intake: IntakeDoor) -> None:
    here = (await intake.register(requester=WHO, area_code=VILLAGE))["case_id"]
    there = (await intake.register(requester=WHO, area_code="999001102201"))["case_id"]
    people = [("desk-1", "S-1", "H-12345"), ("desk-2", "S-1", None), ("desk-3", None, None)]
    for minute, (account, staff, unit) in enumerate(people):
        intake.move_clock(NOW + timedelta(minutes=minute))
        headers = intake.token(Role.OPERATOR, unit=unit, subject=account, staff=staff)
        for case_id in (here, there):
            assert (await look(intake, case_id, headers)).status_code == 200

    async def accounts(headers: dict[str, str] | None = None, **query: Any) -> list[str]:
        return [item["account"].removeprefix("desk-") for item in await listed(intake, headers, **query)]

    assert await accounts() == ["3", "3", "2", "2", "1", "1"]
    assert await accounts(staff_id="S-1") == ["2", "2", "1", "1"]
    assert await accounts(account="desk-3") == ["3", "3"]
    assert await accounts(unit_code="H-12345") == ["1", "1"]
    assert await accounts(case_id=here) == ["3", "2", "1"]
    assert await accounts(looked_from="2026-03-04T02:01:00Z", looked_to="2026-03-04T02:02:00Z") == ["2", "2"]
    town = intake.token(Role.AUDITOR, area=OTHER_TOWN, subject="auditor-2")
    assert {item["case_id"] for item in await listed(intake, town)} == {there}
    page = await intake.get(REVEALS, town, {"limit": 2})
    rest = await intake.get(REVEALS, town, {"limit": 2, "cursor": page["next_cursor"]})
    assert ([item["account"] for item in page["items"] + rest["items"]], rest["next_cursor"]) == (
        ["desk-3", "desk-2", "desk-1"],
        None,
    )
    assert await accounts(intake.token(Role.AUDITOR, area=COUNTY, unit="D-WATER", subject="auditor-3")) != []


async def test_whoever_is_complained_about_sees_no_look_at_the_case(intake: IntakeDoor) -> None:
    case_id = (await intake.register(requester=WHO, accused_unit="D-WATER"))["case_id"]
    assert (await look(intake, case_id)).status_code == 200
    assert await listed(intake, intake.token(Role.AUDITOR, unit="D-WATER")) == []
    assert len(await listed(intake, intake.token(Role.AUDITOR, unit="D-HOUSING"))) == 1


async def test_a_wrong_question_is_named(intake: IntakeDoor) -> None:
    auditor = intake.token(Role.AUDITOR)
    for field, value in (("case_id", "x"), ("looked_from", "today"), ("cursor", "x"), ("reason", WHY)):
        answer = await intake.http.get(REVEALS, headers=auditor, params={field: value})
        assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, field)
