"""Households as they are answered: masked, today or on a day, and what became of them."""

from datetime import date
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.events.household_terms import HouseholdFact
from libs.common.security.policy import Scope
from libs.common.security.vault import Vault
from libs.common.web.cursors import Page, PageQuery
from services.intake.households.actions.sealing import HIDDEN, UNKNOWN, masked
from services.intake.households.domain import ACTIONS, DAY_ONE, STATUSES
from services.intake.households.queries import (
    BY_AREA,
    BY_STEP,
    NEWEST_FIRST,
    HouseholdFilter,
    LookFilter,
    changes_of,
    facts_on,
    find,
    identity_of,
    list_changes,
    list_households,
    list_looks,
)
from services.intake.households.schemas import (
    ChangeItem,
    HouseholdItem,
    HouseholdLookItem,
    HouseholdLookList,
    HouseholdOut,
    HouseholdQuery,
)
from services.intake.households.tables import Household, HouseholdChange, HouseholdIdentity, HouseholdLook

_SAME = (
    "household_id", "household_no", "merged_into", "split_from", "mute_asked_for", "registered_at", "version", "status",
)  # fmt: skip


def shown(session: Session, row: Household, identity: HouseholdIdentity | None, vault: Vault) -> HouseholdOut:
    """A household as it is today."""
    facts = {fact: getattr(row, fact.value) for fact in HouseholdFact}
    return _out(session, row, facts, identity, vault)


async def one(session: Session, scope: Scope, household_id: str, vault: Vault, on: date | None) -> HouseholdOut:
    """One household, today or as it was on a day; NotFound also when it was not there yet."""
    row = await find(session, scope, household_id)
    if row is None:
        raise NotFound
    identity = await identity_of(session, household_id)
    if on is None:
        return shown(session, row, identity, vault)
    facts = facts_on(await changes_of(session, household_id, on))
    if not facts:
        raise NotFound("The register had no such household on that day", "当日名册中没有此户")
    return _out(session, row, dict(facts), identity, vault)


def _out(
    session: Session,
    row: Household,
    facts: dict[HouseholdFact, Any],
    identity: HouseholdIdentity | None,
    vault: Vault,
) -> HouseholdOut:
    who = UNKNOWN if identity is None else masked(vault, identity)
    directory = session.packs.current(session.now).directory
    area_code = facts[HouseholdFact.AREA_CODE]
    area_name = directory.area(area_code).name if area_code in directory.area_codes else HIDDEN
    contact = session.staff.member(facts[HouseholdFact.CONTACT_STAFF_ID])
    return HouseholdOut(
        **{name: getattr(row, name) for name in _SAME},
        **{fact.value: value for fact, value in facts.items()},
        status_zh=STATUSES[row.status][0],
        area_name=area_name,
        contact_name=None if contact is None else contact.name,
        contact_since=_since(row.contact_since, facts[HouseholdFact.CONTACT_STAFF_ID]),
        muted_since=_since(row.muted_since, facts[HouseholdFact.MUTED_FOR]),
        head=who.head,
        phone=who.phone,
        door=who.door,
        members=who.members,
        erased_at=None if identity is None else identity.destroyed_at,
    )


def _since(day: date, value: object) -> date | None:
    return None if value is None or day == DAY_ONE else day


async def page(session: Session, scope: Scope, query: HouseholdQuery) -> Page[HouseholdItem]:
    """A page of households."""
    narrowed = HouseholdFilter(**query.model_dump(exclude={"cursor", "limit"}))
    rows = await list_households(session, scope, narrowed, query)
    return BY_AREA.page(rows, query.limit, lambda row: HouseholdItem.model_validate(row, from_attributes=True))


async def changes(session: Session, scope: Scope, household_id: str, query: PageQuery) -> Page[ChangeItem]:
    """What became of a household, step by step."""
    if await find(session, scope, household_id) is None:
        raise NotFound
    return BY_STEP.page(await list_changes(session, household_id, query), query.limit, _change)


def _change(row: HouseholdChange) -> ChangeItem:
    said = {name: getattr(row, name) for name in ChangeItem.model_fields if name not in ("by", "action_zh")}
    return ChangeItem(**said, by=row.who, action_zh=ACTIONS[row.action][0])


async def looks(session: Session, scope: Scope, query: HouseholdLookList) -> Page[HouseholdLookItem]:
    """A page of looks."""
    rows = await list_looks(session, scope, LookFilter(**query.model_dump(exclude={"cursor", "limit"})), query)

    def item(row: HouseholdLook) -> HouseholdLookItem:
        member = session.staff.member(row.by_staff)
        said = {name: getattr(row, name) for name in ("look_id", "at", "unit_code", "household_id", "fields", "reason")}
        name = None if member is None else member.name
        return HouseholdLookItem(**said, account=row.who, staff_id=row.by_staff, staff_name=name)

    return NEWEST_FIRST.page(rows, query.limit, item)
