"""Asking the citizen (回访): who is asked for what, what an answer leads to, and when to call again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from libs.common.time.moments import as_utc, day_start, local_day
from services.followup.cases.domain.terms import Action, Answer, Asking, CallbackState, Purpose, Said

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
    Action.CLOSE_UNASKED: CallbackState.DONE,
    Action.WISH: CallbackState.DUE,
    Action.TRY_WISH: CallbackState.DUE,
    Action.LAPSE_WISH: CallbackState.CANCELLED,
    Action.HEAR_WISH: CallbackState.DONE,
    Action.DENY_WISH: CallbackState.DONE,
    Action.CONFIRM_WISH: CallbackState.DONE,
    Action.WITHDRAW: CallbackState.CANCELLED,
}
"""What a step of the case makes of the callback that it is about."""
_CLOSING, _WISH = Purpose.CLOSING, Purpose.WITHDRAWAL
OTHERS_AFTER: dict[tuple[Action, Purpose], CallbackState] = {
    (Action.TRY_AGAIN, _CLOSING): CallbackState.DUE,
    (Action.CLOSE_UNVERIFIED, _CLOSING): CallbackState.DONE,
    (Action.CLOSE_UNASKED, _CLOSING): CallbackState.DONE,
    **dict.fromkeys(
        (
            *((Action.SEND_BACK, _CLOSING), (Action.SEND_BACK, _WISH), (Action.SATISFY, _WISH)),
            *((Action.CLOSE_UNVERIFIED, _WISH), (Action.CLOSE_UNASKED, _WISH)),
            *((Action.LAPSE_WISH, _WISH), (Action.DENY_WISH, _WISH), (Action.CONFIRM_WISH, _CLOSING)),
            *(
                (Action.WITHDRAW, _CLOSING),
                (Action.WITHDRAW, _WISH),
                (Action.NOT_ACCEPT, _WISH),
                (Action.TERMINATE, _WISH),
            ),
        ),
        CallbackState.CANCELLED,
    ),
}
"""What a step makes of the other open callbacks of the round, by purpose; the steps that are not here, nothing."""
_TRIES = (
    *(Action.TRY, Action.PUT_ASIDE, Action.GIVE_UP),
    *(Action.HEAR, Action.HEAR_LAST, Action.SATISFY, Action.SEND_BACK),
    *(Action.TRY_WISH, Action.LAPSE_WISH, Action.HEAR_WISH, Action.DENY_WISH, Action.CONFIRM_WISH),
)
ENDS_WISH = (Action.LAPSE_WISH, Action.DENY_WISH, Action.CONFIRM_WISH)
"""After these nobody is asked any more whether he takes the case back."""
OPEN_STATES = (CallbackState.DUE, CallbackState.EXHAUSTED)


def next_wish(told: Iterable[int]) -> int:
    """The number of one more wish in a round, the same for all its requesters, after those that were asked about."""
    return max(told, default=0) + 1


def verdict(answer: Answer, asking: Asking) -> Action:
    """The step that a try leads to. A refusal to answer is a try, never a satisfaction, nor a withdrawal."""
    if asking.purpose is Purpose.WITHDRAWAL:
        return _verdict_on_wish(answer, asking)
    if answer.valid and not answer.content:
        return Action.SEND_BACK
    if answer.valid:
        waiting = Action.HEAR if asking.others_wait else Action.HEAR_LAST
        return waiting if asking.left else Action.SATISFY
    if asking.tries + 1 < asking.tries_allowed:
        return Action.TRY
    return Action.PUT_ASIDE if asking.others_wait else Action.GIVE_UP


def _verdict_on_wish(answer: Answer, asking: Asking) -> Action:
    if not answer.counts_for(asking.purpose):
        return Action.TRY_WISH if asking.tries + 1 < asking.tries_allowed else Action.LAPSE_WISH
    if not answer.withdraws:
        return Action.DENY_WISH
    return Action.HEAR_WISH if asking.left else Action.CONFIRM_WISH


def evolve(asking: Asking, said: Said, gap: timedelta) -> Asking:
    """The callback that a step of its case was about, after it; tries are made so far apart."""
    asking = replace(asking, state=STATE_AFTER.get(said.action, asking.state))
    if said.action in (Action.TRY_AGAIN, Action.WISH):
        return replace(asking, tries=0, next_try_at=None)
    if said.action not in _TRIES or said.what.answer is None:
        return asking
    tries = asking.tries + (not said.what.answer.counts_for(asking.purpose))
    return replace(
        asking,
        callers=asking.callers | said.by.names,
        attempts=asking.attempts + 1,
        tries=tries,
        next_try_at=said.at + gap if tries else None,
    )


def evolve_other(asking: Asking, said: Said) -> Asking:
    """Another callback of the round after a step that ends it, or that decides about all who were not reached."""
    place = said.action, asking.purpose
    if asking.state not in OPEN_STATES or place not in OTHERS_AFTER:
        return asking
    after = replace(asking, state=OTHERS_AFTER[place])
    return replace(after, tries=0, next_try_at=None) if said.action is Action.TRY_AGAIN else after


def within_calling_hours(moment: datetime, opens_at: time, closes_at: time, zone: ZoneInfo) -> datetime:
    """``moment`` itself when citizens may be called then, else the next opening; in UTC."""
    moment = as_utc(moment)
    day = local_day(moment, zone)
    opens, closes = day_start(day, zone, opens_at), day_start(day, zone, closes_at)
    if moment < opens:
        return opens
    return moment if moment <= closes else day_start(day + timedelta(days=1), zone, opens_at)
