"""The table of matches: whose resource fits whose need, as a person confirmed."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, word_column
from services.intake.matches.domain import MatchStatus
from services.intake.tables import Base


class HouseholdMatch(Base, table=True):
    """A resource of one household for a need of another (资源对接)."""

    __tablename__ = "household_match"
    __table_args__ = (
        refers("household_match", "household_id", "household"),
        one_of("household_match", "status", MatchStatus),
        check("household_match_two", "household_id <> giver_id"),
        check("household_match_ended", "(status = 'ended') = (ended_at IS NOT NULL)"),
        index("household_match_household_idx", "household_id", "match_id"),
        index("household_match_giver_idx", "giver_id", "match_id"),
    )

    match_id: str = Field(primary_key=True)
    household_id: str
    giver_id: str
    resource: str
    need: str
    status: MatchStatus = Field(sa_column=word_column(MatchStatus))
    confirmed_at: datetime = Field(sa_column=moment_column())
    confirmed_by: str
    staff_id: str | None
    why: str
    ended_at: datetime | None = Field(sa_column=moment_column(nullable=True))
    ended_by: str | None
    ended_why: str
