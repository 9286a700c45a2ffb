"""What those who sort or handle a case do with a mediation of it: give it, take it back, say whether it was kept."""

from typing import Any

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.events.mediation_terms import MediationStep
from libs.common.rules.machine import SYSTEM, OutOfTurn
from libs.common.rules.requests import Request
from libs.common.rules.steps import seen_of
from libs.common.security.masking import mask_text
from libs.common.time.moments import local_day
from services.dispatch.cases.actions.naming import is_about
from services.dispatch.cases.actions.steps import CASES, visible_for
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import check_party
from services.dispatch.cases.tables import Case
from services.dispatch.mediations import domain, queries
from services.dispatch.mediations.actions.keeping import keep_new, load, post_of, take
from services.dispatch.mediations.actions.showing import shown
from services.dispatch.mediations.domain import RUNNING, MediationState
from services.dispatch.mediations.schemas import GiveMediation, MediationOut, SayWhetherKept

ACCUSED = "被反映人员或被反映单位人员应当回避 it is about the mediator, or a unit of theirs"


async def give(session: Session, asked: Request, case_id: str, body: GiveMediation) -> MediationOut:
    """委托调解: to somebody who holds a post that mediates, and whom the case is not about; one runs at a time."""
    case = await visible_for(session, asked, case_id, Action.MEDIATION_GIVE)
    session.now = max(session.now, CASES.state_of(case).last_at)
    rules = session.packs.current(session.now).directory.pack.mediation
    if body.kind not in {kind.code for kind in rules.kinds}:
        raise invalid("kind", "is not one of the pack's kinds of mediation", "不是县包规定的调解类型")
    held = post_of(session, body.mediator)
    if held is None:
        raise invalid(
            "mediator", "holds no post in office that mediates, as the county pack says", "未担任县包规定的调解岗位"
        )
    if is_about(session, case, body.mediator):
        raise invalid("mediator", "is complained about, or of a unit that is", "系被反映人或任职于被反映单位，应当回避")
    await check_may_run(session, case)
    post, unit = held
    mediation = MediationState(
        mediation_id=str(uuid_utils.uuid7()),
        case_id=case.case_id,
        round=case.round,
        kind=body.kind,
        subject=mask_text(body.subject),
        mediator=body.mediator,
        mediator_unit=unit,
        post=post,
        given_by=asked.actor.subject,
        given_by_staff=asked.actor.staff_id,
        given_by_unit=asked.actor.unit_code,
        given_at=session.now,
    )
    return await shown(session, keep_new(session, case, mediation, asked.actor), case)


async def check_may_run(session: Session, case: Case) -> None:
    """OutOfTurn while another runs; and nobody learns by a mediation who complained confidentially."""
    if case.confidential:
        raise OutOfTurn(
            "A confidential case is not mediated: its parties would meet", "保密件不得委托调解，以免泄露诉求人"
        )
    running = [row for row in await queries.mediations_of(session, case.case_id) if row.status in RUNNING]
    if running:
        raise OutOfTurn(
            f"{running[0].mediator} mediates it already; withdraw that first",
            f"本件正由 {running[0].mediator} 调解，请先终止",
        )


async def withdraw(session: Session, asked: Request, mediation_id: str, note: str) -> MediationOut:
    """终止调解: nobody mediates it any more."""
    row, case = await load(session, asked, mediation_id)
    check_party(CASES.state_of(case), Action.MEDIATION_GIVE, asked.actor)
    return await _end(session, asked, row, case, MediationStep.WITHDRAW, note=mask_text(note))


async def follow_up(session: Session, asked: Request, mediation_id: str, body: SayWhetherKept) -> MediationOut:
    """协议履行认定: by somebody who did not mediate; as kept from the day on that was named for it."""
    row, case = await load(session, asked, mediation_id)
    zone = session.packs.current(session.now).directory.calendar().time_zone
    step = MediationStep.KEEP if body.kept else MediationStep.BREAK
    day = local_day(session.now, zone)
    return await _end(session, asked, row, case, step, today=day, note=mask_text(body.note))


async def recuse(session: Session, case: Case) -> None:
    """Whoever turns out to be complained about, or to be of a unit that is, mediates the case no more."""
    for row in await queries.mediations_of(session, case.case_id):
        if row.status in RUNNING and is_about(session, case, row.mediator):
            mediation = seen_of(MediationState, row)
            said = domain.decide(mediation, MediationStep.WITHDRAW, SYSTEM, session.now, note=ACCUSED)
            take(session, row, case, said, recusal=True)


async def _end(
    session: Session, asked: Request, row: Any, case: Case, step: MediationStep, **facts: Any
) -> MediationOut:
    take(session, row, case, domain.decide(seen_of(MediationState, row), step, asked.actor, session.now, **facts))
    return await shown(session, row, case)
