"""How PostgreSQL answers the lists: through an index, whatever is asked."""

from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import Select

from libs.common.security.policy import Bound, Scope
from libs.common.security.principal import Principal, Role
from libs.common.web.cursors import encode_cursor
from services.intake.attachments.queries import files_statement
from services.intake.cases.domain.lifecycle import Status
from services.intake.cases.queries.reach import Viewer
from services.intake.cases.queries.reading import NEWEST_FIRST, CaseFilter, list_statement, timeline_statement
from services.intake.cases.tables import Case
from services.intake.reveals.queries import RevealFilter, looks_statement
from services.intake.wordings.queries import held_statement
from tests.integration.intake.door import NOW, IntakeDoor
from tests.support.plans import Plan, plan_of

_FILL = """
    INSERT INTO cases (case_id, case_no, channel, kind, urgency, area_code, title, confidential, callback_wanted,
                       source_system, source_no, occurred_at, registered_at, pack_version, status, category_code, round,
                       lead_unit, closing, answered_directly, version, updated_at, words)
    SELECT lpad(n::text, 36, '0'), lpad(n::text, 19, '0'), 'hotline', 'help',
           CASE WHEN n % 900 = 0 THEN 'urgent' ELSE 'normal' END,
           CASE WHEN n % 4000 = 0 THEN '999001199299' WHEN n % 900 = 7 THEN '999001199299001'
                ELSE '999001' || lpad((100 + n % 20)::text, 3, '0') || lpad((200 + n % 7)::text, 3, '0') END,
           't', false, true,
           'hotline', n::text, '2026-01-01', timestamptz '2026-01-01' + n * interval '1 minute', 1,
           CASE WHEN n % 50 = 0 THEN 'assigned' ELSE 'closed' END, lpad((n % 15 + 1)::text, 2, '0') || '01', 1,
           'D-' || n % 40, CASE WHEN n % 50 = 0 THEN NULL ELSE 'substantive' END, false, 1, '2026-01-01',
           CASE WHEN n % 250 = 0 THEN 'held' ELSE 'as_masked' END
    FROM generate_series(1, 40000) AS n
"""
_FILL_TIMELINE = """
    INSERT INTO timeline (case_id, at, what, round, note, status, version)
    SELECT lpad((n % 4000)::text, 36, '0'), timestamptz '2026-01-01' + n * interval '1 minute', 'x', 1, '', 'closed', 1
    FROM generate_series(1, 20000) AS n
"""
_FILL_FILES = """
    INSERT INTO attachment (attachment_id, case_id, digest, size, media_type, name, scan, added_at, added_by, unit_code)
    SELECT lpad(n::text, 36, '0'), lpad((n % 4000 + 1)::text, 36, '0'), lpad(n::text, 64, '0'), 1, 'image/jpeg',
           'a.jpg', 'clean', '2026-01-01', 'x', 'D-' || n % 40
    FROM generate_series(1, 20000) AS n
"""
SIZE = 50
MOST_READ = 8_000
"""Of forty thousand: what the narrowest combination of filters may look at."""
FEW_PAGES = 12
OWN = frozenset({"D-7", "S-GOV"})
COUNTY = Scope("999001")
CURSOR = encode_cursor(NEWEST_FIRST.name, (NOW, "0" * 36))
JANUARY = NOW.replace(month=1, day=10)

LISTS: dict[str, tuple[Scope, CaseFilter, str | None]] = {
    "the newest of a county": (COUNTY, CaseFilter(), None),
    "the next page": (COUNTY, CaseFilter(), CURSOR),
    "a town": (Scope("999001101", own=OWN), CaseFilter(), None),
    "a village": (Scope("999001101201"), CaseFilter(), None),
    "a village, as a filter": (COUNTY, CaseFilter(area_code="999001105205"), None),
    "one status": (COUNTY, CaseFilter(status=Status.ASSIGNED), None),
    "a status nobody has": (COUNTY, CaseFilter(status=Status.TRIAGE), None),
    "urgent cases": (COUNTY, CaseFilter(urgency="urgent"), None),
    "emergencies, of which there are none": (COUNTY, CaseFilter(urgency="emergency"), CURSOR),
    "a grid": (COUNTY, CaseFilter(area_code="999001199299001"), None),
    "a category": (COUNTY, CaseFilter(category_code="0301"), None),
    "a unit's of one category": (Scope("999001", (Bound("D-7"),), OWN), CaseFilter(None, "1301", undivided=True), None),
    "a unit's of one category, the next page": (
        Scope("999001", (Bound("D-7"),), OWN),
        CaseFilter(None, "1301", undivided=True),
        CURSOR,
    ),
    "a unit's of a category that it never has": (
        Scope("999001", (Bound("D-7"),), OWN),
        CaseFilter(None, "0101", undivided=True),
        None,
    ),
    "an undivided category, deep": (COUNTY, CaseFilter(None, "0301", undivided=True), CURSOR),
    "the cases of a unit": (Scope("999001", (Bound("D-7"),), OWN), CaseFilter(), None),
    "a source number": (COUNTY, CaseFilter(source_system="hotline", source_no="77"), None),
    "a day": (COUNTY, CaseFilter(registered_from=JANUARY, registered_to=JANUARY + timedelta(days=1)), None),
    "everything at once": (COUNTY, CaseFilter("999001101000", "03", Status.CLOSED, kind="help"), CURSOR),
    "a town and a heading that never meet": (COUNTY, CaseFilter("999001101000", "03"), None),
    "a town and a category that never meet": (COUNTY, CaseFilter("999001101000", "0301"), None),
    "a town and a category that often meet": (COUNTY, CaseFilter("999001101000", "0701"), CURSOR),
    "a village, a category and the rest": (
        COUNTY,
        CaseFilter("999001101201", "0701", Status.CLOSED, channel="hotline", kind="help"),
        CURSOR,
    ),
}
NEVER_MEET = ("everything at once", "a town and a heading that never meet", "a town and a category that never meet")
IN_ORDER = (
    "the newest of a county",
    "the next page",
    "one status",
    "the cases of a unit",
    "a grid",
    "an undivided category, deep",
    "a unit's of one category",
    "a unit's of one category, the next page",
    "a unit's of a category that it never has",
)


@pytest.fixture
async def filled(intake: IntakeDoor) -> IntakeDoor:
    """Forty thousand cases."""
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch(_FILL)
        await session.fetch(_FILL_TIMELINE)
        await session.fetch(_FILL_FILES)
        await session.fetch("ANALYZE attachment")
        await session.fetch("ANALYZE cases")
        await session.fetch("ANALYZE timeline")
    return intake


async def test_no_list_reads_the_whole_table(filled: IntakeDoor) -> None:
    for name, (reach, chosen, cursor) in LISTS.items():
        plan = await explain(filled, list_statement(reach, chosen, cursor, SIZE))
        assert not plan.walked, f"{name}:\n{plan}"
        assert plan.rows_read <= MOST_READ, f"{name} reads {plan.rows_read}:\n{plan}"


async def test_where_a_category_and_an_area_never_meet_is_seen_at_once(filled: IntakeDoor) -> None:
    for name in NEVER_MEET:
        reach, chosen, cursor = LISTS[name]
        plan = await explain(filled, list_statement(reach, chosen, cursor, SIZE))
        assert plan.indexes == {"cases_category_area_idx"}, f"{name}:\n{plan}"
        assert plan.rows_read == 0, f"{name}:\n{plan}"
        assert plan.pages <= FEW_PAGES, f"{name} looks at {plan.pages} pages:\n{plan}"


async def test_a_deep_page_of_a_long_time_begins_at_its_cursor(filled: IntakeDoor) -> None:
    long = CaseFilter(registered_from=NOW - timedelta(days=365), registered_to=NOW + timedelta(days=365))
    deep = encode_cursor(NEWEST_FIRST.name, (JANUARY, "0" * 36))
    plan = await explain(filled, list_statement(COUNTY, long, deep, SIZE))
    assert plan.rows_read <= SIZE + 1, plan
    assert plan.pages <= SIZE + FEW_PAGES, f"{plan.pages} pages:\n{plan}"


async def test_the_newest_are_read_without_sorting(filled: IntakeDoor) -> None:
    for name in IN_ORDER:
        reach, chosen, cursor = LISTS[name]
        plan = await explain(filled, list_statement(reach, chosen, cursor, SIZE))
        assert not plan.sorts, f"{name}:\n{plan}"
        assert plan.rows_read <= SIZE + 1, f"{name}:\n{plan}"


async def test_the_index_of_areas_serves_prefixes(filled: IntakeDoor) -> None:
    plan = await explain(filled, list_statement(Scope("999001199299"), CaseFilter(), None, SIZE))
    assert "cases_area_idx" in plan.indexes, plan
    assert "(area_code >= '999001199299'" in str(plan), plan


async def test_what_waits_for_its_wording_is_read_in_order(filled: IntakeDoor) -> None:
    plan = await explain(filled, held_statement(Scope("999001", own=OWN), None, None, SIZE))
    assert plan.indexes == {"cases_held_idx"}, plan
    assert not plan.sorts, plan
    assert plan.rows_read <= SIZE + 1, plan


async def test_a_timeline_is_one_walk(filled: IntakeDoor) -> None:
    plan = await explain(filled, timeline_statement("0" * 33 + "777", None, SIZE))
    assert plan.indexes == {"timeline_case_idx"}, plan
    assert plan.rows_read <= SIZE + 1, plan


@pytest.mark.parametrize("confidential", [False, True])
async def test_the_files_of_a_case_are_one_walk(filled: IntakeDoor, *, confidential: bool) -> None:
    viewer = Viewer(Principal("chen", frozenset({Role.HANDLER}), "999001000000", "D-7", "token"), COUNTY)
    known: dict[str, Any] = {"case_id": "0" * 33 + "777", "confidential": confidential, "lead_unit": "D-7"}
    case = Case(**known)
    plan = await explain(filled, files_statement(viewer, case, None, SIZE))
    assert plan.indexes == {"attachment_case_idx"}, plan
    assert plan.rows_read <= SIZE + 1, plan


_FILL_LOOKS = """
    INSERT INTO reveal (reveal_id, case_id, who, unit_code, by_staff, reason, fields, at)
    SELECT lpad(n::text, 36, '0'), lpad((n % 4000 + 1)::text, 36, '0'), 'desk-' || n % 300, 'D-' || n % 40,
           'S-' || n % 200, 'x', '{name}', timestamptz '2026-01-01' + n * interval '1 minute'
    FROM generate_series(1, 20000) AS n
"""
LOOKS: dict[str, tuple[Scope, RevealFilter, str]] = {
    "all": (COUNTY, RevealFilter(), "reveal_at_idx"),
    "those of a town": (Scope("999001101", own=OWN), RevealFilter(), "reveal_at_idx"),
    "one person's": (COUNTY, RevealFilter(staff_id="S-7"), "reveal_staff_idx"),
    "one unit's": (COUNTY, RevealFilter(unit_code="D-7"), "reveal_unit_idx"),
    "one account's": (COUNTY, RevealFilter(account="desk-7"), "reveal_who_idx"),
    "a case's": (COUNTY, RevealFilter(case_id="0" * 33 + "777"), "reveal_case_idx"),
    "a day's": (COUNTY, RevealFilter(looked_from=JANUARY, looked_to=JANUARY + timedelta(days=1)), "reveal_at_idx"),
}


async def test_no_list_of_looks_reads_the_whole_table(filled: IntakeDoor) -> None:
    async with filled.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch(_FILL_LOOKS)
        await session.fetch("ANALYZE reveal")
    for name, (reach, chosen, index) in LOOKS.items():
        statement = cast("Select[Any]", looks_statement(reach, chosen, None, SIZE))
        plan = await explain(filled, statement)
        assert index in plan.indexes, f"{name}:\n{plan}"
        assert not plan.walked, f"{name}:\n{plan}"
        assert plan.rows_read <= MOST_READ, f"{name} reads {plan.rows_read}:\n{plan}"


async def explain(intake: IntakeDoor, statement: Select[Any]) -> Plan:
    """As PostgreSQL plans the first times it sees a statement: with the values in place."""
    return await plan_of(intake.service.runtime.work_database, statement)
