"""Taking an objection in (异议), and deciding about it: it stays closed, or a new round begins."""

from dataclasses import asdict, replace
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import Permanent
from libs.common.events.objecting import ObjectionState
from libs.common.events.objections import CaseReopened, ObjectionDecided, ObjectionRaised
from libs.common.events.terms import Deadline
from libs.common.rules.apart import names_of
from libs.common.rules.requests import Request
from libs.common.rules.steps import move, seen_of
from libs.common.security.masking import mask_text
from libs.common.time.due import due
from services.followup.callbacks.actions.finding import callbacks_of
from services.followup.callbacks.actions.hands import known_hands
from services.followup.cases.actions import CASES, apply, can, decide
from services.followup.cases.domain.terms import Action, AgainstClosing, Asking, Purpose, StepInput
from services.followup.cases.domain.transitions import BRINGS_ABOUT, check_party
from services.followup.cases.queries import sees_case, steps_of_case, veil_of
from services.followup.cases.tables import Case
from services.followup.clocks.actions.finding import find_case
from services.followup.clocks.actions.running import end_clocks, start_clock_about
from services.followup.ladder.actions.firing import settle
from services.followup.objections import queries
from services.followup.objections.domain import Objection
from services.followup.objections.schemas import DecideObjection, ObjectionOut
from services.followup.objections.tables import ObjectionRow
from services.followup.supervision.actions import supervise_round


def take_in(session: Session, case: Case, event: ObjectionRaised) -> None:
    """异议: it waits to be decided, under a clock of its own if the pack has a limit.

    Raises:
        Permanent: the case is not closed in that round. The door hears of closings from here alone.
    """
    if not can(case, Action.OBJECT) or event.round != case.round:
        raise Permanent(f"objection {event.objection_id} is against no closing of case {case.case_id}")
    against = AgainstClosing(event.round)
    apply(session, case, decide(case, Action.OBJECT, StepInput(session.now, objection=against), event.text))
    row = session.new(ObjectionRow, **asdict(raised(event)))
    directory = session.packs.version(case.pack_version)
    limit = directory.limit(Deadline.OBJECTION, case.kind, case.urgency)
    if limit is not None:
        row.due_at = due(session.now, limit, directory.calendar())
        start_clock_about(session, case, Deadline.OBJECTION, event.objection_id, row.due_at, None)


def raised(event: ObjectionRaised) -> Objection:
    """The objection that an event begins."""
    return Objection(
        objection_id=event.objection_id,
        case_id=event.case_id,
        round=event.round,
        channel=event.channel,
        text=event.text,
        raised_by=event.by,
        raised_by_unit=event.by_unit,
        raised_by_staff=event.by_staff,
        raised_at=event.occurred_at,
        closed_at=event.closed_at,
        last_day=event.last_day,
    )


def decided(objection: Objection, event: ObjectionDecided) -> Objection:
    """The same once it was granted or refused."""
    return replace(
        objection,
        state=ObjectionState.GRANTED if event.granted else ObjectionState.REFUSED,
        decided_by=event.by,
        decided_by_unit=event.by_unit,
        decided_by_staff=event.by_staff,
        decided_at=event.occurred_at,
        reason=event.reason,
        version=objection.version + 1,
    )


async def decide_objection(session: Session, asked: Request, objection_id: str, body: DecideObjection) -> ObjectionOut:
    """Grant it, so that the case is reopened, or refuse it, with the reason that the citizen is told."""
    row, case = await _find(session, asked, objection_id)
    against = await _against(session, case, row)
    action = Action.REOPEN if body.granted else Action.UPHOLD
    check_party(CASES.state_of(case), action, Asking(row.round), asked.actor, against)
    asked.check_version(row.version)
    session.now = max(session.now, row.raised_at)
    settle(session, case, session.now)
    reason = mask_text(body.reason)
    said = decide(case, action, StepInput(session.now, by=asked.actor, objection=against), reason)
    where: dict[str, Any] = {"case_id": case.case_id, "occurred_at": session.now, "round": row.round}
    actor = asked.actor
    by: dict[str, Any] = {"by": actor.subject, "by_unit": actor.unit_code, "by_staff": actor.staff_id}
    event = ObjectionDecided(**where, **by, objection_id=objection_id, granted=body.granted, reason=reason)
    move(row, seen_of(Objection, row), decided(seen_of(Objection, row), event))
    end_clocks(session, case, event, about=objection_id)
    session.publish(event)
    if not body.granted:
        apply(session, case, said)
        return ObjectionOut.of(row, case)
    works, accountable = await _who_finished(session, case)
    opens: dict[str, Any] = {"next_round": case.round + 1, "unit_code": works, "words": row.text}
    apply(session, case, said, CaseReopened(**where, **by, objection_id=objection_id, **opens))
    supervise_round(session, case, accountable, works)
    return ObjectionOut.of(row, case)


async def _find(session: Session, asked: Request, objection_id: str) -> tuple[ObjectionRow, Case]:
    case_id = await queries.case_of_objection(session, objection_id)
    case = None if case_id is None else await find_case(session, case_id)
    if case is None or not sees_case(asked.scope, case) or veil_of(session, case, asked.actor.units) is not None:
        raise queries.no_such_objection()
    rows = await session.rows(ObjectionRow, "case_id", case.case_id, lock=False)
    return next(row for row in rows if row.objection_id == objection_id), case


async def _against(session: Session, case: Case, row: ObjectionRow) -> AgainstClosing:
    """What the rules have to know of it: by whom it came to the closing, in this round and all before."""
    callbacks = await callbacks_of(session, case)
    steps = [step for step in await steps_of_case(session, case.case_id) if step.action in BRINGS_ABOUT]
    closed_by = [names_of(step.who, step.staff_id) for step in steps]
    closed_by += [names_of(one.wished_by, one.wished_by_staff) for one in callbacks]
    return AgainstClosing(
        round=row.round,
        state=row.state,
        closed_by=frozenset[str]().union(*closed_by),
        taken_by=names_of(row.raised_by, row.raised_by_staff),
        hands=known_hands(session, CASES.state_of(case), callbacks),
    )


async def _who_finished(session: Session, case: Case) -> tuple[str | None, str | None]:
    """Who had worked on the round that was closed, and who was accountable for it."""
    closing = [
        one.handling_unit
        for one in await callbacks_of(session, case)
        if one.round == case.round and one.purpose is Purpose.CLOSING
    ]
    works = closing[0] if closing else case.delegate_unit or case.lead_unit
    return works, case.lead_unit if works is not None and works == case.delegate_unit else works
