"""Setting clocks anew: a pause, more time, or another deadline of an order from above; each says until when now.

Whatever it is, a promise ends no later than an order from above allows.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from libs.common.database.session import Session
from libs.common.events.terms import DECLARED, Deadline
from libs.common.time.calendar import WorkCalendar
from libs.common.time.due import Limit, LimitUnit
from services.followup.cases.tables import Case
from services.followup.clocks.actions.book import clocks_of
from services.followup.clocks.actions.running import find_clocks, latest_of, note_end, say_set, warn_percent
from services.followup.clocks.domain import (
    ClockStatus,
    DeadlineClock,
    end_if_lifted,
    extended,
    lifted,
    longer,
    moved_to,
    own_end,
    paused,
    resumed,
    suspended,
)
from services.followup.clocks.queries import fired_clock


def pause_clocks(session: Session, case: Case, *kinds: Deadline, about: str = "") -> None:
    """Let clocks of these kinds, all when none is named, stand still from now on; those that were missed go on."""
    for clock in find_clocks(session, case, *kinds or DECLARED.values(), about=about):
        if (still := paused(clock, session.now)) is not clock:
            clocks_of(session).set_anew(still)


def resume_clocks(session: Session, case: Case, *kinds: Deadline, about: str = "") -> None:
    """Let clocks that stand still run on, and say until when now."""
    anew = []
    for clock in find_clocks(session, case, *kinds or DECLARED.values(), about=about):
        calendar = session.packs.version(clock.pack_version).calendar()
        running = resumed(clock, session.now, warn_percent(session, clock.pack_version), calendar)
        if running is not clock:
            anew.append(running)
    _set_anew(session, case, anew)


def suspend_clock(session: Session, case: Case, what: Deadline, until: datetime) -> None:
    """Let a clock of the case stand still until then (挂账), and say when it is due; one that was missed goes on."""
    anew = []
    for clock in find_clocks(session, case, what, about=""):
        percent, calendar = _percent_and_calendar(session, clock)
        if (still := suspended(clock, session.now, until, percent, calendar)) is not clock:
            anew.append(still)
    _set_anew(session, case, anew)


def lift_clock(session: Session, case: Case, what: Deadline) -> None:
    """Let a clock that stands still until some moment run on now (提前恢复), and say when it is due now."""
    anew = []
    for clock in find_clocks(session, case, what, about=""):
        percent, calendar = _percent_and_calendar(session, clock)
        hurried = latest_of(session, case, clock.what, clock.starts_at) is not None
        end = end_if_lifted(clock, session.now, case.needed_by, calendar) if hurried else None
        if (running := lifted(clock, session.now, percent, calendar, end)) is not clock:
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

    What an order from above hurries still ends no later than that allows, though the days are its own.

    ``ended`` is the clock that had all its steps before word of this came, where none runs.

    Raises:
        ValueError: it would not end later.
    """
    found = find_clocks(session, case, what, about="") or ([] if ended is None else [ended])
    anew = []
    for clock in found:
        _, calendar = _percent_and_calendar(session, clock)
        latest = latest_of(session, case, clock.what, clock.starts_at)
        end, limit = longer(clock, days, unit, until, calendar, hurried=latest is not None)
        if latest is not None and (end <= clock.due_at or (clock.missed and latest <= session.now)):
            # An order from above leaves it no more time than it has, or had.
            continue
        anew.append(_extended(session, case, clock, end, limit))
    _set_anew(session, case, anew)


def _percent_and_calendar(session: Session, clock: DeadlineClock) -> tuple[int, WorkCalendar]:
    return warn_percent(session, clock.pack_version), session.packs.version(clock.pack_version).calendar()


def extend_clock(session: Session, case: Case, what: Deadline, until: datetime, about: str = "") -> None:
    """Give a promise more time (延期) and say so. One that was missed begins as a new clock, and is overdue no more.

    Raises:
        ValueError: it stands still, or would not end later.
        LookupError: no such clock runs, or climbs its ladder.
    """
    found = find_clocks(session, case, what, about=about)
    if not found:
        raise LookupError(f"no {what} clock of case {case.case_id} runs")
    _set_anew(session, case, [_extended(session, case, clock, until) for clock in found])


def _extended(
    session: Session, case: Case, clock: DeadlineClock, until: datetime, limit: Limit | None = None
) -> DeadlineClock:
    more = extended(clock, until, session.now, warn_percent(session, clock.pack_version), limit)
    return _numbered(session, case, clock, more)


async def keep_ahead_of_above(session: Session, case: Case) -> None:
    """What the changed deadline of an order from above bounds ends as if it had been so from the start, not before now.

    What stands still is set anew when it runs on, and what climbed the whole ladder is overdue until it has time again.
    """
    kinds = [one for one in DECLARED.values() if one.promise.ahead_of_above]
    found = [clock for clock in find_clocks(session, case, *kinds, about="") if clock.round == case.round]
    for what in kinds:
        if what in case.overdue and not any(clock.what == what for clock in found):
            fired = await fired_clock(session, case.case_id, case.round, what)
            found += [] if fired is None else [fired]
    anew = []
    for clock in found:
        calendar = session.packs.version(clock.pack_version).calendar()
        own, latest = own_end(clock, case.needed_by, calendar), latest_of(session, case, clock.what, clock.starts_at)
        until = max(own if latest is None else min(own, latest), session.now)
        if clock.paused_at is None and until != clock.due_at:
            anew += _moved(session, case, clock, until)
    _set_anew(session, case, anew)


def move_clock_about(session: Session, case: Case, what: Deadline, about: str, due_at: datetime) -> bool:
    """One thing about the case ends then, earlier or later, and not before now. False when no such clock is left."""
    until, found = max(due_at, session.now), find_clocks(session, case, what, about=about)
    clocks = [clock for clock in found if clock.due_at != until]
    _set_anew(session, case, [moved for clock in clocks for moved in _moved(session, case, clock, until)])
    return bool(found)


def _moved(session: Session, case: Case, clock: DeadlineClock, until: datetime) -> list[DeadlineClock]:
    """The clock with that end. One that was missed begins as a new one, if it has time again, and else climbs on."""
    if clock.missed and until <= session.now:
        return []
    percent = warn_percent(session, clock.pack_version)
    return [_numbered(session, case, clock, moved_to(clock, until, session.now, percent))]


def _numbered(session: Session, case: Case, before: DeadlineClock, now: DeadlineClock) -> DeadlineClock:
    """As a new clock where the one before was missed: an order of the ladder is known by clock and step."""
    if not before.missed:
        return now
    if before.state is not ClockStatus.FIRED:
        clocks_of(session).stop(before)
    case.clocks += 1
    return replace(now, clock_id=f"{case.case_id}.{case.clocks}")


def _bounded(session: Session, case: Case, clock: DeadlineClock) -> DeadlineClock:
    """No later than an order from above allows, though it stood still or got more time."""
    latest = None if clock.about else latest_of(session, case, clock.what, clock.starts_at)
    until = clock.due_at if latest is None else max(latest, session.now)
    if until >= clock.due_at:
        return clock
    # What was warned of before, and ends then as before, is not warned of again.
    before = next((one for one in clocks_of(session).of(case.case_id) if one.clock_id == clock.clock_id), clock)
    percent = warn_percent(session, clock.pack_version)
    return moved_to(replace(clock, step=before.step), until, session.now, percent)


def _set_anew(session: Session, case: Case, given: Sequence[DeadlineClock]) -> None:
    clocks = [_bounded(session, case, clock) for clock in given]
    for clock in clocks:
        clocks_of(session).set_anew(clock)
        if clock.about:
            continue
        case.overdue = [what for what in case.overdue if what != clock.what]
        note_end(case, clock.what, clock.due_at)
    if clocks:
        say_set(session, *clocks)
