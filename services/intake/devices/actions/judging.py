"""What of an item is looked at before it is applied (离线条目核对): its phone, its clock, whose household it was, and
what was changed meanwhile.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from libs.common.database.session import Session
from services.intake.devices.actions.applying import day_of, where_to
from services.intake.devices.actions.finding import phone_rules
from services.intake.devices.actions.reading import CANNOT_OPEN, NextItems, ReadItem, ruling_of
from services.intake.devices.actions.working import Applier
from services.intake.devices.domain.items import (
    SAME_ITEM,
    SEQ_TAKEN,
    FieldConflict,
    ItemEnd,
    ItemOutcome,
    duplicate,
    held,
)
from services.intake.devices.domain.judging import (
    AHEAD,
    MERGED_INTO,
    Corrected,
    Correction,
    check_clock,
    corrected_meanwhile,
    differences,
    hold_for,
    no_longer_theirs,
    was_theirs,
)
from services.intake.devices.queries import corrections_of, planned_for, same_items, was_planned
from services.intake.devices.schemas import CorrectionBody
from services.intake.devices.tables import Device, DeviceItem
from services.intake.households.tables import Household
from services.intake.rounds.actions.following import steps_until_now
from services.intake.visits.queries import document
from services.intake.visits.schemas import CorrectVisit, RecordVisit
from services.intake.visits.tables import Visit

LOST = held("device-lost", "The phone was reported lost", "该手机已挂失")
_NO_FIELDS = {"visit_id", "why"}
_DOCUMENTS = ("materials", "findings", "quantities")
_WORDS = {"guide", "quantities"}
"""What a person writes freely: it stands sealed in the item, and in no receipt."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """It may be applied. ``theirs``: the household was the person's when the visit began, wherever it is by now."""

    conflicts: tuple[FieldConflict, ...] = ()
    theirs: bool = False


@dataclass(frozen=True, slots=True)
class KnownOfItems:
    """What is known of all items of a turn, in a statement for each."""

    same: dict[str, list[Any]]
    """By item what became of it under other numbers."""
    planned: frozenset[str]
    was_planned: Mapping[str, Any]
    corrected: Mapping[str, list[Any]]

    def taken_as(self, row: DeviceItem) -> Any | None:
        """Where the same item had its turn before."""
        others = [one for one in self.same.get(row.item_id, ()) if one.entry_id != row.entry_id]
        return next((one for one in others if one.holds_place or one.outcome == ItemOutcome.APPLIED), None)

    def number_was_taken(self, row: DeviceItem) -> list[str]:
        """Rows of the same item that came under another's number, and wait for a person."""
        return [one.entry_id for one in self.same.get(row.item_id, ()) if one.code == SEQ_TAKEN and not one.ended]


async def look_around(session: Session, device: Device, rows: Sequence[DeviceItem], nexts: NextItems) -> KnownOfItems:
    """What the items of this turn have to be compared with."""
    same: defaultdict[str, list[Any]] = defaultdict(list)
    for one in await same_items(session, device.device_id, {row.item_id for row in rows}):
        same[one.item_id].append(one)
    said = [item.said for item in nexts.items]
    visits = [body for body in said if isinstance(body, RecordVisit)]
    days = [(body.household_id, day_of(session, body)) for body in visits]
    corrected: defaultdict[str, list[Any]] = defaultdict(list)
    visit_ids = [body.visit_id for body in said if isinstance(body, CorrectionBody)]
    for step in await corrections_of(session, visit_ids) if visit_ids else ():
        corrected[step.visit_id].append(step)
    planned = await planned_for(session, device.staff_id, days, phone_rules(session).keep_days)
    given = await was_planned(session, device.device_id, [household_id for household_id, _ in days])
    return KnownOfItems(same, planned, {one.household_id: one for one in given}, corrected)


async def judge(
    session: Session, applier: Applier, device: Device, row: DeviceItem, item: ReadItem, around: KnownOfItems
) -> ItemEnd | Cleared:
    """Why the item is not applied, or what the phone is told beside."""
    before = around.taken_as(row)
    if before is not None:
        return _again(before)
    if item.said is None:
        return CANNOT_OPEN if item.problem is None else ruling_of(item.problem)
    if device.lost_at is not None and row.came_at >= device.lost_at:
        return LOST
    begun_at = row.begun_at
    if isinstance(item.said, RecordVisit):
        begun_at = max(begun_at, item.said.started_at - AHEAD)
    oldest = timedelta(days=phone_rules(session).oldest_days)
    wrong = check_clock(begun_at, row.made_at, row.came_at, oldest)
    if wrong is not None:
        return wrong
    if isinstance(item.said, RecordVisit):
        return await _of_household(session, applier, row, item.said, around)
    return await _of_correction(session, row, item.said, around)


async def _of_household(
    session: Session, applier: Applier, row: DeviceItem, body: RecordVisit, around: KnownOfItems
) -> ItemEnd | Cleared:
    household = await session.one(Household, "household_id", body.household_id)
    steps, day = await steps_until_now(session, body.household_id), day_of(session, body)
    planned = body.household_id in around.planned or _planned_then(around, row, body.household_id)
    theirs = planned or was_theirs(steps, row.staff_id, day, row.begun_at)
    if household is None or not (theirs or applier.scope.covers(household.area_code)):
        # Nothing is told of it: the action refuses it as anybody's who may not know of it.
        return Cleared()
    yours: dict[str, object] = {"contact_staff_id": row.staff_id, "area_code": body.place_code}
    into = await where_to(session, body.household_id, day)
    if into != body.household_id:
        yours |= {"into": into, MERGED_INTO: body.household_id}
    found = differences(steps, row.base_version, body.outcome, yours)
    if not theirs:
        return no_longer_theirs(found)
    return hold_for(found) or Cleared(found, theirs=True)


def _planned_then(around: KnownOfItems, row: DeviceItem, household_id: str) -> bool:
    """It was, when the phone was given it, and the plan was not made anew before the visit began."""
    given = around.was_planned.get(household_id)
    return given is not None and bool(row.begun_at < given.planned_anew_at)


async def _of_correction(
    session: Session, row: DeviceItem, body: CorrectionBody, around: KnownOfItems
) -> ItemEnd | Cleared:
    visit = await session.one(Visit, "visit_id", body.visit_id, lock=False)
    if visit is None:
        return Cleared()
    steps = [
        Corrected(step.version, step.at, step.staff_id or step.who, document(step.before))
        for step in around.corrected.get(body.visit_id, ())
    ]
    asked = _as_kept(body.model_dump(include=body.model_fields_set - _NO_FIELDS))
    yours = {name: _without_words(name, value) for name, value in asked.items()}
    known = {name: getattr(visit, name) for name in CorrectVisit.model_fields if name not in _NO_FIELDS}
    is_now = _as_kept(known | {name: document(known[name]) for name in _DOCUMENTS})
    found = corrected_meanwhile(steps, is_now, Correction(row.staff_id, row.made_at, row.base_version, yours))
    return hold_for(found) or Cleared(found)


def _without_words(name: str, value: Any) -> Any:
    """What a phone says of a field, where it cannot name anybody: of findings yes, no and numbers alone."""
    if name == "findings":
        return {code: told for code, told in value.items() if not isinstance(told, str)}
    return None if name in _WORDS else value


def _as_kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the history of a record has them."""
    kept: dict[str, Any] = orjson.loads(orjson.dumps(values, default=str))
    return kept


def _again(before: Any) -> ItemEnd:
    en, zh = f"The same item came as number {before.seq}", f"该条目已以第 {before.seq} 号上传"
    return duplicate(SAME_ITEM, en, zh, before.visit_id, before.case_ids)
