"""What happens when a clock's time comes, stamped with that time: a warning, a miss, the ladder's orders behind it.

The rule of late truth: before anything about a case at a time T is believed, all steps of its clocks up to T are
taken, in order. So after downtime of any length each missed step happens once, in order, and a replay gives the same
history.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from libs.common import metrics
from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.errors import Permanent
from libs.common.events.cases import DeadlineMissed, DeadlineWarned
from libs.common.events.terms import Deadline
from libs.common.pack.directory import Directory
from libs.common.pack.schema import OnOverdue
from services.followup.cases.domain.terms import Status
from services.followup.cases.tables import Case
from services.followup.clocks.actions.book import clocks_of
from services.followup.clocks.actions.running import come_again
from services.followup.clocks.domain import DeadlineClock, Rung, StepKind, moved, rung_at
from services.followup.supervision.actions import issue_by_rule


def settle(session: Session, case: Case, until: datetime) -> int:
    """Take every step of the case's clocks up to ``until``, in order, those that come up on the way too; how many."""
    fired = 0
    while (clock := clocks_of(session).next_of(case.case_id)) is not None and clock.next_at <= until:
        fire(session, case, clock)
        fired += 1
    return fired


def fire(session: Session, case: Case, clock: DeadlineClock) -> None:
    """Let a clock's next step happen, and move it on. What is of a case or round that is over does nothing."""
    over = case.status is Status.CLOSED and not clock.what.promise.after_the_end
    if over or (clock.round != case.round and not clock.about):
        clocks_of(session).stop(clock)
        return
    with _as_of(session, clock.next_at):
        match clock.step.kind:
            case StepKind.WARN:
                _warn(session, clock)
            case StepKind.MISS:
                _miss(session, case, clock)
                come_again(session, case, clock, clock.due_at)
            case StepKind.LADDER:
                _climb(session, case, clock)
    rungs: Iterable[Rung] = ()
    if clock.step.kind is not StepKind.WARN:
        rungs = rungs_of(session.packs.version(clock.pack_version), clock.what, clock.due_at)
    clocks_of(session).change(moved(clock, rungs))
    metrics.TIMERS_FIRED_TOTAL.labels(Service.FOLLOWUP, clock.step.kind.value).inc()


def _warn(session: Session, clock: DeadlineClock) -> None:
    session.publish(
        DeadlineWarned(
            case_id=clock.case_id,
            occurred_at=session.now,
            round=clock.round,
            deadline=clock.what,
            about=clock.about,
            unit_code=clock.unit_code,
            due_at=clock.due_at,
        )
    )


def _miss(session: Session, case: Case, clock: DeadlineClock) -> None:
    session.publish(
        DeadlineMissed(
            case_id=clock.case_id,
            occurred_at=clock.due_at,
            round=clock.round,
            deadline=clock.what,
            about=clock.about,
            unit_code=clock.unit_code,
            due_at=clock.due_at,
        )
    )
    if not clock.about:
        case.overdue = [*case.overdue, clock.what.value]


def _climb(session: Session, case: Case, clock: DeadlineClock) -> None:
    steps = session.packs.version(clock.pack_version).ladder.steps
    if clock.step.rung >= len(steps):
        raise Permanent(f"the ladder of pack version {clock.pack_version} has no step {clock.step.rung}")
    issue_by_rule(session, case, steps[clock.step.rung], source=clock.timer_id, lead_unit=clock.unit_code)


def rungs_of(directory: Directory, what: Deadline, due_at: datetime) -> Iterator[Rung]:
    """The steps of the pack's ladder for a deadline, each with its time."""
    for rung, step in enumerate(directory.ladder.steps):
        trigger = step.trigger
        if isinstance(trigger, OnOverdue) and trigger.deadline is what:
            after = trigger.after.limit() if trigger.after else None
            yield rung_at(due_at, after, directory.calendar()), rung


@contextmanager
def _as_of(session: Session, moment: datetime) -> Iterator[None]:
    present = session.now
    session.now = moment
    try:
        yield
    finally:
        session.now = present
