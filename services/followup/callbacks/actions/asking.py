"""Asking the citizen (回访), and believing what he says: the tries, the verdict, the review of the unreached."""

from dataclasses import replace

from libs.common.database.session import Session
from libs.common.events.cases import (
    CallbackTried,
    CaseSentBack,
)
from libs.common.events.citizens import WithdrawalTried
from libs.common.pack.directory import Directory
from libs.common.rules.apart import names_of
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.followup.callbacks import queries
from services.followup.callbacks.actions.finding import callbacks_of, find_callback
from services.followup.callbacks.actions.hands import known_hands
from services.followup.callbacks.actions.opening import bring_others, calling_time, gap_of, move, say_due
from services.followup.callbacks.actions.questions import check_answers
from services.followup.callbacks.domain import ENDS_WISH, evolve, verdict
from services.followup.callbacks.schemas import CallbackOut, RecordAttempt, ReviewCallback
from services.followup.callbacks.tables import Attempt, Callback
from services.followup.cases.actions import CASES, apply, can, decide
from services.followup.cases.domain.terms import Action, Answer, Asking, Purpose, Said, State, StepInput
from services.followup.cases.domain.transitions import CLOSING, check_party
from services.followup.cases.tables import Case
from services.followup.clocks.actions.running import stop_round
from services.followup.closing.actions import close
from services.followup.ladder.actions.firing import settle
from services.followup.supervision.actions import supervise_round

_BY_LINK = "经一次性链接答复"
"""What the history says of a step that nobody heard the citizen's word for."""


async def record_attempt(
    session: Session, asked: Request, callback_id: str, body: RecordAttempt, by_link: int | None = None
) -> CallbackOut:
    """One try, and what follows: closed as satisfied, sent back, tried again later, left to a review or to others.

    Of a withdrawal: closed as withdrawn, or the case goes on where it stands. ``by_link``: about which wish the link
    asks by which he answers; whoever had it made asks.
    """
    case, callback, attempts, asking = await enter(session, asked, callback_id, Action.TRY)
    settle(session, case, session.now)
    directory = session.packs.version(case.pack_version)
    check_answers(directory.callback.questions, asking.purpose, body)
    answer = Answer(body.reached, body.contacted, body.solved, body.satisfaction, body.withdraws, by_link)
    usual = Action.TRY_WISH if asking.purpose is Purpose.WITHDRAWAL else Action.TRY
    action = verdict(answer, asking) if can(case, usual) else usual
    words = mask_text(body.words) if body.words else None
    why = words or ("" if by_link is None else _BY_LINK)
    said = decide(case, action, StepInput(session.now, asking, answer, asked.actor), why)
    attempt = _keep(session, asked, callback, said, body, words)
    after = evolve(asking, said, gap_of(directory))
    callback.attempts, callback.tries = after.attempts, after.tries
    move(callback, after.state)
    if not answer.counts_for(asking.purpose):
        callback.next_try_at = calling_time(directory, session.now + gap_of(directory))
    await bring_others(session, case, action)
    if action in CLOSING:
        close(session, case, said)
    elif action is Action.SEND_BACK:
        _send_back(session, case, said, callback)
    else:
        apply(session, case, said)
    return shown(case, callback, [*attempts, attempt])


async def review(session: Session, asked: Request, callback_id: str, body: ReviewCallback) -> CallbackOut:
    """A second person looks at all whom nobody reached or asked: close it as that, or have them tried again."""
    action = Action(body.decision.value)
    case, callback, attempts, asking = await enter(session, asked, callback_id, action)
    settle(session, case, session.now)
    said = decide(case, action, StepInput(session.now, asking, by=asked.actor), mask_text(body.reason))
    again = await bring_others(session, case, action)
    if action in CLOSING:
        close(session, case, said)
    else:
        apply(session, case, said)
        if not asking.callers:
            say_due(session, again)
    return shown(case, callback, attempts)


def shown(case: Case, callback: Callback, attempts: list[Attempt]) -> CallbackOut:
    """The callback as it is answered."""
    return CallbackOut.of(case, callback, attempts)


async def enter(
    session: Session, asked: Request, callback_id: str, action: Action
) -> tuple[Case, Callback, list[Attempt], Asking]:
    """The callback, when the caller may see it (else NotFound), may take the step (Forbidden), knows its version."""
    found = await find_callback(session, callback_id)
    if found is None or not queries.sees_callback(asked.scope, *found):
        raise queries.no_such_callback()
    case, callback = found
    attempts = await _attempts_of(session, callback)
    every = await callbacks_of(session, case)
    others = [one for one in every if _beside(one) == _beside(callback) and one is not callback]
    tried = attempts + [attempt for one in others for attempt in await _attempts_of(session, one)]
    directory, state = session.packs.version(case.pack_version), CASES.state_of(case)
    asking = _apart(session, case, state, _asking_of(directory, callback, attempts, others, tried), every)
    check_party(state, action, asking, asked.actor)
    asked.check_version(callback.version)
    # A clock may have been ahead before: no try comes before its callback, or before the tries that it follows.
    session.now = max([session.now, callback.opened_at, *(attempt.at for attempt in tried)])
    return case, callback, attempts, asking


def _beside(callback: Callback) -> tuple[int, Purpose]:
    """Of those for whom it is equal, each requester's word counts."""
    return callback.round, callback.purpose


async def _attempts_of(session: Session, callback: Callback) -> list[Attempt]:
    attempts = await session.rows(Attempt, "callback_id", callback.callback_id, lock=False)
    return sorted(attempts, key=lambda attempt: attempt.attempt)


def _asking_of(
    directory: Directory, callback: Callback, attempts: list[Attempt], others: list[Callback], tried: list[Attempt]
) -> Asking:
    return Asking(
        round=callback.round,
        state=callback.state,
        handling_unit=callback.handling_unit,
        answered_by=callback.answered_by,
        answered_by_staff=callback.answered_by_staff,
        told_by=names_of(callback.wished_by, callback.wished_by_staff),
        wish=callback.wish,
        callers=frozenset(name for attempt in tried for name in names_of(attempt.caller, attempt.caller_staff)),
        tries=callback.tries,
        tries_allowed=directory.callback.tries,
        next_try_at=attempts[-1].at + gap_of(directory) if callback.tries else None,
        attempts=callback.attempts,
        requester=callback.requester,
        purpose=callback.purpose,
        others={one.requester: one.state for one in others},
    )


def _apart(session: Session, case: Case, state: State, asking: Asking, every: list[Callback]) -> Asking:
    """With who finished the rounds before, and with the superiors of all who had a hand in it, if they are not to
    ask."""
    before = known_hands(session, state, every)
    directory, above = session.packs.version(case.pack_version), frozenset[str]()
    if not directory.callback.superior_may_call:
        above = frozenset(code for unit in before.units for code in directory.lineage(unit)[1:])
    return replace(asking, before=before, superiors=above)


def _keep(
    session: Session, asked: Request, callback: Callback, said: Said, body: RecordAttempt, words: str | None
) -> Attempt:
    attempt = session.new(
        Attempt,
        callback_id=callback.callback_id,
        attempt=callback.attempts + 1,
        case_id=callback.case_id,
        round=callback.round,
        at=session.now,
        caller=asked.actor.subject,
        caller_unit=asked.actor.unit_code,
        caller_staff=asked.actor.staff_id,
        reached=body.reached,
        valid=said.what.answer is not None and said.what.answer.counts_for(callback.purpose),
        contacted=body.contacted,
        solved=body.solved,
        satisfaction=body.satisfaction,
        words=words,
        notes={code: mask_text(text) for code, text in body.notes.items()},
        requester=callback.requester,
        purpose=callback.purpose,
        withdraws=body.withdraws,
        by_link=said.what.answer is not None and said.what.answer.about_wish is not None,
    )
    says = _tried_wish if callback.purpose is Purpose.WITHDRAWAL else _tried
    session.publish(says(callback, attempt, said))
    return attempt


def _tried(callback: Callback, attempt: Attempt, said: Said) -> CallbackTried | WithdrawalTried:
    return CallbackTried(
        case_id=callback.case_id,
        occurred_at=attempt.at,
        round=callback.round,
        attempt=attempt.attempt,
        reached=attempt.reached,
        valid=attempt.valid,
        contacted=attempt.contacted,
        solved=attempt.solved,
        satisfaction=attempt.satisfaction,
        handling_unit=callback.handling_unit,
        caller=attempt.caller,
        caller_staff=attempt.caller_staff,
        requester=attempt.requester,
        waits_for=said.what.asking.left if said.action in (Action.HEAR, Action.HEAR_LAST) else (),
    )


def _tried_wish(callback: Callback, attempt: Attempt, said: Said) -> CallbackTried | WithdrawalTried:
    return WithdrawalTried(
        case_id=callback.case_id,
        occurred_at=attempt.at,
        round=callback.round,
        attempt=attempt.attempt,
        reached=attempt.reached,
        withdraws=attempt.withdraws,
        ends=said.action in ENDS_WISH,
        handling_unit=callback.handling_unit,
        caller=attempt.caller,
        caller_unit=attempt.caller_unit,
        caller_staff=attempt.caller_staff,
        requester=attempt.requester,
        by_link=attempt.by_link,
    )


def _send_back(session: Session, case: Case, said: Said, callback: Callback) -> None:
    """The next round opens with the citizen's words; who leads it, dispatch says."""
    stop_round(session, case)
    back = CaseSentBack(
        case_id=case.case_id,
        occurred_at=session.now,
        round=callback.round,
        next_round=case.round + 1,
        unit_code=callback.handling_unit,
        words=said.why,
    )
    works = callback.handling_unit
    accountable = case.lead_unit if works is not None and works == case.delegate_unit else works
    apply(session, case, said, back)
    supervise_round(session, case, accountable, works)
