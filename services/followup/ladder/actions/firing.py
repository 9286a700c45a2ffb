"""What happens when a timer fires, stamped with its own time: a warning, a miss with the ladder behind it, an order.

The rule of late truth: before anything about a case at a time T is believed, all its timers up to T have fired, in
order. So after downtime of any length each missed step happens once, in order, and a replay gives the same history.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from libs.common import metrics
from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.errors import Permanent
from libs.common.events.cases import DeadlineMissed, DeadlineWarned
from libs.common.pack.schema import OnOverdue
from services.followup.cases.domain.terms import Status
from services.followup.cases.tables import Matter
from services.followup.clocks.actions.book import timers_of
from services.followup.clocks.domain import Step, StepKind, Timer, TimerState, rung_at
from services.followup.supervision.actions import issue_by_rule


def settle(session: Session, matter: Matter, until: datetime) -> int:
    """Fire every timer of the case up to ``until``, in order, those that come up on the way too; gives how many."""
    fired = 0
    while (timer := timers_of(session).next_of(matter.case_id)) is not None and timer.fires_at <= until:
        fire(session, matter, timer)
        fired += 1
    return fired


def fire(session: Session, matter: Matter, timer: Timer) -> None:
    """Let one timer do what it is for; one of an older round does nothing."""
    if timer.round != matter.round or matter.status is Status.CLOSED:
        timers_of(session).end(timer, TimerState.CANCELLED)
        return
    timers_of(session).end(timer, TimerState.FIRED)
    with _as_of(session, timer.fires_at):
        match timer.step.kind:
            case StepKind.WARN:
                _warn(session, timer)
            case StepKind.MISS:
                _miss(session, matter, timer)
            case StepKind.LADDER:
                _climb(session, matter, timer)
    metrics.TIMERS_FIRED_TOTAL.labels(Service.FOLLOWUP, timer.step.kind.value).inc()


def _warn(session: Session, timer: Timer) -> None:
    session.publish(
        DeadlineWarned(
            case_id=timer.case_id,
            occurred_at=session.now,
            round=timer.round,
            deadline=timer.what,
            unit_code=timer.unit_code,
            due_at=timer.due_at,
        )
    )


def _miss(session: Session, matter: Matter, timer: Timer) -> None:
    session.publish(
        DeadlineMissed(
            case_id=timer.case_id,
            occurred_at=timer.due_at,
            round=timer.round,
            deadline=timer.what,
            unit_code=timer.unit_code,
            due_at=timer.due_at,
        )
    )
    matter.overdue = [*matter.overdue, timer.what.value]
    directory = session.packs.version(timer.pack_version)
    clock = timer.timer_id.removesuffix(f".{timer.step}")
    for rung, step in enumerate(directory.ladder.steps):
        trigger = step.trigger
        if not isinstance(trigger, OnOverdue) or trigger.deadline is not timer.what:
            continue
        after = trigger.after.limit() if trigger.after else None
        climbs = Step(StepKind.LADDER, rung)
        timers_of(session).add(
            replace(
                timer,
                timer_id=f"{clock}.{climbs}",
                step=climbs,
                fires_at=rung_at(timer.due_at, after, directory.calendar()),
            )
        )


def _climb(session: Session, matter: Matter, timer: Timer) -> None:
    steps = session.packs.version(timer.pack_version).ladder.steps
    if timer.step.rung >= len(steps):
        raise Permanent(f"the ladder of pack version {timer.pack_version} has no step {timer.step.rung}")
    issue_by_rule(session, matter, steps[timer.step.rung], source=timer.timer_id, lead_unit=timer.unit_code)


@contextmanager
def _as_of(session: Session, moment: datetime) -> Iterator[None]:
    present = session.now
    session.now = moment
    try:
        yield
    finally:
        session.now = present
