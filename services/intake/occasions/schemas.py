"""Occasions as they are recorded, corrected and shown."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from libs.common.events.occasion_terms import AtHours, OccasionKind, OccasionStep
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import (
    AnswerBody,
    AreaCode,
    Count,
    Day,
    PastMoment,
    Reason,
    RequestBody,
    ShortText,
    StaffId,
    UnitCode,
    Uuid,
)
from services.intake.points.schemas import PointId
from services.intake.raised.schemas import MatterIn, MatterOut
from services.intake.requesters.schemas import RequesterIn

MOST_STAFF, MOST_UNITS, MOST_RAISED = 100, 50, 50
OccasionId = Annotated[Uuid, Field(description="Occasion id (活动编号), a UUID in lower case")]
Staff = Annotated[
    tuple[StaffId, ...],
    Field(min_length=1, max_length=MOST_STAFF, description="Who was there for it (参加人员)"),
]
Units = Annotated[tuple[UnitCode, ...], Field(max_length=MOST_UNITS, description="Which units took part (参加单位)")]
Citizens = Annotated[Count, Field(description="How many citizens came (参加群众); they are counted and not named")]
Topic = Annotated[ShortText, Field(description="What it was about (议题); kept masked")]
Venue = Annotated[ShortText, Field(description="Where it was (地点); kept masked")]


class OccasionMatterIn(MatterIn):
    """A matter that was raised at an occasion, and who raised it: whom to call back, sealed as of any case."""

    requester: Annotated[RequesterIn | None, Field(description="Not of what was explained, which becomes no case")] = (
        None
    )
    area_code: Annotated[
        AreaCode | None, Field(description="Where the matter lies; without it where the occasion was")
    ] = None


class RecordOccasion(RequestBody):
    """An occasion as it was (活动登记). The same `occasion_id` again is the same occasion."""

    occasion_id: Annotated[OccasionId | None, Field(description="Made by the caller; else by us")] = None
    kind: OccasionKind
    point_id: Annotated[PointId | None, Field(description="Of a collection, and of nothing else")] = None
    area_code: Annotated[AreaCode | None, Field(description="Of a collection that of its point")] = None
    place: Annotated[Venue | None, Field(description="Of a collection that of its point")] = None
    topic: Annotated[Topic | None, Field(description="Of a collection it may be missing")] = None
    started_at: PastMoment
    ended_at: PastMoment
    staff_ids: Staff
    unit_codes: Units = ()
    citizens: Citizens = 0
    matters: Annotated[tuple[OccasionMatterIn, ...], Field(max_length=MOST_RAISED)] = ()


class CorrectOccasion(RequestBody):
    """What of its record is to be otherwise (活动更正), and why. What it was is kept."""

    why: Reason
    started_at: PastMoment | None = None
    ended_at: PastMoment | None = None
    place: Venue | None = None
    topic: Topic | None = None
    staff_ids: Staff | None = None
    unit_codes: Units | None = None
    citizens: Citizens | None = None


class OccasionOut(AnswerBody):
    """An occasion, with words masked."""

    occasion_id: str
    kind: OccasionKind
    kind_zh: str
    point_id: str | None
    point_code: str | None
    point_name: str | None
    area_code: str
    place: str
    topic: str
    day: date
    started_at: datetime
    ended_at: datetime
    at_hours: Annotated[
        AtHours | None, Field(description="Of a collection: whether it kept to the hours of its point then")
    ]
    staff_ids: list[str]
    unit_codes: list[str]
    citizens: int
    matters: list[MatterOut]
    entered_by: str
    recorded_at: datetime
    version: int


class OccasionItem(AnswerBody):
    """An occasion in a list, with what came of it."""

    occasion_id: str
    kind: OccasionKind
    kind_zh: str
    point_id: str | None
    area_code: str
    topic: str
    day: date
    started_at: datetime
    ended_at: datetime
    at_hours: AtHours | None
    staff_ids: list[str]
    unit_codes: list[str]
    citizens: int
    matters: Annotated[int, Field(description="How many were raised")]
    solved_on_the_spot: int
    carried: Annotated[int, Field(description="Became cases that somebody handles (转办)")]
    explained: int
    version: int


class OccasionQuery(PageQuery):
    """Which occasions, newest first."""

    kind: OccasionKind | None = None
    point_id: PointId | None = None
    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None
    from_day: Annotated[Day | None, Field(description="Begun on this day or later")] = None
    until_day: Annotated[Day | None, Field(description="Begun on this day or earlier")] = None


class OccasionChangeItem(AnswerBody):
    """One step of its record (活动记录变动), with what it was before."""

    version: int
    action: OccasionStep
    before: dict[str, Any]
    by: str
    staff_id: str | None
    at: datetime
    why: str
