"""Who is on duty at a collection point (值守): on the days on which it is open, corrected with what was said kept."""

from collections.abc import Sequence
from datetime import date

from libs.common.database.one_writer import only_writer
from libs.common.database.session import Session
from libs.common.errors import Conflict, Invalid, invalid
from libs.common.events.occasions import DutyDay, PointDutyKept
from libs.common.pack.visit_days import planned_days
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.intake.households.actions.recording import today_of
from services.intake.points.actions.keeping import MATTER, load_for
from services.intake.points.domain import check_who_says
from services.intake.points.queries import elsewhere, on_duty
from services.intake.points.schemas import LONGEST_DUTY, KeepDuty
from services.intake.points.tables import CollectionPoint, PointDuty


class AtAnotherPoint(Conflict):
    """Somebody is on duty at another point at the same hours."""

    type, title, title_zh = "at-another-point", "One person is at one point at a time", "同一人同一时段只能在一个收集点"


async def keep_duty(session: Session, asked: Request, point_id: str, body: KeepDuty) -> CollectionPoint:
    """Say who is on duty on each day of the span on which it is open; what is so already is not said again.

    Raises:
        NotFound: it is out of reach. Invalid: no day of the span is one on which it is open, somebody is not in office,
        or nothing would be otherwise. AtAnotherPoint. NotTheirs: of oneself on a day that is over.
    """
    await only_writer(session, MATTER)
    row = await load_for(session, asked, point_id)
    check_span(body.from_day, body.until_day)
    _check_people(session, body.staff_ids)
    days = open_days(session, row, body.from_day, body.until_day)
    if not days:
        raise invalid("from_day", "no day of the span is one on which the point is open", "该时段内收集点不开放")
    known = {word.on_day: word for word in await on_duty(session, [point_id], body.from_day, body.until_day)}
    wanted, today = frozenset(body.staff_ids), today_of(session)
    others = [day for day in days if day not in known or frozenset(known[day].staff_ids) != wanted]
    if not others:
        raise Invalid("Nothing would be otherwise", "没有任何变更")
    if others[0] < today and not body.why:
        raise invalid("why", "is needed for days that are over", "变更以前日期须说明理由")
    for day in others:
        check_who_says(frozenset(known[day].staff_ids if day in known else ()), wanted, day, today, asked.actor)
    await _check_apart(session, asked, row, others, body.staff_ids)
    days_told = [DutyDay(on_day=day, correction=known[day].correction + 1 if day in known else 0) for day in others]
    _say(session, asked, row, days_told, sorted(wanted), mask_text(body.why or ""))
    return row


def _say(
    session: Session, asked: Request, row: CollectionPoint, days: Sequence[DutyDay], staff_ids: list[str], why: str
) -> None:
    for one in days:
        session.insert(
            PointDuty,
            {
                "point_id": row.point_id,
                "on_day": one.on_day,
                "correction": one.correction,
                "staff_ids": staff_ids,
                "who": asked.actor.subject,
                "unit_code": asked.actor.unit_code,
                "staff_id": asked.actor.staff_id,
                "at": session.now,
                "why": why,
            },
        )
    session.publish(
        PointDutyKept(
            occurred_at=session.now, point_id=row.point_id, days=tuple(days), staff_ids=tuple(staff_ids), why=why
        )
    )


def open_days(session: Session, row: CollectionPoint, first: date, last: date) -> list[date]:
    """The days of a span on which the point is open, as the pack of each day has them."""
    zone = session.packs.current(session.now).directory.calendar().time_zone
    begin, end = max(first, row.from_day), last if row.until_day is None else min(last, row.until_day)
    return [one.day for one in planned_days(session.packs, zone, begin, end) if one.days.code == row.days]


def check_span(first: date, last: date) -> None:
    """Invalid when the last day is before the first, or too far behind it."""
    if not 0 <= (last - first).days < LONGEST_DUTY:
        message = f"must be the same day as from_day or later, and {LONGEST_DUTY} days in all at most"
        raise invalid("until_day", message, f"须不早于 from_day，且合计不超过 {LONGEST_DUTY} 天")


def _check_people(session: Session, staff_ids: Sequence[str]) -> None:
    for place, staff_id in enumerate(staff_ids):
        member = session.staff.member(staff_id)
        if member is None or not member.in_office(session.now):
            raise invalid(f"staff_ids/{place}", "is nobody in office", "人员名册中没有此在任人员")
        if staff_id in staff_ids[:place]:
            raise invalid(f"staff_ids/{place}", "stands here twice", "重复填写")


async def _check_apart(
    session: Session, asked: Request, row: CollectionPoint, days: Sequence[date], staff_ids: Sequence[str]
) -> None:
    """AtAnotherPoint, naming the person, the day, and the other point where its area is in reach."""
    found = await elsewhere(session, row, days, staff_ids)
    if found is None:
        return
    reached = asked.scope.covers(found.area_code)
    where = found.point_id if reached else "a point out of your reach"
    where_zh = found.point_id if reached else "管辖范围外的收集点"
    raise AtAnotherPoint(
        f"{found.staff_id} is on duty at {where} on {found.on_day}",
        f"{found.staff_id} 在 {found.on_day} 已在 {where_zh} 值守",
        extra={"staff_id": found.staff_id, "on_day": found.on_day.isoformat()}
        | ({"point_id": found.point_id} if reached else {}),
    )
