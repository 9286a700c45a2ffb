"""People as they are answered: one, a list, the whole register as a table."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from libs.common.database.session import Session
from libs.common.database.stored_staff import read_stored_staff
from libs.common.errors import Forbidden, NotFound
from libs.common.pack.areas import area_prefix
from libs.common.pack.directory import Directory
from libs.common.security.policy import Scope
from libs.common.staff.register import StaffMember
from services.dispatch.staff.queries import contacts_of
from services.dispatch.staff.schemas import StaffOut, StaffQuery, TermOut
from services.dispatch.staff.tables import StaffContact


async def find(session: Session, staff_id: str) -> StaffOut:
    """One person; NotFound."""
    await read_stored_staff(session)
    member = session.staff.member(staff_id)
    if member is None:
        raise nobody()
    return (await shown(session, [member]))[0]


async def matching(session: Session, query: StaffQuery) -> list[StaffMember]:
    """All whom a list is about, by staff id."""
    await read_stored_staff(session)
    now, unit, post = session.now, query.unit_code, query.post_code
    if query.in_office and unit is not None and post is not None:
        return [*session.staff.holders(post, unit, now)]
    if query.in_office and unit is not None:
        return [*dict.fromkeys(member for member, _ in session.staff.of_unit(unit, now))]
    found = [member for member in session.staff.members() if _matches(member, query, now)]
    return sorted(found, key=lambda member: member.staff_id)


def _matches(member: StaffMember, query: StaffQuery, now: datetime) -> bool:
    terms = [
        term
        for term in member.terms
        if query.unit_code in (None, term.unit_code) and query.post_code in (None, term.post_code)
    ]
    if not terms and (query.unit_code or query.post_code):
        return False
    return query.in_office in (None, any(term.holds_at(now) for term in terms))


async def shown(session: Session, members: Sequence[StaffMember]) -> list[StaffOut]:
    """Records as they are answered, with what is kept beside them in one round trip."""
    contacts = await contacts_of(session, [member.staff_id for member in members])
    directory = session.packs.current(session.now).directory
    names = {post.code: post.name for post in directory.pack.posts}
    return [_shown(member, contacts.get(member.staff_id), names, session.now) for member in members]


def _shown(member: StaffMember, contact: StaffContact | None, names: Mapping[str, str], now: datetime) -> StaffOut:
    sealed = () if contact is None else (contact.sealed_phone, contact.sealed_other)
    return StaffOut(
        staff_id=member.staff_id,
        name=member.name,
        languages=[] if contact is None else contact.languages,
        reachable=any(value is not None for value in sealed),
        terms=[
            TermOut(**asdict(term), post_name=names.get(term.post_code, ""), in_office=term.holds_at(now))
            for term in member.terms
        ],
        version=member.version,
    )


def lasting_units(member: StaffMember, now: datetime) -> set[str]:
    """The units of the terms that are not over."""
    return {term.unit_code for term in member.terms if term.ends_at is None or term.ends_at > now}


def may_reach(scope: Scope, directory: Directory, unit_code: str) -> bool:
    """Whether the unit's area lies in the caller's; one that the pack does not have bounds nobody."""
    return unit_code not in directory.unit_codes or scope.covers(directory.unit(unit_code).area_code)


def has_in_reach(scope: Scope, directory: Directory, member: StaffMember, now: datetime) -> bool:
    """Whether all that somebody holds or will hold, else ever held, lies in the caller's area.

    Somebody who never held anything belongs to the place as a whole.
    """
    units = lasting_units(member, now) or {term.unit_code for term in member.terms}
    if not units:
        return scope.covers(directory.pack.place.code)
    return all(may_reach(scope, directory, unit) for unit in units)


def stands_for_a_part(scope: Scope, directory: Directory) -> bool:
    """Whether the caller's area is the place, holds it or is a part of it: nobody else keeps its register."""
    place = directory.pack.place.code
    return scope.covers(place) or scope.area_prefix.startswith(area_prefix(place))


def check_reach(scope: Scope, directory: Directory, unit_codes: Collection[str]) -> None:
    """Whoever keeps the register of an area appoints nobody outside it."""
    for code in sorted(unit_codes):
        if not may_reach(scope, directory, code):
            raise Forbidden(f"You may not appoint people at {code}", f"无权管理 {code} 的人员")


def check_person(scope: Scope, directory: Directory, member: StaffMember, now: datetime) -> None:
    """Nobody changes what is kept of people outside the own area; of those who hold nothing, by what they held."""
    check_reach(scope, directory, lasting_units(member, now))
    if not has_in_reach(scope, directory, member, now):
        raise Forbidden("This person is not of your area", "该人员不在您的辖区内")


def nobody() -> NotFound:
    """The register does not know the person."""
    return NotFound("The register knows nobody of this id", "人员名册中没有此人")
