"""Asking the citizen (回访), and believing what he says: the tries, the verdict, the review of the unreached."""

from libs.common.database.session import Session
from libs.common.events.cases import CallbackTried, CaseSentBack
from libs.common.pack.directory import Directory
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.followup.callbacks import queries
from services.followup.callbacks.actions.finding import callbacks_of, find_callback
from services.followup.callbacks.actions.opening import bring_others, calling_time, gap_of, move, say_due
from services.followup.callbacks.actions.questions import check_answers
from services.followup.callbacks.domain import Purpose, evolve, verdict
from services.followup.callbacks.schemas import CallbackOut, RecordAttempt, ReviewCallback, ReviewDecision
from services.followup.callbacks.tables import Attempt, Callback
from services.followup.cases.actions import apply, can, decide
from services.followup.cases.domain.terms import Action, Answer, Asking, Said, StepInput
from services.followup.cases.domain.transitions import check_party
from services.followup.cases.tables import Case
from services.followup.clocks.actions.running import stop_round
from services.followup.closing.actions import close
from services.followup.ladder.actions.firing import settle
from services.followup.supervision.actions import supervise_round


async def record_attempt(session: Session, asked: Request, callback_id: str, body: RecordAttempt) -> CallbackOut:
    """One try, and what follows: closed as satisfied, sent back, tried again later, left to a review or to others."""
    case, callback, attempts, asking = await _enter(session, asked, callback_id, Action.TRY)
    settle(session, case, session.now)
    directory = session.packs.version(case.pack_version)
    check_answers(directory.callback.questions, body)
    answer = Answer(body.reached, body.contacted, body.solved, body.satisfaction)
    action = verdict(answer, asking) if can(case, Action.TRY) else Action.TRY
    words = mask_text(body.words) if body.words else None
    said = decide(case, action, StepInput(session.now, asking, answer, asked.actor), words or "")
    attempt = _keep(session, asked, callback, said, body, words)
    after = evolve(asking, said, gap_of(directory))
    callback.attempts, callback.tries = after.attempts, after.tries
    move(callback, after.state)
    if not answer.valid:
        callback.next_try_at = calling_time(directory, session.now + gap_of(directory))
    if action is Action.SATISFY:
        close(session, case, said)
    elif action is Action.SEND_BACK:
        await bring_others(session, case, action)
        _send_back(session, case, said, callback)
    else:
        apply(session, case, said)
    return shown(case, callback, [*attempts, attempt])


async def review(session: Session, asked: Request, callback_id: str, body: ReviewCallback) -> CallbackOut:
    """A second person looks at all whom nobody reached: close it as unverified, or have them tried again."""
    action = Action.TRY_AGAIN if body.decision is ReviewDecision.TRY_AGAIN else Action.CLOSE_UNVERIFIED
    case, callback, attempts, asking = await _enter(session, asked, callback_id, action)
    settle(session, case, session.now)
    said = decide(case, action, StepInput(session.now, asking, by=asked.actor), mask_text(body.reason))
    again = await bring_others(session, case, action)
    if action is Action.CLOSE_UNVERIFIED:
        close(session, case, said)
    else:
        apply(session, case, said)
        if not asking.callers:
            say_due(session, again)
    return shown(case, callback, attempts)


def shown(case: Case, callback: Callback, attempts: list[Attempt]) -> CallbackOut:
    """The callback as it is answered."""
    return CallbackOut.of(case, callback, attempts)


async def _enter(
    session: Session, asked: Request, callback_id: str, action: Action
) -> tuple[Case, Callback, list[Attempt], Asking]:
    """The callback, when the caller may see it (else NotFound), may take the step (Forbidden), knows its version."""
    found = await find_callback(session, callback_id)
    if found is None or not queries.sees_callback(asked.scope, *found):
        raise queries.no_such_callback()
    case, callback = found
    attempts = await _attempts_of(session, callback)
    others = [
        one for one in await callbacks_of(session, case) if _beside(one) == _beside(callback) and one is not callback
    ]
    tried = attempts + [attempt for one in others for attempt in await _attempts_of(session, one)]
    asking = _asking_of(session.packs.version(case.pack_version), callback, attempts, others, tried)
    check_party(action, asking, asked.actor)
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
        callers=frozenset(attempt.caller for attempt in tried),
        tries=callback.tries,
        tries_allowed=directory.callback.tries,
        next_try_at=attempts[-1].at + gap_of(directory) if callback.tries else None,
        attempts=callback.attempts,
        requester=callback.requester,
        others={one.requester: one.state for one in others},
    )


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
        reached=body.reached,
        valid=Answer(body.reached, satisfaction=body.satisfaction).valid,
        contacted=body.contacted,
        solved=body.solved,
        satisfaction=body.satisfaction,
        words=words,
        notes={code: mask_text(text) for code, text in body.notes.items()},
        requester=callback.requester,
        purpose=callback.purpose,
    )
    session.publish(
        CallbackTried(
            case_id=callback.case_id,
            occurred_at=session.now,
            round=callback.round,
            attempt=attempt.attempt,
            reached=attempt.reached,
            valid=attempt.valid,
            contacted=attempt.contacted,
            solved=attempt.solved,
            satisfaction=attempt.satisfaction,
            handling_unit=callback.handling_unit,
            caller=attempt.caller,
            requester=attempt.requester,
            waits_for=said.what.asking.left if said.action in (Action.HEAR, Action.HEAR_LAST) else (),
        )
    )
    return attempt


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
    apply(session, case, said, back)
    supervise_round(session, case, callback.handling_unit)
