"""The tables of whistles as a whole, of consultations, of scores, and of what summoned units claim."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from libs.common.events.whistle_terms import ClaimKind, ClaimState
from services.dispatch.cases.tables import Base


class WhistleRow(Base, table=True):
    """One whistle of a case (吹哨事项), with the street's done mark."""

    __tablename__ = "whistle"
    __table_args__ = (
        refers("whistle", "case_id", "work"),
        check("whistle_version_check", "version > 0"),
        check("whistle_round_check", "round > 0"),
        check("whistle_times_check", "times > 0"),
        check("whistle_done", "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (claims_until IS NULL)"),
        index("whistle_street_idx", "street_unit", "called_at", "case_id", "version"),
        index("whistle_called_idx", "called_at", "case_id", "version"),
        index("whistle_signal_idx", "called_at", "case_id", "version", where="times > 1"),
        index("whistle_place_idx", "area_code", "called_at"),
    )

    case_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    """Of the case after the whistle, as in ``transition``."""
    round: int
    kind: str
    street_unit: str
    area_code: str
    category_code: str | None = None
    place: str
    what: str
    units: list[str] = Field(sa_column=texts_column())
    times: int
    called_at: datetime = Field(sa_column=moment_column())
    called_by: str
    called_by_staff: str | None = None
    done_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    done_by: str | None = None
    done_by_staff: str | None = None
    criteria: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    claims_until: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    needless: bool = False


class ConsultationRow(Base, table=True):
    """One joint consultation (会商): append-only."""

    __tablename__ = "consultation"
    __table_args__ = (
        refers("consultation", "case_id", "work"),
        check("consultation_version_check", "version > whistle AND whistle > 0"),
    )

    case_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    """Of the case after the step that kept it."""
    whistle: int
    held_at: datetime = Field(sa_column=moment_column())
    took_part: list[str] = Field(sa_column=texts_column())
    findings: str
    tasks: list[dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))
    kept_by: str
    kept_by_staff: str | None = None
    kept_at: datetime = Field(sa_column=moment_column())


class CallScoreRow(Base, table=True):
    """What a street scored a unit that it summoned (评分), once; and what of it holds."""

    __tablename__ = "call_score"
    __table_args__ = (
        refers("call_score", "case_id", "work"),
        check("call_score_total_check", "total BETWEEN 0 AND most AND whistle > 0"),
        index("call_score_unit_idx", "unit_code", "scored_at", "case_id"),
    )

    case_id: str = Field(primary_key=True)
    whistle: int = Field(primary_key=True)
    """The version of the case by the whistle: with the unit it names the task."""
    unit_code: str = Field(primary_key=True)
    points: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False))
    total: int
    most: int
    grade: str
    given: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False))
    """As the street gave them, whatever an objection came to."""
    given_grade: str
    never_came: bool
    words: str
    scored_by: str
    scored_by_staff: str | None = None
    scored_at: datetime = Field(sa_column=moment_column())
    claims_until: datetime = Field(sa_column=moment_column())


class ClaimRow(Base, table=True):
    """What a summoned unit claims (被召集单位申请), and who decided how."""

    __tablename__ = "call_claim"
    __table_args__ = (
        refers("call_claim", "case_id", "work"),
        one_of("call_claim", "kind", ClaimKind),
        one_of("call_claim", "state", ClaimState),
        check("call_claim_version_check", "version > whistle AND whistle > 0"),
        check("call_claim_decided_by_another", "decided_by <> asked_by"),
        check("call_claim_decided_by_another_person", "decided_by_staff <> asked_by_staff"),
        check(
            "call_claim_decided",
            "(state IN ('granted', 'refused')) = (decided_by IS NOT NULL AND note IS NOT NULL)"
            " AND (state = 'pending') = (decided_at IS NULL)",
        ),
        index("call_claim_once_idx", "case_id", "whistle", "unit_code", "kind", unique=True),
        index("call_claim_asked_idx", "asked_at", "case_id", "version"),
        index("call_claim_pending_idx", "asked_at", "case_id", "version", where="state = 'pending'"),
    )

    case_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    """Of the case after the step that claimed it: its number."""
    whistle: int
    unit_code: str
    kind: ClaimKind = Field(sa_column=word_column(ClaimKind))
    reason: str
    asked_by: str
    asked_by_staff: str | None = None
    asked_at: datetime = Field(sa_column=moment_column())
    state: ClaimState = Field(sa_column=word_column(ClaimState))
    due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    """Until when it is to be decided (审核时限), once its clock says so."""
    decided_by: str | None = None
    """Empty when it lapsed, since the task ended."""
    decided_by_unit: str | None = None
    decided_by_staff: str | None = None
    decided_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    note: str | None = None
