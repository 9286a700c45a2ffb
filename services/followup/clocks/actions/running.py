"""Starting and stopping clocks: a promise gets its times once, under one pack version, and keeps them."""

from dataclasses import replace
from datetime import datetime

from libs.common.database.session import Session
from libs.common.events.cases import DeadlineSet, SetDeadline
from libs.common.events.terms import Deadline
from libs.common.time.due import Limit
from services.followup.cases.tables import Matter
from services.followup.clocks.actions.book import clocks_of
from services.followup.clocks.domain import Clock, Step, StepKind, Times, times_of, times_until


def set_clock(
    session: Session, matter: Matter, what: Deadline, start: datetime, limit: Limit, unit_code: str | None = None
) -> Clock:
    """Start the clock of a promise of the case. No limit starts before it was registered. Say so with ``say_set``."""
    start = max(start, matter.registered_at)
    directory = session.packs.version(matter.pack_version)
    times = times_of(start, limit, directory.ladder.warn_percent, directory.calendar())
    return _begin(session, matter, what, "", start, times, unit_code)


def start_clock(session: Session, matter: Matter, what: Deadline, start: datetime, limit: Limit) -> datetime:
    """Set one deadline of the case and say so; returns when it is due."""
    clock = set_clock(session, matter, what, start, limit)
    say_set(session, clock)
    return clock.due_at


def start_clock_about(
    session: Session, matter: Matter, what: Deadline, about: str, due_at: datetime, unit_code: str | None
) -> None:
    """Set a deadline, from now until a time that somebody named, of one thing about the case, and say so."""
    percent = session.packs.version(matter.pack_version).ladder.warn_percent
    times = times_until(session.now, due_at, percent)
    say_set(session, _begin(session, matter, what, about, session.now, times, unit_code))


def say_set(session: Session, *clocks: Clock) -> None:
    """Tell of clocks of one case and round that one step has set."""
    session.publish(
        DeadlineSet(
            case_id=clocks[0].case_id,
            occurred_at=session.now,
            round=clocks[0].round,
            deadlines=tuple(map(as_set, clocks)),
        )
    )


def as_set(clock: Clock) -> SetDeadline:
    """What is said of a clock that was set."""
    return SetDeadline(
        deadline=clock.what,
        about=clock.about,
        unit_code=clock.unit_code,
        starts_at=clock.starts_at,
        warn_at=clock.warn_at,
        due_at=clock.due_at,
        pack_version=clock.pack_version,
    )


def stop_clock(session: Session, matter: Matter, what: Deadline, about: str = "") -> None:
    """The promise was kept, late or in time, or is void: nothing of it happens any more."""
    clocks = clocks_of(session)
    for clock in clocks.of(matter.case_id):
        if (clock.what, clock.about) == (what, about):
            clocks.stop(clock)
    if not about and what in matter.overdue:
        matter.overdue = [deadline for deadline in matter.overdue if deadline != what]


def stop_round(session: Session, matter: Matter) -> None:
    """The round is over. What is to be said about an order is still to be said."""
    clocks = clocks_of(session)
    for clock in clocks.of(matter.case_id):
        if not clock.about:
            clocks.stop(clock)
    matter.overdue = []
    matter.triage_due_at = matter.handle_due_at = None


def stop_all(session: Session, matter: Matter) -> None:
    """The case is over."""
    stop_round(session, matter)
    clocks = clocks_of(session)
    for clock in clocks.of(matter.case_id):
        clocks.stop(clock)


def hand_over(session: Session, matter: Matter, what: Deadline, unit_code: str | None) -> None:
    """The clock runs on, and from now on it is this unit's."""
    clocks = clocks_of(session)
    for clock in clocks.of(matter.case_id):
        if (clock.what, clock.about) == (what, "") and clock.unit_code != unit_code:
            clocks.change(replace(clock, unit_code=unit_code))


def _begin(
    session: Session,
    matter: Matter,
    what: Deadline,
    about: str,
    start: datetime,
    times: Times,
    unit_code: str | None,
) -> Clock:
    matter.clocks += 1
    clock = Clock(
        clock_id=f"{matter.case_id}.{matter.clocks}",
        case_id=matter.case_id,
        round=matter.round,
        what=what,
        about=about,
        unit_code=unit_code,
        starts_at=start,
        warn_at=times.warn_at,
        due_at=times.due_at,
        step=Step(StepKind.WARN),
        next_at=times.warn_at,
        pack_version=matter.pack_version,
    )
    clocks_of(session).add(clock)
    return clock
