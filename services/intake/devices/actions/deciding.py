"""What somebody decides about a held or refused item (人工处理), who neither made it nor was there."""

from dataclasses import replace
from functools import partial

from libs.common.database.session import Session
from libs.common.errors import Conflict, NotFound, Problem, Unavailable
from libs.common.security.masking import mask_text
from services.intake.cases.actions.numbers import take_numbers
from services.intake.devices.actions.applying import VisitToEnter, correct, enter, prepare
from services.intake.devices.actions.finding import Settled, count, settle, settled_in, state_of
from services.intake.devices.actions.photographing import hand_over
from services.intake.devices.actions.reading import CANNOT_OPEN, NextItems, ReadItem, read_one
from services.intake.devices.actions.showing import receipt_of
from services.intake.devices.actions.working import Applier
from services.intake.devices.domain.items import (
    DROPPED,
    ItemDecision,
    ItemEnd,
    ItemOutcome,
    Said,
    check_decider,
)
from services.intake.devices.queries import entry_of
from services.intake.devices.schemas import DecideItem, ReceiptOut
from services.intake.devices.tables import Device, DeviceItem
from services.intake.visits.actions.preparing import open_home
from services.intake.visits.schemas import RecordVisit

NOT_TAKEN = ItemEnd(ItemOutcome.REFUSED, DROPPED, "Somebody decided that it is not taken", "经处理不予采纳")


async def decide(applier: Applier, device_id: str, seq: int, body: DecideItem) -> ReceiptOut:
    """Apply it for whoever made it, or drop it for good.

    Raises:
        NotFound: it is out of reach. NotTheirs: whoever made it or was there decides nothing. OutOfTurn: it is done.
        Conflict, Invalid: it cannot be applied, as `POST /visits` would say it; nothing changes.
    """
    nexts = await applier.read(lambda session: _find(session, applier, device_id, seq, body.item_id))
    (item,) = nexts.items
    now = applier.clock.now()
    numbers: list[str] = []
    if body.decision is ItemDecision.APPLY and item.cases:
        numbers = await take_numbers(applier.database, applier.database.packs.current(now), now, item.cases)
    receipt, settled = await applier.write(
        partial(_decide, applier=applier, device_id=device_id, nexts=nexts, body=body, numbers=numbers)
    )
    count(settled)
    return receipt


async def _find(session: Session, applier: Applier, device_id: str, seq: int, item_id: str | None) -> NextItems:
    """The item, opened. NotFound; Conflict where two have this number."""
    rows = []
    for entry_id in await entry_of(session, device_id, seq, item_id):
        rows += await session.rows(DeviceItem, "entry_id", entry_id, lock=False)
    reached = [row for row in rows if applier.scope.covers(row.area_code)]
    waiting = [row for row in reached if not row.ended and not row.waits] or reached
    device = await session.one(Device, "device_id", device_id, lock=False)
    if not waiting or device is None:
        raise NotFound
    if len(waiting) > 1:
        raise Conflict("Two items have this number: say which by item_id", "该序号下有多条，请指明 item_id")
    if waiting[0].sealed_body is None:
        return NextItems(device.mark, (ReadItem(waiting[0].entry_id, None),), ())
    return await read_one(session, applier.vault, device, waiting[0])


async def _decide(
    session: Session, applier: Applier, device_id: str, nexts: NextItems, body: DecideItem, numbers: list[str]
) -> tuple[ReceiptOut, list[Settled]]:
    (item,) = nexts.items
    # The phone is locked before its items, as by whoever brings some.
    device = await session.one(Device, "device_id", device_id)
    row = await session.one(DeviceItem, "entry_id", item.entry_id)
    if device is None or row is None:
        raise NotFound
    visitors = item.said.staff_ids if isinstance(item.said, RecordVisit) else ()
    check_decider(state_of(row, visitors), applier.actor)
    why = await _without_names(session, applier, item, body.reason)
    if body.decision is ItemDecision.DROP:
        ruling = NOT_TAKEN
    else:
        ruling = await _apply(session, applier, (row, item), nexts, numbers)
    visit = item.said.outcome if isinstance(item.said, RecordVisit) else None
    settle(session, device, row, Said(ruling, session.now, applier.actor, why), visit)
    await hand_over(session, [(row, item)])
    return receipt_of(row), settled_in(session)


async def _without_names(session: Session, applier: Applier, item: ReadItem, reason: str) -> str:
    """The reason, with all that is known of the household hidden."""
    if not isinstance(item.said, RecordVisit):
        return mask_text(reason)
    try:
        home = await open_home(session, replace(applier.scope, area_prefix=""), item.said.household_id, applier.vault)
    except Problem:
        return mask_text(reason)
    return home.hidden_in(reason)


async def _apply(
    session: Session, applier: Applier, of: tuple[DeviceItem, ReadItem], nexts: NextItems, numbers: list[str]
) -> ItemEnd:
    row, item = of
    if item.problem is not None:
        raise item.problem
    if item.said is None:
        raise Unavailable(CANNOT_OPEN.en, CANNOT_OPEN.zh)
    await prepare(session, nexts)
    if isinstance(item.said, RecordVisit):
        return await enter(session, applier.as_maker(row), VisitToEnter(item.said, numbers))
    # Its maker may correct it no more: whoever decides does, as one who oversees visits.
    return await correct(session, applier, item.said)
