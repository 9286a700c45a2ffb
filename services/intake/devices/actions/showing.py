"""Phones, receipts, and items that wait for a person, as they are answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import ValidationError

from libs.common.database.session import Session
from libs.common.rules.machine import Actor
from libs.common.rules.requests import Request
from libs.common.security.policy import Scope
from libs.common.security.vault import CannotOpen, Vault
from libs.common.web.cursors import Page
from services.intake.devices.actions.finding import own_device, phone_rules
from services.intake.devices.actions.sealing import envelope_of, opened_body
from services.intake.devices.domain.branch import Branch
from services.intake.devices.domain.items import ItemKind
from services.intake.devices.queries import (
    FIRST_COME,
    SILENT_FIRST,
    DeviceFilter,
    list_devices,
    list_items,
    list_receipts,
    open_counts,
    own_devices,
    waiting_items,
)
from services.intake.devices.schemas import (
    ConflictOut,
    DeviceItemOfList,
    DeviceOut,
    DeviceQuery,
    DeviceState,
    ItemQuery,
    ItemToDecide,
    OwnDevices,
    ReceiptOut,
    ReceiptsOut,
    SaidOfVisit,
    TextOut,
)
from services.intake.devices.tables import Device, DeviceItem
from services.intake.visits.queries import document
from services.intake.visits.schemas import RecordVisit

SUPERVISOR = "supervisor"
_SAME = ("device_id", "name", "staff_id", "registered_at", "lost_at", "gave_up_at")


def shown(device: Device) -> DeviceOut:
    """A phone, for its person."""
    return DeviceOut(
        **{name: getattr(device, name) for name in _SAME}, next_seq=device.mark + 1, version=device.version
    )


async def own(session: Session, actor: Actor) -> OwnDevices:
    """All phones of a person."""
    rows = [] if actor.staff_id is None else await own_devices(session, actor.staff_id)
    return OwnDevices(items=[shown(row) for row in rows])


async def page(session: Session, scope: Scope, query: DeviceQuery) -> Page[DeviceItemOfList]:
    """A page of phones."""
    silent = None if query.silent_days is None else session.now - timedelta(days=query.silent_days)
    lost = {DeviceState.LOST: True, DeviceState.IN_USE: False}.get(query.state) if query.state else None
    given_up = None if query.state is None else query.state is DeviceState.GIVEN_UP
    rows = await list_devices(session, scope, DeviceFilter(silent, lost, given_up), query)
    counts = await open_counts(session, [row.device_id for row in rows])

    def item(row: Device) -> DeviceItemOfList:
        member, open_ = session.staff.member(row.staff_id), counts.get(row.device_id)
        return DeviceItemOfList(
            **{name: getattr(row, name) for name in _SAME},
            staff_name=None if member is None else member.name,
            last_sync_at=row.last_sync_at,
            silent_days=max(0, (session.now - row.last_sync_at).days),
            unsent=row.unsent,
            held=0 if open_ is None else open_.held,
            refused_open=0 if open_ is None else open_.refused,
            state=_state_of(row),
        )

    return SILENT_FIRST.page(rows, query.limit, item)


def _state_of(row: Device) -> DeviceState:
    if row.gave_up_at is not None:
        return DeviceState.GIVEN_UP
    return DeviceState.IN_USE if row.lost_at is None else DeviceState.LOST


async def receipts(session: Session, asked: Request, device_id: str, since: str | None) -> ReceiptsOut:
    """What became of the person's items on this phone since a receipt."""
    device = await own_device(session, asked.actor, device_id, lock=False)
    return await receipts_since(session, device, since)


async def receipts_since(session: Session, device: Device, since: str | None) -> ReceiptsOut:
    """The same of a phone that was found."""
    begin = int(since or 0)
    rows = await list_receipts(session, device.device_id, device.staff_id, begin)
    given = await receipts_of(session, device.device_id, rows)
    return ReceiptsOut(receipts=given, cursor=str(max((row.receipt for row in rows), default=begin)))


async def receipts_of(session: Session, device_id: str, rows: Sequence[DeviceItem]) -> list[ReceiptOut]:
    """The receipts of these rows."""
    until = None
    if any(row.waits for row in rows):
        waiting = {row.seq: row.came_at for row in await waiting_items(session, device_id)}
        until = Branch(waiting=waiting).until(timedelta(days=phone_rules(session).wait_days))
    return [receipt_of(row, until) for row in rows]


def receipt_of(row: DeviceItem, until: datetime | None = None) -> ReceiptOut:
    """What became of an item. ``until``: when its phone's gap is given up."""
    return ReceiptOut(
        seq=row.seq,
        item_id=row.item_id,
        outcome=row.outcome,
        code=row.code,
        text=TextOut(en=row.text_en, zh=row.text_zh),
        until=until if row.waits else None,
        who_decides=None if row.ended or row.waits else SUPERVISOR,
        visit_id=row.visit_id,
        case_ids=[*row.case_ids],
        conflicts=_conflicts(row),
    )


async def items(session: Session, scope: Scope, query: ItemQuery, vault: Vault) -> Page[ItemToDecide]:
    """A page of what waits for a person, without any words of whoever was visited."""
    rows = await list_items(session, scope, query.outcome, query)
    await session.load(Device, "device_id", {row.device_id for row in rows}, lock=False)
    said = {row.entry_id: await _said(session, row, vault) for row in rows}

    def item(row: DeviceItem) -> ItemToDecide:
        member = session.staff.member(row.staff_id)
        same = ("device_id", "seq", "item_id", "kind", "staff_id", "household_id", "begun_at", "made_at", "came_at")
        return ItemToDecide(
            **{name: getattr(row, name) for name in same},
            staff_name=None if member is None else member.name,
            outcome=row.outcome,
            code=row.code,
            text=TextOut(en=row.text_en, zh=row.text_zh),
            conflicts=_conflicts(row),
            said=said[row.entry_id],
        )

    return FIRST_COME.page(rows, query.limit, item)


async def _said(session: Session, row: DeviceItem, vault: Vault) -> SaidOfVisit | None:
    device = await session.one(Device, "device_id", row.device_id, lock=False)
    if row.kind is not ItemKind.VISIT or row.sealed_body is None or device is None:
        return None
    try:
        body = RecordVisit.model_validate(opened_body(envelope_of(vault, device), row.entry_id, row.sealed_body))
    except (CannotOpen, ValidationError):
        return None
    told = {name: getattr(body, name) for name in ("started_at", "outcome")}
    return SaidOfVisit(**told, staff_ids=[*body.staff_ids], purposes=[*body.purposes], matters=len(body.matters))


def _conflicts(row: DeviceItem) -> list[ConflictOut]:
    return [ConflictOut(**one) for one in document(row.differences)]
