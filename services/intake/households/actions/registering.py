"""Registering a household (户登记): by the pack's words, in reach, with a contact person in office, and not twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import uuid_utils

from libs.common.database.one_writer import only_writer
from libs.common.database.session import Session
from libs.common.errors import Conflict, Forbidden, Unavailable, invalid
from libs.common.events.household_terms import HouseholdClass, HouseholdFact, HouseholdStep
from libs.common.pack.areas import AreaLevel
from libs.common.pack.directory import Directory
from libs.common.rules.machine import Actor
from libs.common.rules.requests import Request
from libs.common.security.vault import Vault
from libs.common.staff.register import StaffMember
from services.intake.households.actions.loads import check_one_more
from services.intake.households.actions.recording import apply, today_of
from services.intake.households.actions.sealing import Identity, sealed_identity
from services.intake.households.domain import DAY_ONE, Said, State, What, decide, lacks_contact
from services.intake.households.queries import Alike, alike, is_register_held
from services.intake.households.schemas import RegisterHousehold
from services.intake.households.tables import Household, HouseholdIdentity
from services.intake.rounds.actions.following import catch_up

LEVELS = (AreaLevel.VILLAGE, AreaLevel.GRID)
"""Where households are: in a village or community, or in a grid or group of one."""


class KnownHousehold(Conflict):
    """There is a household with this number, phone or door already."""

    type, title, title_zh = "household-known", "There is such a household already", "该户已登记"


@dataclass(frozen=True, slots=True)
class Registered:
    """A household that was just registered."""

    row: Household
    state: State


async def register(session: Session, asked: Request, body: RegisterHousehold, vault: Vault) -> Registered:
    """A new household.

    Raises:
        Forbidden: its area is out of reach. Invalid: a word that the pack does not have, or a day ahead.
        KnownHousehold: the number is another's; so is the phone or the door, unless it is said to be another.
    """
    directory = session.packs.current(session.now).directory
    check_place(asked, directory, body.area_code)
    await catch_up(session)
    facts = facts_of(session, directory, body.model_dump(include={fact.value for fact in HouseholdFact}))
    await check_one_more(session, directory, body.contact_staff_id, "contact_staff_id")
    await _check_known(session, body, vault)
    return write(session, asked, body, facts, vault)


def write(
    session: Session,
    asked: Request,
    body: RegisterHousehold,
    facts: Mapping[HouseholdFact, Any],
    vault: Vault,
    *,
    split_from: str | None = None,
) -> Registered:
    """Write a household whose facts were checked. Invalid for a building without a contact at it."""
    check_building(body.household_class, body.head, "head" if split_from is None else "new.head")
    household_id = new_household_id()
    said = registration(facts, body.holds_from, asked.actor, session.now, today_of(session))
    who = Identity(body.head, body.phone, body.door, body.members, body.place)
    identity = sealed_identity(vault, household_id, body.area_code, who)
    return enter(session, body.household_no, said, identity, split_from=split_from)


def check_building(household_class: HouseholdClass, head: str | None, field: str = "head") -> None:
    """Invalid when it is a building and there is nobody to ask for."""
    if lacks_contact(household_class, head):
        raise invalid(field, "is needed of a building: whom to ask for at it", "楼宇须填写联系人")


def new_household_id() -> str:
    """A UUID."""
    return str(uuid_utils.uuid7())


def registration(
    facts: Mapping[HouseholdFact, Any], holds_from: date | None, by: Actor, at: datetime, today: date
) -> Said:
    """The first step of a household with all its facts. Invalid for a day ahead."""
    what = What(holds_from or today, {HouseholdFact.MUTED_FOR: None, **facts})
    return decide(State(), HouseholdStep.REGISTER, what, by, at, today)


def enter(
    session: Session,
    household_no: str | None,
    said: Said,
    identity: Mapping[str, Any],
    *,
    split_from: str | None = None,
) -> Registered:
    """Write a household as it was decided and sealed."""
    row = session.new(
        Household,
        household_id=identity["household_id"],
        household_no=household_no,
        split_from=split_from,
        away_looked_on=DAY_ONE,
        contacted_on=DAY_ONE,
        registered_at=said.at,
        updated_at=said.at,
        **_unsaid(),
    )
    return Registered(row, apply(session, row, State(), said, session.new(HouseholdIdentity, **identity)))


def check_place(asked: Request, directory: Directory, area_code: str) -> None:
    """Forbidden when the area is out of reach; Invalid when no household stands in such an area."""
    area = directory.area(area_code)
    if area.level not in LEVELS:
        raise invalid("area_code", "must be a village, a community, or a grid or group of one", "须为村（社区）或网格")
    if not asked.scope.covers(area.code):
        raise Forbidden("This area is not in your reach", "该区域不在您的管辖范围内")


def facts_of(session: Session, directory: Directory, told: Mapping[str, Any]) -> dict[HouseholdFact, Any]:
    """The facts that were told, checked against the pack and the register of people. Invalid, naming the field."""
    for kind in told.get("kinds") or ():
        directory.household_kind(kind)
    for resource in told.get("resources") or ():
        directory.resource(resource)
    if told.get("contact_staff_id") is not None:
        check_contact(session, directory, told["contact_staff_id"])
    facts = {HouseholdFact(name): value for name, value in told.items()}
    for words in (HouseholdFact.KINDS, HouseholdFact.RESOURCES):
        if words in facts:
            facts[words] = tuple(sorted(set(facts[words])))
    return facts


def check_contact(session: Session, directory: Directory, staff_id: str, field: str = "contact_staff_id") -> None:
    """Invalid unless the person is in office now, in one of the posts that look after households."""
    member = session.staff.member(staff_id)
    if member is None:
        raise invalid(field, "is nobody of the register of people", "人员名册中没有此人")
    if not may_look_after(directory, member, session.now):
        listed = ", ".join(directory.pack.households.contact_posts) or "any"
        raise invalid(field, f"holds no post that looks after households ({listed})", "未任可包保农户的岗位")


def may_look_after(directory: Directory, member: StaffMember, moment: datetime) -> bool:
    """Whether the person is in office then, in one of the posts that look after households, if any is named."""
    posts = directory.pack.households.contact_posts
    return any(term.holds_at(moment) and (not posts or term.post_code in posts) for term in member.terms)


async def check_number(session: Session, household_no: str | None) -> None:
    """KnownHousehold when the number is another's; Unavailable while a table of households is being taken in."""
    if await is_register_held(session):
        message = "A table of households is being taken in just now"
        raise Unavailable(message, "正在导入户表，请稍后再试", headers={"Retry-After": "5"})
    known = None if household_no is None else await session.one(Household, "household_no", household_no)
    if known is not None:
        raise KnownHousehold(f"household_no is that of {known.household_id}", f"户编号已用于 {known.household_id}")


async def _check_known(session: Session, body: RegisterHousehold, vault: Vault) -> None:
    if body.household_no or body.phone or body.door:
        # Another that is registered at this very moment is seen by whoever comes second.
        await only_writer(session, "households")
    await check_number(session, body.household_no)
    if not body.known_to_be_another:
        await check_unlike(session, vault, body.phone, (body.area_code, body.door))


async def check_unlike(
    session: Session, vault: Vault, phone: str | None, where: tuple[str, str | None], household_id: str | None = None
) -> None:
    """KnownHousehold when another one has the phone, or stands at the door of the area; names which by what."""
    area_code, door = where
    phones = vault.phone_indexes(phone) if phone else ()
    doors = vault.door_indexes(area_code, door) if door else ()
    found = [one for one in await alike(session, phones, doors) if one.household_id != household_id]
    if found:
        raise KnownHousehold(_named(found), "电话或门牌与已登记的户相同；确为另一户时请注明")


def _named(found: Sequence[Alike]) -> str:
    each = ", ".join(f"{one.household_id} ({'phone' if one.by_phone else 'door'})" for one in found)
    return f"The same phone or door: {each}. Say known_to_be_another if this is another household"


def _unsaid() -> dict[str, Any]:
    """The columns of a state that has not begun, with lists as the database has them."""
    state = State()
    values = {name: getattr(state, name) for name in State.__dataclass_fields__}
    return values | {"kinds": [], "resources": [], "area_since": DAY_ONE}
