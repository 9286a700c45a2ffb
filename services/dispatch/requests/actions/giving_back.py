"""Giving a case back (退单): the unit asks within its limit, another person decides, and the clocks run on."""

from collections.abc import Collection
from datetime import datetime

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.events.asking_terms import RequestKind
from libs.common.events.reasons import NotAcceptedFor
from libs.common.pack.directory import Directory
from libs.common.rules.machine import OutOfTurn
from libs.common.rules.requests import Request
from libs.common.rules.steps import seen_of
from libs.common.security.masking import mask_text
from libs.common.time.due import due
from services.dispatch.arbitration.actions import send_up
from services.dispatch.asks import queries
from services.dispatch.asks.domain import NO_REASONS, UnitAsk, check_gave_nothing_back
from services.dispatch.asks.tables import UnitRequest
from services.dispatch.cases.actions.naming import is_about
from services.dispatch.cases.actions.steps import CASES, check_length, load_for, shown
from services.dispatch.cases.domain import transitions as cases
from services.dispatch.cases.domain.state import Ask, Nonacceptance, Return
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.cases.tables import Case
from services.dispatch.disputes.domain import check_somebody_else_leads_it_next
from services.dispatch.requests.domain import check_raised
from services.dispatch.requests.schemas import AskNonacceptance, AskReturn, DecideNonacceptance, DecideReturn
from services.dispatch.routing.actions.giving import apply, today
from services.dispatch.routing.domain import choosing
from services.dispatch.routing.domain.choosing import Nobody, Wish
from services.dispatch.tasks.actions.keeping import tasks_for


async def ask(session: Session, asked: Request, case_id: str, body: AskReturn) -> WorkOut:
    """The unit says that the case is not theirs. The limit is that of the pack that it was assigned under."""
    case = await load_for(session, asked, case_id, Action.ASK_RETURN)
    note, until = mask_text(body.note), return_until(session.packs.version(case.pack_version), case)
    wanted = Ask(Action.ASK_RETURN, Return(body.reason_code, note, until), f"{body.reason_code}: {note}")
    said = cases.decide(CASES.state_of(case), wanted, asked.actor, session.now)
    directory = session.packs.current(session.now).directory
    if body.reason_code not in {reason.code for reason in directory.pack.returns.reasons}:
        raise invalid("reason_code", "is not one of the pack's return reasons", "不是县包规定的退单原因")
    check_length("note", note, 1, directory.pack.texts.note_max)
    await apply(session, case, said)
    return shown(session, case, asked.actor)


async def decide(session: Session, asked: Request, case_id: str, body: DecideReturn, *, above: bool) -> WorkOut:
    """Refuse the return, or approve it: to another unit, or back to triage. ``above``: of the supervisors."""
    action, note = _decision(body), mask_text(body.note)
    case = await load_for(session, asked, case_id, action)
    check_raised(case.request_raised_at, above=above)
    state, now = CASES.state_of(case), today(session, case)
    wanted = Ask(action, why=note)
    if action is Action.HAND_ON:
        after = now.directory.pack.returns.arbitrated_after
        check_somebody_else_leads_it_next(state.given_back, state.lead_unit, after)
    if action is Action.TAKE_BACK:
        why = f"退单已同意 the return of {case.lead_unit} was approved: {note}"
        wanted = Ask(action, Nobody(now.version, why), note)
    said = cases.decide(state, wanted, asked.actor, session.now)
    check_length("note", note, 1, now.directory.pack.texts.note_max)
    if body.lead_unit is not None:
        wish = Wish(body.lead_unit, body.support_units, body.category_code, note)
        tasks = await tasks_for(session, case)
        said = choosing.decide(state, tasks, wanted, asked.actor, session.now, today=now, wish=wish)
    await apply(session, case, said)
    if action is Action.TAKE_BACK:
        await send_up(session, case)
    return shown(session, case, asked.actor)


async def ask_nonacceptance(session: Session, asked: Request, case_id: str, body: AskNonacceptance) -> WorkOut:
    """Whoever sorts it asks that it be not accepted, and says which door the citizen has to go to (不予受理申请)."""
    case = await load_for(session, asked, case_id, Action.ASK_NONACCEPTANCE)
    check_gave_nothing_back(await _asked_before(session, case), asked.actor)
    pack = session.packs.current(session.now).directory.pack
    reason = _reason(body.reason_code, {*(one.code for one in pack.returns.reasons)})
    wanted = Nonacceptance(reason, mask_text(body.go_to), mask_text(body.notice))
    ask = Ask(Action.ASK_NONACCEPTANCE, wanted, f"{reason}: {wanted.notice} -> {wanted.go_to}")
    said = cases.decide(CASES.state_of(case), ask, asked.actor, session.now)
    check_length("notice", wanted.notice, 1, pack.texts.note_max)
    await apply(session, case, said)
    return shown(session, case, asked.actor)


async def decide_nonacceptance(
    session: Session, asked: Request, case_id: str, body: DecideNonacceptance, *, above: bool
) -> WorkOut:
    """A second person has it go on waiting for a unit, or approves that it is not accepted (不予受理审核)."""
    action, note = Action.NOT_ACCEPT if body.approved else Action.REFUSE_NONACCEPTANCE, mask_text(body.note)
    case = await load_for(session, asked, case_id, action)
    check_raised(case.request_raised_at, above=above)
    check_gave_nothing_back(await _asked_before(session, case), asked.actor)
    pending, wanted = await queries.pending_of(session, case_id), None
    if pending is not None and pending.kind is RequestKind.NONACCEPTANCE and body.approved:
        _check_about_nobody_who_asked(session, case)
        wanted = Nonacceptance(NotAcceptedFor(pending.reason_code), pending.go_to or "", pending.note)
    said = cases.decide(CASES.state_of(case), Ask(action, wanted, note), asked.actor, session.now)
    check_length("note", note, 1, session.packs.current(session.now).directory.pack.texts.note_max)
    await apply(session, case, said)
    return shown(session, case, asked.actor)


def return_until(directory: Directory, case: Case) -> datetime | None:
    """The first moment at which the lead unit may no longer give it back (退单时限), from its assignment on."""
    if case.assigned_at is None:
        return None
    return due(case.assigned_at, directory.pack.returns.within.limit(), directory.calendar())


async def _asked_before(session: Session, case: Case) -> list[UnitAsk]:
    return [seen_of(UnitAsk, row) for row in await session.rows(UnitRequest, "case_id", case.case_id)]


def _reason(code: str, of_returns: Collection[str]) -> NotAcceptedFor:
    """The reason with this code; Invalid for a unit's reason to give a case back, which ends nothing."""
    if code in of_returns or code in NO_REASONS:
        raise invalid(
            "reason_code",
            "that it is not a unit's duty is no reason not to accept it: assign it to the unit whose duty it is; a unit"
            " that has it returns it or hands it over",
            "“非本单位职责”不是不予受理的理由：请派给有职责的单位；已派单的由单位退单或移交",
        )
    if code not in set(NotAcceptedFor):
        known = ", ".join(NotAcceptedFor)
        raise invalid("reason_code", f"must be one of {known}", f"须为以下不予受理原因之一：{known}")
    return NotAcceptedFor(code)


def _check_about_nobody_who_asked(session: Session, case: Case) -> None:
    """OutOfTurn when the case is, as came out since, about who asks that it be not accepted."""
    asked_by = case.nonacceptance_asked_by_staff
    if asked_by is not None and is_about(session, case, asked_by):
        raise OutOfTurn(
            "Whoever asked for it is complained about in the case, or of a unit that is; refuse it",
            "申请人系被反映人或任职于被反映单位，应不予同意",
        )


def _decision(body: DecideReturn) -> Action:
    if not body.approved:
        return Action.REFUSE_RETURN
    return Action.TAKE_BACK if body.lead_unit is None else Action.HAND_ON
