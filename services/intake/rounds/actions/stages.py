"""Stages of a round (走访批次): by the pack as it opens, and who of the staff goes with which by post."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.pack.schema import VisitRules
from libs.common.staff.register import TermOfOffice
from libs.common.time.moments import day_end, day_start, local_day
from services.intake.rounds.domain import TermsOfStage, is_early
from services.intake.rounds.schemas import OpenRound
from services.intake.rounds.tables import VisitRound

_A_DAY = timedelta(days=1)
Posts = Callable[[str, date], frozenset[str]]
"""Which posts somebody holds on a day."""


def stages_of(row: VisitRound) -> Sequence[TermsOfStage]:
    """Those of a round, in their order; none where anybody may go on any day."""
    return [
        TermsOfStage(one["code"], frozenset(one["posts"]), date.fromisoformat(one["from_day"])) for one in row.stages
    ]


def posts_in(session: Session) -> Posts:
    """By the register of people and the place's days."""
    zone = session.packs.current(session.now).directory.calendar().time_zone

    def posts(staff_id: str, day: date) -> frozenset[str]:
        member = session.staff.member(staff_id)
        begins, ends = day_start(day, zone), day_end(day, zone)
        terms = () if member is None else member.terms
        return frozenset(term.post_code for term in terms if term.holds_between(begins, ends))

    return posts


def leading_terms(session: Session, stages: Sequence[TermsOfStage]) -> dict[str, list[TermOfOffice]]:
    """By person the terms, whenever they hold, in posts of a stage before the last; of nobody who never had one."""
    posts = frozenset[str]().union(*(stage.posts for stage in stages[:-1]))
    found: dict[str, list[TermOfOffice]] = {}
    for member in session.staff.members():
        for term in member.terms:
            if term.post_code in posts:
                found.setdefault(member.staff_id, []).append(term)
    return found


def days_of_change(session: Session, row: VisitRound, terms: Mapping[str, Sequence[TermOfOffice]]) -> set[date]:
    """Days of a round on which one of these terms may be held, or not be held, other than on the day before."""
    zone = session.packs.current(session.now).directory.calendar().time_zone
    begins, ends = day_start(row.begins_on, zone), day_end(row.ends_on, zone)
    moments = (moment for some in terms.values() for term in some for moment in (term.begins_at, term.ends_at))
    days = {local_day(moment, zone) for moment in moments if moment is not None and begins <= moment < ends}
    return days | {day + _A_DAY for day in days}


def came_early(session: Session, row: VisitRound, staff_ids: Sequence[str], day: date) -> bool:
    """Whether these people went before their stage began."""
    posts = posts_in(session)
    return is_early(stages_of(row), [posts(one, day) for one in staff_ids], day)


def stages_asked(rules: VisitRules, body: OpenRound) -> list[dict[str, Any]]:
    """As a new round keeps them. Invalid when the pack has no such order, or the round ends before its last stage."""
    if body.visit_order is None:
        return []
    order = next((one for one in rules.orders if one.code == body.visit_order), None)
    if order is None:
        listed = ", ".join(one.code for one in rules.orders) or "none"
        raise invalid("visit_order", f"is no order of the pack, which has {listed}", "配置包中没有此走访次序")
    begins = [body.begins_on + timedelta(days=stage.from_day - 1) for stage in order.stages]
    if begins[-1] > body.ends_on:
        message = f"would begin its last stage on {begins[-1]}, after the round has ended"
        raise invalid("visit_order", message, f"最后批次自 {begins[-1]} 起，晚于轮次结束日")
    return [
        {"code": stage.code, "posts": [*stage.posts], "from_day": day.isoformat()}
        for stage, day in zip(order.stages, begins, strict=True)
    ]
