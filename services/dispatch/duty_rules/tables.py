"""The table of duty rules."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from services.dispatch.cases.tables import Base
from services.dispatch.duty_rules.domain import DutyRuleState


class DutyRule(Base, table=True):
    """One rule that came of a ruling (职责规则); the row says who proposed, tried, decided and ended it."""

    __tablename__ = "duty_rule"
    __table_args__ = (
        refers("duty_rule", "case_id", "work"),
        one_of("duty_rule", "state", DutyRuleState),
        check("duty_rule_area_code_check", "area_code ~ '^[0-9]{12}([0-9]{3})?$'"),
        check("duty_rule_version_check", "version > 0"),
        check("duty_rule_decided", "(state = 'proposed') = (decided_at IS NULL)"),
        check("duty_rule_adopted", "state NOT IN ('adopted', 'ended') OR effective_from IS NOT NULL"),
        check("duty_rule_tried_first", "decided_at IS NULL OR tried_at IS NOT NULL"),
        check("duty_rule_ended", "(state = 'ended') = (ended_at IS NOT NULL)"),
        check("duty_rule_decided_by_another", "decided_by <> proposed_by"),
        check("duty_rule_decided_by_another_person", "decided_by_staff <> proposed_by_staff"),
        index("duty_rule_case_idx", "case_id"),
        index("duty_rule_list_idx", "state", "proposed_at", "rule_id"),
    )

    rule_id: str = Field(primary_key=True)
    case_id: str
    arbitration: int
    category_code: str
    area_code: str
    words: list[str] = Field(sa_column=texts_column())
    lead_unit: str
    support_units: list[str] = Field(sa_column=texts_column())
    basis: str
    state: DutyRuleState = Field(sa_column=word_column(DutyRuleState))
    proposed_at: datetime = Field(sa_column=moment_column())
    proposed_by: str | None = None
    proposed_by_staff: str | None = None
    tried_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    tried_since: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    tried_open: int | None = None
    tried_closed: int | None = None
    tried_returned: int | None = None
    tried_dissatisfied: int | None = None
    decided_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    decided_by: str | None = None
    decided_by_staff: str | None = None
    decision_note: str | None = None
    effective_from: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    ended_by: str | None = None
    ended_by_staff: str | None = None
    end_note: str | None = None
    version: int = 1
