"""The record of looks at who spoke."""

from datetime import datetime

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, refers
from services.intake.tables import Base

_NEWEST = ("at DESC", "reveal_id DESC")


class Reveal(Base, table=True):
    """One look at who spoke (查看记录): who looked, why, at what. Append-only."""

    __tablename__ = "reveal"
    __table_args__ = (
        refers("reveal", "case_id", "cases"),
        check("reveal_fields_check", "cardinality(fields) > 0"),
        index("reveal_case_idx", "case_id", "at"),
        index("reveal_who_idx", "who", "at"),
        index("reveal_at_idx", *_NEWEST),
        index("reveal_staff_idx", "by_staff", *_NEWEST, where="by_staff IS NOT NULL"),
        index("reveal_unit_idx", "unit_code", *_NEWEST, where="unit_code IS NOT NULL"),
    )

    reveal_id: str = Field(primary_key=True)
    case_id: str
    who: str
    unit_code: str | None
    reason: str
    fields: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    at: datetime = Field(sa_column=moment_column())
    by_staff: str | None = None
    """Whose account it is, where that is known: NULL also in looks of before."""
