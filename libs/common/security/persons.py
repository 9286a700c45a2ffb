"""Who is at the door as a person: of what a token claims, no more holds than the posts in office bear.

The token proves who somebody is; what this person may do follows from the register of people and the posts of the pack
in force, at the moment of the question. A token that names nobody, or somebody whom the register does not know, goes by
what it says itself, unless the office lets in only people whom it knows.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from libs.common.errors import Forbidden
from libs.common.pack.areas import contains
from libs.common.pack.directory import Directory
from libs.common.pack.versions import PackVersions
from libs.common.roles import Role
from libs.common.security.principal import Principal
from libs.common.staff.register import StaffMember, StaffRegister, TermOfOffice, unchanged_between

MOST_REMEMBERED = 4_096
_OUTSIDE = frozenset({Role.INTEGRATOR})
_TECHNICAL = frozenset({Role.ADMIN, Role.AUDITOR})
"""What a program of the office may be: it never works on a case."""


@dataclass(frozen=True, slots=True)
class EntryRules:
    """Whom an office lets in. ``technical_accounts`` are subjects of its own programs, which are nobody's."""

    known_staff_only: bool = False
    technical_accounts: frozenset[str] = frozenset()


ANYBODY = EntryRules()


@dataclass(frozen=True, slots=True)
class PersonAtTheDoor:
    """Who is there. ``own_units`` are the units of all posts in office, and all above them."""

    principal: Principal
    own_units: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Known:
    """What came of a token while this was the record, this the pack in force, and these terms held."""

    member: StaffMember
    directory: Directory
    since: datetime
    until: datetime
    person: PersonAtTheDoor

    def holds(self, member: StaffMember, directory: Directory, now: datetime) -> bool:
        """Whether the same would come of it now."""
        return self.member is member and self.directory is directory and self.since <= now < self.until


class NoPost(Forbidden):
    """The person is known, and holds no post by which it could act as the token says."""

    type = "no-post"
    title = "You hold no post in office that allows this"
    title_zh = "您没有允许此操作的在任岗位"


class NotOfTheStaff(Forbidden):
    """The office lets in only people whom its register knows."""

    type = "not-of-the-staff"
    title = "The token must name somebody whom the register of people knows"
    title_zh = "令牌须指明人员名册中的人员"


def person_at_the_door(
    principal: Principal, staff: StaffRegister, packs: PackVersions, rules: EntryRules, now: datetime
) -> PersonAtTheDoor:
    """What holds of a token now.

    Raises:
        NoPost: the register knows the person, and no post in office of its own is of the token's unit and area.
        NotOfTheStaff: it knows nobody of this name, and the office asks for that.
    """
    member = staff.member(principal.staff_id)
    if member is None or not packs.usable:
        principal = _without_a_record(principal, rules)
        return PersonAtTheDoor(principal, packs.own_units(principal.unit_code, now))
    directory = packs.current(now).directory
    known = staff.remembered.get(principal)
    if isinstance(known, _Known) and known.holds(member, directory, now):
        return known.person
    terms = [_where_it_is_now(term, packs, directory) for term in member.in_office(now)]
    units = frozenset(term.unit_code for term in terms)
    own_units = frozenset[str]().union(*(packs.own_units(unit, now) for unit in units))
    person = PersonAtTheDoor(replace(_borne(principal, terms, directory, packs), units=units), own_units)
    if len(staff.remembered) >= MOST_REMEMBERED:
        staff.remembered.clear()
    staff.remembered[principal] = _Known(member, directory, *unchanged_between(member.terms, now), person)
    return person


def _without_a_record(principal: Principal, rules: EntryRules) -> Principal:
    """A token that goes by what it says itself."""
    if not rules.known_staff_only:
        return principal
    allowed = _OUTSIDE | _TECHNICAL if principal.subject in rules.technical_accounts else _OUTSIDE
    roles = principal.roles & allowed
    if not roles:
        raise NotOfTheStaff
    return replace(principal, roles=roles)


def _where_it_is_now(term: TermOfOffice, packs: PackVersions, directory: Directory) -> TermOfOffice:
    """The people of a unit that went up in another one sit there (撤并)."""
    unit = packs.codes.successor(term.unit_code, directory.unit_codes)
    return term if unit in (None, term.unit_code) else replace(term, unit_code=unit or term.unit_code)


def _borne(
    principal: Principal, terms: Collection[TermOfOffice], directory: Directory, packs: PackVersions
) -> Principal:
    """Of the token's unit, area and roles what the terms bear. A token that claims no role has those of its posts.

    Roles go with the unit that the person acts for: what one is in one office one is not in another.
    """
    unit = _unit_of(principal, terms, directory, packs)
    acting = [term for term in terms if term.unit_code == unit]
    if unit is None or not acting:
        raise NoPost
    roles = frozenset(role for term in acting for role in directory.roles_of(term.post_code)) - _OUTSIDE
    area = _area_of(principal.area_code, unit, directory)
    return replace(principal, roles=roles & (principal.roles or roles), unit_code=unit, area_code=area)


def _unit_of(
    principal: Principal, terms: Collection[TermOfOffice], directory: Directory, packs: PackVersions
) -> str | None:
    """The unit that the token names, else that of the posts; None when there is no post."""
    if principal.unit_code is not None:
        return packs.codes.successor(principal.unit_code, directory.unit_codes) or principal.unit_code
    units = sorted({term.unit_code for term in terms})
    if len(units) > 1:
        raise NoPost(
            f"Your posts are of several units: the token must name that for which you act, of {', '.join(units)}",
            f"您在多个单位任职，令牌须指明所代表的单位：{'、'.join(units)}",
        )
    return next(iter(units), None)


def _area_of(claimed: str, unit: str, directory: Directory) -> str:
    """The smaller of the token's area and the unit's. A unit that the pack no longer has bounds none."""
    if unit not in directory.unit_codes:
        return claimed
    area = directory.unit(unit).area_code
    if contains(area, claimed):
        return claimed
    if not contains(claimed, area):
        raise NoPost
    return area
