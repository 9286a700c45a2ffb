"""Visiting teams as they are formed, changed, attended and shown."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from libs.common.events.team_terms import AbsentFor, TeamStep
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, AreaCode, Day, Reason, RequestBody, ShortText, StaffId, Uuid
from services.intake.teams.domain.course import Status

MOST_MEMBERS = 200
LONGEST_ROSTER = 62
"""Days of which a list tells who was there."""

TeamId = Annotated[Uuid, Field(description="Team id (队伍编码), a UUID in lower case")]
RuleCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
GuideWords = Annotated[
    ShortText | None,
    Field(description="Who of the village guides it (引导员), such as its group's head; what names somebody is masked"),
]


class TeamMemberIn(RequestBody):
    """Somebody, and the part of the rule that this person fills."""

    staff_id: StaffId
    part: Annotated[RuleCode, Field(description="A part of the rule, such as leader", examples=["leader"])]


Members = Annotated[tuple[TeamMemberIn, ...], Field(min_length=1, max_length=MOST_MEMBERS)]


class FormTeam(RequestBody):
    """A team by one of the pack's rules, on one day (``on``), or on every day from one until another."""

    rule: Annotated[RuleCode, Field(description="A rule of the pack (队伍规则)")]
    area_code: AreaCode
    on: Day | None = None
    from_day: Day | None = None
    until_day: Day | None = None
    members: Members
    guide_staff_id: StaffId | None = None
    guide: GuideWords = None
    why: Reason | None = None


class ChangeTeam(RequestBody):
    """What is otherwise; what the body does not name stays. Who was in it before ``holds_from`` stays in it there."""

    holds_from: Annotated[Day | None, Field(description="Today unless it says so, or the first day of the team")] = None
    members: Annotated[Members | None, Field(description="All members from that day on")] = None
    until_day: Day | None = None
    guide_staff_id: StaffId | None = None
    guide: GuideWords = None
    why: Annotated[Reason | None, Field(description="Needed for days that are over")] = None


class DissolveTeam(RequestBody):
    """The team goes out no more from a day on."""

    holds_from: Annotated[Day | None, Field(description="Today unless it says so, or the first day of the team")] = None
    why: Reason


class AbsenceIn(RequestBody):
    """Somebody who was not there, and why (缺勤原因)."""

    staff_id: StaffId
    reason: AbsentFor


class KeepAttendance(RequestBody):
    """Who of the team was there on a day: every member stands in one of the two lists, once."""

    on_day: Day
    present: Annotated[tuple[StaffId, ...], Field(max_length=MOST_MEMBERS)] = ()
    absent: Annotated[tuple[AbsenceIn, ...], Field(max_length=MOST_MEMBERS)] = ()
    why: Annotated[Reason | None, Field(description="Needed where it corrects what was said before")] = None


class SeatOut(AnswerBody):
    """Somebody in a team (队员)."""

    staff_id: str
    name: Annotated[str | None, Field(description="As the register of people has it")]
    part: str
    part_name: Annotated[str | None, Field(description="As the pack in force has it; null where it has it no more")]
    in_office: Annotated[bool, Field(description="false: this person holds no post any more")]
    from_day: Day
    until_day: Day


class AbsenceOut(AnswerBody):
    """Who was not there."""

    staff_id: str
    name: str | None
    reason: AbsentFor


class ShortPart(AnswerBody):
    """A part of the rule of which too few were there (缺员)."""

    part: str
    part_name: str
    present: int
    fewest: int


class AttendanceOut(AnswerBody):
    """Who of a team was there on a day (考勤), and whether that was still a team by its rule."""

    on_day: Day
    correction: Annotated[int, Field(description="0: the first word about the day")]
    present: list[str]
    absent: list[AbsenceOut]
    short: Annotated[list[ShortPart], Field(description="By the rule of the pack in force; empty where there is none")]
    by: Annotated[str, Field(description="Whose account said so")]
    staff_id: str | None
    at: datetime
    why: str = ""


class TeamOut(AnswerBody):
    """A team as it is now, everybody who was in it included."""

    team_id: str
    rule: str
    rule_name: Annotated[str | None, Field(description="As the pack in force has it; null where it has it no more")]
    shape: Annotated[str | None, Field(description="As people call it", examples=["1+2+N"])]
    area_code: str
    area_name: str | None
    status: Status
    status_zh: str
    from_day: Day
    until_day: Day
    dissolved_from: Day | None
    members: list[SeatOut]
    guide_staff_id: str | None
    guide: Annotated[str | None, Field(description="The name of who guides it, or in words who does (引导员)")]
    formed_at: datetime
    formed_late: Annotated[bool, Field(description="It was entered after its first day")]
    version: int


class TeamItem(TeamOut):
    """A team in a list, with who was there on the days asked for (值班表)."""

    attendance: list[AttendanceOut]


class TeamQuery(PageQuery):
    """Which teams, by area. With a day, or a span of days, only those that go out then, and who was there (值班表)."""

    on: Day | None = None
    from_day: Annotated[Day | None, Field(description=f"With until_day, at most {LONGEST_ROSTER} days")] = None
    until_day: Day | None = None
    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None
    staff_id: Annotated[StaffId | None, Field(description="In which this person is, on those days if any")] = None
    rule: RuleCode | None = None


class TeamAttendanceQuery(RequestBody):
    """Of which days."""

    from_day: Day
    until_day: Day


class TeamAttendanceOut(AnswerBody):
    """All that was said of who was there, what was corrected since included; of one day the last counts."""

    items: list[AttendanceOut]


class TeamChangeItem(AnswerBody):
    """One step of a team (队伍变动记录), with its members as they are by it."""

    version: int
    action: TeamStep
    action_zh: str
    holds_from: Day
    until_day: Day
    seats: list[SeatOut]
    guide_staff_id: str | None
    guide: str
    by: str
    unit_code: str | None
    staff_id: str | None
    at: datetime
    why: str
