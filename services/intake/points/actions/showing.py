"""Collection points as they are answered: with names, with who is on duty, step by step."""

from collections.abc import Iterable
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.pack.visit_days import planned_days
from libs.common.security.policy import Scope
from libs.common.web.cursors import Page, PageQuery
from services.intake.points.actions.manning import check_span, open_days
from services.intake.points.domain import KINDS
from services.intake.points.queries import (
    BY_AREA,
    BY_STEP,
    PointFilter,
    duty_kept,
    find,
    list_changes,
    list_points,
    on_duty,
)
from services.intake.points.schemas import (
    DutyPerson,
    DutyQuery,
    PointChangeItem,
    PointDutyItem,
    PointDutyOut,
    PointItem,
    PointOut,
    PointQuery,
)
from services.intake.points.tables import CollectionPoint, PointChange

_SAME = (
    *("point_id", "code", "kind", "name", "place", "area_code", "days"),
    *("from_day", "until_day", "opened_at", "version"),
)


def shown(session: Session, row: CollectionPoint) -> PointOut:
    """A point as it is now."""
    return PointOut(**_told(session, row))


async def one(session: Session, scope: Scope, point_id: str) -> PointOut:
    """One point; NotFound when it is out of reach."""
    return shown(session, await _found(session, scope, point_id))


async def page(session: Session, scope: Scope, query: PointQuery) -> Page[PointItem]:
    """A page of points; of a day those that are open then, with who is on duty."""
    rows = await list_points(session, scope, _narrowed(session, query), query)
    duty: dict[str, list[DutyPerson]] = {}
    if query.on is not None:
        words = await on_duty(session, [row.point_id for row in rows], query.on, query.on)
        duty = {word.point_id: _people(session, word.staff_ids) for word in words}
    return BY_AREA.page(rows, query.limit, lambda row: PointItem(**_told(session, row), on_duty=duty.get(row.point_id)))


async def changes(session: Session, scope: Scope, point_id: str, query: PageQuery) -> Page[PointChangeItem]:
    """What became of a point, step by step."""
    await _found(session, scope, point_id)
    return BY_STEP.page(await list_changes(session, point_id, query), query.limit, _change)


async def duty(session: Session, scope: Scope, point_id: str, query: DutyQuery) -> PointDutyOut:
    """On which days it is open, and all that was said of who is on duty."""
    row = await _found(session, scope, point_id)
    check_span(query.from_day, query.until_day)
    words = await duty_kept(session, point_id, query.from_day, query.until_day)
    return PointDutyOut(
        open_on=open_days(session, row, query.from_day, query.until_day),
        items=[
            PointDutyItem(
                on_day=word.on_day,
                correction=word.correction,
                staff=_people(session, word.staff_ids),
                by=word.who,
                at=word.at,
                why=word.why,
            )
            for word in words
        ],
    )


async def _found(session: Session, scope: Scope, point_id: str) -> CollectionPoint:
    row = await find(session, scope, point_id)
    if row is None:
        raise NotFound
    return row


def _narrowed(session: Session, query: PointQuery) -> PointFilter:
    if query.on is None:
        return PointFilter(query.area_code, query.kind)
    zone = session.packs.current(session.now).directory.calendar().time_zone
    days = [one.days.code for one in planned_days(session.packs, zone, query.on, query.on)]
    return PointFilter(query.area_code, query.kind, query.on, days)


def _told(session: Session, row: CollectionPoint) -> dict[str, Any]:
    directory = session.packs.current(session.now).directory
    names = {days.code: days.name for days in directory.pack.visits.days}
    return {name: getattr(row, name) for name in _SAME} | {
        "area_name": directory.area(row.area_code).name if row.area_code in directory.area_codes else None,
        "kind_zh": KINDS[row.kind][0],
        "days_name": names.get(row.days),
        "opens_at": f"{row.opens_at:%H:%M}",
        "closes_at": f"{row.closes_at:%H:%M}",
    }


def _people(session: Session, staff_ids: Iterable[str]) -> list[DutyPerson]:
    members = ((staff_id, session.staff.member(staff_id)) for staff_id in staff_ids)
    return [DutyPerson(staff_id=one, name=None if member is None else member.name) for one, member in members]


def _change(row: PointChange) -> PointChangeItem:
    same = {name: getattr(row, name) for name in PointChangeItem.model_fields if name != "by"}
    return PointChangeItem(**same, by=row.who)
