"""Asking the citizen (回访): who is asked for what, what an answer leads to, and when to call again."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from libs.common.time.moments import as_utc, day_start, local_day
from services.followup.cases.domain.terms import Action, Answer, Asking, CallbackState, Said


class Purpose(StrEnum):
    """What a requester is asked for (回访目的): only the first of them can close a case."""

    CLOSING = "closing"
    RECHECK = "recheck"
    NOTICE = "notice"
    SURVEY = "survey"


STATE_AFTER: dict[Action, CallbackState] = {
    Action.ASK: CallbackState.DUE,
    Action.LEAVE_UNASKED: CallbackState.EXHAUSTED,
    Action.TRY: CallbackState.DUE,
    Action.PUT_ASIDE: CallbackState.EXHAUSTED,
    Action.GIVE_UP: CallbackState.EXHAUSTED,
    Action.HEAR: CallbackState.DONE,
    Action.HEAR_LAST: CallbackState.DONE,
    Action.SATISFY: CallbackState.DONE,
    Action.SEND_BACK: CallbackState.DONE,
    Action.TRY_AGAIN: CallbackState.DUE,
    Action.CLOSE_UNVERIFIED: CallbackState.DONE,
    Action.WITHDRAW: CallbackState.CANCELLED,
}
"""What a step of the case makes of the callback that it is about."""
_OTHERS_AFTER: dict[Action, CallbackState] = {
    Action.SEND_BACK: CallbackState.CANCELLED,
    Action.TRY_AGAIN: CallbackState.DUE,
    Action.CLOSE_UNVERIFIED: CallbackState.DONE,
    Action.WITHDRAW: CallbackState.CANCELLED,
}
_TRIES = (
    *(Action.TRY, Action.PUT_ASIDE, Action.GIVE_UP),
    *(Action.HEAR, Action.HEAR_LAST, Action.SATISFY, Action.SEND_BACK),
)
OPEN_STATES = (CallbackState.DUE, CallbackState.EXHAUSTED)


def verdict(answer: Answer, asking: Asking) -> Action:
    """The step that a try leads to. A refusal to answer is a try, never a satisfaction."""
    if answer.valid and not answer.content:
        return Action.SEND_BACK
    if answer.valid:
        waiting = Action.HEAR if asking.others_wait else Action.HEAR_LAST
        return waiting if asking.left else Action.SATISFY
    if asking.tries + 1 < asking.tries_allowed:
        return Action.TRY
    return Action.PUT_ASIDE if asking.others_wait else Action.GIVE_UP


def evolve(asking: Asking, said: Said, gap: timedelta) -> Asking:
    """The callback that a step of its case was about, after it; tries are made so far apart."""
    asking = replace(asking, state=STATE_AFTER.get(said.action, asking.state))
    if said.action is Action.TRY_AGAIN:
        return replace(asking, tries=0, next_try_at=None)
    if said.action not in _TRIES or said.what.answer is None:
        return asking
    tries = asking.tries + (not said.what.answer.valid)
    return replace(
        asking,
        callers=asking.callers | {said.by.subject},
        attempts=asking.attempts + 1,
        tries=tries,
        next_try_at=said.at + gap if tries else None,
    )


def others_after(state: CallbackState, action: Action) -> CallbackState:
    """Where a step brings another callback of the round: one that is open, if it ends the round or is a review."""
    return _OTHERS_AFTER.get(action, state) if state in OPEN_STATES else state


def within_calling_hours(moment: datetime, opens_at: time, closes_at: time, zone: ZoneInfo) -> datetime:
    """``moment`` itself when citizens may be called then, else the next opening; in UTC."""
    moment = as_utc(moment)
    day = local_day(moment, zone)
    opens, closes = day_start(day, zone, opens_at), day_start(day, zone, closes_at)
    if moment < opens:
        return opens
    return moment if moment <= closes else day_start(day + timedelta(days=1), zone, opens_at)
