"""The scratch schema ``stock`` of the database that is filled: the templates' rows with gaps, and the copies."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

import orjson

from bench.stock.columns import FORMED, JSON_TYPES, SPACING, staged
from bench.stock.copies import Copy
from bench.stock.templates import SOURCE, WEEK, Lived, Table, Template
from bench.stock.words import Words
from libs.common.pack.directory import Directory
from libs.common.time.periods import assessment_day
from services.analytics.counters.domain import COUNTERS
from services.analytics.facts.domain.counting import contribution
from services.analytics.facts.domain.documents import from_documents

_AT_ONCE = 50_000
_SCRATCH = """
    DROP SCHEMA IF EXISTS stock CASCADE;
    CREATE SCHEMA stock;
    CREATE UNLOGGED TABLE stock.made (
        number bigint, template integer, weeks integer, case_id text, case_no text, channel text, area_code text,
        part smallint, first timestamptz, last timestamptz
    );
    CREATE UNLOGGED TABLE stock.calendar (template integer, weeks integer, days text[]);
"""
_COPY = f"""
    CREATE UNLOGGED TABLE stock.copy AS
    SELECT made.*, weeks * interval '7 days' AS shift, right(case_id, 13) AS tail, '{SOURCE}-' || number AS source_no,
        ARRAY[case_id, case_no, right(case_id, 13), channel, area_code, '{SOURCE}-' || number] || days AS words
    FROM stock.made JOIN stock.calendar USING (template, weeks) ORDER BY number;
    DROP TABLE stock.made;
    ANALYZE stock.copy
"""  # noqa: S608
_COUNTS = ", ".join(f"{counter.value} bigint" for counter in COUNTERS)
_CELLS = f"""
    CREATE UNLOGGED TABLE stock.cell (
        template integer, basis text, day date, unit_code text, category_code text, kind text, {_COUNTS}
    )
"""


async def stage(connection: Any, lived: Lived, made: Iterable[Copy]) -> None:
    """Write everything that the copies are made from."""
    await connection.execute(_SCRATCH)
    words = {template.number: Words(template) for template in lived.templates}
    for table in (table for table in lived.tables if table.key):
        await _stage_rows(connection, table, lived.templates, words)
    await _stage_cells(connection, lived)
    await _stage_copies(connection, made, words)


async def _stage_rows(connection: Any, table: Table, templates: Sequence[Template], words: dict[int, Words]) -> None:
    columns = ", ".join(
        f"{column} {'text' if column in FORMED else kind}"
        for column, kind in zip(table.columns, table.types, strict=True)
    )
    name = staged(table)
    await connection.execute(f"CREATE UNLOGGED TABLE stock.{name} (template integer, place integer, {columns})")
    records = [
        (template.number, place, *_formed(table, row, words[template.number]))
        for template in templates
        for place, row in enumerate(template.rows.get((table.service, table.name), ()))
    ]
    if any(record[1] >= SPACING for record in records):
        raise ValueError(f"a template has more than {SPACING} rows in {table.service}.{table.name}")
    await connection.copy_records_to_table(name, schema_name="stock", records=records)
    await connection.execute(f"ANALYZE stock.{name}")


def _formed(table: Table, row: tuple[Any, ...], words: Words) -> Iterator[Any]:
    for column, kind, value in zip(table.columns, table.types, row, strict=True):
        if column in FORMED and kind in JSON_TYPES:
            yield words.form(value, registration=column == "doc" or table.service == "intake")
        elif column in FORMED:
            yield words.form(value, registration=False)
        elif column == "clock_id":
            yield value.removeprefix(words.template.case_id)
        else:
            yield value


async def _stage_cells(connection: Any, lived: Lived) -> None:
    await connection.execute(_CELLS)
    directory = Directory(lived.pack)
    rules = directory.period_rules()

    def day_of(moment: datetime) -> date:
        return assessment_day(moment, rules.time_zone, rules.day_starts_at)

    def level_of(unit: str) -> str:
        return directory.level_of(unit) or ""

    records = [
        (template.number, cell.basis, cell.day, cell.unit_code, cell.category_code, cell.kind, *counts)
        for template in lived.templates
        for cell, counts in contribution(from_documents(*_documents(lived, template)), day_of, level_of).items()
    ]
    await connection.copy_records_to_table("cell", schema_name="stock", records=records)
    await connection.execute("ANALYZE stock.cell")


def _documents(lived: Lived, template: Template) -> tuple[dict[str, Any], dict[str, list[int]]]:
    table = next(table for table in lived.tables if (table.service, table.name) == ("analytics", "fact"))
    (row,) = template.rows["analytics", "fact"]
    doc, places = (orjson.loads(row[table.columns.index(name)]) for name in ("doc", "places"))
    return doc, places


async def _stage_copies(connection: Any, made: Iterable[Copy], words: dict[int, Words]) -> None:
    seen: set[tuple[int, int]] = set()
    rows = iter(made)
    while chunk := list(islice(rows, _AT_ONCE)):
        seen.update((one.template, one.weeks) for one in chunk)
        await connection.copy_records_to_table("made", schema_name="stock", records=chunk)
    calendar = [
        (number, weeks, [(day + weeks * WEEK).isoformat() for day in words[number].days])
        for number, weeks in sorted(seen)
    ]
    await connection.copy_records_to_table("calendar", schema_name="stock", records=calendar)
    await connection.execute(_COPY)
