"""The orders of supervision."""

from datetime import date, datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, texts_column, word_column
from libs.common.events.terms import SupervisionLevel
from services.followup.cases.tables import Base
from services.followup.supervision.domain import SupervisionState


class Supervision(Base, table=True):
    """One order of supervision (催办、督办): to one unit, answered on its own."""

    __tablename__ = "supervision"
    __table_args__ = (
        one_of("supervision", "level", SupervisionLevel),
        one_of("supervision", "state", SupervisionState),
        check("supervision_round_check", "round > 0"),
        check("supervision_version_check", "version > 0"),
        check("supervision_by_rule", "by_rule = (rule_code IS NOT NULL)"),
        check(
            "supervision_replied",
            "(state = 'replied') = (reply IS NOT NULL AND replied_by IS NOT NULL AND replied_at IS NOT NULL)",
        ),
        index("supervision_case_idx", "case_id"),
        index("supervision_issued_idx", "issued_at", "supervision_id"),
        index("supervision_unit_idx", "unit_code", "issued_at", "supervision_id"),
        index("supervision_unanswered_idx", "reply_due", where="state = 'issued' AND reply_due IS NOT NULL"),
    )

    supervision_id: str = Field(primary_key=True)
    case_id: str
    round: int
    level: SupervisionLevel = Field(sa_column=word_column(SupervisionLevel))
    unit_code: str | None = None
    area_code: str
    accused_unit: str | None = None
    also_accused: list[str] = Field(sa_column=texts_column())
    reason: str
    by_rule: bool
    rule_code: str | None = None
    """The step of the pack's ladder that brought it."""
    issued_by: str
    issued_at: datetime = Field(sa_column=moment_column())
    reply_due: date | None = None
    state: SupervisionState = Field(sa_column=word_column(SupervisionState))
    reply: str | None = None
    replied_by: str | None = None
    replied_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    version: int = 1
