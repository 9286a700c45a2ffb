"""The table of notes: what is for few, sealed with what it is about."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, moment_column, refers
from services.intake.tables import Base


class HouseholdNote(Base, table=True):
    """One wording of something that is for few (敏感情况), sealed under the household's key together with its field.

    The highest ``correction`` of a number counts; ``cleared``: it is taken away. Append-only.
    """

    __tablename__ = "household_note"
    __table_args__ = (
        refers("household_note", "household_id", "household"),
        check("household_note_number_check", "number > 0"),
        check("household_note_correction_check", "correction >= 0"),
    )

    household_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    correction: int = Field(primary_key=True)
    cleared: bool
    sealed: bytes
    who: str
    unit_code: str | None
    staff_id: str | None
    at: datetime = Field(sa_column=moment_column())
