"""Opens a number of visits into the visits that it is made of."""

from datetime import date
from typing import Any

from libs.common.counters import VisitCounter
from libs.common.database.session import Session
from libs.common.events.visit_terms import VisitOutcome
from libs.common.security.policy import Scope
from libs.common.web.cursors import Page, decode_cursor, encode_cursor
from services.analytics.visits.actions.asking import make_definite
from services.analytics.visits.actions.counts import amount_text
from services.analytics.visits.domain.counting import brought, counts_of_visit
from services.analytics.visits.domain.documents import visit_of
from services.analytics.visits.domain.fact import CountedVisit
from services.analytics.visits.queries.behind import VisitPlace, visits_behind
from services.analytics.visits.schemas import VisitBehind, VisitsBehindQuery
from services.analytics.visits.tables import VisitFactRow

_LIST = "analytics.visits_behind"
AT_ONCE = 200
MOST_EXAMINED = 1_000
"""Visits looked at for one page; a page may then hold fewer than asked for and still have a next."""
_ORDER = tuple(VisitCounter)


async def read_visits_behind(session: Session, scope: Scope, query: VisitsBehindQuery) -> Page[VisitBehind]:
    """The visits that add to a number, the newest first. Over all pages the amounts add up to it."""
    question = await make_definite(session, scope, query)
    place = None
    if query.cursor is not None:
        day, visit_id = decode_cursor(_LIST, query.cursor, (date, str))
        place = VisitPlace(day, str(visit_id))
    items: list[VisitBehind] = []
    examined, more = 0, True
    while more and len(items) < query.limit and examined < MOST_EXAMINED:
        rows = await visits_behind(session, question.wanted, place, AT_ONCE)
        more = len(rows) == AT_ONCE
        for at, row in enumerate(rows, start=1):
            examined += 1
            place = VisitPlace(row.day, row.visit_id)
            amount = amount_of(visit_of(row.doc), query)
            items += [_behind(row, query, amount)] if amount else []
            if len(items) == query.limit:
                more = more or at < len(rows)
                break
    following = encode_cursor(_LIST, [place.day, place.visit_id]) if more and place is not None else None
    return Page[VisitBehind](items=items, next_cursor=following)


def amount_of(visit: CountedVisit | None, query: VisitsBehindQuery) -> int:
    """What a visit adds to the number that was asked about."""
    if visit is None:
        return 0
    if query.thing is None:
        return counts_of_visit(visit)[_ORDER.index(query.counter or VisitCounter.VISITS)]
    return dict(brought(visit)).get((query.thing.value, query.code or "", query.unit), 0)


def _behind(row: VisitFactRow, query: VisitsBehindQuery, amount: int) -> VisitBehind:
    told: dict[str, Any] = {name: getattr(row, name) for name in ("visit_id", "household_id", "day", "area_code")}
    return VisitBehind(
        **told,
        outcome=VisitOutcome(row.outcome),
        staff_ids=row.staff_ids,
        team_ids=row.teams,
        round_ids=row.rounds,
        duplicate=not row.counts,
        amount=amount_text(query.thing, amount),
    )
