"""Asking for more time (延期), a suspension (挂账) or its end (终止办理), deciding, letting it lapse."""

from libs.common.database.session import Session
from libs.common.events.asking_terms import RequestKind
from libs.common.pack.directory import Directory
from libs.common.rules.machine import SYSTEM, Actor, NotTheirs
from libs.common.rules.requests import Request
from libs.common.rules.steps import seen_of
from libs.common.security.masking import mask_text
from services.dispatch.asks import queries
from services.dispatch.asks.domain import UnitAsk
from services.dispatch.asks.tables import UnitRequest
from services.dispatch.cases.actions.steps import CASES, check_length, load_for, on_version, shown, visible_for
from services.dispatch.cases.domain import transitions as cases
from services.dispatch.cases.domain.state import Ask, RequestRuling, Wanted
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.cases.tables import Case
from services.dispatch.requests.actions.bounds import bounds_of, offices
from services.dispatch.requests.domain import RequestDraft, check_level, check_raised, in_force, wanted
from services.dispatch.requests.schemas import (
    AskExtension,
    AskStaged,
    AskSuspension,
    AskTermination,
    DecideRequest,
    LiftSuspension,
)
from services.dispatch.routing.actions.giving import apply, today

NOT_IN_TIME = "逾期未审 not decided in time"
"""Why a request lapsed, in the history of its case."""


async def ask_extension(session: Session, asked: Request, case_id: str, body: AskExtension) -> WorkOut:
    """The unit that works asks for more days."""
    wish = RequestDraft(body.reason_code, mask_text(body.note), days=body.days)
    return await _ask(session, asked, case_id, RequestKind.EXTENSION, wish)


async def ask_suspension(session: Session, asked: Request, case_id: str, body: AskSuspension) -> WorkOut:
    """The unit that works asks that the clock stand still until a day."""
    wish = RequestDraft(body.reason_code, mask_text(body.note), review_on=body.review_on)
    return await _ask(session, asked, case_id, RequestKind.SUSPENSION, wish)


async def ask_staged(session: Session, asked: Request, case_id: str, body: AskStaged) -> WorkOut:
    """The unit that works asks to answer for now, and says on which day it answers again."""
    answer = mask_text(body.answer)
    wish = RequestDraft(body.reason_code, mask_text(body.note), review_on=body.review_on, answer=answer)
    return await _ask(session, asked, case_id, RequestKind.STAGED, wish)


async def ask_termination(session: Session, asked: Request, case_id: str, body: AskTermination) -> WorkOut:
    """The unit that works asks that its handling end, and says what proves why."""
    wish = RequestDraft(body.reason_code, mask_text(body.note), evidence=mask_text(body.evidence))
    return await _ask(session, asked, case_id, RequestKind.TERMINATION, wish)


async def _ask(session: Session, asked: Request, case_id: str, kind: RequestKind, wish: RequestDraft) -> WorkOut:
    case = await load_for(session, asked, case_id, Action.ASK)
    state, directory = CASES.state_of(case), today(session, case).directory
    cases.MACHINE.target(state.status, Action.ASK, state, Ask(Action.ASK), session.now)
    before = [seen_of(UnitAsk, row) for row in await session.rows(UnitRequest, "case_id", case_id)]
    what = wanted(kind, state, wish, before, in_force(kind, bounds_of(kind, directory)), session.now)
    check_length("note", wish.note, 1, directory.pack.texts.note_max)
    check_length("answer", wish.answer or "", 0, directory.pack.texts.result_max)
    ask = Ask(Action.ASK, what, f"{kind.value}: {wish.reason_code}: {wish.note}")
    await apply(session, case, cases.decide(state, ask, asked.actor, session.now))
    return shown(session, case, asked.actor)


async def decide(
    session: Session, asked: Request, case_id: str, kind: RequestKind, body: DecideRequest, *, above: bool
) -> WorkOut:
    """Somebody else grants or refuses it; of a granted one the citizen is told. ``above``: of the supervisors."""
    grants = Action.TERMINATE if kind is RequestKind.TERMINATION else Action.GRANT
    action = grants if body.approved else Action.REFUSE
    case = await visible_for(session, asked, case_id, action)
    pending, directory = await queries.pending_of(session, case_id), today(session, case).directory
    if pending is not None and pending.kind is kind:
        check_raised(pending.raised_at, above=above)
        _check_level(pending, directory, asked.actor)
    on_version(session, asked, case)
    note, notice = mask_text(body.note), mask_text(body.notice or "")
    what = None if pending is None else _answered(pending, kind, notice)
    said = cases.decide(CASES.state_of(case), Ask(action, what, note), asked.actor, session.now)
    check_length("note", note, 1, directory.pack.texts.note_max)
    await apply(session, case, said)
    return shown(session, case, asked.actor)


async def lift(session: Session, asked: Request, case_id: str, body: LiftSuspension) -> WorkOut:
    """It goes on before its day."""
    case = await load_for(session, asked, case_id, Action.LIFT)
    note = mask_text(body.note)
    said = cases.decide(CASES.state_of(case), Ask(Action.LIFT, why=note), asked.actor, session.now)
    await apply(session, case, said)
    return shown(session, case, asked.actor)


async def lapse(session: Session, case: Case) -> None:
    """The time to handle it is over, and nobody has decided (失效)."""
    pending = await queries.pending_of(session, case.case_id)
    if pending is None or case.asked is not pending.kind or pending.until is None:
        return
    session.now = max(session.now, CASES.state_of(case).last_at)
    ask = Ask(Action.LAPSE, _answered(pending, pending.kind), NOT_IN_TIME)
    await apply(session, case, cases.decide(CASES.state_of(case), ask, SYSTEM, session.now))


async def check_may_decide(session: Session, actor: Actor, case: Case, action: Action) -> None:
    """Raises as `decide` would if ``actor`` decided so now on what waits, whatever it is."""
    cases.check_party(CASES.state_of(case), action, actor)
    pending, what = await queries.pending_of(session, case.case_id), None
    if pending is not None and case.asked is pending.kind:
        _check_level(pending, today(session, case).directory, actor)
        what = _answered(pending, pending.kind)
    cases.decide(CASES.state_of(case), Ask(action, what), actor, session.now)


def _check_level(pending: UnitRequest, directory: Directory, actor: Actor) -> None:
    """What was asked under rules that the pack has no more, the hotline decides."""
    unit, known = pending.asked_unit or "", set(directory.unit_codes)
    above = unit in known and any(code in known and directory.is_above(code, unit) for code in actor.units)
    bounds = bounds_of(pending.kind, directory)
    if bounds is not None:
        check_level(seen_of(UnitAsk, pending), bounds, actor, above=above)
    elif actor.units and actor.units.isdisjoint(offices(directory)):
        raise NotTheirs("The hotline decides this", "应由热线机构审批")


def _answered(pending: UnitRequest, kind: RequestKind, notice: str = "") -> RequestRuling | None:
    """The request as a step answers it; None when it is of another kind."""
    if pending.kind is not kind:
        return None
    counted = pending.until, pending.days, pending.unit
    what = Wanted(kind, pending.reason_code, pending.note, *counted, pending.evidence, pending.answer)
    who = pending.asked_by, pending.asked_by_staff
    return RequestRuling(pending.version, pending.asked_unit or "", what, *who, notice)
