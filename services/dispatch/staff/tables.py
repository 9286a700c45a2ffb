"""How people are reached, sealed, and who looked."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import index, moment_column, refers, texts_column
from services.dispatch.cases.tables import Base

_NEWEST = ("at DESC", "look_id DESC")


class StaffContact(Base, table=True):
    """How somebody is reached (联系方式), sealed, and in which languages and dialects (语言、方言)."""

    __tablename__ = "staff_contact"

    staff_id: str = Field(primary_key=True)
    languages: list[str] = Field(sa_column=texts_column())
    sealed_phone: bytes | None
    sealed_other: bytes | None


class StaffLook(Base, table=True):
    """One look at how somebody is reached (查看记录): who looked and why. Append-only."""

    __tablename__ = "staff_look"
    __table_args__ = (
        refers("staff_look", "staff_id", "staff_contact"),
        index("staff_look_staff_idx", "staff_id", "at"),
        index("staff_look_at_idx", *_NEWEST),
        index("staff_look_who_idx", "who", "at"),
        index("staff_look_by_idx", "by_staff", *_NEWEST, where="by_staff IS NOT NULL"),
        index("staff_look_unit_idx", "unit_code", *_NEWEST, where="unit_code IS NOT NULL"),
    )

    look_id: str = Field(primary_key=True)
    staff_id: str
    who: str
    unit_code: str | None
    by_staff: str | None
    reason: str
    at: datetime = Field(sa_column=moment_column())
