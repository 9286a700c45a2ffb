"""The table of summoned units."""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from services.dispatch.calls.domain import CallStatus
from services.dispatch.cases.tables import Base

_OPEN = "status IN ('called', 'on_the_way', 'arrived')"


class SummonedUnit(Base, table=True):
    """One unit's task by one whistle (吹哨任务). A unit has one open of a case at most."""

    __tablename__ = "call"
    __table_args__ = (
        refers("call", "case_id", "work"),
        one_of("call", "status", CallStatus),
        check("call_version_check", "version > 0"),
        check("call_round_check", "round > 0"),
        check("call_times_check", "times > 0"),
        check("call_area_code_check", "area_code ~ '^[0-9]{12}([0-9]{3})?$'"),
        check("call_arrived", "status NOT IN ('arrived', 'done') OR arrived_at IS NOT NULL"),
        check("call_acknowledged", "status IN ('called', 'cancelled') OR acknowledged_at IS NOT NULL"),
        check("call_ended", "(status IN ('done', 'cancelled')) = (ended_at IS NOT NULL)"),
        check("call_ended_says_why", "ended_at IS NULL OR result IS NOT NULL"),
        index("call_open_idx", "case_id", "unit_code", where=_OPEN, unique=True),
        index("call_open_unit_idx", "unit_code", "called_at", "case_id", where=_OPEN),
        index("call_unit_idx", "unit_code", "called_at", "case_id", "version"),
        index("call_called_idx", "called_at", "case_id", "version", "unit_code"),
        index("call_street_idx", "street_unit", "called_at", "case_id", "version", "unit_code"),
        index("call_unit_status_idx", "unit_code", "status", "called_at", "case_id", "version"),
        index("call_street_status_idx", "street_unit", "status", "called_at", "case_id", "version", "unit_code"),
        index("call_status_idx", "status", "called_at", "case_id", "version", "unit_code"),
        index("call_place_idx", "area_code", "called_at", "case_id"),
        index(
            "call_responsible_idx",
            *("responsible_staff", "called_at", "case_id", "version", "unit_code"),
            where="responsible_staff IS NOT NULL",
        ),
    )

    case_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    """Of the case after the whistle, as in ``transition``."""
    unit_code: str = Field(primary_key=True)
    round: int
    status: CallStatus = Field(sa_column=word_column(CallStatus))
    kind: str
    street_unit: str
    area_code: str
    place: str
    what: str
    called_at: datetime = Field(sa_column=moment_column())
    times: int
    report_due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    acknowledged_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    arrived_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    arrived_area: str | None = None
    arrived_place: str | None = None
    late: bool = False
    ended_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    result: str | None = None
    worked_by: list[str] = Field(sa_column=texts_column())
    measures: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    given_back: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    evidence: list[str] = Field(sa_column=texts_column(default=True))
    responsible_staff: str | None = None
    """Who of the unit answers for it (责任人); of a cancelled task nobody."""
    responsible_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
