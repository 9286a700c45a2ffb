"""Every row that was changed behind the system's back is found and named; all kinds in one copy, by one audit."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from huiyin.audit.households import checking as households
from huiyin.audit.households.checking import household_streams
from huiyin.audit.merge import by_key
from huiyin.audit.packs import Packs
from huiyin.audit.queries import case_streams
from huiyin.audit.reading import read, view_of
from huiyin.audit.report import AuditReport, Findings
from huiyin.audit.rows import rows_wanted
from huiyin.audit.rows.comparing import Unseen, WantedRows
from huiyin.audit.snapshot import open_cut
from huiyin.audit.visits.records import records_of
from huiyin.audit.visits.rounds import OpenedRounds
from libs.common.visits.counting import MEASURES
from tests.integration.audit.conftest import Copy, Lived, named
from tests.integration.audit.damage.rows import ROWS

Column = tuple[str, str]
"""Table and column."""

_LIBRARY = {
    "answer": ("status", "body", "answered_at"),
    "case_number": ("county", "day", "last"),
    "letter_sequence": ("office", "kind", "year", "last"),
    "pack": ("version", "place_code", "digest", "document", "effective_from"),
    "round_tally": ("round_id", "view", "cut", "member", "area_code", *MEASURES),
    "round_turn": ("round_id", "day", "people", "area_code", "households"),
    "plan_turn": ("households", "reached"),
    "contact_tally": ("contact_staff_id", "household_class", "area_code", "households"),
    "parked": ("stream", "key", "source", "seq", "type", "headers", "value"),
    "parked_dropped": ("stream", "key", "source", "seq", "type", "headers", "value"),
    "relay_mark": ("topic",),
    "staff_account": ("staff_id", "disabled_at", "totp_since"),
    "staff_look": ("look_id", "staff_id", "who", "unit_code", "by_staff", "reason", "at"),
    "staff": ("staff_id", "version", "name", "terms", "sealed", "recorded_at"),
}
"""What `huiyin.audit.library` compares, and the numbers of rounds, of their plans and of contact persons."""
_COLUMNS = """
    SELECT table_schema || '.' || table_name AS name, column_name AS column FROM information_schema.columns
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema IN ('intake', 'dispatch', 'followup') AND table_type = 'BASE TABLE' AND is_generated = 'NEVER'
        AND table_name NOT LIKE 'ledger%' AND table_name NOT IN ('watermark', 'alembic_version')
"""


@pytest.mark.parametrize("kind", ROWS)
def test_is_found_and_named(all_rows_spoilt: AuditReport, lived: Lived, kind: str) -> None:
    assert named(all_rows_spoilt, lived.cases | lived.homes, ROWS[kind]), ROWS[kind].says


async def test_every_column_is_compared_or_the_guide_says_why_not(copy: Copy) -> None:
    seen: dict[Column, bool] = {}
    async with open_cut(copy.url, "test") as cut:
        packs, rounds = await Packs.of(cut), await OpenedRounds.of(cut)
        async for key, group in by_key(cut, case_streams(cut, "cases", embedded_bus=True)):
            _note(seen, rows_wanted(view_of(key, group, Findings()), packs))
        async for key, group in by_key(cut, household_streams(cut, "visits", embedded_bus=True)):
            view = read(key, group, Findings(), of_today=True)
            _note(seen, households.rows_wanted(view, rounds, records_of(view)))
        every = {(row["name"], row["column"]) for row in await cut.fetch(_COLUMNS)}
    assert not seen.keys() - every
    compared = {column for column, is_compared in seen.items() if is_compared} | _compared_by_the_library(every)
    assert every - compared <= _explained(every)


def _note(seen: dict[Column, bool], every: Iterable[WantedRows]) -> None:
    """Which columns of these rows are compared, and which are only named."""
    for wanted in every:
        table = f"{wanted.service}.{wanted.table.rpartition('.')[2]}"
        rows = wanted.rows if wanted.kept is None else ()
        for column, value in (pair for row in rows for pair in row.items()):
            seen[table, column] = seen.get((table, column), False) or not isinstance(value, Unseen)


def _compared_by_the_library(every: set[Column]) -> set[Column]:
    return {(table, column) for table, column in every if column in _LIBRARY.get(table.rpartition(".")[2], ())}


def _explained(every: set[Column]) -> set[Column]:
    """The columns that the guide's table names, with the tables that stand before them."""
    lines = [line.split("|") for line in Path("docs/audit.md").read_text().splitlines() if line.startswith("| `")]
    return {
        (table, column)
        for table, column in every
        for cells in lines
        if f"`{column}`" in cells[2] and (f"`{table}`" in cells[1] or f"`{table.rpartition('.')[2]}`" in cells[1])
    }
