"""Finding a phone for whoever asks, and keeping what becomes of an item."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, NamedTuple

from libs.common import visit_metrics
from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.errors import Conflict, NotFound
from libs.common.events.visit_terms import VisitOutcome
from libs.common.pack.schema import PhoneRules
from libs.common.rules.machine import Actor
from services.intake.devices.domain.items import ItemEnd, ItemOutcome, Said, State, evolve, makers_of
from services.intake.devices.tables import Device, DeviceItem, DeviceItemChange


class GivenUp(Conflict):
    """The phone was given up: it is registered again before it brings anything."""

    type, title, title_zh = "device-given-up", "This phone was given up", "该手机已交还"


async def own_device(session: Session, actor: Actor, device_id: str, *, lock: bool = True) -> Device:
    """The phone of whoever asks. NotFound when it is somebody else's; GivenUp."""
    device = await session.one(Device, "device_id", device_id, lock=lock)
    if device is None or actor.staff_id is None or device.staff_id != actor.staff_id:
        raise NotFound
    if device.gave_up_at is not None:
        raise GivenUp
    return device


def phone_rules(session: Session) -> PhoneRules:
    """What the place lets a phone hold, and how late it may bring something."""
    return session.packs.current(session.now).directory.pack.visits.phones


class Settled(NamedTuple):
    """What became of an item in a transaction, and what came of the visit that it made, if it made one."""

    outcome: ItemOutcome
    visit: VisitOutcome | None


def settle(session: Session, device: Device, row: DeviceItem, said: Said, visit: VisitOutcome | None = None) -> None:
    """What became of the item stands in its row, in its history, and in a new receipt."""
    before = state_of(row)
    after, ruling = evolve(before, said), said.ruling
    row.outcome, row.code, row.version = after.outcome, after.code, after.version
    row.waits, row.ended = after.waits, after.ended
    row.text_en, row.text_zh = ruling.en, ruling.zh
    row.visit_id, row.case_ids = ruling.visit_id, [*ruling.case_ids]
    row.differences = [asdict(one) for one in ruling.differences]
    if row.ended:
        row.sealed_body = None
    row.receipt = next_receipt(device)
    keep_change(session, row, said.by, said.why)
    made = visit if row.outcome is ItemOutcome.APPLIED else None
    settled_in(session).append(Settled(row.outcome, made))


def settled_in(session: Session) -> list[Settled]:
    """All that was settled in this transaction, to be counted once it is committed."""
    found: list[Settled] = session.info.setdefault("intake.devices", [])
    return found


def count(settled: Iterable[Settled]) -> None:
    """Count what is committed."""
    for one in settled:
        visit_metrics.DEVICE_ITEMS_TOTAL.labels(Service.INTAKE, one.outcome.value).inc()
        if one.visit is not None:
            visit_metrics.VISITS_TOTAL.labels(Service.INTAKE, one.visit.value).inc()


def next_receipt(device: Device) -> int:
    """The number of one more receipt."""
    device.receipts += 1
    return device.receipts


def keep_change(session: Session, row: DeviceItem, by: Actor, why: str) -> None:
    """What the item is by now, as a step of its history."""
    session.insert(
        DeviceItemChange,
        {
            "entry_id": row.entry_id,
            "version": row.version,
            "outcome": row.outcome,
            "code": row.code,
            "who": by.subject,
            "staff_id": by.staff_id,
            "at": session.now,
            "why": why,
        },
    )


def state_of(row: DeviceItem, visitors: tuple[str, ...] = ()) -> State:
    """What the rules see of the row. ``visitors``: who made the visit, as far as that can be read."""
    makers = makers_of(row.account, (row.staff_id, *visitors))
    return State(row.outcome, row.code, row.ended, makers, row.version)


def columns_of(ruling: ItemEnd) -> dict[str, Any]:
    """A ruling as the columns of a new row."""
    return {
        "outcome": ruling.outcome,
        "code": ruling.code,
        "waits": False,
        "ended": ruling.ended,
        "text_en": ruling.en,
        "text_zh": ruling.zh,
        "visit_id": ruling.visit_id,
        "case_ids": [*ruling.case_ids],
        "differences": [],
    }
