"""Visits as they are recorded, corrected and shown."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from libs.common.events.visit_terms import FindingKind, VisitOutcome, VisitSlot, VisitStep
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import (
    AnswerBody,
    AreaCode,
    Count,
    Day,
    Flag,
    PastMoment,
    Reason,
    RequestBody,
    ShortText,
    StaffId,
    Uuid,
)
from services.intake.households.schemas import HouseholdId
from services.intake.raised.schemas import MatterIn, MatterOut
from services.intake.rounds.schemas import RoundId
from services.intake.visits.domain import Status

MOST_WORKERS, MOST_WORDS, MOST_PHOTOS, MOST_MATTERS = 20, 30, 20, 20
VisitId = Annotated[Uuid, Field(description="Visit id (走访编号), a UUID in lower case")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Words = Annotated[tuple[Word, ...], Field(max_length=MOST_WORDS)]
Workers = Annotated[
    tuple[StaffId, ...], Field(min_length=1, max_length=MOST_WORKERS, description="Who made the visit (走访人)")
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Number = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=3)]
Answer = Annotated[bool, Field(strict=True)] | Annotated[int, Field(strict=True, ge=0, le=2_147_483_647)] | ShortText
Findings = Annotated[
    Mapping[Word, Answer],
    Field(max_length=MOST_WORDS, description="By finding of the pack: yes or no, a number, words"),
]
Materials = Annotated[Mapping[Word, Count], Field(max_length=MOST_WORDS, description="By material, how many")]
Purposes = Annotated[Words, Field(description="Purposes of the pack that were served (到户事项)")]
Topics = Annotated[Words, Field(description="Topics of the checklist that were gone through (遍访工作清单)")]
Photos = Annotated[tuple[Sha256, ...], Field(max_length=MOST_PHOTOS, description="SHA-256 of each picture")]
Guide = Annotated[ShortText | None, Field(description="Who showed the way (引导员), in a few words; kept masked")]
Place = Annotated[AreaCode | None, Field(description="Where, to the grid and no finer")]


class QuantityIn(RequestBody):
    """What came of it as a number, such as 3.5 t of rubbish (走访数量)."""

    what: Annotated[ShortText, Field(description="A code, or a few words, which are kept masked")]
    number: Number
    unit: Annotated[ShortText, StringConstraints(max_length=20)]


Quantities = Annotated[tuple[QuantityIn, ...], Field(max_length=MOST_WORDS)]


class RecordVisit(RequestBody):
    """A visit as it was made (走访登记). The same `visit_id` again is the same visit."""

    visit_id: Annotated[VisitId | None, Field(description="Made by the caller; else by us")] = None
    household_id: HouseholdId
    round_id: Annotated[RoundId | None, Field(description="In this round alone; else in all in which it was made")] = (
        None
    )
    started_at: PastMoment
    ended_at: PastMoment
    staff_ids: Workers
    outcome: VisitOutcome
    guide: Guide = None
    place_code: Place = None
    purposes: Purposes = ()
    materials: Materials = Field(default_factory=dict)
    topics: Topics = ()
    findings: Findings = Field(default_factory=dict)
    quantities: Quantities = ()
    photos: Photos = ()
    matters: Annotated[tuple[MatterIn, ...], Field(max_length=MOST_MATTERS)] = ()


class CorrectVisit(RequestBody):
    """What of a visit's record is to be otherwise (走访更正), and why. What it was is kept."""

    why: Reason
    started_at: PastMoment | None = None
    ended_at: PastMoment | None = None
    staff_ids: Workers | None = None
    outcome: VisitOutcome | None = None
    guide: Guide = None
    place_code: Place = None
    purposes: Purposes | None = None
    materials: Materials | None = None
    topics: Topics | None = None
    findings: Findings | None = None
    quantities: Quantities | None = None
    photos: Photos | None = None


class AskVoiding(RequestBody):
    """申请作废: the visit never was, as somebody says."""

    why: Reason


class DecideVoiding(RequestBody):
    """What somebody else says to it, who neither made nor entered the visit nor asked it."""

    granted: Flag
    why: Reason


class InRound(AnswerBody):
    """A round in which a visit was made."""

    round_id: str
    counts: Annotated[bool, Field(description="Visits of its slot count there")]
    late: Annotated[bool, Field(description="It was recorded after the closing (补录)")]
    early: Annotated[bool, Field(description="Whoever made it went before their stage of the round began (提前走访)")]


class VisitOut(AnswerBody):
    """A visit, with words masked."""

    visit_id: str
    household_id: str
    status: Status
    status_zh: str
    day: date
    started_at: datetime
    ended_at: datetime
    slot: VisitSlot
    outcome: VisitOutcome
    area_code: str
    place_code: str | None
    staff_ids: list[str]
    guide: str | None
    purposes: list[str]
    materials: dict[str, int]
    topics: list[str]
    findings: dict[str, bool | int | str]
    quantities: list[QuantityIn]
    photos: list[str]
    matters: list[MatterOut]
    rounds: list[InRound]
    duplicate_of: Annotated[str | None, Field(description="The visit of that day with which it is one (重复走访)")]
    unmuted: Annotated[bool, Field(description="The household was muted, and is not any more by this visit")] = False
    entered_by: str
    recorded_at: datetime
    version: int


class VisitWord(AnswerBody):
    """A purpose, material, topic or finding of the pack."""

    code: str
    name: str
    name_en: str
    kind: Annotated[FindingKind | None, Field(description="Of a finding, how it is told")] = None


class VisitWordsOut(AnswerBody):
    """The place's words of visits (走访用语), and from when to when it is night."""

    purposes: list[VisitWord]
    materials: list[VisitWord]
    topics: list[VisitWord]
    findings: list[VisitWord]
    gap_days: int
    night_from: Annotated[str | None, Field(description="By the place's clock", examples=["18:00"])]
    night_until: Annotated[str | None, Field(description="By the place's clock", examples=["06:00"])]


class VisitItem(AnswerBody):
    """A visit in a list."""

    visit_id: str
    household_id: str
    status: Status
    started_at: datetime
    slot: VisitSlot
    outcome: VisitOutcome
    area_code: str
    staff_ids: list[str]
    rounds: list[str]
    duplicate_of: str | None
    version: int


class VisitQuery(PageQuery):
    """Which visits, newest first."""

    household_id: HouseholdId | None = None
    staff_id: Annotated[StaffId | None, Field(description="Made by this person, alone or with others")] = None
    round_id: RoundId | None = None
    on: Annotated[Day | None, Field(description="Begun on that day")] = None
    area_code: Annotated[AreaCode | None, Field(description="Of households of this area and all inside it")] = None
    status: Status | None = None
    duplicates: Annotated[bool | None, Field(description="true: those that are one with another, for a look")] = None


class VisitChangeItem(AnswerBody):
    """One step of a visit's record (走访变动记录), with what it was before."""

    version: int
    action: VisitStep
    action_zh: str
    to_status: Status
    before: dict[str, Any]
    by: str
    staff_id: str | None
    at: datetime
    why: str
