"""The tables of arbitration: each session with its ruling, and what each unit said in it."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from services.dispatch.cases.tables import Base
from services.dispatch.disputes.domain import ArbitrationState


class ArbitrationSession(Base, table=True):
    """One session about whose a case is (争议裁定). A case has one open at most."""

    __tablename__ = "arbitration"
    __table_args__ = (
        refers("arbitration", "case_id", "work"),
        one_of("arbitration", "state", ArbitrationState),
        check("arbitration_version_check", "version > 0"),
        check("arbitration_round_check", "round > 0"),
        check("arbitration_is_between_units", "cardinality(units) > 1"),
        check("arbitration_ended", "(state = 'open') = (ended_at IS NULL)"),
        check(
            "arbitration_ruled",
            "(state = 'ruled') = (lead_unit IS NOT NULL AND minutes IS NOT NULL AND ruling IS NOT NULL"
            " AND ruled_by IS NOT NULL)",
        ),
        check("arbitration_ruled_apart", "ruled_unit IS NULL OR NOT (ruled_unit = ANY (units))"),
        index("arbitration_open_idx", "case_id", where="state = 'open'", unique=True),
        index("arbitration_list_idx", "state", "opened_at", "case_id", "version"),
    )

    case_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    """Of the case after the step that opened it, as in ``transition``."""
    round: int
    by_rule: bool
    """It went up by itself."""
    units: list[str] = Field(sa_column=texts_column())
    question: str
    opened_at: datetime = Field(sa_column=moment_column())
    opened_by: str
    opened_by_staff: str | None = None
    opened_unit: str | None = None
    state: ArbitrationState = Field(sa_column=word_column(ArbitrationState))
    ended_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    lead_unit: str | None = None
    support_units: list[str] = Field(sa_column=texts_column())
    minutes: str | None = None
    """会商纪要."""
    files: list[str] = Field(sa_column=texts_column())
    """SHA-256 of each file of the minutes."""
    ruling: str | None = None
    ruled_by: str | None = None
    ruled_by_staff: str | None = None
    ruled_unit: str | None = None


class UnitHearing(Base, table=True):
    """What one unit said in a session (听取意见): append-only."""

    __tablename__ = "hearing"
    __table_args__ = (
        refers("hearing", "case_id", "work"),
        check("hearing_version_check", "version > 0"),
        check("hearing_arbitration_check", "arbitration > 0 AND arbitration < version"),
    )

    case_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    """Of the case after the step that noted it."""
    arbitration: int
    unit_code: str
    absent: bool
    words: str
    heard_at: datetime = Field(sa_column=moment_column())
    recorded_by: str
    recorded_by_staff: str | None = None
