"""A cube (多维汇总): what one subject is counted by, in which integers, and which coarser roll-ups its questions need.

The fine roll-up of a cube knows every dimension. A *grain* knows fewer: areas cut to some digits, only some of the
others, perhaps weeks instead of days; each of its rows is the sum of fine ones. Whole weeks are read from the first
weekly grain that knows all that is asked for, days from the first daily one, else from the fine roll-up: what comes out
is the same to the last integer whichever is read.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import orjson

from libs.common.counters import Declared, Trait
from libs.common.pack.areas import VILLAGE_DIGITS

FINE = "fine"
"""The name of the fine roll-up itself, where one is asked for."""
AREA, DAY = "area_code", "day"
_ONE_DAY, _WEEK = timedelta(days=1), 7
_ESCAPED = re.compile(rb'\\[^"\\]')


@dataclass(frozen=True, slots=True)
class QuestionNeeds:
    """What a question tells apart or narrows to: so many digits of an area's code, and these other dimensions."""

    digits: int
    dimensions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Grain:
    """What one coarse roll-up knows: ``digits`` of an area's code, and beside it all dimensions but those it drops.

    The days of a ``weekly`` one are Mondays.
    """

    name: str
    weekly: bool
    digits: int
    drops: frozenset[str]

    def knows(self, asked: QuestionNeeds) -> bool:
        """Whether it tells apart all that is asked for."""
        return asked.digits <= self.digits and not asked.dimensions & self.drops


@dataclass(frozen=True, slots=True)
class GrainPart:
    """Days to be read from one roll-up, both ends of each stretch included; a week stands on its Monday."""

    grain: str
    stretches: tuple[tuple[date, date], ...]


@dataclass(frozen=True)
class Cube:
    """The roll-ups of one subject, and all SQL that keeps them, of which names and types are the only parts.

    ``name`` is that of the fine table; the coarse one, if there are ``grains``, has one column more. ``dimensions`` are
    columns and their types; only texts can be dropped by a grain, and are then empty. Rows whose measures are all 0 do
    not exist.
    """

    name: str
    dimensions: Mapping[str, str]
    measures: tuple[Declared, ...]
    grains: tuple[Grain, ...] = ()

    @property
    def coarse(self) -> str:
        """The name of the table of all grains."""
        return f"{self.name}_coarse"

    @cached_property
    def tables(self) -> Mapping[str, Mapping[str, str]]:
        """Each table's dimensions and their types: the fine one first, then the coarse one, if there is one."""
        fine = {self.name: self.dimensions}
        return fine | {self.coarse: {"grain": "text", **self.dimensions}} if self.grains else fine

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns of the measures."""
        return tuple(measure.value for measure in self.measures)

    @cached_property
    def columns(self) -> Mapping[str, str]:
        """All columns of the fine roll-up, and their types."""
        return {**self.dimensions, **{measure.value: integer_of(measure) for measure in self.measures}}

    def parts(self, first: date, last: date, needs: QuestionNeeds, *, by_day: bool) -> Iterator[GrainPart]:
        """What to read so that every day from ``first`` to ``last`` is read once; ``by_day``: each by itself."""
        daily, weekly = (self._first_that_knows(needs, weekly=weekly) for weekly in (False, True))
        begins, ends = monday(first + (_WEEK - 1) * _ONE_DAY), monday(last + _ONE_DAY)
        if by_day or weekly == FINE or begins >= ends:
            yield GrainPart(daily, ((first, last),))
            return
        yield GrainPart(weekly, ((begins, ends - _ONE_DAY),))
        edges = ((first, begins - _ONE_DAY), (ends, last))
        left = tuple(edge for edge in edges if edge[0] <= edge[1])
        if left:
            yield GrainPart(daily, left)

    def _first_that_knows(self, needs: QuestionNeeds, *, weekly: bool) -> str:
        return next((grain.name for grain in self.grains if grain.weekly is weekly and grain.knows(needs)), FINE)

    def fine_of(self, source: str) -> str:
        """The recount: the fine roll-up of a table of cells, in which one may stand more than once."""
        return f"{self._summed(source, {name: name for name in self.dimensions})} HAVING {self._is_something()}"

    def coarse_of(self, fine: str) -> str:
        """The coarse roll-ups of a table shaped as the fine one."""
        return " UNION ALL ".join(
            f"{self._summed(fine, self._cut(grain))} HAVING {self._is_something()}" for grain in self.grains
        )

    @cached_property
    def adding(self) -> str:
        """Adds cells, given as one array a column, to every roll-up; gives the rows that came out empty or below 0.

        A CHECK would judge a negative difference before it is added to what is there, so the sums are judged here. The
        coarse rows ask how many fine ones there are: so they are locked after them.
        """
        given = arrays_of(self.columns.values())
        added = {"fine": self._upsert(self.name, "SELECT * FROM new")}
        if self.grains:
            locked = "(SELECT count(*) AS n FROM fine) AS locked"
            rows = f"SELECT added.* FROM ({self.coarse_of('new')}) AS added, {locked} WHERE locked.n >= 0"  # noqa: S608
            added["coarse"] = self._upsert(self.coarse, rows)
        steps = ", ".join(f"{step} AS ({statement})" for step, statement in added.items())
        grains = {"fine": f"'{FINE}'", "coarse": "grain"}
        odd = " UNION ALL ".join(
            f"SELECT {grains[step]} AS grain, {', '.join(self.dimensions)}, low FROM {step} WHERE low < 0 OR high = 0"  # noqa: S608
            for step in added
        )
        return f"""
            WITH new AS MATERIALIZED (SELECT * FROM unnest({given}) AS new({", ".join(self.columns)})), {steps} {odd}
        """  # noqa: S608

    @cached_property
    def sweeping(self) -> Mapping[str, str]:
        """By table, what takes away rows of it, by their keys, given as one array a column."""
        return {table: self._sweep(table, keys) for table, keys in self.tables.items()}

    def _sweep(self, table: str, keys: Mapping[str, str]) -> str:
        given = arrays_of(keys.values())
        return f"""
            DELETE FROM {table} USING unnest({given}) AS emptied({", ".join(keys)})
            WHERE {" AND ".join(f"{table}.{name} = emptied.{name}" for name in keys)}
        """  # noqa: S608

    def _upsert(self, table: str, rows: str) -> str:
        keys, names = ", ".join(self.tables[table]), ", ".join(self.names)
        return f"""
            INSERT INTO {table} ({keys}, {names}) {rows} ORDER BY {keys} ON CONFLICT ({keys})
            DO UPDATE SET {", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in self.names)}
            RETURNING {keys}, least({names}) AS low, greatest({names}) AS high
        """

    def _summed(self, source: str, keys: Mapping[str, str]) -> str:
        shown = ", ".join(f"{made} AS {name}" for name, made in keys.items())
        sums = ", ".join(f"{total} AS {name}" for name, total in self._sums().items())
        places = ", ".join(str(place) for place in range(1, len(keys) + 1))
        return f"SELECT {shown}, {sums} FROM {source} AS cells GROUP BY {places}"  # noqa: S608

    def _sums(self) -> dict[str, str]:
        """Sums of integers are quick; amounts may grow beyond them."""
        narrow = {measure.value: "" if Trait.WIDE in measure.traits else "::integer" for measure in self.measures}
        return {name: f"sum({name}{kind})::{kind[2:] or 'bigint'}" for name, kind in narrow.items()}

    def _is_something(self) -> str:
        return " OR ".join(f"{total} <> 0" for total in self._sums().values())

    def _cut(self, grain: Grain) -> dict[str, str]:
        cut = {"grain": f"'{grain.name}'::text"}
        cut |= {name: "''::text" if name in grain.drops else name for name in self.dimensions}
        if grain.weekly:
            cut[DAY] = f"date_trunc('week', {DAY}::timestamp)::date"
        if AREA in cut:
            left = f"left({AREA}, {grain.digits})"
            cut[AREA] = f"rpad({left}, {VILLAGE_DIGITS}, '0')" if grain.digits < VILLAGE_DIGITS else left
        return cut


def monday(day: date) -> date:
    """The first day of its week."""
    return day - day.weekday() * _ONE_DAY


def arrays_of(kinds: Iterable[str]) -> str:
    """Parameters that are arrays of these types, each sent as text (``array_text``)."""
    return ", ".join(f"${n}::text::{kind}[]" for n, kind in enumerate(kinds, start=1))


def integer_of(measure: Declared) -> str:
    """The type of PostgreSQL that holds it."""
    return "bigint" if Trait.WIDE in measure.traits else "integer"


def array_text(column: Sequence[object]) -> str:
    """Texts, numbers, truths, days or moments, or None, as PostgreSQL's own text of an array, to be cast to their type.

    The driver would look at each of many thousand values. JSON writes them as PostgreSQL reads them, but for control
    characters.
    """
    written = orjson.dumps(column)
    if _ESCAPED.search(written):
        written = b"[%s]" % b",".join(map(_quoted, column))
    return f"{{{written[1:-1].decode()}}}"


def _quoted(value: object) -> bytes:
    if not isinstance(value, str):
        return orjson.dumps(value)
    return '"{}"'.format(value.replace("\\", "\\\\").replace('"', '\\"')).encode()
