"""Adding up counters for a caller: what the roll-ups hold, less the cases that are hidden from it."""

from collections import Counter as Tally
from collections.abc import Collection, Sequence
from typing import Any

from libs.common.counters import Counter, Span
from libs.common.database.session import Session
from libs.common.pack.areas import VILLAGE_DIGITS
from libs.common.security.policy import Scope
from services.analytics.counters.domain import COUNTERS, NOTHING, Cell, Counts
from services.analytics.durations.domain import HourCell
from services.analytics.facts.queries import ever_hidden_cases, hidden_cases
from services.analytics.figures.actions.cuts import Cut
from services.analytics.figures.actions.past import Past, cells_of, fact_at, times_of
from services.analytics.rollups.queries import Grouping, Selection
from services.analytics.rollups.queries import histograms as held_histograms
from services.analytics.rollups.queries import sums as held


async def sums(
    session: Session,
    scope: Scope,
    basis: str,
    selection: Selection,
    by: Grouping | None,
    *,
    only: Collection[Counter] = COUNTERS,
    past: Past | None = None,
) -> dict[str, Counts]:
    """See ``rollups.queries``. A row to which only hidden cases added is not there, as if never come in.

    With a ``past``, as they were known then.
    """
    facts = [fact_at(row, _cut(past)) for row in await _hidden(session, scope, past, selection)]
    hidden = [cells_of(session, fact) for fact in facts]
    if not hidden and past is None:
        return await held(session, scope, basis, selection, by, only=only)
    rows = await held(session, scope, basis, selection, by)
    for changes, sign in ((past.changes if past else {}, 1), *((cells, -1) for cells in hidden)):
        for cell, counts in changes.items():
            if cell.basis == basis and is_chosen(cell, scope, selection):
                key = _key(cell, by)
                known = rows.get(key, NOTHING)
                rows[key] = tuple(a + sign * b for a, b in zip(known, counts, strict=True))
    shown = [counter in only for counter in COUNTERS]
    return {
        key: tuple(count if show else 0 for count, show in zip(rows[key], shown, strict=True))
        for key in sorted(rows)
        if by is None or any(rows[key])
    }


async def histograms(
    session: Session,
    scope: Scope,
    span: Span,
    selection: Selection,
    by: Grouping | None,
    *,
    past: Past | None = None,
) -> dict[str, dict[int, int]]:
    """How often a time fell into which bucket, by group: as ``sums`` for the cube of times."""
    rows: dict[str, Tally[int]] = {
        key: Tally(found) for key, found in (await held_histograms(session, scope, span, selection, by)).items()
    }
    facts = await _hidden(session, scope, past, selection)
    hidden = [times_of(session, fact_at(row, _cut(past))) for row in facts if row.timed]
    for changes, sign in ((past.times if past else {}, 1), *((cells, -1) for cells in hidden)):
        for cell, (entries,) in changes.items():
            if cell.span == span and is_chosen(cell, scope, selection):
                rows.setdefault(_key(cell, by), Tally())[cell.bucket] += sign * entries
    kept = {key: {bucket: entries for bucket, entries in sorted(row.items()) if entries} for key, row in rows.items()}
    return {key: kept[key] for key in sorted(kept) if kept[key]}


async def _hidden(session: Session, scope: Scope, past: Past | None, selection: Selection) -> Sequence[Any]:
    """The rows of the hidden cases."""
    if past is None:
        return await hidden_cases(session, scope, selection.first, selection.last)
    return await ever_hidden_cases(session, scope)


def is_chosen(cell: Cell | HourCell, scope: Scope, selection: Selection) -> bool:
    """What the statement over the roll-ups chooses, asked of one cell."""
    return (
        selection.first <= cell.day <= selection.last
        and scope.covers(cell.area_code)
        and cell.area_code.startswith(selection.area_prefix)
        and cell.category_code.startswith(selection.category_code or "")
        and scope.unit_code in (None, cell.unit_code)
        and selection.unit_code in (None, cell.unit_code)
        and selection.channel in (None, cell.channel)
        and selection.kind in (None, cell.kind)
    )


def _cut(past: Past | None) -> Cut | None:
    return None if past is None else past.cut


def _key(cell: Cell | HourCell, by: Grouping | None) -> str:
    if by is None:
        return ""
    value = str(getattr(cell, by.column))
    return value[: by.digits].ljust(VILLAGE_DIGITS, "0") if by.digits else value
