"""Giving a case back (退单): the unit asks within its limit, another person decides, and the clocks run on."""

from datetime import datetime

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.events.cases import ReturnDecided, ReturnRequested
from libs.common.pack.directory import Directory
from libs.common.rules.machine import Actor
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from libs.common.time.due import due
from services.dispatch.cases.actions.steps import end_return, enter, record, shown, target_of
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.cases.tables import Work
from services.dispatch.requests import queries
from services.dispatch.requests.domain import Kind, State, answered
from services.dispatch.requests.schemas import AskReturn, DecideReturn
from services.dispatch.requests.tables import UnitRequest
from services.dispatch.routing.actions.giving import leave_to_triage, reassign_to, today
from services.dispatch.routing.domain.choosing import Nobody, Wish, by_hand
from services.dispatch.tasks.actions.handling import check_length, lead_of


async def ask(session: Session, asked: Request, case_id: str, body: AskReturn) -> WorkOut:
    """The unit says that the case is not theirs. The limit is that of the pack that it was assigned under."""
    work = await enter(session, asked, case_id, Action.ASK_RETURN)
    until = return_until(session.packs.version(work.pack_version), work)
    target = target_of(work, Action.ASK_RETURN, session.now, return_until=until)
    directory = session.packs.current(session.now).directory
    if body.reason_code not in {reason.code for reason in directory.pack.returns.reasons}:
        raise invalid("reason_code", "is not one of the pack's return reasons", "不是县包规定的退单原因")
    note = mask_text(body.note)
    check_length("note", note, 1, directory.pack.texts.note_max)
    work.return_pending = True
    work.return_reason, work.return_note = body.reason_code, note
    work.return_asked_by, work.return_asked_at = asked.actor.subject, session.now
    work.returns += 1
    record(session, work, Action.ASK_RETURN, target, by=asked.actor, why=f"{body.reason_code}: {note}")
    _keep(session, work, asked.actor, body.reason_code, note)
    session.publish(
        ReturnRequested(
            case_id=case_id,
            occurred_at=session.now,
            round=work.round,
            unit_code=lead_of(work),
            reason_code=body.reason_code,
            note=note,
        )
    )
    return shown(work)


async def decide(session: Session, asked: Request, case_id: str, body: DecideReturn) -> WorkOut:
    """Refuse the return, or approve it: to another unit, or back to triage."""
    action = _decision(body)
    work = await enter(session, asked, case_id, action)
    target = target_of(work, action, session.now)
    note = mask_text(body.note)
    now = today(session, work.area_code, work.accused_unit)
    check_length("note", note, 1, now.directory.pack.texts.note_max)
    choice = None
    if body.lead_unit is not None:
        wish = Wish(body.lead_unit, body.support_units, body.category_code, note)
        choice = by_hand(now, wish, lead_unit=work.lead_unit, category_code=work.category_code)
    unit = await _answer(session, work, State.GRANTED if body.approved else State.REFUSED, asked.actor, note)
    if choice is not None:
        await reassign_to(session, work, choice, action, target, by=asked.actor, why=note)
    elif body.approved:
        nobody = Nobody(now.version, f"退单已同意 the return of {unit} was approved: {note}")
        await leave_to_triage(session, work, nobody, action, target, by=asked.actor, why=note)
    else:
        end_return(work)
        record(session, work, action, target, by=asked.actor, why=note)
    return shown(work)


async def lapse(session: Session, work: Work) -> None:
    """Nobody has to decide any more: what is asked for about the case is moot."""
    if work.return_pending and (request := await queries.pending_of(session, work.case_id)) is not None:
        request.state, request.decided_at = answered(request.state, State.LAPSED), session.now


def _keep(session: Session, work: Work, by: Actor, reason_code: str, note: str) -> None:
    session.new(
        UnitRequest,
        case_id=work.case_id,
        version=work.version,
        round=work.round,
        kind=Kind.RETURN,
        reason_code=reason_code,
        note=note,
        asked_by=by.subject,
        asked_unit=lead_of(work),
        asked_at=session.now,
        state=State.PENDING,
    )


async def _answer(session: Session, work: Work, answer: State, by: Actor, note: str) -> str:
    """Keep the decision on the request and say it; the unit that had asked."""
    request = await queries.pending_of(session, work.case_id)
    if request is None:
        raise RuntimeError(f"case {work.case_id} waits for a decision on a return that nobody asked for")
    request.state = answered(request.state, answer)
    request.decided_by, request.decided_at, request.decision_note = by.subject, session.now, note
    session.publish(
        ReturnDecided(
            case_id=work.case_id,
            occurred_at=session.now,
            round=work.round,
            unit_code=request.asked_unit,
            approved=answer is State.GRANTED,
            note=note,
        )
    )
    return request.asked_unit


def return_until(directory: Directory, work: Work) -> datetime | None:
    """The first moment at which the lead unit may no longer give it back (退单时限), from its assignment on."""
    if work.assigned_at is None:
        return None
    return due(work.assigned_at, directory.pack.returns.within.limit(), directory.calendar())


def _decision(body: DecideReturn) -> Action:
    if not body.approved:
        return Action.REFUSE_RETURN
    return Action.TAKE_BACK if body.lead_unit is None else Action.HAND_ON
