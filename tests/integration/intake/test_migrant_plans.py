"""How PostgreSQL answers who is away, whom to look at, the ledger and overdue entries: each through an index."""

from datetime import date

from libs.common.security.policy import Scope
from libs.common.web.cursors import PageQuery
from services.intake.dossiers.queries import EntryFilter, list_statement, overdue_statement
from services.intake.migrants.queries import MigrantFilter, migrants_statement, unlooked_statement
from services.intake.visit_ledger.queries import ROWS, LedgerSpan
from tests.integration.intake.door import NOW, IntakeDoor
from tests.support.plans import plan_of

COUNTY, TOWN = Scope("999001"), Scope("999001103")
PAGE = PageQuery(limit=50)
_FILL = (
    """
    INSERT INTO household (household_id, status, area_code, area_since, household_class, class_since, kinds,
        kinds_since, resources, resources_since, every_since, contact_since, muted_since, away_looked_on, contacted_on,
        registered_at, updated_at, version)
    SELECT lpad(n::text, 36, '0'), 'registered', '999001' || lpad((100 + n % 20)::text, 3, '0') || '2' || '01',
        '2026-01-01', CASE WHEN n % 5 = 0 THEN 'away' ELSE 'resident' END, '2026-01-01', '{}', '2026-01-01', '{}',
        '2026-01-01', '2026-01-01', '2026-01-01', '2026-01-01', date '2025-01-01' + n % 400,
        date '2025-01-01' + n % 400, '2026-01-01', '2026-01-01', 1
    FROM generate_series(1, 60000) AS n
    """,
    """
    INSERT INTO visit (visit_id, household_id, status, day, started_at, ended_at, slot, outcome, area_code, staff_ids,
        purposes, materials, topics, findings, quantities, photos, rounds, entered_by, entered_on, recorded_at, version)
    SELECT household_id, household_id, 'recorded', contacted_on, '2026-01-01', '2026-01-01', 'day', 'reached',
        area_code, '{S-1}', '{}', '{}', '{}', '{}', '[]', '{}', '{}', 'x', '2026-01-01', '2026-01-01', 1 FROM household
    """,
    """
    INSERT INTO dossier_entry (entry_id, area_code, part, kind, name, text, looked_on, due_on, removed, updated_at,
        version)
    SELECT household_id, area_code, 'places', 'pond', '', '', contacted_on, contacted_on + 90, false,
        '2026-01-01', 1 FROM household
    """,
    "ANALYZE household, visit, dossier_entry",
)


async def test_each_list_goes_by_an_index_in_its_order(intake: IntakeDoor) -> None:
    database, today = intake.service.runtime.work_database, date(2026, 2, 1)
    async with database.transaction(NOW) as session:
        for statement in _FILL:
            await session.fetch(statement)
    for scope in (COUNTY, TOWN):
        for before in (date(2025, 6, 1), date(2025, 1, 1)):
            found = await plan_of(database, unlooked_statement(scope, MigrantFilter(before), PAGE))
            assert "household_unlooked_idx" in found.indexes, found
            found = await plan_of(database, migrants_statement(scope, MigrantFilter(before), PAGE))
            assert "household_migrant_idx" in found.indexes, found
        found = await plan_of(database, overdue_statement(scope, None, today, PAGE))
        assert "dossier_entry_due_idx" in found.indexes, found
        found = await plan_of(database, list_statement(scope, EntryFilter(), PAGE))
        assert "dossier_entry_area_idx" in found.indexes, found
    # The last of twenty: what is of the others before it is not passed over.
    span = LedgerSpan("999001119201", date(2025, 1, 1), date(2025, 12, 31))
    found = await plan_of(database, ROWS, span.area_prefix, span.from_day, span.until_day, *span.start, 51)
    assert "visit_ledger_idx" in found.indexes, found
    assert found.pages <= 10 * found.rows, f"{found.pages} pages for {found.rows} rows:\n{found}"
