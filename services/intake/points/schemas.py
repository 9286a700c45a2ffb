"""Collection points as they are opened, changed, manned and shown."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from libs.common.events.occasion_terms import PointKind, PointStep
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, AreaCode, Day, Reason, RequestBody, ShortText, StaffId, Uuid

MOST_ON_DUTY = 50
LONGEST_DUTY = 184
"""Days of one duty roster: half a year."""

PointId = Annotated[Uuid, Field(description="Collection point id (收集点编号), a UUID in lower case")]
PointCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$"),
    Field(description="The office's own code of a point (收集点代码)", examples=["binhe-square"]),
]
Clock = Annotated[
    str,
    StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"),
    Field(description="By the place's clock", examples=["09:00"]),
]
PointDays = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"),
    Field(description="On which days it is open: a rule of days of the pack (走访日规则)", examples=["tuesdays"]),
]
PointName = Annotated[ShortText, StringConstraints(max_length=60)]


class OpenPoint(RequestBody):
    """A collection point (民情收集点): where, on which days of the pack, at which hours."""

    code: PointCode
    kind: PointKind
    name: PointName
    place: Annotated[ShortText, Field(description="Where it is found, such as at the east gate of the estate")]
    area_code: AreaCode
    days: PointDays
    opens_at: Clock
    closes_at: Annotated[Clock, Field(description="On the same day, after opens_at")]
    from_day: Annotated[Day | None, Field(description="Today unless it says so")] = None
    until_day: Annotated[Day | None, Field(description="Its last day; open without one")] = None


class ChangePoint(RequestBody):
    """What is otherwise from now on; what the body does not name stays."""

    kind: PointKind | None = None
    name: PointName | None = None
    place: ShortText | None = None
    days: PointDays | None = None
    opens_at: Clock | None = None
    closes_at: Clock | None = None
    until_day: Annotated[Day | None, Field(description="Its last day; null: none")] = None
    why: Reason


class KeepDuty(RequestBody):
    """Who is on duty (值守) on all days of a span on which the point is open."""

    from_day: Day
    until_day: Day
    staff_ids: Annotated[tuple[StaffId, ...], Field(max_length=MOST_ON_DUTY, description="Nobody, where it is empty")]
    why: Annotated[Reason | None, Field(description="Needed for days that are over")] = None


class PointOut(AnswerBody):
    """A collection point as it is now."""

    point_id: str
    code: str
    kind: PointKind
    kind_zh: str
    name: str
    place: str
    area_code: str
    area_name: str | None
    days: str
    days_name: Annotated[str | None, Field(description="As the pack in force has it; null where it has it no more")]
    opens_at: Clock
    closes_at: Clock
    from_day: Day
    until_day: Day | None
    opened_at: datetime
    version: int


class DutyPerson(AnswerBody):
    """Somebody on duty."""

    staff_id: str
    name: Annotated[str | None, Field(description="As the register of people has it")]


class PointDutyItem(AnswerBody):
    """Who is on duty at a point on a day (值守), as somebody said."""

    on_day: Day
    correction: Annotated[int, Field(description="0: the first word about the day")]
    staff: list[DutyPerson]
    by: Annotated[str, Field(description="Whose account said so")]
    at: datetime
    why: str


class PointItem(PointOut):
    """A point in a list; of a day asked for with who is on duty then."""

    on_duty: Annotated[list[DutyPerson] | None, Field(description="null: of no day, or nobody has said who")]


class PointQuery(PageQuery):
    """Which points, by area. With a day those that are open then, and who is on duty."""

    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None
    kind: PointKind | None = None
    on: Day | None = None


class DutyQuery(RequestBody):
    """Of which days."""

    from_day: Day
    until_day: Annotated[Day, Field(description=f"At most {LONGEST_DUTY} days in all")]


class PointDutyOut(AnswerBody):
    """On which days of a span a point is open, and all that was said of who is on duty; of a day the last counts."""

    open_on: list[Day]
    items: list[PointDutyItem]


class PointChangeItem(AnswerBody):
    """One step of a point (收集点变动记录), with all of it as it is by that."""

    version: int
    action: PointStep
    told: dict[str, Any]
    by: str
    staff_id: str | None
    at: datetime
    why: str
