"""Opening the asking of a round, and ending it where the case ends without the citizen's answer."""

import uuid
from datetime import datetime, timedelta

from libs.common.database.session import Session
from libs.common.events.cases import CallbackDue, CaseAnsweredDirectly, CaseHandled
from libs.common.events.terms import Deadline
from libs.common.pack.directory import Directory
from services.followup.callbacks.actions.finding import callbacks_of
from services.followup.callbacks.domain import OPEN_STATES, STATE_AFTER, within_calling_hours
from services.followup.callbacks.tables import Callback
from services.followup.cases.domain.terms import Action
from services.followup.cases.tables import Case
from services.followup.clocks.actions.running import as_set, begin_clocks, say_set
from services.followup.clocks.domain import DeadlineClock

_IDS = uuid.UUID("0c1b8a52-4d0e-5f7a-8a4e-0a2f6f3c9b11")


def open_callback(session: Session, matter: Case, action: Action, done: CaseHandled | CaseAnsweredDirectly) -> None:
    """Open the asking of this round, with its clock; a citizen who wants no callback is left to a review."""
    directory, done_at = session.packs.version(matter.pack_version), done.occurred_at
    handling_unit, answered_by = _who_finished(done)
    callback = session.new(
        Callback,
        callback_id=str(uuid.uuid5(_IDS, f"{matter.case_id}/{matter.round}")),
        case_id=matter.case_id,
        round=matter.round,
        state=STATE_AFTER[action],
        handling_unit=handling_unit,
        answered_by=answered_by,
        area_code=matter.area_code,
        next_try_at=calling_time(directory, done_at),
        opened_at=done_at,
    )
    clocks = begin_clocks(session, matter, done, done_at)
    if action is Action.ASK:
        say_due(session, callback, next((clock for clock in clocks if clock.what is Deadline.CALLBACK), None))
        clocks = [clock for clock in clocks if clock.what is not Deadline.CALLBACK]
    if clocks:
        say_set(session, *clocks)


async def end_callback(session: Session, matter: Case, action: Action) -> None:
    """The case ends without the citizen's answer."""
    for callback in await callbacks_of(session, matter):
        if callback.round == matter.round and callback.state in OPEN_STATES:
            move(callback, action)


def _who_finished(done: CaseHandled | CaseAnsweredDirectly) -> tuple[str | None, str | None]:
    """The unit that handled it, or the unit and the account that answered at the door."""
    if isinstance(done, CaseHandled):
        return done.unit_code, None
    return done.answered_by_unit, done.answered_by


def say_due(session: Session, callback: Callback, clock: DeadlineClock | None = None) -> None:
    """Tell that the citizen is to be called, and until when if that is just being set."""
    session.publish(
        CallbackDue(
            case_id=callback.case_id,
            occurred_at=session.now,
            round=callback.round,
            handling_unit=callback.handling_unit,
            deadline=None if clock is None else as_set(clock),
        )
    )


def move(callback: Callback, action: Action) -> None:
    """Bring the callback to where the case's step brings it."""
    callback.state = STATE_AFTER[action]
    callback.version += 1


def gap_of(directory: Directory) -> timedelta:
    """How far apart tries are made."""
    return timedelta(minutes=directory.callback.minutes_between_tries)


def calling_time(directory: Directory, moment: datetime) -> datetime:
    """The first time from ``moment`` on at which the pack lets citizens be called."""
    policy = directory.callback
    return within_calling_hours(moment, policy.opens_at, policy.closes_at, directory.calendar().time_zone)
