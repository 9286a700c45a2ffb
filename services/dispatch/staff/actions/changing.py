"""Entering people, and giving them terms of office: decided under the register's lock, said whole to everybody."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from libs.common.database.session import Session
from libs.common.database.stored_staff import register_to_change
from libs.common.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from libs.common.pack.directory import Directory
from libs.common.rules.requests import Request
from libs.common.security.vault import Vault
from libs.common.staff.register import StaffMember, StaffRegister, TermOfOffice
from services.dispatch.staff import domain
from services.dispatch.staff.actions.contacts import Told, keep_contacts
from services.dispatch.staff.actions.recording import record
from services.dispatch.staff.actions.showing import check_person, check_reach, nobody, shown, stands_for_a_part
from services.dispatch.staff.schemas import ChangeStaff, EndTerm, EnterStaff, StaffOut, TermIn


@dataclass(frozen=True, slots=True)
class _Office:
    """The register under its lock, and the pack in force."""

    register: StaffRegister
    directory: Directory


async def enter(session: Session, asked: Request, body: EnterStaff, vault: Vault) -> StaffOut:
    """A person who is new. Invalid for a term that cannot be, Conflict for somebody who is known."""
    office = await _office(session, asked, body.staff_id)
    if not stands_for_a_part(asked.scope, office.directory):
        raise Forbidden("You keep the register of another place", "无权管理本地人员名册")
    if office.register.member(body.staff_id) is not None:
        raise Conflict(f"{body.staff_id} is in the register already", f"人员名册中已有 {body.staff_id}")
    member = StaffMember(body.staff_id, body.name)
    for index, term in enumerate(body.terms):
        check_reach(asked.scope, office.directory, [term.unit_code])
        member = _appointed(member, _term_of(term, session), office, f"terms/{index}/")
    contact = {} if body.contact is None else body.contact.model_dump(exclude_none=True)
    await keep_contacts(session, vault, {member.staff_id: Told(body.languages or None, contact)})
    return await _recorded(session, member)


async def change(session: Session, asked: Request, staff_id: str, body: ChangeStaff, vault: Vault) -> StaffOut:
    """Another name, other languages, another way to be reached: what the body names, and nothing else."""
    office = await _office(session, asked, staff_id)
    before = _of_version(office, asked, staff_id)
    check_person(asked.scope, office.directory, before, session.now)
    contact: Mapping[str, str | None] = {}
    if "contact" in body.model_fields_set:
        contact = {"phone": None, "other": None} if body.contact is None else body.contact.model_dump()
    await keep_contacts(session, vault, {staff_id: Told(body.languages, contact)})
    return await _recorded(session, replace(before, name=body.name or before.name, version=before.version + 1))


async def appoint(session: Session, asked: Request, staff_id: str, body: TermIn) -> StaffOut:
    """One more term; Invalid, naming the field, when it cannot be."""
    office = await _office(session, asked, staff_id)
    before = _of_version(office, asked, staff_id)
    check_reach(asked.scope, office.directory, [body.unit_code])
    after = _appointed(before, _term_of(body, session), office)
    return await _recorded(session, replace(after, version=before.version + 1))


async def end(session: Session, asked: Request, staff_id: str, number: int, body: EndTerm) -> StaffOut:
    """A term ends, now or on a day ahead."""
    office = await _office(session, asked, staff_id)
    before = _of_version(office, asked, staff_id)
    term = next((term for term in before.terms if term.number == number), None)
    if term is None:
        raise NotFound("There is no such term of this person", "此人没有该任期")
    check_reach(asked.scope, office.directory, [term.unit_code])
    after = domain.ended(before, number, body.at or session.now, session.now)
    return await _recorded(session, replace(after, version=before.version + 1))


async def _recorded(session: Session, member: StaffMember) -> StaffOut:
    await record(session, [member])
    return (await shown(session, [member]))[0]


async def _office(session: Session, asked: Request, staff_id: str) -> _Office:
    domain.check_is_anothers(staff_id, asked.actor.staff_id)
    return _Office(await register_to_change(session), session.packs.current(session.now).directory)


def _of_version(office: _Office, asked: Request, staff_id: str) -> StaffMember:
    member = office.register.member(staff_id)
    if member is None:
        raise nobody()
    asked.check_version(member.version)
    return member


def _term_of(body: TermIn, session: Session) -> TermOfOffice:
    """A term as it was asked for; it gets its number when it is entered."""
    return TermOfOffice(
        number=0,
        post_code=body.post_code,
        unit_code=body.unit_code,
        begins_at=body.begins_at or session.now,
        ends_at=body.ends_at,
        area_code=body.area_code,
        stand_in_for=body.stand_in_for,
    )


def _appointed(member: StaffMember, term: TermOfOffice, office: _Office, at: str = "") -> StaffMember:
    found = [*domain.faults(term, member, office.register, office.directory)]
    if found:
        fields = [FieldError(f"{at}{fault.field}", fault.message, fault.message_zh) for fault in found]
        raise Invalid(fields[0].message, fields[0].message_zh, fields=fields)
    return domain.appointed(member, term)
