"""The recurring days of a span (走访日), as the pack of each day has them."""

from datetime import date

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.pack.visit_days import holiday_days, planned_days
from services.intake.days.schemas import LONGEST_SPAN, LeftOutDay, SpanQuery, VisitDayOut, VisitDaysOut


def visit_days(session: Session, query: SpanQuery) -> VisitDaysOut:
    """Which days are days of visits, and which fall on a holiday. Invalid for a span that cannot be."""
    check_span(query.from_day, query.until_day)
    zone, packs = session.packs.current(session.now).directory.calendar().time_zone, session.packs
    return VisitDaysOut(
        items=[
            VisitDayOut(
                day=one.day,
                days=one.days.code,
                name=one.days.name,
                name_en=one.days.name_en,
                instead_of=[*one.instead_of],
                provisional=one.directory.calendar().is_provisional(one.day),
            )
            for one in planned_days(packs, zone, query.from_day, query.until_day)
            if query.days in (None, one.days.code)
        ],
        on_holidays=[
            LeftOutDay(day=one.day, days=one.days.code, name=one.days.name, moved_to=one.moved_to)
            for one in holiday_days(packs, zone, query.from_day, query.until_day)
            if query.days in (None, one.days.code)
        ],
    )


def check_span(first: date, last: date) -> None:
    """Invalid when the last day is before the first, or too far behind it."""
    if not 0 <= (last - first).days < LONGEST_SPAN:
        message = f"must be the same day as from_day or later, and {LONGEST_SPAN} days in all at most"
        raise invalid("until_day", message, f"须不早于 from_day，且合计不超过 {LONGEST_SPAN} 天")
