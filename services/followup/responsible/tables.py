"""Who answers for a case, unit by unit and round by round."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, moment_column
from services.followup.cases.tables import Base


class Responsible(Base, table=True):
    """责任人: who of a unit answers in a round; no row where nobody was named, or does so any more."""

    __tablename__ = "responsible"
    __table_args__ = (check("responsible_round_check", "round > 0"),)

    case_id: str = Field(primary_key=True)
    round: int = Field(primary_key=True)
    unit_code: str = Field(primary_key=True)
    staff_id: str
    named_at: datetime = Field(sa_column=moment_column())
