"""What a phone brings back (上传): all of it is kept first, sealed; then each item is applied in its turn.

A turn is one transaction. Where the action refuses an item, the turn is done anew up to that one, which is then held or
refused, and the rest follows: so no bad item harms another, and who is cut off sends everything again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import uuid_utils

from libs.common.database.session import DatabaseTrouble, Session, as_trouble
from libs.common.errors import Overtaken, Problem, Unavailable
from libs.common.logs import get_logger
from libs.common.security.envelopes import KeyEnvelope
from services.intake.cases.actions.numbers import take_numbers
from services.intake.devices.actions.applying import VisitToEnter, correct, enter, numbered, prepare
from services.intake.devices.actions.finding import (
    Settled,
    columns_of,
    count,
    keep_change,
    next_receipt,
    own_device,
    settle,
    settled_in,
)
from services.intake.devices.actions.judging import KnownOfItems, judge, look_around
from services.intake.devices.actions.photographing import hand_over
from services.intake.devices.actions.reading import NextItems, ReadItem, next_items, ruling_of
from services.intake.devices.actions.sealing import envelope_of, sealed_body
from services.intake.devices.actions.showing import receipts_of
from services.intake.devices.actions.working import Applier
from services.intake.devices.domain.items import SENT_AGAIN, SEQ_TAKEN, WAITS, ItemEnd, Said, duplicate, held, refused
from services.intake.devices.queries import items_of, known_items
from services.intake.devices.schemas import ItemIn, PushOut
from services.intake.devices.tables import Device, DeviceItem
from services.intake.visits.schemas import RecordVisit

NUMBER_TAKEN = refused(
    SEQ_TAKEN, "Another item has this number: send it under a new one", "序号已被占用，请换号重新上传"
)
CAME_AGAIN = duplicate(SENT_AGAIN, "It came again under a number of its own", "已换号重新上传")
OUR_FAULT = held("failed", "It could not be applied, by a fault of ours", "系统故障，未能入库")
log = get_logger(__name__)
_TURNS = 1_000


@dataclass(frozen=True, slots=True)
class _Known:
    """By item: the numbers that its cases take, and what became of those that the action refused."""

    numbers: Mapping[str, Sequence[str]]
    rulings: Mapping[str, ItemEnd]


class _Stopped(Exception):
    """The action refused an item; what was done in this turn is taken back."""

    def __init__(self, entry_id: str, ruling: ItemEnd) -> None:
        super().__init__(entry_id)
        self.entry_id, self.ruling = entry_id, ruling


async def push(applier: Applier, device_id: str, items: Sequence[ItemIn]) -> PushOut:
    """A receipt for each of them. NotFound for a phone that is not the caller's."""
    await applier.write(lambda session: accept(session, applier, device_id, items))
    await advance(applier, device_id)
    return await applier.read(lambda session: _answer(session, applier, device_id, items))


async def accept(session: Session, applier: Applier, device_id: str, items: Sequence[ItemIn]) -> None:
    """Keep what is not here yet. Of two items under one number the first has it, and the other is refused."""
    device = await own_device(session, applier.actor, device_id)
    principal = applier.principal
    device.last_sync_at = max(session.now, device.last_sync_at)
    device.account, device.unit_code, device.area_code = principal.subject, principal.unit_code, principal.area_code
    known = await known_items(session, device_id, [one.item_id for one in items], [one.seq for one in items])
    here = {(row.seq, row.item_id) for row in known}
    taken = {row.seq for row in known if row.holds_place}
    envelope = envelope_of(applier.vault, device)
    for item in items:
        if (item.seq, item.item_id) in here:
            continue
        _keep(session, applier, (device, envelope), item, holds_place=item.seq not in taken)
        here.add((item.seq, item.item_id))
        taken.add(item.seq)


async def advance(applier: Applier, device_id: str) -> int:
    """Apply all whose turn it is; how many had it."""
    rulings: dict[str, ItemEnd] = {}
    until: str | None = None
    taken = 0
    for _ in range(_TURNS):
        nexts = await applier.read(lambda session: next_items(session, applier.vault, device_id))
        if not nexts.items:
            return taken
        if until in [item.entry_id for item in nexts.items]:
            nexts = nexts.until(until or "")
        try:
            numbers = await _numbers(applier, nexts)
            settled = await applier.alone(
                partial(_turn, applier=applier, device_id=device_id, nexts=nexts, known=_Known(numbers, rulings))
            )
        except _Stopped as stopped:
            rulings[stopped.entry_id], until = stopped.ruling, stopped.entry_id
        except Overtaken:
            continue
        else:
            count(settled)
            taken += len(nexts.items)
    raise Unavailable(
        "Somebody else changes the same just now", "数据正在变更，请稍后再试", headers={"Retry-After": "2"}
    )


def _keep(
    session: Session, applier: Applier, on: tuple[Device, KeyEnvelope], item: ItemIn, *, holds_place: bool
) -> None:
    entry_id, of, (device, envelope) = str(uuid_utils.uuid7()), applier.principal, on
    columns = columns_of(WAITS if holds_place else NUMBER_TAKEN) | {"waits": holds_place}
    row = session.new(
        DeviceItem,
        entry_id=entry_id,
        device_id=device.device_id,
        seq=item.seq,
        item_id=item.item_id,
        holds_place=holds_place,
        kind=item.kind,
        staff_id=device.staff_id,
        account=of.subject,
        unit_code=of.unit_code,
        area_code=of.area_code,
        roles=sorted(of.roles),
        household_id=None,
        begun_at=item.begun_at,
        made_at=item.made_at,
        base_version=item.base_version,
        came_at=session.now,
        sealed_body=sealed_body(envelope, entry_id, item.body),
        receipt=next_receipt(device),
        version=1,
        **columns,
    )
    keep_change(session, row, applier.actor, "")


async def _numbers(applier: Applier, nexts: NextItems) -> Mapping[str, Sequence[str]]:
    """The numbers of the cases that these become, taken beforehand."""
    many = sum(item.cases for item in nexts.items)
    now = applier.clock.now()
    found = await take_numbers(applier.database, applier.database.packs.current(now), now, many) if many else []
    return numbered([(item.entry_id, item.cases) for item in nexts.items], found)


async def _turn(session: Session, applier: Applier, device_id: str, nexts: NextItems, known: _Known) -> list[Settled]:
    """Apply these in order. Overtaken where somebody else did; _Stopped where the action refuses one."""
    device = await session.one(Device, "device_id", device_id)
    if device is None or device.mark != nexts.mark:
        raise Overtaken("the phone's branch has moved")
    await session.load(DeviceItem, "entry_id", [item.entry_id for item in nexts.items])
    rows = [row for item in nexts.items for row in await session.rows(DeviceItem, "entry_id", item.entry_id)]
    if not all(row.waits for row in rows):
        raise Overtaken("an item had its turn")
    await prepare(session, nexts)
    around = await look_around(session, device, rows, nexts)
    for row, item in zip(rows, nexts.items, strict=True):
        maker = applier.as_maker(row)
        ruling = known.rulings.get(row.entry_id)
        if ruling is None:
            ruling = await _ruled(session, maker, device, (row, item), around, known.numbers)
        if isinstance(item.said, RecordVisit):
            row.household_id = item.said.household_id
        visit = item.said.outcome if isinstance(item.said, RecordVisit) else None
        settle(session, device, row, Said(ruling, session.now, maker.actor), visit)
        await _let_go(session, device, around.number_was_taken(row), maker)
        around.same.setdefault(row.item_id, []).append(row)
        device.mark = max(device.mark, row.seq)
    await hand_over(session, list(zip(rows, nexts.items, strict=True)))
    return settled_in(session)


async def _ruled(
    session: Session,
    maker: Applier,
    device: Device,
    of: tuple[DeviceItem, ReadItem],
    around: KnownOfItems,
    numbers: Mapping[str, Sequence[str]],
) -> ItemEnd:
    row, item = of
    try:
        judged = await judge(session, maker, device, row, item, around)
        if isinstance(judged, ItemEnd):
            return judged
        if isinstance(item.said, RecordVisit):
            return await enter(
                session, maker, VisitToEnter(item.said, numbers.get(row.entry_id, ()), judged.conflicts, judged.theirs)
            )
        if item.said is not None:
            return replace(await correct(session, maker, item.said), differences=judged.conflicts)
    except (DatabaseTrouble, Overtaken):
        raise
    except Problem as problem:
        raise _Stopped(row.entry_id, ruling_of(problem)) from problem
    except Exception as error:
        if as_trouble(error) is not None:
            raise
        # It would fail as often as it is tried, and hold up all that was recorded after it.
        log.exception("an item of a phone failed")
        raise _Stopped(row.entry_id, OUR_FAULT) from error
    raise AssertionError("an item that cannot be read is judged")


async def _let_go(session: Session, device: Device, entry_ids: Sequence[str], by: Applier) -> None:
    """What was refused since its number was another's came again under its own."""
    for entry_id in entry_ids:
        for row in await session.rows(DeviceItem, "entry_id", entry_id):
            if not row.ended:
                settle(session, device, row, Said(CAME_AGAIN, session.now, by.actor))


async def _answer(session: Session, applier: Applier, device_id: str, items: Sequence[ItemIn]) -> PushOut:
    device = await own_device(session, applier.actor, device_id, lock=False)
    found = await items_of(session, device_id, {item.item_id for item in items})
    rows = {(row.seq, row.item_id): row for row in found}
    asked = [rows[key] for key in dict.fromkeys((item.seq, item.item_id) for item in items)]
    return PushOut(receipts=await receipts_of(session, device_id, asked), next_seq=device.mark + 1)
