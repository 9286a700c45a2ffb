"""The tables of phones: each phone, the households that it was given, its items, and what became of each."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from libs.common.blobs.scanning import ScanVerdict
from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from services.intake.devices.domain.items import ItemKind, ItemOutcome
from services.intake.tables import Base


class Device(Base, table=True):
    """A phone (手机) that works without a network, of one member of staff until it is given up.

    Its items are sealed under a key of its own that the vault's wraps.
    """

    __tablename__ = "device"
    __table_args__ = (
        check("device_device_id_check", "length(device_id) = 36"),
        check("device_area_code_check", "length(area_code) IN (12, 15)"),
        check("device_mark_check", "mark >= 0"),
        check("device_receipts_check", "receipts >= 0"),
        check("device_unsent_check", "unsent >= 0"),
        check("device_lost_check", "(lost_at IS NULL) = (lost_by IS NULL)"),
        check("device_version_check", "version > 0"),
        index("device_silent_idx", "last_sync_at", "device_id"),
        index("device_staff_idx", "staff_id", "device_id"),
    )

    device_id: str = Field(primary_key=True)
    name: str
    staff_id: str
    account: str
    unit_code: str | None
    area_code: str
    """Of the account by which it came last: so far it is seen by supervisors."""
    wrapped: bytes
    registered_at: datetime = Field(sa_column=moment_column())
    last_sync_at: datetime = Field(sa_column=moment_column())
    unsent: int
    """As the phone told last."""
    mark: int
    """Items up to this number were taken, or are waited for no more."""
    receipts: int
    """How many were given; the number of the last."""
    lost_at: datetime | None = Field(sa_column=moment_column(nullable=True))
    lost_by: str | None
    """The person, as `Actor.person`."""
    lost_why: str | None
    gave_up_at: datetime | None = Field(sa_column=moment_column(nullable=True))
    version: int


class DeviceHousehold(Base, table=True):
    """A household that a phone holds (手机存户), and when what was given of it was looked at last."""

    __tablename__ = "device_household"
    __table_args__ = (
        refers("device_household", "device_id", "device"),
        refers("device_household", "household_id", "household"),
        index("device_household_household_idx", "household_id"),
    )

    device_id: str = Field(primary_key=True)
    household_id: str = Field(primary_key=True)
    version: int
    """The household's, as it was given."""
    given_at: datetime = Field(sa_column=moment_column())
    looked_at: datetime = Field(sa_column=moment_column())
    plan_id: str | None
    planned_on: date | None


class DeviceItem(Base, table=True):
    """Something that was recorded on a phone (离线条目), and what became of it.

    What it says is sealed under the phone's key, and only as long as somebody has to do something about it.
    """

    __tablename__ = "device_item"
    __table_args__ = (
        refers("device_item", "device_id", "device"),
        one_of("device_item", "kind", ItemKind),
        one_of("device_item", "outcome", ItemOutcome),
        check("device_item_seq_check", "seq > 0"),
        check("device_item_receipt_check", "receipt > 0"),
        check("device_item_sealed_check", "NOT ended OR sealed_body IS NULL"),
        check("device_item_version_check", "version > 0"),
        index("device_item_place_key", "device_id", "seq", where="holds_place", unique=True),
        index("device_item_same_key", "device_id", "seq", "item_id", unique=True),
        index("device_item_item_idx", "device_id", "item_id"),
        index("device_item_receipt_idx", "device_id", "receipt"),
        index("device_item_due_idx", "came_at", "device_id", where="waits"),
        index("device_item_waits_idx", "device_id", "seq", where="waits"),
        index("device_item_open_idx", "came_at", "entry_id", where="NOT ended AND NOT waits"),
        index("device_item_counted_idx", "device_id", "outcome", where="NOT ended"),
    )

    entry_id: str = Field(primary_key=True)
    device_id: str
    seq: int
    item_id: str
    holds_place: bool
    """False of one whose number was another's already."""
    kind: ItemKind = Field(sa_column=word_column(ItemKind))
    staff_id: str
    """Who made it, with the account, unit, area and roles by which it came."""
    account: str
    unit_code: str | None
    area_code: str
    roles: list[str] = Field(sa_column=texts_column())
    household_id: str | None
    begun_at: datetime = Field(sa_column=moment_column())
    made_at: datetime = Field(sa_column=moment_column())
    base_version: int
    came_at: datetime = Field(sa_column=moment_column())
    sealed_body: bytes | None
    outcome: ItemOutcome = Field(sa_column=word_column(ItemOutcome))
    code: str
    waits: bool
    ended: bool
    text_en: str
    text_zh: str
    visit_id: str | None
    case_ids: list[str] = Field(sa_column=texts_column())
    differences: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    receipt: int
    """The number of its newest receipt; those of a phone are counted up."""
    version: int


class DevicePhoto(Base, table=True):
    """A photo that was handed in with an item that waits (待处理条目照片). It goes once the item has ended: to the case
    of its matter, to the visit, or away.
    """

    __tablename__ = "device_photo"
    __table_args__ = (
        refers("device_photo", "entry_id", "device_item"),
        one_of("device_photo", "scan", (ScanVerdict.CLEAN, ScanVerdict.UNSCANNED)),
        check("device_photo_digest_check", "length(digest) = 64"),
        check("device_photo_matter_check", "matter > 0"),
        check("device_photo_size_check", "size > 0"),
        index("device_photo_digest_idx", "digest"),
    )

    entry_id: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    """SHA-256, under which the bytes are kept."""
    matter: int | None
    """The number of the matter to which it belongs, from 1 on; None: to the visit."""
    size: int = Field(sa_type=BigInteger)
    """Bytes."""
    media_type: str
    """By its content."""
    scan: ScanVerdict = Field(sa_column=word_column(ScanVerdict))
    added_at: datetime = Field(sa_column=moment_column())
    added_by: str


class DeviceItemChange(Base, table=True):
    """What became of an item, step by step (条目处理记录). Append-only."""

    __tablename__ = "device_item_change"
    __table_args__ = (
        refers("device_item_change", "entry_id", "device_item", at_commit=True),
        one_of("device_item_change", "outcome", ItemOutcome),
    )

    entry_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    outcome: ItemOutcome = Field(sa_column=word_column(ItemOutcome))
    code: str
    who: str
    staff_id: str | None
    at: datetime = Field(sa_column=moment_column())
    why: str
