"""Adding up counters for a caller: what the roll-ups hold, less the cases that are about the caller's own units."""

from collections.abc import Collection

import orjson

from libs.common.counters import Counter
from libs.common.database.session import Session
from libs.common.pack.areas import VILLAGE_DIGITS
from libs.common.security.policy import Scope
from services.analytics.counters.domain import COUNTERS, Basis, Cell, Counts
from services.analytics.facts.actions.cache import day_rule
from services.analytics.facts.domain.counting import contribution
from services.analytics.facts.domain.documents import from_documents
from services.analytics.facts.queries import hidden_cases
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
) -> dict[str, Counts]:
    """See ``rollups.queries.sums``. A row to which only hidden cases added is not there, as if never come in."""
    hidden = await _hidden(session, scope, basis, selection) if scope.own_units else []
    if not hidden:
        return await held(session, scope, basis, selection, by, only=only)
    rows = await held(session, scope, basis, selection, by)
    for cell, counts in hidden:
        key = _key(cell, by)
        rows[key] = tuple(a - b for a, b in zip(rows[key], counts, strict=True))
    shown = [counter in only for counter in COUNTERS]
    return {
        key: tuple(count if show else 0 for count, show in zip(counts, shown, strict=True))
        for key, counts in rows.items()
        if by is None or any(counts)
    }


async def _hidden(session: Session, scope: Scope, basis: Basis, selection: Selection) -> list[tuple[Cell, Counts]]:
    """The cells of the selection that the hidden cases add to, with what each adds."""
    found: list[tuple[Cell, Counts]] = []
    for row in await hidden_cases(session, scope, selection.first, selection.last):
        fact = from_documents(orjson.loads(row.doc), orjson.loads(row.places))
        cells = contribution(fact, day_rule(session, fact.registration.pack_version))
        found += [(cell, counts) for cell, counts in cells.items() if _is_chosen(cell, scope, basis, selection)]
    return found


def _is_chosen(cell: Cell, scope: Scope, basis: Basis, selection: Selection) -> bool:
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
