"""What is delegated or raised: its clocks, whom orders name, and that nobody gave it up however often it goes round."""

from itertools import pairwise
from typing import Any

import pytest

from bench.said import said
from libs.common.events.cases import CaseReassigned
from libs.common.events.passing import CaseDelegated, CaseRaised
from libs.common.events.supervision import SupervisionIssued
from libs.common.events.terms import Deadline
from libs.common.security.principal import Role
from tests.integration.followup.office import DAY, HOUR, T0, Office, assigned, handled, local, signed

TOWN, VILLAGE = "T-999001101", "V-999001101201"


async def led(office: Office, unit: str, **changes: Any) -> str:
    case_id = await office.register(**changes)
    await office.hear(assigned(case_id, office.clock.now(), unit=unit), signed(case_id, office.clock.now(), unit=unit))
    return case_id


def down(case_id: str, office: Office, **changes: Any) -> CaseDelegated:
    fields = {"from_unit": TOWN, "working_unit": VILLAGE, "lead_unit": TOWN, "delegates": (VILLAGE,)}
    return said(CaseDelegated, case_id, occurred_at=office.clock.now(), **fields | changes)


def up(case_id: str, office: Office, **changes: Any) -> CaseRaised:
    fields = {"from_unit": VILLAGE, "working_unit": TOWN, "lead_unit": TOWN, "delegates": ()}
    return said(CaseRaised, case_id, occurred_at=office.clock.now(), **fields | changes)


async def clocks(office: Office, case_id: str) -> dict[str, tuple[str | None, str]]:
    """By promise whose it is now, and until when, of those that run."""
    case = await office.case(case_id)
    return {one["what"]: (one["unit_code"], one["due_at"]) for one in case["timers"] if one["state"] == "pending"}


async def test_who_works_has_a_sign_limit_of_its_own_and_the_handling_clock_stays_the_leads(office: Office) -> None:
    case_id = await led(office, TOWN)
    before = await clocks(office, case_id)
    office.skip(T0 + HOUR)
    await office.hear(down(case_id, office))
    after = await clocks(office, case_id)
    assert after[Deadline.HANDLE] == before[Deadline.HANDLE] == (TOWN, before[Deadline.HANDLE][1])
    assert after[Deadline.SIGN][0] == VILLAGE
    case = await office.case(case_id)
    assert (case["lead_unit"], case["working_unit"]) == (TOWN, VILLAGE)
    assert case["transitions"][-1]["action"] == "delegate"
    unit = office.person("li", Role.HANDLER, VILLAGE)
    assert (await unit.get(f"/cases/{case_id}")).status_code == 200
    await office.advance(local("2026-03-05"))
    late = [one for one in await office.said(case_id) if isinstance(one, SupervisionIssued)]
    assert [(one.unit_code, "签收" in one.reason) for one in late] == [(VILLAGE, True)]


async def test_orders_blame_who_is_accountable_and_tell_who_works(office: Office) -> None:
    case_id = await led(office, TOWN)
    await office.hear(down(case_id, office), signed(case_id, office.clock.now(), unit=VILLAGE))
    await office.advance(T0 + 30 * DAY)
    orders = [one for one in await office.said(case_id) if isinstance(one, SupervisionIssued)]
    named = [one.unit_code for one in orders if "逾期催办" in one.reason]
    assert named == [TOWN, VILLAGE]
    assert len({one.supervision_id for one in orders}) == len(orders)


async def test_raising_hands_the_handling_clock_on_as_it_is_and_is_no_giving_up(office: Office) -> None:
    case_id = await led(office, "G-1")
    before = await clocks(office, case_id)
    chain = ["G-1", VILLAGE, TOWN, "H-12345", "D-HOUSING"]
    for lower, upper in pairwise(chain):
        office.skip(office.clock.now() + HOUR)
        event = up(case_id, office, from_unit=lower, working_unit=upper, lead_unit=upper)
        await office.hear(event, signed(case_id, office.clock.now(), unit=upper))
    assert (await clocks(office, case_id))[Deadline.HANDLE] == ("D-HOUSING", before[Deadline.HANDLE][1])
    (row,) = await office.rows("SELECT left_units, passed FROM matter WHERE case_id = $1", case_id)
    assert (row.left_units, len(row.passed)) == ([], 4)
    assert not any(isinstance(one, SupervisionIssued) for one in await office.said(case_id))


async def test_two_units_that_pass_it_a_third_time_are_named_by_the_ladder_once(office: Office) -> None:
    case_id = await led(office, TOWN)
    events = [down(case_id, office), up(case_id, office), down(case_id, office), up(case_id, office)]
    for number, event in enumerate(events, start=1):
        await office.hear(event)
        orders = [one for one in await office.said(case_id) if isinstance(one, SupervisionIssued)]
        assert len(orders) == (0 if number < 3 else 3)
    assert {one.unit_code for one in orders} == {TOWN, VILLAGE, "S-GOV"}


@pytest.mark.parametrize(("for_cause", "left"), [(True, [VILLAGE]), (False, [])])
async def test_only_what_was_taken_for_cause_is_giving_up(office: Office, for_cause: bool, left: list[str]) -> None:
    case_id = await led(office, VILLAGE)
    event = said(
        CaseReassigned, case_id, occurred_at=office.clock.now(), from_unit=VILLAGE, lead_unit=TOWN, for_cause=for_cause
    )
    await office.hear(event)
    (row,) = await office.rows("SELECT left_units FROM matter WHERE case_id = $1", case_id)
    assert row.left_units == left


async def test_neither_who_worked_nor_who_is_accountable_nor_whoever_passed_it_on_asks_the_citizen(
    office: Office,
) -> None:
    case_id = await led(office, TOWN)
    now = office.clock.now()
    await office.hear(
        down(case_id, office, by="chen", by_unit=TOWN),
        signed(case_id, now, unit=VILLAGE),
        handled(case_id, now, unit=VILLAGE),
    )
    for subject, unit in (("zhou", TOWN), ("zhou", VILLAGE), ("chen", None)):
        who = office.person(subject, Role.CALLER, unit)
        refused = await office.attempt(case_id, who, satisfaction="satisfied")
        assert refused.status_code == 403, (subject, unit)
    asked = await office.attempt(case_id, satisfaction="satisfied")
    assert (asked.status_code, asked.json()["closing"]) == (201, "substantive")
