"""The tables of plans: each plan of a round, and to which team and day it gives each household."""

from datetime import date, datetime

from sqlmodel import Field

from libs.common.database.columns import check, count_column, index, moment_column, refers
from services.intake.tables import Base


class VisitPlan(Base, table=True):
    """A plan of a round (走访计划). Planning again makes a new version of it, and leaves what was done."""

    __tablename__ = "visit_plan"
    __table_args__ = (
        refers("visit_plan", "round_id", "visit_round"),
        check("visit_plan_plan_id_check", "length(plan_id) = 36"),
        check("visit_plan_area_code_check", "length(area_code) IN (12, 15)"),
        check("visit_plan_left_out_check", "left_out >= 0"),
        check("visit_plan_version_check", "version > 0"),
        index("visit_plan_round_key", "round_id", "area_code", unique=True),
    )

    plan_id: str = Field(primary_key=True)
    round_id: str
    area_code: str
    left_out: int
    """Households to which no team comes, or only before their gap has passed."""
    made_at: datetime = Field(sa_column=moment_column())
    made_by: str
    version: int


class PlanTurn(Base, table=True):
    """A team on a day of a plan (班次), with its numbers: kept with each plan, and with each place in the round."""

    __tablename__ = "plan_turn"
    __table_args__ = (
        refers("plan_turn", "plan_id", "visit_plan"),
        refers("plan_turn", "team_id", "team"),
        index("plan_turn_team_idx", "team_id", "on_day"),
    )

    plan_id: str = Field(primary_key=True)
    on_day: date = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    households: int = Field(sa_column=count_column())
    reached: int = Field(sa_column=count_column())
    """How many of them somebody reached in the plan's round."""


class PlannedHousehold(Base, table=True):
    """A household in a plan (排期户): which turn has it, and where it comes in walking order (路线)."""

    __tablename__ = "planned_household"
    __table_args__ = (
        refers("planned_household", "plan_id", "visit_plan"),
        refers("planned_household", "household_id", "household"),
        check("planned_household_place_check", "place > 0"),
        index("planned_household_turn_idx", "plan_id", "on_day", "team_id", "place"),
        index("planned_household_household_idx", "household_id"),
    )

    plan_id: str = Field(primary_key=True)
    household_id: str = Field(primary_key=True)
    on_day: date
    team_id: str
    place: int
