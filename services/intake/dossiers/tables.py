"""The tables of dossiers: each entry as it is now, and what became of it."""

from datetime import date, datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, word_column
from libs.common.events.visit_terms import KEPT_BY_HAND, DossierPart, DossierStep
from services.intake.tables import Base


class DossierEntry(Base, table=True):
    """An entry of a grid's dossier (档案条目) as it is now. Words in it are masked."""

    __tablename__ = "dossier_entry"
    __table_args__ = (
        one_of("dossier_entry", "part", KEPT_BY_HAND),
        check("dossier_entry_entry_id_check", "length(entry_id) = 36"),
        check("dossier_entry_area_code_check", "length(area_code) IN (12, 15)"),
        check("dossier_entry_version_check", "version > 0"),
        index("dossier_entry_area_idx", "area_code", "entry_id", where="NOT removed"),
        index("dossier_entry_due_idx", "due_on", "entry_id", "area_code", where="NOT removed"),
    )

    entry_id: str = Field(primary_key=True)
    area_code: str
    part: DossierPart = Field(sa_column=word_column(DossierPart))
    kind: str
    name: str
    text: str
    looked_on: date
    due_on: date | None
    removed: bool
    updated_at: datetime = Field(sa_column=moment_column())
    version: int


class DossierChange(Base, table=True):
    """One step of an entry (条目变动记录), with all of it as it is by that. Append-only."""

    __tablename__ = "dossier_change"
    __table_args__ = (
        refers("dossier_change", "entry_id", "dossier_entry", at_commit=True),
        one_of("dossier_change", "action", DossierStep),
    )

    entry_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    action: DossierStep = Field(sa_column=word_column(DossierStep))
    kind: str
    name: str
    text: str
    looked_on: date
    due_on: date | None
    who: str
    unit_code: str | None
    staff_id: str | None
    at: datetime = Field(sa_column=moment_column())
    why: str
