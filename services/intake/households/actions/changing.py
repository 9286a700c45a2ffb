"""What changes a household: facts from a day on, muting with somebody else's word, splits and mergers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from libs.common.database.one_writer import only_writer
from libs.common.database.session import Session
from libs.common.errors import Conflict, NotFound, invalid
from libs.common.events.household_terms import HouseholdFact, HouseholdStep
from libs.common.rules.requests import Request
from libs.common.security.vault import Vault
from services.intake.households.actions.loads import check_one_more
from services.intake.households.actions.recording import apply, state_of, today_of
from services.intake.households.actions.registering import (
    Registered,
    check_building,
    check_number,
    check_place,
    check_unlike,
    facts_of,
    write,
)
from services.intake.households.actions.sealing import (
    SEALED,
    check_not_erased,
    envelope_of,
    opened,
    put_identity,
    without_names,
)
from services.intake.households.actions.showing import shown
from services.intake.households.domain import Status, What, decide, holds_now, is_otherwise
from services.intake.households.queries import first_day, identity_of
from services.intake.households.schemas import (
    AskMuting,
    ChangeHousehold,
    DecideMuting,
    HouseholdOut,
    MergeHousehold,
    SplitHousehold,
    Unmute,
)
from services.intake.households.tables import Household, HouseholdIdentity
from services.intake.rounds.actions.following import catch_up

_FACTS = {fact.value for fact in HouseholdFact}


async def load_for(
    session: Session, asked: Request, household_id: str, day: date | None = None, field: str = "holds_from"
) -> Household:
    """The household that is to change from a day on, locked.

    Raises NotFound when it is out of reach, StaleVersion when it has changed, Invalid when it was not there that day.
    """
    row = await session.one(Household, "household_id", household_id)
    if row is None or not asked.scope.covers(row.area_code):
        raise NotFound
    asked.check_version(row.version)
    session.now = max(session.now, row.registered_at)
    first = None if day is None else await first_day(session, household_id)
    if first is not None and day is not None and day < first:
        raise invalid(field, f"lies before {first}, when the register begins with it", f"早于该户入册之日 {first}")
    await catch_up(session)
    return row


async def change(
    session: Session, asked: Request, household_id: str, body: ChangeHousehold, vault: Vault
) -> HouseholdOut:
    """Other facts from a day on, and what is sealed. Invalid when nothing would be otherwise."""
    row = await load_for(session, asked, household_id, body.holds_from)
    before, directory = state_of(row), session.packs.current(session.now).directory
    told = body.model_dump(include=body.model_fields_set & _FACTS)
    for name, value in told.items():
        if value is None and name != HouseholdFact.VISIT_EVERY:
            raise invalid(name, "cannot be nothing", "不能为空")
    if "area_code" in told:
        check_place(asked, directory, told["area_code"])
    facts = facts_of(session, directory, told)
    # A word of an earlier day may say what is so today: it tells the days between.
    if body.holds_from is None:
        facts = {fact: value for fact, value in facts.items() if is_otherwise(before, fact, value)}
    identity, today = await _identity(session, household_id), today_of(session)
    day = body.holds_from or today
    moves = HouseholdFact.AREA_CODE in facts and holds_now(before, HouseholdFact.AREA_CODE, day)
    to_area = facts[HouseholdFact.AREA_CODE] if moves else row.area_code
    who: dict[str, Any] = {name: getattr(body, name) for name in SEALED if name in body.model_fields_set}
    if who.get("members", ()) is None:
        who["members"] = ()
    if not body.known_to_be_another:
        await _check_unlike(session, row, to_area, who, identity, vault)
    head = who["head"] if "head" in who else opened(envelope_of(vault, identity), identity).head
    check_building(facts.get(HouseholdFact.HOUSEHOLD_CLASS, before.household_class), head)
    what = What(day, facts, resealed=seal_anew(who, (row.area_code, to_area), identity, vault))
    said = decide(before, HouseholdStep.CHANGE, what, asked.actor, session.now, today)
    apply(session, row, before, said, identity)
    return shown(session, row, identity, vault)


async def _check_unlike(
    session: Session,
    row: Household,
    to_area: str,
    told: Mapping[str, Any],
    identity: HouseholdIdentity,
    vault: Vault,
) -> None:
    """What is new of phone and door, the same door of another area included, is no other household's."""
    known = opened(envelope_of(vault, identity), identity, ("phone", "door"))
    phone, door = told.get("phone", known.phone), told.get("door", known.door)
    new_phone = phone if phone != known.phone else None
    new_door = door if (to_area, door) != (row.area_code, known.door) else None
    if new_phone or new_door:
        await only_writer(session, "households")
        await check_unlike(session, vault, new_phone, (to_area, new_door), row.household_id)


async def ask_muting(
    session: Session, asked: Request, household_id: str, body: AskMuting, vault: Vault
) -> HouseholdOut:
    """静默申请: nothing leaves the denominators before somebody else has confirmed it."""
    what = What(body.holds_from or today_of(session), wished=body.reason)
    return await _step(session, asked, household_id, HouseholdStep.ASK_MUTE, what, body.why, vault)


async def decide_muting(
    session: Session, asked: Request, household_id: str, body: DecideMuting, vault: Vault
) -> HouseholdOut:
    """确认静默: by neither who asked, nor the contact person of the household."""
    if not body.granted and body.why is None:
        raise invalid("why", "is needed where it is refused", "驳回时须说明理由")
    step = HouseholdStep.CONFIRM_MUTE if body.granted else HouseholdStep.REFUSE_MUTE
    return await _step(session, asked, household_id, step, What(today_of(session)), body.why or "", vault)


async def unmute(session: Session, asked: Request, household_id: str, body: Unmute, vault: Vault) -> HouseholdOut:
    """解除静默: it stands in the denominators again, from a day on."""
    row, directory = await load_for(session, asked, household_id), session.packs.current(session.now).directory
    if row.status is Status.MUTED:
        await check_one_more(session, directory, row.contact_staff_id, "contact_staff_id")
    what = What(body.holds_from or today_of(session))
    return await _step(session, asked, household_id, HouseholdStep.UNMUTE, what, body.why, vault)


async def split(session: Session, asked: Request, household_id: str, body: SplitHousehold, vault: Vault) -> Registered:
    """分户: a new household, and a step of the old one, which keeps the members that are left. Both or neither."""
    row = await load_for(session, asked, household_id, body.new.holds_from, "new.holds_from")
    before, directory, today = state_of(row), session.packs.current(session.now).directory, today_of(session)
    day = body.new.holds_from or today
    check_place(asked, directory, body.new.area_code)
    facts = facts_of(session, directory, body.new.model_dump(include=_FACTS))
    await check_one_more(session, directory, body.new.contact_staff_id, "new.contact_staff_id")
    await check_number(session, body.new.household_no)
    said = decide(before, HouseholdStep.SPLIT, What(day), asked.actor, session.now, today)
    identity = await _identity(session, household_id)
    if body.members is not None:
        put_identity(identity, envelope_of(vault, identity), vault, row.area_code, {"members": body.members})
    apply(session, row, before, said, identity)
    return write(session, asked, body.new, facts, vault, split_from=household_id)


async def merge(
    session: Session, asked: Request, household_id: str, body: MergeHousehold, vault: Vault
) -> HouseholdOut:
    """并户: this household is no more. Conflict when the other is itself, or is no more."""
    if body.into == household_id:
        raise invalid("into", "is this household itself", "不能并入本户")
    # In one order, so that two people who merge two households into each other do not wait for each other.
    await session.load(Household, "household_id", sorted((household_id, body.into)))
    other = await session.one(Household, "household_id", body.into)
    if other is None or not asked.scope.covers(other.area_code):
        raise invalid("into", "is no household in your reach", "目标户不存在或不在管辖范围内")
    if other.merged_into is not None:
        raise Conflict("The other household is no more", "目标户已并户")
    await _identity(session, body.into)
    what = What(body.holds_from or today_of(session), merged_into=body.into)
    return await _step(session, asked, household_id, HouseholdStep.MERGE, what, body.why, vault)


async def _step(
    session: Session, asked: Request, household_id: str, step: HouseholdStep, what: What, why: str, vault: Vault
) -> HouseholdOut:
    row = await load_for(session, asked, household_id, what.holds_from)
    before, identity = state_of(row), await _identity(session, household_id)
    why = without_names(vault, identity, why) if why else why
    apply(session, row, before, decide(before, step, what, asked.actor, session.now, today_of(session), why), identity)
    return shown(session, row, identity, vault)


async def _identity(session: Session, household_id: str) -> HouseholdIdentity:
    row = await identity_of(session, household_id, lock=True)
    if row is None:
        raise NotFound
    check_not_erased(row)
    return row


def seal_anew(told: Mapping[str, Any], area_codes: tuple[str, str], identity: HouseholdIdentity, vault: Vault) -> bool:
    """Seal what was told, and index a door by its new area, of the areas before and after; whether it was anything."""
    envelope, (area_before, area_code) = envelope_of(vault, identity), area_codes
    before = opened(envelope, identity)
    said, told = told, {name: value for name, value in told.items() if value != getattr(before, name)}
    if before.place is not None and "place" not in said and (area_code != area_before or "door" in told):
        # Behind another door it is somewhere else, and nobody has said where.
        told["place"] = None
    if area_code != area_before and before.door is not None and "door" not in told:
        identity.door_index = vault.door_index(area_code, before.door)
    put_identity(identity, envelope, vault, area_code, told)
    return bool(told)
