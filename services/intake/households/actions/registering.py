"""Registering a household (户登记): by the pack's words, in reach, with a contact person in office, and not twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import Conflict, Forbidden, invalid
from libs.common.events.household_terms import HouseholdFact, HouseholdStep
from libs.common.pack.areas import AreaLevel
from libs.common.pack.directory import Directory
from libs.common.rules.requests import Request
from libs.common.security.vault import Vault
from services.intake.households.actions.recording import apply, today_of
from services.intake.households.actions.sealing import Identity, keep_identity
from services.intake.households.domain import DAY_ONE, State, What, decide
from services.intake.households.queries import Alike, alike
from services.intake.households.schemas import RegisterHousehold
from services.intake.households.tables import Household
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
    """Write a household whose facts were checked."""
    today = today_of(session)
    household_id = str(uuid_utils.uuid7())
    said = decide(
        State(),
        HouseholdStep.REGISTER,
        What(body.holds_from or today, {HouseholdFact.MUTED_FOR: None, **facts}),
        asked.actor,
        session.now,
        today,
    )
    row = session.new(
        Household,
        household_id=household_id,
        household_no=body.household_no,
        split_from=split_from,
        registered_at=session.now,
        updated_at=session.now,
        **_unsaid(),
    )
    identity = keep_identity(
        session, vault, household_id, body.area_code, Identity(body.head, body.phone, body.door, body.members)
    )
    return Registered(row, apply(session, row, State(), said, identity))


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
    posts = directory.pack.households.contact_posts
    held = {term.post_code for term in member.in_office(session.now)}
    if not held or (posts and held.isdisjoint(posts)):
        listed = ", ".join(posts) or "any"
        raise invalid(field, f"holds no post that looks after households ({listed})", "未任可包保农户的岗位")


async def _check_known(session: Session, body: RegisterHousehold, vault: Vault) -> None:
    if body.household_no is not None:
        known = await session.one(Household, "household_no", body.household_no)
        if known is not None:
            raise KnownHousehold(f"household_no is that of {known.household_id}", f"户编号已用于 {known.household_id}")
    if body.known_to_be_another:
        return
    phones = vault.phone_indexes(body.phone) if body.phone else ()
    doors = vault.door_indexes(body.area_code, body.door) if body.door else ()
    found = await alike(session, phones, doors)
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
