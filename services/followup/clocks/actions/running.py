"""Starting and stopping clocks: a promise gets its times once, under one pack version, and keeps them.

Which event does so is declared with the promise. What sets one anew is in ``changing``.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from libs.common.database.session import Session
from libs.common.events.base import Event
from libs.common.events.cases import DeadlineSet
from libs.common.events.deadlines import SetDeadline, ended_by, passed_on_by, set_by
from libs.common.events.promise import Answerable
from libs.common.events.terms import DECLARED, Deadline
from libs.common.pack.directory import UnknownCode
from libs.common.time.due import Limit
from libs.common.time.moments import day_end
from services.followup.cases.tables import Case, working_unit_of
from services.followup.clocks.actions.book import clocks_of
from services.followup.clocks.domain import (
    ClockStep,
    DeadlineClock,
    StepKind,
    Times,
    latest_end,
    next_end,
    times_of,
    times_until,
)


def end_clocks(session: Session, case: Case, event: Event, about: str = "") -> None:
    """What was promised, of the case or of one thing about it, is kept by the event or made void."""
    stop_clocks(session, case, *ended_by(event), about=about)


def begin_clocks(session: Session, case: Case, event: Event, start: datetime) -> list[DeadlineClock]:
    """Of the case: what the event passes on is its lead unit's, and what it sets is set, where the pack has a limit.

    No limit starts before the case was registered. Gives the clocks that were set: say so with ``say_set``.
    """
    for what in passed_on_by(event):
        hand_over(session, case, what, case.lead_unit)
    wanted = [what for what in set_by(event) if not _stands(session, case, what)]
    limits = [(what, limit) for what in wanted if (limit := _limit_of(session, case, what)) is not None]
    return [_set(session, case, what, max(start, case.registered_at), limit) for what, limit in limits]


def _set(session: Session, case: Case, what: Deadline, start: datetime, limit: Limit) -> DeadlineClock:
    directory = session.packs.version(case.pack_version)
    times = times_of(start, limit, directory.ladder.warn_percent, directory.calendar())
    kept: Limit | None = limit
    if what.promise.by_the_day_it_is_needed and case.needed_by is not None:
        end = day_end(case.needed_by, directory.calendar().time_zone)
        # Once that day is over, another round goes by the ordinary limit.
        if start < end < times.due_at:
            times, kept = times_until(start, end, directory.ladder.warn_percent), None
    latest = latest_of(session, case, what, start)
    if latest is not None and latest < times.due_at:
        times = times_until(start, latest, directory.ladder.warn_percent)
    whose = working_unit_of(case) if what.promise.of_worker else case.lead_unit
    unit_code = whose if what.promise.by is Answerable.UNIT else None
    note_end(case, what, times.due_at)
    return _begin(session, case, _New(what, start, times, unit_code, limit=kept))


def latest_of(session: Session, case: Case, what: Deadline, start: datetime) -> datetime | None:
    """When a promise of the case has to be kept because of an order from above; None where none is in the way."""
    if not what.promise.ahead_of_above or case.upper_due_at is None:
        return None
    directory = session.packs.version(case.pack_version)
    return latest_end(start, case.upper_due_at, directory.pack.upper_orders.margin.limit(), directory.calendar())


def start_clocks(session: Session, case: Case, event: Event, start: datetime) -> None:
    """Begin those of the case, and say which were set."""
    if clocks := begin_clocks(session, case, event, start):
        say_set(session, *clocks)


def _stands(session: Session, case: Case, what: Deadline) -> bool:
    """Whether it was given in this round and is neither kept nor void, be it missed."""
    if (column := f"{what}_due_at") in Case.model_fields:
        return getattr(case, column) is not None
    return what in case.overdue or bool(find_clocks(session, case, what, about=""))


def note_end(case: Case, what: Deadline, due_at: datetime | None) -> None:
    """Of some promises a case keeps until when they are, as long as they stand."""
    if (column := f"{what}_due_at") in Case.model_fields:
        setattr(case, column, due_at)


def _limit_of(session: Session, case: Case, what: Deadline) -> Limit | None:
    """By its duty, too, unless this pack version does not know the category."""
    directory, duty = session.packs.version(case.pack_version), None
    if what.promise.of_duty and case.category_code is not None:
        with suppress(UnknownCode):
            duty = directory.duty(case.category_code, case.area_code)
    return directory.limit(what, case.kind, case.urgency, duty)


def start_clock_about(
    session: Session,
    case: Case,
    what: Deadline,
    about: str,
    due_at: datetime,
    unit_code: str | None,
    *,
    since: datetime | None = None,
    every_days: int | None = None,
) -> None:
    """Set a deadline, until a time that somebody named, of one thing about the case, and say so.

    It runs from now on, or ``since`` it was promised: what is heard of when its time is over is missed then, not lost.
    With ``every_days`` it comes again so many days after it was due, at the end of the day, until it is stopped.
    """
    start = session.now if since is None else since
    times = times_until(start, due_at, warn_percent(session, case.pack_version))
    new = _New(what, start, times, unit_code, about, every_days=every_days)
    say_set(session, _begin(session, case, new))


def come_again(session: Session, case: Case, clock: DeadlineClock, start: datetime) -> None:
    """Of a clock that comes again (周期) set the next one, from ``start``, and say so; of another nothing."""
    due_at = next_end(clock, session.packs.version(clock.pack_version).calendar())
    if due_at is not None:
        times = times_until(start, due_at, warn_percent(session, case.pack_version))
        new = _New(clock.what, start, times, clock.unit_code, clock.about, every_days=clock.every_days)
        say_set(session, _begin(session, case, new))


def keep_clock(session: Session, case: Case, what: Deadline, about: str = "") -> None:
    """What was promised was done this time; a clock that comes again does."""
    for clock in find_clocks(session, case, what, about=about):
        clocks_of(session).stop(clock)
        come_again(session, case, clock, session.now)


def say_set(session: Session, *clocks: DeadlineClock) -> None:
    """Tell of clocks of one case and round that one step has set."""
    session.publish(
        DeadlineSet(
            case_id=clocks[0].case_id,
            occurred_at=session.now,
            round=clocks[0].round,
            deadlines=tuple(map(as_set, clocks)),
        )
    )


def as_set(clock: DeadlineClock) -> SetDeadline:
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


def stop_clocks(session: Session, case: Case, *kinds: Deadline, about: str = "") -> None:
    """The promises were kept, late or in time, or are void: nothing of them happens any more."""
    for clock in find_clocks(session, case, *kinds, about=about):
        clocks_of(session).stop(clock)
    for what in () if about else kinds:
        note_end(case, what, None)
    if not about and not set(kinds).isdisjoint(case.overdue):
        case.overdue = [what for what in case.overdue if what not in kinds]


def stop_round(session: Session, case: Case) -> None:
    """The round is over. What is to be said about an order is still to be said."""
    stop_clocks(session, case, *DECLARED.values())


def stop_all(session: Session, case: Case) -> None:
    """The case is over; what runs after the end goes on."""
    stop_round(session, case)
    clocks = clocks_of(session)
    for clock in clocks.of(case.case_id):
        if not clock.what.promise.after_the_end:
            clocks.stop(clock)


def hand_over(session: Session, case: Case, what: Deadline, unit_code: str | None, about: str = "") -> None:
    """The clock runs on, or stands still, and from now on it is this unit's."""
    for clock in find_clocks(session, case, what, about=about):
        if clock.unit_code != unit_code:
            clocks_of(session).change(replace(clock, unit_code=unit_code))


def find_clocks(session: Session, case: Case, *kinds: str, about: str) -> list[DeadlineClock]:
    """Those of these kinds about the case, or about one thing of it, that run or stand still."""
    clocks = clocks_of(session).of(case.case_id)
    return [clock for clock in clocks if clock.what in kinds and clock.about == about]


def warn_percent(session: Session, pack_version: int) -> int:
    """After which share of its time a promise under that pack warns."""
    return session.packs.version(pack_version).ladder.warn_percent


@dataclass(frozen=True, slots=True)
class _New:
    """A clock to be started."""

    what: Deadline
    start: datetime
    times: Times
    unit_code: str | None
    about: str = ""
    limit: Limit | None = None
    every_days: int | None = None


def _begin(session: Session, case: Case, new: _New) -> DeadlineClock:
    case.clocks += 1
    clock = DeadlineClock(
        clock_id=f"{case.case_id}.{case.clocks}",
        case_id=case.case_id,
        round=case.round,
        what=new.what,
        about=new.about,
        unit_code=new.unit_code,
        starts_at=new.start,
        warn_at=new.times.warn_at,
        due_at=new.times.due_at,
        step=ClockStep(StepKind.WARN),
        next_at=new.times.warn_at,
        pack_version=case.pack_version,
        limit=new.limit,
        every_days=new.every_days,
    )
    clocks_of(session).add(clock)
    return clock
