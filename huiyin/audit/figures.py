"""I8: every fact has each of its events once, and every roll-up is what the ledgers come to, to the last integer.

Neither the fold of analytics nor its counting is used: what they leave out would be missing on both sides. The recount
is summed up in a scratch table, so that it may be larger than memory.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import orjson

from huiyin.audit.case import ANALYTICS, CaseView
from huiyin.audit.counted import Counted, count_case
from huiyin.audit.cut import Cut, Row
from huiyin.audit.queries import SPEAKERS
from huiyin.audit.report import Findings, Invariant
from libs.common.bus.flow import Stream
from libs.common.events.cases import CaseEvent
from libs.common.pack.decoding import decode_document
from libs.common.pack.directory import Directory
from libs.common.pack.problems import PackError
from libs.common.time.periods import PeriodRules, assessment_day
from services.analytics.counters.domain import COUNTERS, Cell, Counts
from services.analytics.facts.actions.events import HEARD, atom_of
from services.analytics.facts.actions.folding import FACT_COLUMNS, fact_row
from services.analytics.facts.domain.atoms import Atom, Registration
from services.analytics.facts.domain.counting import DayOf, add
from services.analytics.facts.domain.fact import PLACES, Fact
from services.analytics.facts.domain.status import ENDED
from services.analytics.rollups.queries.grains import coarse_of
from services.analytics.rollups.tables import COARSE_DIMENSIONS

IN_MEMORY = 10_000
"""Cells summed up before they go to the scratch table."""

SOURCES = tuple(source for source in SPEAKERS[Stream.CASES] if source != ANALYTICS)
_DAYS_REMEMBERED = 5_000
"""A case asks for the same few moments again and again, and the next case for others."""
_NAMES = tuple(counter.value for counter in COUNTERS)
_DIMENSIONS = Cell._fields
_KEYS = ", ".join(_DIMENSIONS)

# Names of columns only, from analytics' own tables.
SCRATCH = f"""
    CREATE TEMP TABLE recount (
        {", ".join(f"{name} {'date' if name == 'day' else 'text'} NOT NULL" for name in _DIMENSIONS)},
        {", ".join(f"{name} bigint NOT NULL" for name in _NAMES)}
    )
"""
RECOUNT = f"""
    SELECT {_KEYS}, {", ".join(f"sum({name})::bigint AS {name}" for name in _NAMES)}
    FROM recount GROUP BY {_KEYS} HAVING {" OR ".join(f"sum({name}) <> 0" for name in _NAMES)}
"""  # noqa: S608


def _compare(counted: str, table: str, keys: Sequence[str]) -> str:
    """Rows of a roll-up that are not what was counted."""
    return f"""
        SELECT {", ".join(keys)}, stored.basis IS NULL AS is_missing, counted.basis IS NULL AS is_extra,
            {", ".join(f"counted.{name} AS should_{name}, stored.{name} AS is_{name}" for name in _NAMES)}
        FROM ({counted}) AS counted
        FULL JOIN (SELECT * FROM {table} WHERE {" OR ".join(f"{name} <> 0" for name in _NAMES)}) AS stored
            USING ({", ".join(keys)})
        WHERE ({", ".join(f"counted.{name}" for name in _NAMES)})
            IS DISTINCT FROM ({", ".join(f"stored.{name}" for name in _NAMES)})
        ORDER BY {", ".join(keys)}
    """  # noqa: S608


MONTH = "SELECT starts_on FROM analytics.rollup_month"
_COMPARED = {
    "roll-up": (_compare(RECOUNT, "analytics.rollup", _DIMENSIONS), _DIMENSIONS),
    "coarse roll-up": (
        _compare(coarse_of("recount", MONTH), "analytics.rollup_coarse", COARSE_DIMENSIONS),
        COARSE_DIMENSIONS,
    ),
}
_CELLS = "SELECT (SELECT count(*) FROM analytics.rollup) + (SELECT count(*) FROM analytics.rollup_coarse) AS n"
_OLDER = ("counted", -1)
"""What the migration left that made this column: the case may count as anything."""


class UnknownPack(Exception):
    """A case stands under a pack version that analytics does not have."""


class Packs:
    """The pack versions of the cut."""

    def __init__(self, rules: Mapping[int, PeriodRules]) -> None:
        self._days: dict[int, DayOf] = {version: _days_of(rule) for version, rule in rules.items()}

    @classmethod
    async def of(cls, cut: Cut) -> "Packs":
        """As analytics knows them."""
        rules = {}
        for row in await cut.fetch("SELECT version, document::text AS document FROM analytics.pack"):
            # One that cannot be read is as good as unknown: every case under it will say so.
            with suppress(PackError):
                rules[row["version"]] = Directory(decode_document(orjson.loads(row["document"])).pack).period_rules()
        return cls(rules)

    def day_of(self, version: int) -> DayOf:
        """The day rule of a version; UnknownPack."""
        try:
            return self._days[version]
        except KeyError:
            raise UnknownPack(f"analytics has no readable pack version {version}") from None


def _days_of(rules: PeriodRules) -> DayOf:
    def day_of(moment: datetime) -> date:
        return assessment_day(moment, rules.time_zone, rules.day_starts_at)

    return lru_cache(_DAYS_REMEMBERED)(day_of)


def fact_of(view: CaseView) -> Fact | None:
    """The fact of a case: one atom for each event that analytics had applied; None when it had not heard of it."""
    first: Registration | None = None
    atoms: dict[str, list[Atom]] = {}
    for one in view.applied(ANALYTICS, *SOURCES):
        if isinstance(one.event, CaseEvent) and type(one.event) in HEARD:
            atom = atom_of(one.event, one.seq)
            if isinstance(atom, Registration):
                first = atom
            else:
                atoms.setdefault(PLACES[type(atom)], []).append(atom)
    kept: dict[str, Any] = {name: tuple(found) for name, found in atoms.items()}
    return None if first is None else Fact(first, **kept)


class Recount:
    """Sums up what all facts count as, in memory first, then in the scratch table."""

    def __init__(self, cut: Cut) -> None:
        self._cut = cut
        self._cells: dict[Cell, Counts] = {}

    async def add(self, cells: Mapping[Cell, Counts]) -> None:
        """One more fact."""
        add(self._cells, cells)
        if len(self._cells) >= IN_MEMORY:
            await self.flush()

    async def flush(self) -> None:
        """Write down what is in memory."""
        rows = [(*cell, *counts) for cell, counts in self._cells.items()]
        self._cells = {}
        if rows:
            await self._cut.fill("recount", (*_DIMENSIONS, *_NAMES), rows)


class Figures:
    """Checks one fact after the other, then the roll-ups."""

    def __init__(self, cut: Cut, findings: Findings, packs: Packs) -> None:
        self._cut = cut
        self._findings = findings
        self._packs = packs
        self._recount = Recount(cut)

    async def check(self, view: CaseView) -> None:
        """One case."""
        fact, counted, stored = fact_of(view), count_case(view), view.row("fact")
        say = partial(self._findings.violated, Invariant.FIGURE, view.case_id, ANALYTICS)
        if fact is None or counted is None:
            if stored is not None:
                say("there is a fact, and no registration that analytics had applied")
            return
        self._findings.checked[Invariant.FIGURE] += 1
        try:
            day_of = self._packs.day_of(fact.registration.pack_version)
        except UnknownPack as error:
            say(str(error))
            return
        cells = counted.cells(day_of)
        await self._recount.add(cells)
        if stored is None:
            say("there is no fact of it")
            return
        expected = dict(zip(FACT_COLUMNS, fact_row(fact, day_of, cells), strict=True)) | _standing(counted, day_of)
        for column, is_stored, should in fact_differences(stored, expected):
            say(f"{column} of its fact is {is_stored}, the events say {should}")

    async def counted(self, file: Path) -> None:
        """Give what these cases count as to whoever compares."""
        await self._recount.flush()
        await self._cut.pour_out(RECOUNT, file)

    async def add_counted(self, file: Path) -> None:
        """Take what other cases count as."""
        await self._cut.pour_in("recount", (*_DIMENSIONS, *_NAMES), file)

    async def compare(self) -> None:
        """The roll-ups, once all cases are counted."""
        await self._recount.flush()
        total = await self._cut.fetch(_CELLS)
        self._findings.checked[Invariant.FIGURE] += total[0]["n"]
        async for place, message in rollup_differences(self._cut):
            self._findings.violated(Invariant.FIGURE, place, ANALYTICS, message)


def _standing(counted: Counted, day_of: DayOf) -> dict[str, object]:
    """Where a case stands, by the count and not by the fact's own rules."""
    status = counted.status
    return {
        "unit_code": counted.unit,
        "category_code": counted.category,
        "round": counted.round,
        "status": status.value,
        "is_open": status not in ENDED,
        "closed_day": None if counted.closed_at is None else day_of(counted.closed_at),
        "handle_due_at": counted.handle_due_at,
    }


def fact_differences(stored: Row, expected: Mapping[str, object]) -> Iterator[tuple[str, object, object]]:
    """Columns of a fact that are not what they should be: name, stored value, value counted anew."""
    for column, should in expected.items():
        value = stored[column]
        if column == "doc":
            yield from _document_differences(orjson.loads(value), orjson.loads(str(should)))
        elif column == "places":
            yield from _misplaced(orjson.loads(value), orjson.loads(str(should)))
        elif (" ".join(value) if column == "units" else value) != should and (column, value) != _OLDER:
            yield column, value, should


def _document_differences(stored: Any, should: Any) -> Iterator[tuple[str, object, object]]:
    if not isinstance(stored, dict):
        yield "doc", stored, should
        return
    for name in sorted(stored.keys() | should.keys()):
        if stored.get(name) != should.get(name):
            yield f"doc.{name}", stored.get(name), should.get(name)


def _misplaced(stored: Any, should: Any) -> Iterator[tuple[str, object, object]]:
    """Places that are not what they should be; an atom from before they were kept has 0, or none at all."""
    if not isinstance(stored, dict):
        yield "places", stored, should
        return
    for name in sorted(stored.keys() | should.keys()):
        places, wanted = stored.get(name, []), should.get(name, [])
        if not _may_stand_for(places, wanted):
            yield f"places.{name}", places, wanted


def _may_stand_for(places: Any, wanted: list[int]) -> bool:
    if not isinstance(places, list) or len(places) > len(wanted):
        return False
    return all(one in (0, other) for one, other in zip(places, wanted, strict=False))


async def rollup_differences(cut: Cut) -> AsyncIterator[tuple[str, str]]:
    """Cells whose stored counts are not the recount: which one, and what differs."""
    for what, (statement, keys) in _COMPARED.items():
        async for rows in cut.stream(statement):
            for row in rows:
                yield f"{what} {' '.join(str(row[name]) or '-' for name in keys)}", _cell_difference(row)


def _cell_difference(row: Row) -> str:
    if row["is_missing"]:
        counted = ", ".join(f"{name} {row[f'should_{name}']}" for name in _NAMES if row[f"should_{name}"])
        return f"is not there, the recount says {counted}"
    if row["is_extra"]:
        stored = ", ".join(f"{name} {row[f'is_{name}']}" for name in _NAMES if row[f"is_{name}"])
        return f"says {stored}, the recount has no such cell"
    return ", ".join(
        f"{name} is {row[f'is_{name}']}, the recount says {row[f'should_{name}']}"
        for name in _NAMES
        if row[f"is_{name}"] != row[f"should_{name}"]
    )
