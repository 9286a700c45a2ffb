"""The record of looks at who spoke."""

from datetime import datetime

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from libs.common.database.columns import moment_column
from services.intake.tables import Base


class Reveal(Base, table=True):
    """One look at who spoke (查看记录): who looked, why, at what. Append-only."""

    __tablename__ = "reveal"

    reveal_id: str = Field(primary_key=True)
    case_id: str
    who: str
    unit_code: str | None
    reason: str
    fields: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    at: datetime = Field(sa_column=moment_column())
