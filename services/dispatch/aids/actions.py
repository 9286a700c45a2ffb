"""What is done with aid: found, applied for, decided by another unit, dropped."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.events import aids as told_of_aids
from libs.common.events.aid_terms import AidStep
from libs.common.events.aids import AidEvent
from libs.common.pack.schema import AidKind
from libs.common.rules.machine import OutOfTurn
from libs.common.rules.requests import Request
from libs.common.rules.steps import move, seen_of
from libs.common.security.masking import mask_text
from services.dispatch.aids import domain, queries
from services.dispatch.aids.domain import OPEN_AIDS, AidSaid, AidState
from services.dispatch.aids.schemas import AidOut, DecideAid, FindAid
from services.dispatch.aids.tables import Aid
from services.dispatch.cases.actions.beside import Tells, say_beside
from services.dispatch.cases.actions.steps import CASES, visible_for
from services.dispatch.cases.domain.aided import AidPart
from services.dispatch.cases.domain.state import Ask
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.tables import Case

EVENTS: Mapping[AidStep, Tells[AidEvent]] = {
    AidStep.FIND: Tells(Action.AID_FIND, told_of_aids.AidFound),
    AidStep.APPLY: Tells(Action.AID_APPLY, told_of_aids.AidApplied),
    AidStep.GRANT: Tells(Action.AID_GRANT, told_of_aids.AidGranted),
    AidStep.REFUSE: Tells(Action.AID_REFUSE, told_of_aids.AidRefused),
    AidStep.DROP: Tells(Action.AID_DROP, told_of_aids.AidDropped),
}
"""Each step of aid."""


def case_step(aid: AidState, step: AidStep) -> Ask:
    """The step of the case. Its history names the kind alone."""
    return Ask(EVENTS[step].action, AidPart(aid.aid_id), aid.kind)


async def find(session: Session, asked: Request, case_id: str, body: FindAid) -> AidOut:
    """发现: one of a kind is open at a time."""
    case = await visible_for(session, asked, case_id, Action.AID_FIND)
    session.now = max(session.now, CASES.state_of(case).last_at)
    if _kind(session, body.kind) is None:
        raise invalid("kind", "is not one of the pack's kinds of aid", "不是县包规定的救助类别")
    rows = await queries.aids_of(session, case_id)
    if any(row.kind == body.kind and row.status in OPEN_AIDS for row in rows):
        raise OutOfTurn("Aid of this kind is pursued for this case already", "本件已有同类救助事项正在办理")
    aid = AidState(
        aid_id=str(uuid_utils.uuid7()),
        case_id=case_id,
        round=case.round,
        kind=body.kind,
        persons=body.persons,
        found_note=mask_text(body.note),
        found_unit=asked.actor.unit_code,
        found_by=asked.actor.subject,
        found_by_staff=asked.actor.staff_id,
        found_at=session.now,
    )
    _say(session, case, aid, AidSaid(AidStep.FIND, session.now, asked.actor, aid.found_note))
    return shown(session.new(Aid, **asdict(aid)))


async def apply_for(session: Session, asked: Request, aid_id: str, note: str) -> AidOut:
    """申请: it was applied for."""
    return await _step(session, asked, aid_id, AidStep.APPLY, note)


async def drop(session: Session, asked: Request, aid_id: str, note: str) -> AidOut:
    """不再办理: nobody pursues it."""
    return await _step(session, asked, aid_id, AidStep.DROP, note)


async def rule(session: Session, asked: Request, aid_id: str, body: DecideAid) -> AidOut:
    """审批: by another unit, and another person, than those who found and applied for it."""
    if not body.granted:
        if body.amount_fen is not None:
            raise invalid("amount_fen", "is only of what is granted", "仅批准时填写金额")
        return await _step(session, asked, aid_id, AidStep.REFUSE, body.note)
    return await _step(session, asked, aid_id, AidStep.GRANT, body.note, amount_fen=body.amount_fen)


async def _step(session: Session, asked: Request, aid_id: str, step: AidStep, note: str, **facts: Any) -> AidOut:
    row, case = await queries.visible_aid(session, asked.scope, aid_id)
    asked.check_version(row.version)
    session.now = max(session.now, CASES.state_of(case).last_at)
    before = seen_of(AidState, row)
    said = domain.decide(before, step, asked.actor, session.now, mask_text(note), **facts)
    if step is AidStep.GRANT:
        _check_amount(session, row.kind, facts["amount_fen"])
    after = domain.evolve(before, said)
    _say(session, case, after, said)
    move(row, before, after)
    return shown(row)


def _check_amount(session: Session, code: str, amount_fen: int | None) -> None:
    """A kind that pays is granted with an amount, a referral without one; what the pack has no more, as it is said."""
    kind = _kind(session, code)
    if kind is not None and kind.pays != (amount_fen is not None):
        if kind.pays:
            raise invalid("amount_fen", "is what is granted, and must be named", "批准时须填写金额")
        raise invalid("amount_fen", "must be left out: this kind pays nothing", "该类别不发放资金，不得填写金额")


def _kind(session: Session, code: str) -> AidKind | None:
    kinds = session.packs.current(session.now).directory.pack.aid.kinds
    return next((kind for kind in kinds if kind.code == code), None)


def _say(session: Session, case: Case, aid: AidState, said: AidSaid) -> None:
    ask, kind = case_step(aid, said.step), EVENTS[said.step].event
    say_beside(session, case, ask, said.by, said.at, kind, aid, unit_code=said.by.unit_code, note=said.note)


def shown(row: Aid) -> AidOut:
    """A matter of aid as it is answered."""
    return AidOut.model_validate(row, from_attributes=True)
