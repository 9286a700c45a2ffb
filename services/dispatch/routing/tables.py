"""The table of routing: every decision on who handles a case, kept for ever."""

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from libs.common.database.columns import check, one_of, refers, texts_column, word_column
from services.dispatch.cases.tables import Base
from services.dispatch.routing.domain.terms import Rule


class Decision(Base, table=True):
    """One decision on who handles a case: append-only. When, by whom and in which round says the step it was.

    No unit: nobody was found, or the unit gave it back, and a dispatcher has to choose.
    """

    __tablename__ = "decision"
    __table_args__ = (
        refers("decision", "case_id", "work"),
        one_of("decision", "rule", Rule),
        check("decision_version_check", "version > 0"),
        check("decision_names_a_unit", "(rule = 'nobody') = (lead_unit IS NULL)"),
        check("decision_has_its_pack", "lead_unit IS NULL OR pack_version IS NOT NULL"),
    )

    case_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    """Of the case after the step, as in ``transition``."""
    rule: Rule = Field(sa_column=word_column(Rule))
    lead_unit: str | None = None
    support_units: list[str] = Field(sa_column=texts_column())
    category_code: str | None = None
    candidates: list[dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))
    """Units that came into question, in the order in which they were looked at: ``unit_code`` and ``verdict``."""
    explanation: str
    pack_version: int | None
    """In which it was looked up; nobody knows it of cases for which nobody was found in releases of before."""
    reason_code: str | None = None
    """移交原因, where a person named one."""
