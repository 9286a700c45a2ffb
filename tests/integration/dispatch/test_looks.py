"""Looks at how people are reached: counted by person and hour, append-only, listed for auditors."""

from dataclasses import replace
from typing import Any

import pytest

from huiyin.office.people import Account
from libs.common.security.principal import Role
from services.dispatch.main import SPEC
from services.dispatch.staff.queries import StaffLookFilter, looks_statement
from tests.integration.dispatch.office import Office
from tests.support.plans import plan_of
from tests.support.service import COUNTY, HOUR, OTHER_TOWN, T0, app_of

MOST = 2
WATER, CALL_CENTRE = "D-WATER", "H-12345"
WHY = "通知本人尽快到现场处理"


@pytest.fixture
async def few(office: Office) -> Office:
    """A service where a person may look twice an hour, with two people."""
    office.runtime = replace(office.runtime, looks_per_hour=MOST)
    office.app = app_of(SPEC, office.runtime)
    keeper = office.person("root", Role.ADMIN, COUNTY, None)
    for staff_id, name in (("S-1", "陈测试"), ("S-2", "林测试")):
        person: dict[str, Any] = {
            "staff_id": staff_id,
            "name": name,
            "contact": {"phone": "13800138000"},
            "languages": [],
        }
        person["terms"] = [{"post_code": "case_worker", "unit_code": WATER}]
        assert (await keeper.post("/staff", person)).status_code == 201
    return office


def auditor(office: Office, area: str = COUNTY) -> Account:
    """Somebody who looks at the looks."""
    return office.person("auditor", Role.AUDITOR, area, None)


async def listed(person: Account, query: str = "") -> list[dict[str, Any]]:
    """The looks that somebody is told of."""
    answer = await person.get(f"/staff-looks{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_person_looks_so_often_an_hour_and_auditors_see_it(few: Office) -> None:
    one = few.person("wang", Role.DISPATCHER, COUNTY, CALL_CENTRE)
    for staff_id in ("S-1", "S-2"):
        assert (await one.post(f"/staff/{staff_id}/contact", {"reason": WHY})).status_code == 200
        few.later(HOUR / 4)
    refused = await one.post("/staff/S-1/contact", {"reason": WHY})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1800")
    assert "13800138000" not in refused.text
    short = await one.post("/staff/S-1/contact", {"reason": "核实核实核实核实核实"})
    assert (short.status_code, short.json()["fields"][0]["field"]) == (422, "reason")
    last, first = await listed(auditor(few))
    assert {name: value for name, value in last.items() if name != "look_id"} == {
        "at": "2026-03-03T01:15:00Z", "account": "wang", "staff_id": None, "staff_name": None,
        "unit_code": CALL_CENTRE, "about": "S-2", "about_name": "林测试", "reason": WHY,
    }  # fmt: skip
    assert await listed(auditor(few), "?about=S-1") == [first]
    assert await listed(auditor(few), "?account=wu") == []
    assert await listed(auditor(few), f"?unit_code={CALL_CENTRE}&limit=1") == [last]
    assert await listed(auditor(few), f"?looked_to={T0:%Y-%m-%dT%H:%M:%SZ}") == []
    assert await listed(auditor(few, OTHER_TOWN)) == []
    for role in set(Role) - {Role.AUDITOR}:
        assert (await few.person("x", role, COUNTY, WATER).get("/staff-looks")).status_code == 403, role


@pytest.mark.parametrize("sql", ["UPDATE staff_look SET reason = 'x'", "DELETE FROM staff_look", "TRUNCATE staff_look"])
async def test_a_look_stays_as_it_is(few: Office, sql: str) -> None:
    wang = few.person("wang", Role.DISPATCHER, COUNTY, None)
    assert (await wang.post("/staff/S-1/contact", {"reason": WHY})).status_code == 200
    with pytest.raises(Exception, match="stay as they are"):
        async with few.database.transaction(T0) as session:
            await session.fetch(sql)


_FILL = """
    INSERT INTO staff_look (look_id, staff_id, who, unit_code, by_staff, reason, at)
    SELECT lpad(n::text, 36, '0'), 'S-' || (n % 2 + 1), 'desk-' || n % 300, 'D-' || n % 40, 'S-' || n % 200, 'x',
           timestamptz '2026-01-01' + n * interval '1 minute'
    FROM generate_series(1, 20000) AS n
"""
SIZE = 50
PLANS = {
    "all": (None, StaffLookFilter(), "staff_look_at_idx"),
    "of a town": (["S-1"], StaffLookFilter(), "staff_look_at_idx"),
    "one person": (None, StaffLookFilter(staff_id="S-7"), "staff_look_by_idx"),
    "one unit": (None, StaffLookFilter(unit_code="D-7"), "staff_look_unit_idx"),
    "one account": (None, StaffLookFilter(account="desk-7"), "staff_look_who_idx"),
}


async def test_no_list_of_looks_reads_the_whole_table(few: Office) -> None:
    async with few.database.transaction(T0) as session:
        await session.fetch(_FILL)
        await session.fetch("ANALYZE staff_look")
    for name, (within, chosen, index) in PLANS.items():
        plan = await plan_of(few.database, looks_statement(within, chosen, None, SIZE))
        assert plan.indexes == {index}, f"{name}:\n{plan}"
        assert plan.rows_read <= 3 * SIZE, f"{name} reads {plan.rows_read}:\n{plan}"
