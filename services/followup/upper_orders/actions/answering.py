"""Orders from above: taken in, given another deadline, answered by one person and approved by another."""

from dataclasses import asdict, replace
from typing import Any

from libs.common.database.session import Session
from libs.common.events.cases import CaseRegistered
from libs.common.events.terms import Deadline
from libs.common.events.upper_orders import (
    UpperDeadlineChanged,
    UpperReplyDecided,
    UpperReplySent,
    UpperReplyWritten,
)
from libs.common.rules.requests import Request
from libs.common.rules.steps import move, seen_of
from libs.common.security.masking import mask_text
from libs.common.time.due import due
from services.followup.cases.queries import sees_case, veil_of
from services.followup.cases.tables import Case, working_unit_of
from services.followup.clocks.actions.changing import keep_ahead_of_above, move_clock_about
from services.followup.clocks.actions.finding import find_case
from services.followup.clocks.actions.running import end_clocks, start_clock_about
from services.followup.ladder.actions.firing import settle
from services.followup.upper_orders import domain
from services.followup.upper_orders.domain import AnsweringStep, OrderAbove, Said
from services.followup.upper_orders.queries import deadlines_of, no_such_order
from services.followup.upper_orders.schemas import DecideReply, SendReply, UpperOrderOut, WriteReply
from services.followup.upper_orders.tables import UpperDeadlineRow, UpperOrderRow

Heard = UpperDeadlineChanged | UpperReplyWritten | UpperReplyDecided | UpperReplySent


def take_in(session: Session, case: Case, event: CaseRegistered) -> None:
    """上级交办: where the case came by one, it is to be answered under a clock of its own."""
    order = taken_in(event)
    if order is None:
        return
    directory = session.packs.version(case.pack_version)
    limit = directory.limit(Deadline.UPPER, case.kind, case.urgency)
    if order.due_at is None and limit is not None:
        order = replace(order, due_at=due(event.registered_at, limit, directory.calendar()))
    session.new(UpperOrderRow, **asdict(order) | {"evidence": []})
    _begin_clock(session, case, order)


def taken_in(event: CaseRegistered) -> OrderAbove | None:
    """The order that a registration tells of, with its own deadline; None where it tells of none."""
    told = event.upper_order
    return None if told is None else OrderAbove(event.case_id, told.body, told.number, event.registered_at, told.due_at)


async def change_deadline(session: Session, case: Case, event: UpperDeadlineChanged) -> None:
    """上级时限变更: its clock and that of the handling go by the new one; what was answered was answered."""
    row = await session.one(UpperOrderRow, "case_id", case.case_id)
    if row is None:
        return
    session.now = max(session.now, event.occurred_at)
    before = seen_of(OrderAbove, row)
    move(row, before, order := domain.evolve(before, said_of(event)))
    session.insert(UpperDeadlineRow, another_deadline(event))
    case.upper_due_at = event.due_at
    if row.sent_at is None and not move_clock_about(session, case, Deadline.UPPER, case.case_id, event.due_at):
        _begin_clock(session, case, order)
    await keep_ahead_of_above(session, case)


def another_deadline(event: UpperDeadlineChanged) -> dict[str, Any]:
    """The row of a deadline that is not the order's first."""
    kept = {"case_id": event.case_id, "edition": event.edition, "due_at": event.due_at, "before": event.before}
    return kept | {"at": event.occurred_at, "who": event.by}


def said_of(event: Heard) -> Said:
    """The step that an event tells of."""
    match event:
        case UpperDeadlineChanged():
            step, facts = AnsweringStep.CHANGE, {"due_at": event.due_at, "edition": event.edition}
        case UpperReplyWritten():
            names = ("unit_code", "findings", "measures", "opinion", "evidence")
            step, facts = AnsweringStep.WRITE, {name: getattr(event, name) for name in names}
        case UpperReplyDecided():
            step, facts = AnsweringStep.APPROVE if event.approved else AnsweringStep.GIVE_BACK, {"reason": event.reason}
        case UpperReplySent():
            step, facts = AnsweringStep.SEND, {"how": event.how}
    return Said(step, event.occurred_at, event.by, event.by_staff, facts)


def _begin_clock(session: Session, case: Case, order: OrderAbove) -> None:
    if order.due_at is not None and order.due_at > session.now:
        start_clock_about(session, case, Deadline.UPPER, case.case_id, order.due_at, None)


async def write_reply(session: Session, asked: Request, case_id: str, body: WriteReply) -> UpperOrderOut:
    """Write, or write anew, what the body above is to be answered."""
    row, case = await _find(session, asked, case_id)
    words: dict[str, Any] = {name: mask_text(getattr(body, name)) for name in ("findings", "measures", "opinion")}
    words |= {"unit_code": working_unit_of(case), "evidence": tuple(dict.fromkeys(body.evidence))}
    order = seen_of(OrderAbove, row)
    said = domain.decide(order, AnsweringStep.WRITE, asked.actor, session.now, **words)
    event = UpperReplyWritten(**_by(case, said, asked), draft=order.draft + 1, **words)
    return await _take(session, row, case, said, event)


async def decide_reply(session: Session, asked: Request, case_id: str, body: DecideReply) -> UpperOrderOut:
    """Approve it, or give it back; never whoever wrote it."""
    row, case = await _find(session, asked, case_id)
    reason, step = mask_text(body.reason), AnsweringStep.APPROVE if body.approved else AnsweringStep.GIVE_BACK
    said = domain.decide(seen_of(OrderAbove, row), step, asked.actor, session.now, reason=reason)
    event = UpperReplyDecided(**_by(case, said, asked), draft=row.draft, approved=body.approved, reason=reason)
    return await _take(session, row, case, said, event)


async def send_reply(session: Session, asked: Request, case_id: str, body: SendReply) -> UpperOrderOut:
    """Say that it was sent: its clock ends, in time or late."""
    row, case = await _find(session, asked, case_id)
    how = mask_text(body.how)
    said = domain.decide(seen_of(OrderAbove, row), AnsweringStep.SEND, asked.actor, session.now, how=how)
    event = UpperReplySent(**_by(case, said, asked), draft=row.draft, how=how, due_at=row.due_at)
    return await _take(session, row, case, said, event)


def _by(case: Case, said: Said, asked: Request) -> dict[str, Any]:
    who = {"by": said.by, "by_unit": asked.actor.unit_code, "by_staff": said.by_staff}
    return {"case_id": case.case_id, "occurred_at": said.at, **who}


async def _find(session: Session, asked: Request, case_id: str) -> tuple[UpperOrderRow, Case]:
    case = await find_case(session, case_id)
    row = None if case is None else await session.one(UpperOrderRow, "case_id", case_id)
    if case is None or row is None or not sees_case(asked.scope, case):
        raise no_such_order()
    if veil_of(session, case, asked.actor.units) is not None:
        raise no_such_order()
    asked.check_version(row.version)
    # What was due before is said before: an answer that comes late was missed first.
    settle(session, case, session.now)
    return row, case


async def _take(session: Session, row: UpperOrderRow, case: Case, said: Said, event: Heard) -> UpperOrderOut:
    before = seen_of(OrderAbove, row)
    move(row, before, domain.evolve(before, said))
    end_clocks(session, case, event, about=case.case_id)
    session.publish(event)
    return UpperOrderOut.of(row, case, await deadlines_of(session, case.case_id), session.now)
