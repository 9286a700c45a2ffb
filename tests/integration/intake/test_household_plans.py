"""How PostgreSQL answers the lists of 200,000 households, and of looks at them: through an index, whatever is asked."""

from datetime import date
from typing import Any, cast

import pytest
from sqlalchemy import Select, select
from sqlmodel import col

from libs.common.events.household_terms import HouseholdClass, VisitEvery
from libs.common.security.policy import Scope
from libs.common.web.cursors import PageQuery, encode_cursor
from services.intake.erasures.queries import DUE_HOUSEHOLDS, NEEDED, NEXT_HOUSEHOLDS
from services.intake.households.domain import Status
from services.intake.households.queries import (
    _ALIKE,
    BY_AREA,
    BY_STEP,
    HouseholdFilter,
    LookFilter,
    list_statement,
    looks_statement,
)
from services.intake.households.tables import HouseholdChange
from tests.integration.intake.door import NOW, IntakeDoor
from tests.support.plans import Plan, plan_of

_FILL = """
    INSERT INTO household (household_id, status, area_code, area_since, household_class, class_since, kinds,
                           kinds_since, resources, resources_since, visit_every, every_since, contact_staff_id,
                           contact_since, muted_for, muted_since, mute_asked_for, merged_into, registered_at,
                           updated_at, version)
    SELECT lpad(n::text, 36, '0'),
           CASE WHEN n % 400 = 1 THEN 'mute_asked' WHEN n % 40 = 2 THEN 'muted' WHEN n % 50 = 3 THEN 'ended'
                ELSE 'registered' END,
           '999001' || lpad((100 + n % 20)::text, 3, '0') || lpad((200 + n % 17)::text, 3, '0'),
           '2026-01-01', CASE WHEN n % 11 = 0 THEN 'away' ELSE 'resident' END, '2026-01-01',
           CASE WHEN n % 9001 = 0 THEN '{retired_cadre}'::text[] WHEN n % 30 = 0 THEN '{well_off}'
                WHEN n % 10 = 1 THEN '{out_of_poverty,party_elder}' ELSE '{}' END, '2026-01-01',
           CASE WHEN n % 500 = 0 THEN '{jobs}'::text[] ELSE '{}' END, '2026-01-01',
           CASE WHEN n % 9 = 0 THEN 'week' END, '2026-01-01',
           CASE WHEN n % 60 > 0 THEN 'S-' || n % 3500 END, '2026-01-01',
           CASE WHEN n % 400 <> 1 AND n % 40 = 2 THEN 'moved_away' END, '2026-01-01',
           CASE WHEN n % 400 = 1 THEN 'refused' END,
           CASE WHEN n % 400 <> 1 AND n % 40 <> 2 AND n % 50 = 3 THEN lpad('1', 36, '0') END,
           '2026-01-01', '2026-01-01', 1
    FROM generate_series(1, 200000) AS n
"""
_FILL_BESIDE = (
    """
    INSERT INTO household_identity (household_id, wrapped, phone_index, door_index)
    SELECT household_id, '\\x00', decode(md5(household_id), 'hex'), decode(md5('d' || household_id), 'hex')
    FROM household
    """,
    """
    INSERT INTO household_change (household_id, version, action, from_status, to_status, holds_from, changed, kinds,
                                  resources, who, at, why)
    SELECT lpad((n % 20000 + 1)::text, 36, '0'), n / 20000 + 1, 'change', 'registered', 'registered',
           date '2026-01-01' + n / 20000, '{visit_every}', '{}', '{}', 'desk-1', '2026-01-01', ''
    FROM generate_series(0, 99999) AS n
    """,
    """
    INSERT INTO household_look (look_id, household_id, who, unit_code, by_staff, reason, fields, at)
    SELECT lpad(n::text, 36, '0'), lpad((n % 4000 + 1)::text, 36, '0'), 'desk-' || n % 300, 'D-' || n % 40,
           'S-' || n % 200, 'x', '{head}', timestamptz '2026-01-01' + n * interval '1 minute'
    FROM generate_series(1, 20000) AS n
    """,
    "UPDATE household_identity SET wrapped = NULL, destroyed_at = now() WHERE household_id LIKE '%2'",
    "ANALYZE household, household_identity, household_change, household_look",
)
SIZE = 50
COUNTY, TOWN, VILLAGE = Scope("999001"), Scope("999001101"), Scope("999001101201")
DEEP = encode_cursor(BY_AREA.name, ("999001110205", "0" * 36))
MOST_READ = 8_000
"""Of two hundred thousand: what the narrowest combination of filters may look at, before its page is full."""
LISTS: dict[str, tuple[Scope, HouseholdFilter, str | None]] = {
    "a county": (COUNTY, HouseholdFilter(), None),
    "a county, deep": (COUNTY, HouseholdFilter(), DEEP),
    "a town": (TOWN, HouseholdFilter(), None),
    "a village": (VILLAGE, HouseholdFilter(), None),
    "a village, as a filter": (COUNTY, HouseholdFilter(area_code="999001105205"), None),
    "a contact person's": (COUNTY, HouseholdFilter(contact_staff_id="S-77"), None),
    "a contact person's of a town": (TOWN, HouseholdFilter(contact_staff_id="S-77"), None),
    "without a contact person": (COUNTY, HouseholdFilter(without_contact=True), None),
    "without a contact person, of a village": (VILLAGE, HouseholdFilter(without_contact=True), None),
    "with a contact person": (COUNTY, HouseholdFilter(without_contact=False), DEEP),
    "to be muted": (COUNTY, HouseholdFilter(status=Status.MUTE_ASKED), None),
    "muted": (COUNTY, HouseholdFilter(status=Status.MUTED), DEEP),
    "merged": (COUNTY, HouseholdFilter(status=Status.ENDED), None),
    "a kind": (COUNTY, HouseholdFilter(kind="well_off"), None),
    "a kind of a town": (TOWN, HouseholdFilter(kind="well_off"), None),
    "a class": (COUNTY, HouseholdFilter(household_class=HouseholdClass.AWAY), DEEP),
    "a class that nobody has": (VILLAGE, HouseholdFilter(household_class=HouseholdClass.SHOP), None),
    "a kind that nobody has": (COUNTY, HouseholdFilter(kind="vulnerable"), None),
    "a class that no household of the county has": (COUNTY, HouseholdFilter(household_class=HouseholdClass.FARM), None),
    "a common kind": (COUNTY, HouseholdFilter(kind="out_of_poverty"), DEEP),
    "a rare kind": (COUNTY, HouseholdFilter(kind="retired_cadre"), None),
    "a rare kind of a village": (VILLAGE, HouseholdFilter(kind="retired_cadre"), None),
    "a resource": (COUNTY, HouseholdFilter(resource="jobs"), None),
    "a frequency": (COUNTY, HouseholdFilter(visit_every=VisitEvery.WEEK), None),
    "a frequency that nobody has": (COUNTY, HouseholdFilter(visit_every=VisitEvery.QUARTER), None),
    "everything at once": (
        TOWN,
        HouseholdFilter(None, Status.REGISTERED, HouseholdClass.AWAY, "well_off", "jobs", VisitEvery.WEEK, "S-77"),
        None,
    ),
}
IN_ORDER = (
    *("a county", "a county, deep", "a town", "a contact person's", "a class", "a frequency"),
    *("without a contact person", "with a contact person", "to be muted", "muted", "merged"),
)
LOOKS: dict[str, tuple[Scope, LookFilter, str]] = {
    "all": (COUNTY, LookFilter(), "household_look_at_idx"),
    "those of a town": (TOWN, LookFilter(), "household_look_at_idx"),
    "one person's": (COUNTY, LookFilter(staff_id="S-7"), "household_look_staff_idx"),
    "one unit's": (COUNTY, LookFilter(unit_code="D-7"), "household_look_unit_idx"),
    "one account's": (COUNTY, LookFilter(account="desk-7"), "household_look_who_idx"),
    "a household's": (COUNTY, LookFilter(household_id="0" * 33 + "777"), "household_look_household_idx"),
    "a day's": (
        COUNTY,
        LookFilter(looked_from=NOW.replace(month=1, day=10), looked_to=NOW.replace(month=1, day=11)),
        "household_look_at_idx",
    ),
}


GATHERED = ("kind", "resource")
HAVE_ONE = 20_100
"""Households of the most common kind."""


@pytest.fixture
async def filled(intake: IntakeDoor) -> IntakeDoor:
    """Two hundred thousand households, with what stands beside them."""
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        for statement in (_FILL, *_FILL_BESIDE):
            await session.fetch(statement)
    return intake


async def explain(intake: IntakeDoor, statement: Select[Any] | str, *parameters: object) -> Plan:
    return await plan_of(intake.service.runtime.work_database, statement, *parameters)


async def test_no_list_reads_the_whole_register(filled: IntakeDoor) -> None:
    """Filled once for all that is asked of it: that takes longest."""
    await no_list_reads_it_all(filled)
    await lists_of_a_county_are_read_in_their_order(filled)
    await what_few_have_costs_no_walk_through_those_that_have_it_not(filled)
    await a_household_is_found_by_phone_and_door_and_as_it_was(filled)
    await no_list_of_looks_reads_the_whole_table(filled)
    await whoever_is_let_go_is_found_among_those_that_left(filled)


async def no_list_reads_it_all(filled: IntakeDoor) -> None:
    for name, (reach, chosen, cursor) in LISTS.items():
        plan = await explain(filled, list_statement(reach, chosen, PageQuery(limit=SIZE, cursor=cursor)))
        assert not plan.walked, f"{name}:\n{plan}"
        if any(getattr(chosen, word) for word in GATHERED):
            # Once in the index of words, and once in the table; nobody who has no such word is looked at.
            assert plan.rows_read <= 2 * HAVE_ONE, f"{name} reads {plan.rows_read}:\n{plan}"
        else:
            assert plan.rows_read <= MOST_READ, f"{name} reads {plan.rows_read}:\n{plan}"


async def lists_of_a_county_are_read_in_their_order(filled: IntakeDoor) -> None:
    for name in IN_ORDER:
        reach, chosen, cursor = LISTS[name]
        plan = await explain(filled, list_statement(reach, chosen, PageQuery(limit=SIZE, cursor=cursor)))
        assert not plan.sorts, f"{name}:\n{plan}"
        assert plan.rows_read <= 2 * SIZE, f"{name} reads {plan.rows_read}:\n{plan}"


async def what_few_have_costs_no_walk_through_those_that_have_it_not(filled: IntakeDoor) -> None:
    for name in ("a rare kind", "a kind that nobody has", "a class that nobody has", "a frequency that nobody has"):
        reach, chosen, cursor = LISTS[name]
        plan = await explain(filled, list_statement(reach, chosen, PageQuery(limit=SIZE, cursor=cursor)))
        assert plan.rows_read <= 2 * SIZE, f"{name} reads {plan.rows_read}:\n{plan}"


async def a_household_is_found_by_phone_and_door_and_as_it_was(filled: IntakeDoor) -> None:
    known = [b"x" * 16]
    plan = await explain(filled, _ALIKE, known, known)
    assert {"household_identity_phone_idx", "household_identity_door_idx"} <= plan.indexes, plan
    steps = select(HouseholdChange).where(col(HouseholdChange.household_id) == "0" * 33 + "777")
    for statement in (
        steps.where(col(HouseholdChange.holds_from) <= date(2026, 1, 3)).order_by(col(HouseholdChange.version)),
        BY_STEP.cut(steps, PageQuery(limit=SIZE)),
    ):
        plan = await explain(filled, cast("Select[Any]", statement))
        assert not plan.walked, plan
        assert plan.rows_read <= SIZE, plan


async def no_list_of_looks_reads_the_whole_table(filled: IntakeDoor) -> None:
    for name, (reach, chosen, index) in LOOKS.items():
        plan = await explain(filled, cast("Select[Any]", looks_statement(reach, chosen, PageQuery(limit=SIZE))))
        assert index in plan.indexes, f"{name}:\n{plan}"
        assert not plan.walked, f"{name}:\n{plan}"
        assert plan.rows_read <= MOST_READ, f"{name} reads {plan.rows_read}:\n{plan}"


async def whoever_is_let_go_is_found_among_those_that_left(filled: IntakeDoor) -> None:
    """Those that were let go before are passed over; of plans, cases and phones' items only what is theirs is read."""
    asked = NOW, NOW.date(), "0" * 36, SIZE
    plan = await explain(filled, NEXT_HOUSEHOLDS, *asked)
    assert {"household_left_idx", "household_identity_pkey"} <= plan.indexes, plan
    assert "household" not in plan.walked, plan
    assert plan.rows_read <= MOST_READ, f"reads {plan.rows_read}:\n{plan}"
    for statement, parameters in ((DUE_HOUSEHOLDS, asked[:2]), (NEEDED, (asked[2], asked[1]))):
        assert "household" not in (plan := await explain(filled, statement, *parameters)).walked, plan
