"""Photos of an item that waits (待处理条目照片): handed in before anybody decided, so that they outlive the phone.

They go over to what the item becomes: to the case of their matter, else to the visit. With an item that becomes
nothing they go, and so do the bytes with the next sweep. Until then nobody looks at them.
"""

from collections.abc import Sequence

from libs.common.database.session import Session
from libs.common.errors import Conflict, NotFound, Unavailable, invalid
from libs.common.rules.machine import Actor
from libs.common.security.vault import Vault
from services.intake.attachments.actions.attach import note_file
from services.intake.attachments.actions.examine import PICTURES, ExaminedFile
from services.intake.devices.actions.finding import own_device
from services.intake.devices.actions.reading import CANNOT_OPEN, ReadItem, read_item
from services.intake.devices.actions.sealing import envelope_of
from services.intake.devices.domain.items import SEQ_TAKEN
from services.intake.devices.queries import entries_of
from services.intake.devices.schemas import HeldPhotoOut
from services.intake.devices.tables import DeviceItem, DevicePhoto
from services.intake.raised.actions.drafting import become_cases
from services.intake.visits.domain import Status
from services.intake.visits.schemas import RecordVisit
from services.intake.visits.tables import Visit, VisitPhoto


async def photographed(session: Session, actor: Actor, device_id: str, item_id: str, vault: Vault) -> DeviceItem:
    """The item of the caller's own phone to which photos may be sent just now.

    Raises NotFound where there is none, and Conflict once it was decided, or while its number is another's.
    """
    device = await own_device(session, actor, device_id)
    rows = [row for one in await entries_of(session, device_id, item_id) for row in await _row(session, one)]
    if not rows or device.staff_id != rows[0].staff_id:
        raise NotFound
    waiting = [row for row in rows if not row.ended and row.code != SEQ_TAKEN]
    if not waiting:
        raise Conflict("Nothing is waited for about this item: send the photo to its visit", "该条目无待处理事项")
    if _names(read_item(envelope_of(vault, device), waiting[0])) is None:
        raise Unavailable(CANNOT_OPEN.en, CANNOT_OPEN.zh)
    return waiting[0]


async def check_named(session: Session, actor: Actor, of: tuple[str, str], digest: str, vault: Vault) -> DeviceItem:
    """The same item, which names this photo. Invalid where it names it not, and as `photographed`."""
    row = await photographed(session, actor, *of, vault)
    device = await own_device(session, actor, row.device_id)
    if digest not in (_names(read_item(envelope_of(vault, device), row)) or ()):
        raise invalid("body", "is none of the photos that the item names", "不是该条目所列的照片")
    return row


async def keep(
    session: Session, actor: Actor, of: tuple[str, str], matter: int | None, file: ExaminedFile, vault: Vault
) -> HeldPhotoOut:
    """Note that the item has this photo, whose bytes are kept already; the same again is as it was."""
    item = await check_named(session, actor, of, file.digest, vault)
    kept = await session.rows(DevicePhoto, "entry_id", item.entry_id)
    row = next((one for one in kept if one.digest == file.digest), None) or session.new(
        DevicePhoto,
        entry_id=item.entry_id,
        digest=file.digest,
        matter=matter,
        size=file.size,
        media_type=file.media_type.name,
        scan=file.scan,
        added_at=session.now,
        added_by=actor.subject,
    )
    return HeldPhotoOut(item_id=item.item_id, sha256=row.digest, size=row.size, media_type=row.media_type)


async def hand_over(session: Session, settled: Sequence[tuple[DeviceItem, ReadItem]]) -> None:
    """What was handed in with items that have ended goes where they went, or goes: a statement for each table."""
    ended = [(row, item) for row, item in settled if row.ended]
    await session.load(DevicePhoto, "entry_id", [row.entry_id for row, _ in ended])
    with_photos = [(row, item, await _photos(session, row)) for row, item in ended]
    with_photos = [(row, item, photos) for row, item, photos in with_photos if photos]
    await session.load(VisitPhoto, "visit_id", [row.visit_id for row, _, _ in with_photos if row.visit_id])
    for row, item, photos in with_photos:
        cases = _cases_of(row, item)
        for photo in tuple(photos):
            case_id = cases.get(photo.matter or 0)
            if case_id is not None:
                note_file(session, case_id, _file(photo), photo.added_by, row.unit_code)
            elif row.visit_id is not None:
                await _to_visit(session, row.visit_id, photo)
            await session.remove(photo)


async def _to_visit(session: Session, visit_id: str, photo: DevicePhoto) -> None:
    visit = await session.one(Visit, "visit_id", visit_id, lock=False)
    kept = await session.rows(VisitPhoto, "visit_id", visit_id)
    named = visit is not None and visit.status is not Status.VOID and photo.digest in visit.photos
    if named and all(one.digest != photo.digest for one in kept):
        same = {name: getattr(photo, name) for name in ("digest", "size", "media_type", "scan", "added_at", "added_by")}
        session.new(VisitPhoto, visit_id=visit_id, **same)


def _cases_of(row: DeviceItem, item: ReadItem) -> dict[int, str]:
    """By number of its matter each case that came of the item."""
    if not isinstance(item.said, RecordVisit):
        return {}
    return dict(zip(become_cases(item.said.matters), row.case_ids, strict=False))


def _names(item: ReadItem) -> Sequence[str] | None:
    """The photos that an item names; None where it cannot be read for now. What is no visit names none."""
    if item.said is None and item.problem is None:
        return None
    return item.said.photos if isinstance(item.said, RecordVisit) else ()


def _file(photo: DevicePhoto) -> ExaminedFile:
    kind = next(kind for kind in PICTURES if kind.name == photo.media_type)
    return ExaminedFile(photo.digest, photo.size, kind, f"走访照片{kind.suffixes[0]}", photo.scan)


async def _photos(session: Session, row: DeviceItem) -> list[DevicePhoto]:
    return await session.rows(DevicePhoto, "entry_id", row.entry_id)


async def _row(session: Session, entry_id: str) -> list[DeviceItem]:
    return await session.rows(DeviceItem, "entry_id", entry_id)
