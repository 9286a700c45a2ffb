"""Asking the citizen (回访): who is asked for what, what an answer leads to, and when to call again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from libs.common.rules.machine import OutOfTurn
from libs.common.time.moments import as_utc, day_start, local_day
from services.followup.cases.domain.terms import Action, Answer, Asking, Said


class Purpose(StrEnum):
    """What a requester is asked for (回访目的): only the first of them can close a case."""

    CLOSING = "closing"
    RECHECK = "recheck"
    NOTICE = "notice"
    SURVEY = "survey"


class CallbackState(StrEnum):
    """How far the asking of one round is (回访任务状态)."""

    DUE = "due"
    EXHAUSTED = "exhausted"
    DONE = "done"
    CANCELLED = "cancelled"


STATE_AFTER: dict[Action, CallbackState] = {
    Action.ASK: CallbackState.DUE,
    Action.LEAVE_UNASKED: CallbackState.EXHAUSTED,
    Action.TRY: CallbackState.DUE,
    Action.GIVE_UP: CallbackState.EXHAUSTED,
    Action.SATISFY: CallbackState.DONE,
    Action.SEND_BACK: CallbackState.DONE,
    Action.TRY_AGAIN: CallbackState.DUE,
    Action.CLOSE_UNVERIFIED: CallbackState.DONE,
    Action.WITHDRAW: CallbackState.CANCELLED,
}
"""What a step of the case makes of the round's callback."""
_TRIES = (Action.TRY, Action.GIVE_UP, Action.SATISFY, Action.SEND_BACK)
OPEN_STATES = (CallbackState.DUE, CallbackState.EXHAUSTED)


def verdict(answer: Answer, asking: Asking) -> Action:
    """The step that a try leads to. A refusal to answer is a try, never a satisfaction."""
    if answer.valid:
        return Action.SATISFY if answer.content else Action.SEND_BACK
    return Action.GIVE_UP if asking.tries + 1 >= asking.tries_allowed else Action.TRY


def check_everybody_is_content(requester: str, others: Mapping[str, CallbackState]) -> None:
    """OutOfTurn unless ``requester``, who is satisfied, is the last: THE GUARD over all requesters of a round.

    ``others`` tells of each requester how far the asking is; in a round that goes on, one that is done was satisfied.
    """
    left = sorted(one for one, state in others.items() if one != requester and state is not CallbackState.DONE)
    if left:
        raise OutOfTurn(
            f"Other requesters of this case have not said that they are satisfied: {', '.join(left)}",
            f"该件其他诉求人尚未表示满意：{'、'.join(left)}",
        )


def evolve(asking: Asking, said: Said, gap: timedelta) -> Asking:
    """The callback after a step of its case; tries are made so far apart."""
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


def within_calling_hours(moment: datetime, opens_at: time, closes_at: time, zone: ZoneInfo) -> datetime:
    """``moment`` itself when citizens may be called then, else the next opening; in UTC."""
    moment = as_utc(moment)
    day = local_day(moment, zone)
    opens, closes = day_start(day, zone, opens_at), day_start(day, zone, closes_at)
    if moment < opens:
        return opens
    return moment if moment <= closes else day_start(day + timedelta(days=1), zone, opens_at)
