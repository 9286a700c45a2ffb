"""Limits of a case: set, and missed, with the order that follows."""

from datetime import datetime, timedelta
from typing import Any

from libs.common.events import cases, supervision
from libs.common.events.terms import Deadline, SupervisionLevel
from tests.support.histories.ways import Life


def limit(case: Life, deadline: Deadline, hours: int, *, starts_at: datetime | None = None) -> datetime:
    set_so = clock(case, deadline, hours, starts_at=starts_at)
    case.say(cases.DeadlineSet, deadlines=(set_so,))
    due_at: datetime = set_so["due_at"]
    return due_at


def clock(case: Life, deadline: Deadline, hours: int, *, starts_at: datetime | None = None) -> dict[str, Any]:
    starts_at = starts_at or case.now
    times = {"warn_at": starts_at + timedelta(hours=hours * 4 // 5), "due_at": starts_at + timedelta(hours=hours)}
    return {
        "deadline": deadline,
        "unit_code": _whose(case, deadline),
        "starts_at": starts_at,
        "pack_version": 1,
        **times,
    }


def _whose(case: Life, deadline: Deadline) -> str | None:
    return case.unit if deadline.promise.of_worker else case.lead


def miss(case: Life, deadline: Deadline, due_at: datetime) -> None:
    if case.now < due_at:
        return
    missed = {"occurred_at": due_at, "deadline": deadline, "unit_code": _whose(case, deadline), "due_at": due_at}
    case.say(cases.DeadlineWarned, **missed)
    case.say(cases.DeadlineMissed, **missed)
    level = SupervisionLevel.REMINDER if case.ways.by_the_rules else case.rng.choice(list(SupervisionLevel))
    order = f"{case.case_id}-{case.round}-{deadline}-{due_at:%m%d%H%M}"
    case.say(supervision.SupervisionIssued, occurred_at=due_at, supervision_id=order, level=level, unit_code=case.unit)
