"""Opening the asking of a round, and ending it where the case ends without the citizen's answer."""

import uuid
from datetime import datetime, timedelta

from libs.common.database.session import Session
from libs.common.events.cases import CallbackDue, CaseAnsweredDirectly, CaseHandled
from libs.common.events.terms import FIRST_REQUESTER, Deadline
from libs.common.pack.directory import Directory
from services.followup.callbacks.actions.finding import callbacks_of
from services.followup.callbacks.domain import OPEN_STATES, OTHERS_AFTER, STATE_AFTER, within_calling_hours
from services.followup.callbacks.tables import Callback
from services.followup.cases.domain.terms import Action, CallbackState, Purpose
from services.followup.cases.tables import Case
from services.followup.clocks.actions.running import as_set, begin_clocks, say_set
from services.followup.clocks.domain import DeadlineClock

_IDS = uuid.UUID("0c1b8a52-4d0e-5f7a-8a4e-0a2f6f3c9b11")


async def open_callbacks(
    session: Session, case: Case, action: Action, done: CaseHandled | CaseAnsweredDirectly
) -> None:
    """Ask each requester about this round, under one clock; who wants no callback is left to a review.

    Whoever was asked about the round before is asked about this one.
    """
    directory, done_at = session.packs.version(case.pack_version), done.occurred_at
    handling_unit, answered_by, answered_by_staff = _who_finished(done)
    requesters = known_requesters(await callbacks_of(session, case))
    opened = [
        session.new(
            Callback,
            callback_id=id_of(case, requester),
            case_id=case.case_id,
            round=case.round,
            requester=requester,
            state=STATE_AFTER[action],
            handling_unit=handling_unit,
            answered_by=answered_by,
            answered_by_staff=answered_by_staff,
            area_code=case.area_code,
            next_try_at=calling_time(directory, done_at),
            opened_at=done_at,
        )
        for requester in requesters
    ]
    clocks = begin_clocks(session, case, done, done_at)
    if action is Action.ASK:
        say_due(session, opened, next((clock for clock in clocks if clock.what is Deadline.CALLBACK), None))
        clocks = [clock for clock in clocks if clock.what is not Deadline.CALLBACK]
    if clocks:
        say_set(session, *clocks)


def known_requesters(callbacks: list[Callback]) -> list[str]:
    """Whoever was asked about a result before, and who spoke first."""
    return sorted({row.requester for row in callbacks if row.purpose is Purpose.CLOSING} | {FIRST_REQUESTER})


def id_of(case: Case, requester: str, purpose: Purpose = Purpose.CLOSING) -> str:
    """The number of a callback says whom it asks in which round, and what for."""
    place = f"{case.case_id}/{case.round}"
    place = place if requester == FIRST_REQUESTER else f"{place}/{requester}"
    return str(uuid.uuid5(_IDS, place if purpose is Purpose.CLOSING else f"{place}/{purpose}"))


async def bring_others(session: Session, case: Case, action: Action) -> list[Callback]:
    """Bring the round's open callbacks to where a step brings them that ends it, or decides about all not reached."""
    callbacks = [row for row in await callbacks_of(session, case) if row.round == case.round]
    brought = [row for row in callbacks if row.state in OPEN_STATES and (action, row.purpose) in OTHERS_AFTER]
    for callback in brought:
        move(callback, OTHERS_AFTER[action, callback.purpose])
        if action is Action.TRY_AGAIN:
            callback.tries = 0
            callback.next_try_at = calling_time(session.packs.version(case.pack_version), session.now)
    return brought


def _who_finished(done: CaseHandled | CaseAnsweredDirectly) -> tuple[str | None, str | None, str | None]:
    """The unit that handled it, or the unit that answered at the door, the account, and whose account it is."""
    if isinstance(done, CaseHandled):
        return done.unit_code, None, None
    return done.answered_by_unit, done.answered_by, done.answered_by_staff


def say_due(session: Session, callbacks: list[Callback], clock: DeadlineClock | None = None) -> None:
    """Tell who is to be called, and until when if that is just being set."""
    session.publish(
        CallbackDue(
            case_id=callbacks[0].case_id,
            occurred_at=session.now,
            round=callbacks[0].round,
            handling_unit=callbacks[0].handling_unit,
            deadline=None if clock is None else as_set(clock),
            requesters=tuple(callback.requester for callback in callbacks),
        )
    )


def move(callback: Callback, state: CallbackState) -> None:
    """Bring the callback to where the case's step brings it."""
    callback.state = state
    callback.version += 1


def gap_of(directory: Directory) -> timedelta:
    """How far apart tries are made."""
    return timedelta(minutes=directory.callback.minutes_between_tries)


def calling_time(directory: Directory, moment: datetime) -> datetime:
    """The first time from ``moment`` on at which the pack lets citizens be called."""
    policy = directory.callback
    return within_calling_hours(moment, policy.opens_at, policy.closes_at, directory.calendar().time_zone)
