"""What can be wrong where matters are raised, each named by its field, before anything is written."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.events.visit_terms import MatterEnd
from libs.common.security.principal import Principal, Role
from libs.common.web.fields import not_in_future
from services.intake.raised.schemas import MatterIn

LONGEST = timedelta(hours=24)
OLDEST = timedelta(days=366)
"""It is entered within a year."""


def check_times(now: datetime, started_at: datetime, ended_at: datetime) -> None:
    """Begun and ended, within one day, not ahead, and not longer ago than a year."""
    not_in_future(started_at, now, "started_at")
    not_in_future(ended_at, now, "ended_at")
    if started_at < now - OLDEST:
        raise invalid("started_at", "is more than a year ago", "距今已超过一年")
    if not started_at <= ended_at <= started_at + LONGEST:
        raise invalid("ended_at", "must follow started_at within 24 hours", "须在开始之后 24 小时以内")


def check_workers(session: Session, staff_ids: Sequence[str], at: datetime) -> None:
    """Each is in office when it begins, and stands there once. Invalid, naming which is not."""
    for place, staff_id in enumerate(staff_ids):
        member = session.staff.member(staff_id)
        if member is None:
            raise invalid(f"staff_ids/{place}", "is nobody of the register of people", "人员名册中没有此人")
        if not member.in_office(at):
            raise invalid(f"staff_ids/{place}", "held no post when it began", "开始时未在任")
        if staff_id in staff_ids[:place]:
            raise invalid(f"staff_ids/{place}", "stands here twice", "重复填写")


def check_recorder(principal: Principal, staff_ids: Sequence[str]) -> None:
    """Who was there records it; an operator writes it down for others. Invalid."""
    if principal.staff_id not in staff_ids and Role.OPERATOR not in principal.roles:
        raise invalid("staff_ids", "must name yourself among those who were there", "在场人员须包括本人")


def check_answers(matters: Sequence[MatterIn]) -> None:
    """Each says what was done or explained unless it becomes a case. Invalid."""
    for place, matter in enumerate(matters):
        if (matter.answer is None) != (matter.what is MatterEnd.BECOMES_CASE):
            message = "says what was done or explained; of what becomes a case nothing"
            raise invalid(f"matters/{place}/answer", message, "现场解决或解释的须填写答复，转办的不填")
