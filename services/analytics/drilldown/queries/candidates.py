"""The cases that may stand behind a number: walked along an index, newest first, a bounded stretch at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select, Text, cast, literal, literal_column, not_, or_, select, tuple_
from sqlalchemy.orm import Mapped
from sqlmodel import col

from libs.common.counters import AMONG, Counter
from libs.common.database.session import Session
from libs.common.pack.areas import COUNTY_DIGITS
from libs.common.security.policy import Scope
from services.analytics.counters.domain import RARE, Basis, bits_of, words_of
from services.analytics.facts.queries import visible_to
from services.analytics.facts.tables import FactRow
from services.analytics.rollups.queries import Selection

MOST_WALKED = 2_000
"""Index entries looked at for one answer: so a page has its price, whatever it is narrowed to."""
USUAL_LIFE = timedelta(days=60)
"""Assessment days from the registration of a case within which all that counts happens; others are strays."""

_SHOWN = (
    "case_id",
    "case_no",
    "area_code",
    "unit_code",
    "unlisted",
    "category_code",
    "channel",
    "kind",
    "status",
    "round",
    "registered_at",
    "handle_due_at",
)


@dataclass(frozen=True, slots=True)
class WantedCases:
    """Which cases: those of a selection that add something to one of the counters on a basis.

    ``walked``: whatever they add to, they add to this rare counter, too.
    """

    basis: Basis
    selection: Selection
    counters: Collection[Counter]
    walked: Counter | None = None

    @property
    def rare(self) -> Counter | None:
        """The counter along whose own index they are found; None where no index holds them all and little else."""
        if self.walked is not None:
            return self.walked
        found = {counter if counter in RARE else AMONG.get(counter) for counter in self.counters}
        return found.pop() if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """Where a walk stands: before the case with this day and id. Strays are walked after all others."""

    strays: bool
    day: date
    case_id: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some candidates, and where the walk goes on; None at its end."""

    rows: Sequence[Any]
    following: EntryPoint | None
    turns_to_strays: bool = False


async def walk(session: Session, scope: Scope, wanted: WantedCases, place: EntryPoint | None, at_most: int) -> Stretch:
    """The next candidates, up to ``at_most``; perhaps none, though the walk goes on."""
    strays = place is not None and place.strays
    before = [] if place is None else [_position(wanted) < _literal(place)]
    index = [*_along(wanted, None, strays=strays), *before]
    floor: Any = (await session.execute(_floor(wanted, index))).one_or_none()
    if floor is not None:
        index = [*_along(wanted, EntryPoint(strays, floor[0], floor[1]), strays=strays), *before]
    statement = _shown(wanted).where(*index, *_narrowed(scope, wanted)).order_by(*_order(wanted)).limit(at_most)
    if _is_narrow(scope, wanted.selection):
        # Few of those walked by are candidates: all are fetched, many at once, instead of one after the other.
        async with session.snapshot():
            await session.by_pages()
            rows: Sequence[Any] = (await session.execute(statement)).all()
    else:
        rows = (await session.execute(statement)).all()
    if len(rows) == at_most:
        return Stretch(rows, EntryPoint(strays, rows[-1].walked, rows[-1].case_id))
    if floor is not None:
        return Stretch(rows, EntryPoint(strays, floor[0], floor[1]))
    if wanted.basis is Basis.HAPPENED and not strays:
        return Stretch(rows, EntryPoint(strays=True, day=date.max, case_id=""), turns_to_strays=True)
    return Stretch(rows, None)


def _is_narrow(scope: Scope, selection: Selection) -> bool:
    choices = (scope.unit_code, selection.unit_code, selection.category_code, selection.channel, selection.kind)
    return len(selection.area_prefix) > COUNTY_DIGITS or any(choice is not None for choice in choices)


def _floor(wanted: WantedCases, index: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """How far one answer goes at most; no row when the walk ends before."""
    return (
        select(_day(wanted), col(FactRow.case_id))
        .where(*index)
        .order_by(*_order(wanted))
        .offset(MOST_WALKED - 1)
        .limit(1)
    )


def _shown(wanted: WantedCases) -> Select[Any]:
    columns = [col(getattr(FactRow, name)) for name in _SHOWN]
    documents = [cast(col(getattr(FactRow, name)), Text).label(name) for name in ("doc", "places")]
    return select(*columns, _day(wanted).label("walked"), *documents)


def _along(wanted: WantedCases, floor: EntryPoint | None, *, strays: bool) -> list[ColumnElement[bool]]:
    """What an index knows: the days, and whether something rare is in it."""
    first, last = wanted.selection.first, wanted.selection.last
    if wanted.basis is Basis.HAPPENED:
        first -= USUAL_LIFE
    day = _day(wanted)
    # Within a floor the first day says nothing new, and an index would begin there.
    begin = day >= first if floor is None else _position(wanted) >= _literal(floor)
    conditions = [begin, day <= last]
    if strays:
        usual = day.between(first, last)
        conditions = [literal_column("fact.stray", Boolean), not_(usual)]
        conditions += [] if floor is None else [begin]
    if not strays and wanted.basis is not Basis.CLOSED and wanted.rare is not None:
        # As the partial index of this counter has it, so that every plan can prove that the index holds the rows.
        first_word, beyond = words_of(bits_of([wanted.rare]))
        bit = f"fact.rare & {first_word}" if first_word else f"fact.rare_beyond & {beyond}"
        conditions.append(literal_column(f"{bit} <> 0", Boolean))
    return conditions


def _narrowed(scope: Scope, wanted: WantedCases) -> list[ColumnElement[bool]]:
    selection = wanted.selection
    columns = col(FactRow.counted), col(FactRow.counted_beyond)
    words = zip(columns, words_of(bits_of(wanted.counters)), strict=True)
    adds = or_(*(column.op("&")(bits) != 0 for column, bits in words if bits))
    conditions: list[ColumnElement[bool]] = [visible_to(scope), adds]
    if wanted.basis is Basis.HAPPENED:
        conditions += [col(FactRow.first_day) <= selection.last, col(FactRow.last_day) >= selection.first]
    if selection.area_prefix:
        conditions.append(col(FactRow.area_code).like(selection.area_prefix + "%"))
    if selection.unit_code:
        # Parts of any case may count for no unit, so that choice narrows nothing here.
        conditions.append(col(FactRow.units).contains([selection.unit_code]))
    if selection.category_code is not None:
        conditions.append(col(FactRow.category_code).like(selection.category_code + "%"))
    if selection.channel is not None:
        conditions.append(col(FactRow.channel) == selection.channel)
    if selection.kind is not None:
        conditions.append(col(FactRow.kind) == selection.kind)
    return conditions


def _day(wanted: WantedCases) -> Mapped[Any]:
    return col(FactRow.closed_day) if wanted.basis is Basis.CLOSED else col(FactRow.registered_day)


def _order(wanted: WantedCases) -> list[ColumnElement[Any]]:
    return [_day(wanted).desc(), col(FactRow.case_id).desc()]


def _position(wanted: WantedCases) -> ColumnElement[Any]:
    return tuple_(_day(wanted), col(FactRow.case_id))


def _literal(place: EntryPoint) -> ColumnElement[Any]:
    return tuple_(literal(place.day), literal(place.case_id))
