"""Starting and stopping clocks: a promise gets its times once, under one pack version, and keeps them.

Which event does so is declared with the promise. Only a pause that is over or an extension sets it anew, and says so.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from libs.common.database.session import Session
from libs.common.events.base import Event
from libs.common.events.cases import DeadlineSet
from libs.common.events.deadlines import SetDeadline
from libs.common.events.terms import DECLARED, Answerable, Deadline, ended_by, passed_on_by, set_by
from libs.common.pack.directory import UnknownCode
from libs.common.time.calendar import WorkCalendar
from libs.common.time.due import Limit, LimitUnit
from libs.common.time.moments import day_end
from services.followup.cases.tables import Case, working_unit_of
from services.followup.clocks.actions.book import clocks_of
from services.followup.clocks.domain import (
    ClockStatus,
    ClockStep,
    DeadlineClock,
    StepKind,
    Times,
    extended,
    lifted,
    longer,
    next_end,
    paused,
    resumed,
    suspended,
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
    whose = working_unit_of(case) if what.promise.of_worker else case.lead_unit
    unit_code = whose if what.promise.by is Answerable.UNIT else None
    _note_end(case, what, times.due_at)
    return _begin(session, case, _New(what, start, times, unit_code, limit=kept))


def start_clocks(session: Session, case: Case, event: Event, start: datetime) -> None:
    """Begin those of the case, and say which were set."""
    if clocks := begin_clocks(session, case, event, start):
        say_set(session, *clocks)


def _stands(session: Session, case: Case, what: Deadline) -> bool:
    """Whether it was given in this round and is neither kept nor void, be it missed."""
    if (column := f"{what}_due_at") in Case.model_fields:
        return getattr(case, column) is not None
    return what in case.overdue or bool(_find(session, case, what, about=""))


def _note_end(case: Case, what: Deadline, due_at: datetime | None) -> None:
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
    every_days: int | None = None,
) -> None:
    """Set a deadline, from now until a time that somebody named, of one thing about the case, and say so.

    With ``every_days`` it comes again so many days after it was due, at the end of the day, until it is stopped.
    """
    times = times_until(session.now, due_at, _warn_percent(session, case.pack_version))
    new = _New(what, session.now, times, unit_code, about, every_days=every_days)
    say_set(session, _begin(session, case, new))


def come_again(session: Session, case: Case, clock: DeadlineClock, start: datetime) -> None:
    """Of a clock that comes again (周期) set the next one, from ``start``, and say so; of another nothing."""
    due_at = next_end(clock, session.packs.version(clock.pack_version).calendar())
    if due_at is not None:
        times = times_until(start, due_at, _warn_percent(session, case.pack_version))
        new = _New(clock.what, start, times, clock.unit_code, clock.about, every_days=clock.every_days)
        say_set(session, _begin(session, case, new))


def keep_clock(session: Session, case: Case, what: Deadline, about: str = "") -> None:
    """What was promised was done this time; a clock that comes again does."""
    for clock in _find(session, case, what, about=about):
        clocks_of(session).stop(clock)
        come_again(session, case, clock, session.now)


def pause_clocks(session: Session, case: Case, *kinds: Deadline, about: str = "") -> None:
    """Let clocks of these kinds, all when none is named, stand still from now on; those that were missed go on."""
    for clock in _find(session, case, *kinds or DECLARED.values(), about=about):
        if (still := paused(clock, session.now)) is not clock:
            clocks_of(session).set_anew(still)


def resume_clocks(session: Session, case: Case, *kinds: Deadline, about: str = "") -> None:
    """Let clocks that stand still run on, and say until when now."""
    anew = []
    for clock in _find(session, case, *kinds or DECLARED.values(), about=about):
        calendar = session.packs.version(clock.pack_version).calendar()
        running = resumed(clock, session.now, _warn_percent(session, clock.pack_version), calendar)
        if running is not clock:
            anew.append(running)
    _set_anew(session, case, anew)


def suspend_clock(session: Session, case: Case, what: Deadline, until: datetime) -> None:
    """Let a clock of the case stand still until then (挂账), and say when it is due; one that was missed goes on."""
    anew = []
    for clock in _find(session, case, what, about=""):
        percent, calendar = _percent_and_calendar(session, clock)
        if (still := suspended(clock, session.now, until, percent, calendar)) is not clock:
            anew.append(still)
    _set_anew(session, case, anew)


def lift_clock(session: Session, case: Case, what: Deadline) -> None:
    """Let a clock that stands still until some moment run on now (提前恢复), and say when it is due now."""
    anew = []
    for clock in _find(session, case, what, about=""):
        percent, calendar = _percent_and_calendar(session, clock)
        if (running := lifted(clock, session.now, percent, calendar)) is not clock:
            anew.append(running)
    _set_anew(session, case, anew)


def extend_by(
    session: Session,
    case: Case,
    what: Deadline,
    until: datetime,
    days: int,
    unit: LimitUnit,
    ended: DeadlineClock | None = None,
) -> None:
    """Give a promise of the case so many days more (延期), and say so; later pauses are counted in these, too.

    ``ended`` is the clock that had all its steps before word of this came, where none runs.

    Raises:
        ValueError: it would not end later.
    """
    found = _find(session, case, what, about="") or ([] if ended is None else [ended])
    anew = []
    for clock in found:
        _, calendar = _percent_and_calendar(session, clock)
        anew.append(_extended(session, case, clock, until, longer(clock, days, unit, until, calendar)))
    _set_anew(session, case, anew)


def _percent_and_calendar(session: Session, clock: DeadlineClock) -> tuple[int, WorkCalendar]:
    return _warn_percent(session, clock.pack_version), session.packs.version(clock.pack_version).calendar()


def extend_clock(session: Session, case: Case, what: Deadline, until: datetime, about: str = "") -> None:
    """Give a promise more time (延期) and say so. One that was missed begins as a new clock, and is overdue no more.

    Raises:
        ValueError: it stands still, or would not end later.
        LookupError: no such clock runs, or climbs its ladder.
    """
    found = _find(session, case, what, about=about)
    if not found:
        raise LookupError(f"no {what} clock of case {case.case_id} runs")
    _set_anew(session, case, [_extended(session, case, clock, until) for clock in found])


def _extended(
    session: Session, case: Case, clock: DeadlineClock, until: datetime, limit: Limit | None = None
) -> DeadlineClock:
    more = extended(clock, until, session.now, _warn_percent(session, clock.pack_version), limit)
    if clock.missed:
        # Its steps have names of their own: an order of the ladder is known by clock and step.
        if clock.state is ClockStatus.PENDING:
            clocks_of(session).stop(clock)
        case.clocks += 1
        more = replace(more, clock_id=f"{case.case_id}.{case.clocks}")
    return more


def _set_anew(session: Session, case: Case, clocks: Sequence[DeadlineClock]) -> None:
    for clock in clocks:
        clocks_of(session).set_anew(clock)
        if clock.about:
            continue
        case.overdue = [what for what in case.overdue if what != clock.what]
        _note_end(case, clock.what, clock.due_at)
    if clocks:
        say_set(session, *clocks)


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
    for clock in _find(session, case, *kinds, about=about):
        clocks_of(session).stop(clock)
    for what in () if about else kinds:
        _note_end(case, what, None)
    if not about and not set(kinds).isdisjoint(case.overdue):
        case.overdue = [what for what in case.overdue if what not in kinds]


def stop_round(session: Session, case: Case) -> None:
    """The round is over. What is to be said about an order is still to be said."""
    stop_clocks(session, case, *DECLARED.values())


def stop_all(session: Session, case: Case) -> None:
    """The case is over."""
    stop_round(session, case)
    clocks = clocks_of(session)
    for clock in clocks.of(case.case_id):
        clocks.stop(clock)


def hand_over(session: Session, case: Case, what: Deadline, unit_code: str | None, about: str = "") -> None:
    """The clock runs on, or stands still, and from now on it is this unit's."""
    for clock in _find(session, case, what, about=about):
        if clock.unit_code != unit_code:
            clocks_of(session).change(replace(clock, unit_code=unit_code))


def _find(session: Session, case: Case, *kinds: str, about: str) -> list[DeadlineClock]:
    clocks = clocks_of(session).of(case.case_id)
    return [clock for clock in clocks if clock.what in kinds and clock.about == about]


def _warn_percent(session: Session, pack_version: int) -> int:
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
