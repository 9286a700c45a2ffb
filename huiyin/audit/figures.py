"""I8: every fact has each of its events once, and every roll-up is what the ledgers come to, to the last integer.

Neither the fold of analytics nor its counting is used: what they leave out would be missing on both sides. The recount
is summed up in a scratch table, so that it may be larger than memory.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from huiyin.audit.case import ANALYTICS, CaseView
from huiyin.audit.counted import Counted
from huiyin.audit.hearing import count_case
from huiyin.audit.packs import Packs, UnknownPack
from huiyin.audit.queries import SPEAKERS
from huiyin.audit.recount import Recount, recount_of
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Row, Snapshot
from huiyin.audit.visits.checking import VisitAudit
from libs.common.bus.flow import Stream
from services.analytics.facts.actions.events import atoms_of
from services.analytics.facts.actions.folding import FACT_COLUMNS, fact_row
from services.analytics.facts.domain.atoms import Atom, Registration
from services.analytics.facts.domain.counting import DayOf
from services.analytics.facts.domain.fact import Fact
from services.analytics.facts.domain.places import PLACES
from services.analytics.facts.domain.status import ENDED
from services.analytics.rollups.domain import Cube
from services.analytics.rollups.tables import CASES, CUBES, HOURS

SOURCES = tuple(source for source in SPEAKERS[Stream.CASES] if source != ANALYTICS)
# Names of columns only, from analytics' own tables.


class Compared(NamedTuple):
    """A table of a cube, its keys, and the statement that counts it anew."""

    table: str
    keys: tuple[str, ...]
    cube: Cube
    statement: str


TABLES = tuple(
    Compared(f"analytics.{table}", tuple(keys), cube, statement(recount_of(cube)))
    for cube in CUBES
    for (table, keys), statement in zip(cube.tables.items(), (cube.fine_of, cube.coarse_of), strict=False)
)


def _compared(one: Compared) -> str:
    """Rows of a roll-up that are not what was counted."""
    keys, names = ", ".join(one.keys), one.cube.names
    return f"""
        SELECT {keys}, stored.{names[0]} IS NULL AS is_missing, counted.{names[0]} IS NULL AS is_extra,
            {", ".join(f"counted.{name} AS should_{name}, stored.{name} AS is_{name}" for name in names)}
        FROM ({one.statement}) AS counted
        FULL JOIN (SELECT * FROM {one.table} WHERE {" OR ".join(f"{name} <> 0" for name in names)}) AS stored
            USING ({keys})
        WHERE ({", ".join(f"counted.{name}" for name in names)})
            IS DISTINCT FROM ({", ".join(f"stored.{name}" for name in names)})
        ORDER BY {keys}
    """  # noqa: S608


_CELLS = " + ".join(f"(SELECT count(*) FROM {one.table})" for one in TABLES)  # noqa: S608
_NEVER = object()
_JOINED_BY = {"units": " ", "also_accused": "\n"}
"""How a fact sends what is a list in its row."""
_FIRST, _BEFORE_CONFIDENTIAL = "registration", Registration._fields.index("confidential")
"""So many fields a registration had in facts of before analytics kept whether a case is confidential."""
_OLDER = {"counted": -1, "counted_beyond": -1, "timed": False, "unlisted": None}
"""What the migrations left that made these columns: the case may count as anything, its times stand nowhere yet, and
whether it is confidential nobody knows."""


def fact_of(view: CaseView) -> Fact | None:
    """The fact of a case: the atoms of each event that analytics had applied; None when it had not heard of it."""
    first: Registration | None = None
    atoms: dict[str, list[Atom]] = {}
    for one in view.applied(ANALYTICS, *SOURCES):
        for atom in atoms_of(one.event, one.seq):
            if isinstance(atom, Registration):
                first = atom
            else:
                atoms.setdefault(PLACES[type(atom)], []).append(atom)
    kept: dict[str, Any] = {name: tuple(found) for name, found in atoms.items()}
    return None if first is None else Fact(first, **kept)


class FigureAudit:
    """Checks one fact after the other, then the roll-ups."""

    def __init__(self, cut: Snapshot, findings: Findings, packs: Packs, recount: Recount, visits: VisitAudit) -> None:
        self.packs = packs
        self.visits = visits
        self._cut = cut
        self._findings = findings
        self._recount = recount

    @classmethod
    async def of(cls, cut: Snapshot, findings: Findings) -> "FigureAudit":
        """By the packs, rounds and teams of the cut."""
        recount = Recount(cut)
        return cls(cut, findings, await Packs.of(cut), recount, await VisitAudit.of(cut, recount, findings))

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
            day_of = self.packs.day_of(fact.registration.pack_version)
        except UnknownPack as error:
            say(str(error))
            return
        cells = counted.cells(day_of, self.packs.level_of(fact.registration.pack_version))
        await self._recount.add(CASES, cells)
        if stored is None or stored["timed"]:
            await self._recount.add(HOURS, counted.times(day_of))
        if stored is None:
            say("there is no fact of it")
            return
        expected = dict(zip(FACT_COLUMNS, fact_row(fact, day_of, cells), strict=True)) | _standing(counted, day_of)
        for column, is_stored, should in fact_differences(stored, expected):
            say(f"{column} of its fact is {is_stored}, the events say {should}")

    async def counted(self, file: Path) -> None:
        """Give what these cases count as to whoever compares."""
        await self._recount.pour_out(file)

    async def add_counted(self, file: Path) -> None:
        """Take what other cases count as."""
        await self._recount.pour_in(file)

    async def compare(self) -> None:
        """The roll-ups, once all cases are counted."""
        await self._recount.flush()
        total = await self._cut.fetch(f"SELECT {_CELLS} AS n")
        self._findings.checked[Invariant.FIGURE] += total[0]["n"]
        async for place, message in rollup_differences(self._cut):
            self._findings.violated(Invariant.FIGURE, place, ANALYTICS, message)
        await self.visits.compare(self._cut)


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
        else:
            sent = _JOINED_BY[column].join(value) if column in _JOINED_BY else value
            if sent not in (should, _OLDER.get(column, _NEVER)):
                yield column, value, should


def _document_differences(stored: Any, should: Any) -> Iterator[tuple[str, object, object]]:
    if not isinstance(stored, dict):
        yield "doc", stored, should
        return
    for name in sorted(stored.keys() | should.keys()):
        found, wanted = stored.get(name), should.get(name)
        if name == _FIRST and isinstance(found, list) and len(found) == _BEFORE_CONFIDENTIAL:
            wanted = wanted and wanted[:_BEFORE_CONFIDENTIAL]
        if found != wanted:
            yield f"doc.{name}", found, wanted


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


async def rollup_differences(cut: Snapshot) -> AsyncIterator[tuple[str, str]]:
    """Cells whose stored counts are not the recount: which one, and what differs."""
    for one in TABLES:
        async for rows in cut.stream(_compared(one)):
            for row in rows:
                yield (
                    f"{one.table.partition('.')[2]} {' '.join(str(row[name]) or '-' for name in one.keys)}",
                    _cell_difference(row, one.cube.names),
                )


def _cell_difference(row: Row, names: Sequence[str]) -> str:
    if row["is_missing"]:
        counted = ", ".join(f"{name} {row[f'should_{name}']}" for name in names if row[f"should_{name}"])
        return f"is not there, the recount says {counted}"
    if row["is_extra"]:
        stored = ", ".join(f"{name} {row[f'is_{name}']}" for name in names if row[f"is_{name}"])
        return f"says {stored}, the recount has no such cell"
    return ", ".join(
        f"{name} is {row[f'is_{name}']}, the recount says {row[f'should_{name}']}"
        for name in names
        if row[f"is_{name}"] != row[f"should_{name}"]
    )
