"""What the lead unit does: sign (签收), report progress (办理进展), hand in the result (办结反馈)."""

from libs.common.database.session import Session
from libs.common.errors import Conflict, invalid
from libs.common.events.cases import CaseHandled, CaseSigned, ProgressReported
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from libs.common.web.fields import not_in_future
from services.dispatch.cases.actions.steps import enter, record, shown, target_of
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.cases.tables import Work
from services.dispatch.tasks.actions.giving import end_open
from services.dispatch.tasks.schemas import HandIn, Report, Sign


async def sign(session: Session, asked: Request, case_id: str, body: Sign) -> WorkOut:
    """The unit takes the case on."""
    work = await enter(session, asked, case_id, Action.SIGN)
    target = target_of(work, Action.SIGN, session.now)
    work.signed_at = session.now
    record(session, work, Action.SIGN, target, by=asked.actor, why=mask_text(body.note or ""))
    session.publish(CaseSigned(case_id=case_id, occurred_at=session.now, round=work.round, unit_code=lead_of(work)))
    return shown(work)


async def report(session: Session, asked: Request, case_id: str, body: Report) -> WorkOut:
    """The unit says how far it is."""
    work = await enter(session, asked, case_id, Action.REPORT)
    target = target_of(work, Action.REPORT, session.now)
    note = mask_text(body.note)
    check_length("note", note, 1, session.packs.current(session.now).directory.pack.texts.note_max)
    record(session, work, Action.REPORT, target, by=asked.actor, why=note)
    session.publish(
        ProgressReported(case_id=case_id, occurred_at=session.now, round=work.round, unit_code=lead_of(work), note=note)
    )
    return shown(work)


async def hand_in(session: Session, asked: Request, case_id: str, body: HandIn) -> WorkOut:
    """The unit says that it is done; the citizen will be asked.

    It waits for its support units, or lets them off and says why.
    """
    work = await enter(session, asked, case_id, Action.HAND_IN)
    waived = tuple(work.open_support) if body.without_support else ()
    target = target_of(work, Action.HAND_IN, session.now, waived=bool(waived))
    result = mask_text(body.result)
    texts = session.packs.current(session.now).directory.pack.texts
    check_length("result", result, texts.result_min, texts.result_max)
    work.contacted_at = body.contacted_at and not_in_future(body.contacted_at, session.now, "contacted_at")
    work.result_kind, work.result = body.result_kind, result
    work.handled_at = session.now
    await end_open(session, work, mask_text(body.without_support or ""))
    record(session, work, Action.HAND_IN, target, by=asked.actor, why=result)
    session.publish(
        CaseHandled(
            case_id=case_id,
            occurred_at=session.now,
            round=work.round,
            unit_code=lead_of(work),
            result_kind=body.result_kind,
            result=result,
            contacted_at=work.contacted_at,
            without_support=waived,
        )
    )
    return shown(work)


def lead_of(work: Work) -> str:
    """The lead unit of a case that has one."""
    if work.lead_unit is None:
        raise Conflict("No unit leads the case", "诉求件尚无主办单位")
    return work.lead_unit


def check_length(field: str, text: str, shortest: int, longest: int) -> None:
    """Invalid unless the text is as long as the county pack asks (字数)."""
    if not shortest <= len(text) <= longest:
        raise invalid(
            field,
            f"must be {shortest} to {longest} characters, as the county pack says",
            f"按县包规定须为 {shortest} 至 {longest} 字",
        )
