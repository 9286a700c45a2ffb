"""Adding up counters for a caller: what the roll-ups hold, less the cases that are about the caller's own units."""

from collections.abc import Collection, Mapping

from libs.common.counters import Counter
from libs.common.database.session import Session
from libs.common.pack.areas import VILLAGE_DIGITS
from libs.common.security.policy import Scope
from services.analytics.counters.domain import COUNTERS, NOTHING, Basis, Cell, Counts
from services.analytics.facts.queries import ever_hidden_cases, hidden_cases
from services.analytics.figures.actions.past import Past, cells_of, fact_at
from services.analytics.rollups.queries.sums import Grouping, Selection
from services.analytics.rollups.queries.sums import sums as held


async def sums(
    session: Session,
    scope: Scope,
    basis: Basis,
    selection: Selection,
    by: Grouping | None,
    *,
    only: Collection[Counter] = COUNTERS,
    past: Past | None = None,
) -> dict[str, Counts]:
    """See ``rollups.queries.sums``. A row to which only hidden cases added is not there, as if never come in.

    With a ``past``, as they were known then.
    """
    hidden = await _hidden(session, scope, past, selection) if scope.own_units else []
    if not hidden and past is None:
        return await held(session, scope, basis, selection, by, only=only)
    rows = await held(session, scope, basis, selection, by)
    for changes, sign in ((past.changes if past else {}, 1), *((cells, -1) for cells in hidden)):
        for cell, counts in changes.items():
            if is_chosen(cell, scope, basis, selection):
                key = _key(cell, by)
                known = rows.get(key, NOTHING)
                rows[key] = tuple(a + sign * b for a, b in zip(known, counts, strict=True))
    shown = [counter in only for counter in COUNTERS]
    return {
        key: tuple(count if show else 0 for count, show in zip(rows[key], shown, strict=True))
        for key in sorted(rows)
        if by is None or any(rows[key])
    }


async def _hidden(
    session: Session, scope: Scope, past: Past | None, selection: Selection
) -> list[Mapping[Cell, Counts]]:
    """What each of the hidden cases counts in."""
    if past is None:
        rows = await hidden_cases(session, scope, selection.first, selection.last)
    else:
        rows = await ever_hidden_cases(session, scope)
    return [cells_of(session, fact_at(row, None if past is None else past.cut)) for row in rows]


def is_chosen(cell: Cell, scope: Scope, basis: Basis, selection: Selection) -> bool:
    """What the statement over the roll-ups chooses, asked of one cell."""
    return (
        cell.basis == basis
        and selection.first <= cell.day <= selection.last
        and scope.covers(cell.area_code)
        and cell.area_code.startswith(selection.area_prefix)
        and cell.category_code.startswith(selection.category_code or "")
        and scope.unit_code in (None, cell.unit_code)
        and selection.unit_code in (None, cell.unit_code)
        and selection.channel in (None, cell.channel)
        and selection.kind in (None, cell.kind)
    )


def _key(cell: Cell, by: Grouping | None) -> str:
    if by is None:
        return ""
    value = str(getattr(cell, by.column))
    return value[: by.digits].ljust(VILLAGE_DIGITS, "0") if by.digits else value
