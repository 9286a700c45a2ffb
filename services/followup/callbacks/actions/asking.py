"""Asking the citizen (回访), and believing what he says: the tries, the verdict, the review of the unreached."""

from libs.common.database.session import Session
from libs.common.events.cases import CallbackTried, CaseSentBack
from libs.common.pack.directory import Directory
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.followup.callbacks import queries
from services.followup.callbacks.actions.finding import callbacks_of, find_callback
from services.followup.callbacks.actions.opening import calling_time, gap_of, move, say_due
from services.followup.callbacks.actions.questions import check_answers
from services.followup.callbacks.domain import Purpose, check_everybody_is_content, evolve, verdict
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
    """One try, and what follows from it: closed as satisfied, sent back, tried again later, or left to a review."""
    matter, callback, attempts = await _enter(session, asked, callback_id, Action.TRY)
    settle(session, matter, session.now)
    directory = session.packs.version(matter.pack_version)
    check_answers(directory.callback.questions, body)
    answer = Answer(body.reached, body.contacted, body.solved, body.satisfaction)
    asking = _asking_of(directory, callback, attempts)
    action = verdict(answer, asking) if can(matter, Action.TRY) else Action.TRY
    words = mask_text(body.words) if body.words else None
    if action is Action.SATISFY:
        await _check_others(session, matter, callback)
    said = decide(matter, action, StepInput(session.now, asking, answer, asked.actor), words or "")
    attempt = _keep(session, asked, callback, answer, body, words)
    after = evolve(asking, said, gap_of(directory))
    callback.attempts, callback.tries = after.attempts, after.tries
    move(callback, action)
    if action in (Action.TRY, Action.GIVE_UP):
        callback.next_try_at = calling_time(directory, session.now + gap_of(directory))
    if action is Action.SATISFY:
        close(session, matter, said)
    elif action is Action.SEND_BACK:
        _send_back(session, matter, said, callback)
    else:
        apply(session, matter, said)
    return shown(matter, callback, [*attempts, attempt])


async def review(session: Session, asked: Request, callback_id: str, body: ReviewCallback) -> CallbackOut:
    """A second person looks at a citizen who was never reached: close it as unverified, or have him tried again."""
    action = Action.TRY_AGAIN if body.decision is ReviewDecision.TRY_AGAIN else Action.CLOSE_UNVERIFIED
    matter, callback, attempts = await _enter(session, asked, callback_id, action)
    settle(session, matter, session.now)
    directory = session.packs.version(matter.pack_version)
    asking = _asking_of(directory, callback, attempts)
    said = decide(matter, action, StepInput(session.now, asking, by=asked.actor), mask_text(body.reason))
    move(callback, action)
    if action is Action.CLOSE_UNVERIFIED:
        close(session, matter, said)
    else:
        apply(session, matter, said)
        callback.tries = 0
        callback.next_try_at = calling_time(directory, session.now)
        if not attempts:
            say_due(session, callback)
    return shown(matter, callback, attempts)


def shown(matter: Case, callback: Callback, attempts: list[Attempt]) -> CallbackOut:
    """The callback as it is answered."""
    return CallbackOut.of(matter, callback, attempts)


async def _enter(
    session: Session, asked: Request, callback_id: str, action: Action
) -> tuple[Case, Callback, list[Attempt]]:
    """The callback, when the caller may see it (else NotFound), may take the step (Forbidden), knows its version."""
    found = await find_callback(session, callback_id)
    if found is None or not queries.sees_callback(asked.scope, *found):
        raise queries.no_such_callback()
    matter, callback = found
    attempts = await session.rows(Attempt, "callback_id", callback_id, lock=False)
    attempts = sorted(attempts, key=lambda attempt: attempt.attempt)
    check_party(action, _asking_of(session.packs.version(matter.pack_version), callback, attempts), asked.actor)
    asked.check_version(callback.version)
    # A clock may have been ahead before: no try comes before its callback, or before the try that it follows.
    session.now = max([session.now, callback.opened_at, *(attempt.at for attempt in attempts)])
    return matter, callback, attempts


async def _check_others(session: Session, matter: Case, callback: Callback) -> None:
    asked = [row for row in await callbacks_of(session, matter) if row.round == matter.round]
    others = {row.requester: row.state for row in asked if row.purpose is Purpose.CLOSING}
    check_everybody_is_content(callback.requester, others)


def _asking_of(directory: Directory, callback: Callback, attempts: list[Attempt]) -> Asking:
    return Asking(
        round=callback.round,
        handling_unit=callback.handling_unit,
        answered_by=callback.answered_by,
        callers=frozenset(attempt.caller for attempt in attempts),
        tries=callback.tries,
        tries_allowed=directory.callback.tries,
        next_try_at=attempts[-1].at + gap_of(directory) if callback.tries else None,
        attempts=callback.attempts,
        requester=callback.requester,
    )


def _keep(
    session: Session, asked: Request, callback: Callback, answer: Answer, body: RecordAttempt, words: str | None
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
        reached=answer.reached,
        valid=answer.valid,
        contacted=answer.contacted,
        solved=answer.solved,
        satisfaction=answer.satisfaction,
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
        )
    )
    return attempt


def _send_back(session: Session, matter: Case, said: Said, callback: Callback) -> None:
    """The next round opens with the citizen's words; who leads it, dispatch says."""
    stop_round(session, matter)
    back = CaseSentBack(
        case_id=matter.case_id,
        occurred_at=session.now,
        round=callback.round,
        next_round=matter.round + 1,
        unit_code=callback.handling_unit,
        words=said.why,
    )
    apply(session, matter, said, back)
    supervise_round(session, matter, callback.handling_unit)
