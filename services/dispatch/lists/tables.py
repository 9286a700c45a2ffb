"""The table of lists: every edition of each list of a case."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, moment_column, refers
from services.dispatch.cases.tables import Base


class ListEdition(Base, table=True):
    """One edition of one list of a case (四清单): append-only, the last of a list holds."""

    __tablename__ = "case_list"
    __table_args__ = (
        refers("case_list", "case_id", "work"),
        check("case_list_version_check", "version > 0"),
        check("case_list_edition_check", "edition > 0"),
    )

    case_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    """Of the case after the step that filled it, as in ``transition``."""
    list_code: str
    edition: int
    text: str
    filled_by: str
    filled_by_unit: str | None = None
    filled_at: datetime = Field(sa_column=moment_column())
