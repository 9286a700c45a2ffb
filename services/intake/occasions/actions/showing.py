"""Occasions as they are answered: words masked, and no case that the reader may not know of."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.visit_terms import MatterEnd
from libs.common.security.policy import Scope
from libs.common.time.moments import day_end, day_start
from libs.common.web.cursors import Page, PageQuery
from services.intake.occasions.domain import KINDS
from services.intake.occasions.queries import (
    BY_STEP,
    NEWEST_FIRST,
    OccasionFilter,
    ends_of,
    find,
    list_changes,
    list_occasions,
)
from services.intake.occasions.schemas import OccasionChangeItem, OccasionItem, OccasionOut, OccasionQuery
from services.intake.occasions.tables import Occasion, OccasionChange, OccasionMatter
from services.intake.points.tables import CollectionPoint
from services.intake.raised.queries import seen_cases
from services.intake.raised.schemas import MatterOut

_MADE = frozenset({"kind_zh", "point_code", "point_name", "matters", "solved_on_the_spot", "carried", "explained"})


async def shown(session: Session, scope: Scope, row: Occasion, *, new: bool = False) -> OccasionOut:
    """An occasion as it is by now. The cases of a ``new`` one are not written yet, and about nobody."""
    matters = await session.rows(OccasionMatter, "occasion_id", row.occasion_id, lock=False)
    case_ids = frozenset(one.case_id for one in matters if one.case_id is not None)
    seen = case_ids if new else await seen_cases(session, scope, case_ids)
    point = None
    if row.point_id is not None:
        point = await session.one(CollectionPoint, "point_id", row.point_id, lock=False)
    return OccasionOut(
        **_same(OccasionOut, row),
        point_code=None if point is None else point.code,
        point_name=None if point is None else point.name,
        matters=[_matter(one, seen=one.case_id in seen) for one in matters],
    )


async def one(session: Session, scope: Scope, occasion_id: str) -> OccasionOut:
    """One occasion; NotFound when it is out of reach."""
    row = await find(session, scope, occasion_id)
    if row is None:
        raise NotFound
    return await shown(session, scope, row)


async def page(session: Session, scope: Scope, query: OccasionQuery) -> Page[OccasionItem]:
    """A page of occasions, with what came of each."""
    rows = await list_occasions(session, scope, _narrowed(session, query), query)
    ends: defaultdict[str, Counter[MatterEnd]] = defaultdict(Counter)
    for counted in await ends_of(session, [row.occasion_id for row in rows]):
        ends[counted.occasion_id][MatterEnd(counted.ended)] = counted.many
    return NEWEST_FIRST.page(rows, query.limit, lambda row: _item(row, ends[row.occasion_id]))


async def changes(session: Session, scope: Scope, occasion_id: str, query: PageQuery) -> Page[OccasionChangeItem]:
    """What became of its record, step by step."""
    if await find(session, scope, occasion_id) is None:
        raise NotFound
    return BY_STEP.page(await list_changes(session, occasion_id, query), query.limit, _change)


def _narrowed(session: Session, query: OccasionQuery) -> OccasionFilter:
    zone = session.packs.current(session.now).directory.calendar().time_zone
    return OccasionFilter(
        query.kind,
        query.point_id,
        query.area_code,
        None if query.from_day is None else day_start(query.from_day, zone),
        None if query.until_day is None else day_end(query.until_day, zone),
    )


def _same(model: type[OccasionOut | OccasionItem], row: Occasion) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in model.model_fields if name not in _MADE}
    return same | {"kind_zh": KINDS[row.kind][0]}


def _item(row: Occasion, ends: Mapping[MatterEnd, int]) -> OccasionItem:
    return OccasionItem(
        **_same(OccasionItem, row),
        matters=sum(ends.values()),
        solved_on_the_spot=ends.get(MatterEnd.SOLVED_ON_THE_SPOT, 0),
        carried=ends.get(MatterEnd.BECOMES_CASE, 0),
        explained=ends.get(MatterEnd.EXPLAINED, 0),
    )


def _matter(row: OccasionMatter, *, seen: bool) -> MatterOut:
    said = {name: getattr(row, name) for name in ("number", "kind", "category_code", "text", "answer")}
    return MatterOut(**said, what=row.ended, case_id=row.case_id if seen else None)


def _change(row: OccasionChange) -> OccasionChangeItem:
    same = {name: getattr(row, name) for name in OccasionChangeItem.model_fields if name != "by"}
    return OccasionChangeItem(**same, by=row.who)
