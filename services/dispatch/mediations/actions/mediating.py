"""What whoever mediates does: hold sessions, record the agreement or that there is none, give the mediation back."""

from datetime import date, timedelta
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.events.mediation_terms import MediationStep
from libs.common.pack.directory import UnknownCode
from libs.common.rules.requests import Request
from libs.common.rules.steps import seen_of
from libs.common.security.masking import mask_text
from libs.common.time.moments import local_day
from libs.common.web.fields import not_in_future
from services.dispatch.cases.actions.steps import check_length
from services.dispatch.mediations import domain
from services.dispatch.mediations.actions.keeping import load_own, take
from services.dispatch.mediations.actions.showing import shown
from services.dispatch.mediations.domain import MediationState, SessionEntry
from services.dispatch.mediations.schemas import MediationOut, RecordAgreement, RecordSession
from services.dispatch.mediations.tables import Mediation


async def hold(session: Session, asked: Request, mediation_id: str, body: RecordSession) -> MediationOut:
    """调解会: one more session, not in the future and not before the mediation was given."""
    row, case = await load_own(session, asked, mediation_id)
    mediation = seen_of(MediationState, row)
    domain.decide(mediation, MediationStep.MEET, asked.actor, session.now)
    _check_session(session, row, body)
    held_at = min(body.held_at, session.now)
    latest = held_at if row.last_held_at is None else max(held_at, row.last_held_at)
    said = domain.decide(mediation, MediationStep.MEET, asked.actor, session.now, last_held_at=latest)
    entry = SessionEntry(
        case_id=case.case_id,
        mediation_id=row.mediation_id,
        number=row.sessions + 1,
        held_at=held_at,
        venue=body.venue,
        area_code=body.area_code,
        took_part=tuple(sorted(body.took_part)),
        people=body.people,
        note=mask_text(body.note),
        recorded_by=asked.actor.subject,
        recorded_by_staff=asked.actor.staff_id,
        recorded_at=said.at,
    )
    check_length("note", entry.note, 1, session.packs.current(session.now).directory.pack.texts.note_max)
    take(session, row, case, said, entry)
    return await shown(session, row, case, entry)


def _check_session(session: Session, row: Mediation, body: RecordSession) -> None:
    directory = session.packs.current(session.now).directory
    rules = directory.pack.mediation
    not_in_future(body.held_at, session.now, "held_at")
    if body.held_at < row.given_at:
        raise invalid("held_at", "is before the mediation was given", "早于委托调解的时间")
    if body.venue not in {one.code for one in rules.venues}:
        raise invalid("venue", "is not one of the pack's places of mediation", "不是县包规定的调解地点类型")
    try:
        directory.area(body.area_code)
    except UnknownCode as unknown:
        raise UnknownCode("area_code", body.area_code, unknown.successor) from unknown
    known = {one.code for one in rules.participants}
    for index, code in enumerate(body.took_part):
        if code not in known:
            raise invalid(f"took_part/{index}", "is not a kind of people of the pack", "不是县包规定的参加人员类别")
        if code in body.took_part[:index]:
            raise invalid(f"took_part/{index}", "is named twice", "类别重复")
    if body.people < len(body.took_part):
        raise invalid("people", "is less than there are kinds of people", "少于参加人员类别数")


async def agree(session: Session, asked: Request, mediation_id: str, body: RecordAgreement) -> MediationOut:
    """达成协议: signed, with the day from which on somebody else looks whether it is kept."""
    day = _follow_up_on(session, body)
    facts: dict[str, Any] = {"terms": mask_text(body.terms), "document": body.document, "follow_up_on": day}
    row, case = await load_own(session, asked, mediation_id)
    said = domain.decide(seen_of(MediationState, row), MediationStep.AGREE, asked.actor, session.now, **facts)
    check_length("terms", facts["terms"], 1, session.packs.current(session.now).directory.pack.texts.result_max)
    take(session, row, case, said)
    return await shown(session, row, case)


def _follow_up_on(session: Session, body: RecordAgreement) -> date:
    directory = session.packs.current(session.now).directory
    today, days = local_day(session.now, directory.calendar().time_zone), directory.pack.mediation.follow_up_days
    last = today + timedelta(days=days)
    if body.follow_up_on is not None and not today < body.follow_up_on <= last:
        raise invalid(
            "follow_up_on",
            f"must be a day after today, and until {last.isoformat()}, as the county pack says",
            f"须晚于今日且不晚于 {last.isoformat()}",
        )
    return body.follow_up_on or last


async def fail(session: Session, asked: Request, mediation_id: str, note: str) -> MediationOut:
    """调解不成: the parties did not agree."""
    return await _step(session, asked, mediation_id, MediationStep.FAIL, note=mask_text(note))


async def give_back(session: Session, asked: Request, mediation_id: str, note: str) -> MediationOut:
    """退回委托: whoever mediates gives it back, such as one of those concerned (回避)."""
    return await _step(session, asked, mediation_id, MediationStep.WITHDRAW, note=mask_text(note))


async def _step(session: Session, asked: Request, mediation_id: str, step: MediationStep, **facts: Any) -> MediationOut:
    row, case = await load_own(session, asked, mediation_id)
    take(session, row, case, domain.decide(seen_of(MediationState, row), step, asked.actor, session.now, **facts))
    return await shown(session, row, case)
