"""The table of aid."""

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, word_column
from libs.common.events.aid_terms import AidStatus
from services.dispatch.cases.tables import Base

_OPEN = "status IN ('found', 'applied')"


class Aid(Base, table=True):
    """A matter of aid or a referral (救助事项) that came of a case; see ``domain.AidState``."""

    __tablename__ = "aid"
    __table_args__ = (
        refers("aid", "case_id", "work"),
        one_of("aid", "status", AidStatus),
        check("aid_round_check", "round > 0"),
        check("aid_version_check", "version > 0"),
        check("aid_persons_check", "persons > 0"),
        check("aid_amount_fen_check", "amount_fen > 0"),
        check("aid_paid", "amount_fen IS NULL OR status = 'granted'"),
        check(
            "aid_applied",
            "(applied_at IS NULL) = (applied_by IS NULL) AND (applied_at IS NULL) = (applied_note IS NULL)"
            " AND (status NOT IN ('applied', 'granted', 'refused') OR applied_at IS NOT NULL)",
        ),
        check(
            "aid_ended",
            f"({_OPEN}) = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)"
            " AND (ended_at IS NULL) = (end_note IS NULL)",
        ),
        check("aid_decided_by_another", "status = 'dropped' OR ended_by <> applied_by"),
        index("aid_open_idx", "case_id", "kind", where=_OPEN, unique=True),
        index("aid_case_idx", "case_id", "found_at", "aid_id"),
        index("aid_list_idx", "found_at", "aid_id"),
    )

    aid_id: str = Field(primary_key=True)
    case_id: str
    round: int
    kind: str
    persons: int
    found_note: str
    found_unit: str | None = None
    found_by: str
    found_by_staff: str | None = None
    found_at: datetime = Field(sa_column=moment_column())
    status: AidStatus = Field(sa_column=word_column(AidStatus))
    applied_note: str | None = None
    applied_unit: str | None = None
    applied_by: str | None = None
    applied_by_staff: str | None = None
    applied_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    amount_fen: int | None = Field(default=None, sa_column=Column(BigInteger))
    end_note: str | None = None
    ended_unit: str | None = None
    ended_by: str | None = None
    ended_by_staff: str | None = None
    ended_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    version: int = 1
