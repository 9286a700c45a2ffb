"""Starting and stopping clocks: a promise gets its times once, under one pack version, and keeps them."""

from datetime import datetime

from libs.common.database.session import Session
from libs.common.events.cases import DeadlineSet
from libs.common.events.terms import Deadline
from libs.common.time.due import Limit
from services.followup.cases.tables import Matter
from services.followup.clocks.actions.book import timers_of
from services.followup.clocks.domain import Step, StepKind, Timer, TimerState, times_of


def start_clock(
    session: Session, matter: Matter, what: Deadline, start: datetime, limit: Limit, unit_code: str | None = None
) -> datetime:
    """Set a deadline and say so; returns when it is due. No limit starts before the case was registered."""
    start = max(start, matter.registered_at)
    directory = session.packs.version(matter.pack_version)
    times = times_of(start, limit, directory.ladder.warn_percent, directory.calendar())
    matter.clocks += 1
    for kind, fires_at in ((StepKind.WARN, times.warn_at), (StepKind.MISS, times.due_at)):
        timer = Timer(
            timer_id=timer_id(matter.case_id, matter.clocks, Step(kind)),
            case_id=matter.case_id,
            round=matter.round,
            what=what,
            step=Step(kind),
            unit_code=unit_code,
            starts_at=start,
            due_at=times.due_at,
            fires_at=fires_at,
            pack_version=matter.pack_version,
        )
        timers_of(session).add(timer)
    session.publish(
        DeadlineSet(
            case_id=matter.case_id,
            occurred_at=session.now,
            round=matter.round,
            deadline=what,
            unit_code=unit_code,
            starts_at=start,
            warn_at=times.warn_at,
            due_at=times.due_at,
            pack_version=matter.pack_version,
        )
    )
    return times.due_at


def stop_clock(session: Session, matter: Matter, what: Deadline) -> None:
    """The promise was kept, late or in time, or is void: nothing of it fires any more."""
    timers = timers_of(session)
    for timer in timers.of(matter.case_id):
        if timer.what is what:
            timers.end(timer, TimerState.CANCELLED)
    if what in matter.overdue:
        matter.overdue = [deadline for deadline in matter.overdue if deadline != what]


def stop_all(session: Session, matter: Matter) -> None:
    """The round is over."""
    for what in Deadline:
        stop_clock(session, matter, what)
    matter.triage_due_at = matter.handle_due_at = None


def hand_over(session: Session, matter: Matter, what: Deadline, unit_code: str | None) -> None:
    """The clock runs on, and from now on it is this unit's."""
    timers = timers_of(session)
    for timer in timers.of(matter.case_id):
        if timer.what is what and timer.unit_code != unit_code:
            timers.hand_over(timer, unit_code)


def timer_id(case_id: str, clock: int, step: Step) -> str:
    """The same for the same step in every replay, so that no step can stand twice."""
    return f"{case_id}.{clock}.{step}"
