"""The tables of visiting teams: each team, who is in it when, each step, and who was there."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from libs.common.events.team_terms import TeamStep
from services.intake.tables import Base
from services.intake.teams.domain.course import Status

_IN_ORDER = ("area_code", "team_id")
"""How lists go."""


class Team(Base, table=True):
    """A team (工作队) as it is now: it goes out on every day from its first to its last."""

    __tablename__ = "team"
    __table_args__ = (
        one_of("team", "status", Status),
        check("team_team_id_check", "length(team_id) = 36"),
        check("team_area_code_check", "length(area_code) IN (12, 15)"),
        check("team_days", "from_day <= until_day"),
        check("team_dissolved", "(status = 'dissolved') = (dissolved_from IS NOT NULL)"),
        check("team_guide", "guide_staff_id IS NULL OR guide = ''"),
        check("team_version_check", "version > 0"),
        index("team_area_idx", *_IN_ORDER),
        Index("team_days_idx", text("daterange(from_day, until_day, '[]')"), postgresql_using="gist"),
    )

    team_id: str = Field(primary_key=True)
    rule: str
    area_code: str
    status: Status = Field(sa_column=word_column(Status))
    from_day: date
    until_day: date
    dissolved_from: date | None
    guide_staff_id: str | None
    guide: str
    formed_at: datetime = Field(sa_column=moment_column())
    updated_at: datetime = Field(sa_column=moment_column())
    version: int


class TeamMember(Base, table=True):
    """Somebody's place in a team (队员), with the days of it."""

    __tablename__ = "team_member"
    __table_args__ = (
        refers("team_member", "team_id", "team"),
        check("team_member_days", "from_day <= until_day"),
        index("team_member_staff_idx", "staff_id", "until_day", "from_day"),
    )

    team_id: str = Field(primary_key=True)
    staff_id: str = Field(primary_key=True)
    from_day: date = Field(primary_key=True)
    until_day: date
    part: str


class TeamChange(Base, table=True):
    """One step of a team (队伍变动记录), with all its members as they are by it. Append-only."""

    __tablename__ = "team_change"
    __table_args__ = (
        refers("team_change", "team_id", "team", at_commit=True),
        one_of("team_change", "action", TeamStep),
        one_of("team_change", "from_status", Status),
        one_of("team_change", "to_status", Status),
    )

    team_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    action: TeamStep = Field(sa_column=word_column(TeamStep))
    from_status: Status | None = Field(sa_column=word_column(Status, nullable=True))
    to_status: Status = Field(sa_column=word_column(Status))
    holds_from: date
    until_day: date
    seats: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    guide_staff_id: str | None
    guide: str
    who: str
    unit_code: str | None
    staff_id: str | None
    at: datetime = Field(sa_column=moment_column())
    why: str


class Attendance(Base, table=True):
    """Who of a team was there on a day (考勤), as somebody said; the word with the highest ``correction`` counts.

    Append-only.
    """

    __tablename__ = "attendance"
    __table_args__ = (
        refers("attendance", "team_id", "team"),
        check("attendance_correction_check", "correction >= 0"),
        check("attendance_told", "cardinality(present) + jsonb_array_length(absent) > 0"),
    )

    team_id: str = Field(primary_key=True)
    on_day: date = Field(primary_key=True)
    correction: int = Field(primary_key=True)
    present: list[str] = Field(sa_column=texts_column())
    absent: list[dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))
    who: str
    unit_code: str | None
    staff_id: str | None
    at: datetime = Field(sa_column=moment_column())
    why: str
