"""What of a visit can be wrong, each named by its field, before anything is written."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import Invalid, invalid
from libs.common.events.visit_terms import FindingKind, MatterEnd, VisitOutcome
from libs.common.pack.directory import Directory
from libs.common.pack.schema import FindingSetting
from libs.common.pack.visit_words import finding, material, purpose, topic
from libs.common.security.principal import Principal, Role
from libs.common.web.fields import not_in_future
from services.intake.visits.domain import is_served
from services.intake.visits.schemas import MatterIn

LONGEST = timedelta(hours=24)
OLDEST = timedelta(days=366)
"""A visit is entered within a year."""
_HEARD = (VisitOutcome.REACHED, VisitOutcome.BY_PHONE)
_TOLD_BY = {FindingKind.YES_NO: bool, FindingKind.NUMBER: int, FindingKind.WORDS: str}


def check_times(now: datetime, started_at: datetime, ended_at: datetime) -> None:
    """Begun and ended, within one day, not ahead, and not longer ago than a year."""
    not_in_future(started_at, now, "started_at")
    not_in_future(ended_at, now, "ended_at")
    if started_at < now - OLDEST:
        raise invalid("started_at", "is more than a year ago", "距今已超过一年")
    if not started_at <= ended_at <= started_at + LONGEST:
        raise invalid("ended_at", "must follow started_at within 24 hours", "须在开始之后 24 小时以内")


def check_words(directory: Directory, told: Mapping[str, Any], outcome: VisitOutcome) -> None:
    """Every code is one of the pack's, and what was done can have been done at such a visit. Invalid."""
    rules = directory.pack.visits
    for part, known in (("purposes", purpose), ("materials", material), ("topics", topic)):
        for code in told[part]:
            known(rules, code)
    for code, value in told["findings"].items():
        _check_finding(finding(rules, code), value)
    if told["place_code"] is not None:
        try:
            directory.area(told["place_code"])
        except Invalid as error:
            wrong = error.fields[0]
            raise invalid("place_code", wrong.message, wrong.message_zh) from error
    if not is_served(outcome, told["purposes"]):
        raise invalid(
            "purposes", "are served where somebody was reached, and nowhere else", "未见到人的走访不得填写到户事项"
        )


def check_matters(matters: Sequence[MatterIn], outcome: VisitOutcome) -> None:
    """Somebody raised them, and each says what was done or explained unless it becomes a case. Invalid."""
    if matters and outcome not in _HEARD:
        raise invalid(
            "matters", "are raised by somebody who was reached, or on the phone", "未联系到人的走访不得登记诉求"
        )
    for place, matter in enumerate(matters):
        _check_answer(place, matter)


def _check_answer(place: int, matter: MatterIn) -> None:
    if (matter.answer is None) != (matter.what is MatterEnd.BECOMES_CASE):
        message = "says what was done or explained; of what becomes a case nothing"
        raise invalid(f"matters/{place}/answer", message, "现场解决或解释的须填写答复，转办的不填")


def check_workers(session: Session, staff_ids: Sequence[str], at: datetime) -> None:
    """Each is in office when it begins, and stands there once. Invalid, naming which is not."""
    for place, staff_id in enumerate(staff_ids):
        member = session.staff.member(staff_id)
        if member is None:
            raise invalid(f"staff_ids/{place}", "is nobody of the register of people", "人员名册中没有此人")
        if not member.in_office(at):
            raise invalid(f"staff_ids/{place}", "held no post when the visit began", "走访开始时未在任")
        if staff_id in staff_ids[:place]:
            raise invalid(f"staff_ids/{place}", "stands here twice", "重复填写")


def check_recorder(principal: Principal, staff_ids: Sequence[str]) -> None:
    """Who made the visit records it; an operator writes it down for others. Invalid."""
    if principal.staff_id not in staff_ids and Role.OPERATOR not in principal.roles:
        raise invalid("staff_ids", "must name yourself among those who made the visit", "走访人须包括本人")


def check_day(first_day: date, day: date) -> None:
    """The register knew the household. Invalid."""
    if day < first_day:
        message = f"is before the household's first day, {first_day}"
        raise invalid("started_at", message, f"早于该户在册首日（{first_day}）")


def _check_finding(setting: FindingSetting, value: object) -> None:
    kind = _TOLD_BY[setting.kind]
    # To Python a yes is a number, too.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise invalid(f"findings/{setting.code}", f"is told by {setting.kind.value}", f"类型应为 {setting.kind.value}")
