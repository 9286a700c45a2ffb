"""Mediations as they are answered."""

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.rules.steps import seen_of
from libs.common.time.moments import local_day
from services.dispatch.cases.tables import Case
from services.dispatch.mediations import queries
from services.dispatch.mediations.domain import MediationState, SessionEntry, is_due
from services.dispatch.mediations.schemas import MediationItem, MediationOut, SessionOut
from services.dispatch.mediations.tables import Mediation, MediationSession


def item(session: Session, row: Mediation) -> MediationItem:
    """A mediation in a list."""
    names = MediationItem.model_fields.keys() - {"due"}
    return MediationItem.model_validate({name: getattr(row, name) for name in names} | {"due": _due(session, row)})


def _due(session: Session, row: Mediation) -> bool:
    zone = session.packs.current(session.now).directory.calendar().time_zone
    return is_due(seen_of(MediationState, row), local_day(session.now, zone))


async def shown(session: Session, row: Mediation, case: Case, held: SessionEntry | None = None) -> MediationOut:
    """A mediation with its sessions, ``held`` beside those that are written; nobody's name is there to be shown."""
    written = await queries.sessions_of(session, row.mediation_id)
    known: list[MediationSession | SessionEntry] = [one for one in written if held is None or one.number < held.number]
    sessions = known if held is None else [*known, held]
    words = (None, None) if case.confidential else (case.title, case.text)
    of_case = {"case_no": case.case_no, "area_code": case.area_code, "case_title": words[0], "case_text": words[1]}
    own = {name: getattr(row, name) for name in ("terms", "document", "note", "ended_by")}
    told = [SessionOut.model_validate(one, from_attributes=True) for one in sessions]
    return MediationOut.model_validate(item(session, row).model_dump() | of_case | own | {"held": told})


async def read(session: Session, asked: Request, mediation_id: str) -> MediationOut:
    """One mediation, for whoever sees its case."""
    return await shown(session, *await queries.of_case_in_reach(session, asked.scope, mediation_id))


async def read_own(session: Session, asked: Request, mediation_id: str) -> MediationOut:
    """One mediation, for who was given it."""
    return await shown(session, *await queries.own_mediation(session, asked.scope, asked.actor, mediation_id))
