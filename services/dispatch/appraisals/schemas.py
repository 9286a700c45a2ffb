"""What is sent and answered about whistles as a whole, their scores, and what summoned units claim."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, Field

from libs.common.events.whistle_terms import ClaimKind, ClaimState
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import (
    AnswerBody,
    Count,
    Flag,
    LongText,
    Moment,
    PastMoment,
    Reason,
    RequestBody,
    UnitCode,
    Version,
)
from services.dispatch.appraisals.domain.state import Appraisal, ClaimedState, ScoreState, WhistleState
from services.dispatch.appraisals.tables import CallScoreRow, ClaimRow, WhistleRow
from services.dispatch.cases.schemas import Inside

CriterionCode = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="A code of the pack's criteria (标准代码)")
]
PointsOf = Annotated[
    dict[CriterionCode, Count],
    Field(max_length=50, description="Whole points by the code of each criterion of the pack (评分)"),
]
WhistleNumber = Annotated[Version, Field(description="The version of the case by the whistle: its number")]


class TaskOfConsultation(RequestBody):
    """What one unit has to do from now on, by what measures, until when."""

    unit_code: UnitCode
    what: LongText
    measures: LongText
    due_at: Annotated[Moment, Field(description="Not after the case's own handling limit")]


class RecordConsultation(RequestBody):
    """会商: when, which summoned units took part, what they found, and one task for each unit that has not ended."""

    held_at: PastMoment
    took_part: Annotated[tuple[UnitCode, ...], Field(min_length=1, max_length=20)]
    findings: LongText
    tasks: Annotated[tuple[TaskOfConsultation, ...], Field(min_length=1, max_length=20)]


class TickCriterion(RequestBody):
    """One criterion of the pack: met or not, and how."""

    code: CriterionCode
    met: Flag
    words: Reason


class FinishWhistle(RequestBody):
    """吹哨事项办结: every criterion of the pack, each with yes or no, and words."""

    criteria: Annotated[tuple[TickCriterion, ...], Field(max_length=50)]


class ScoreUnit(RequestBody):
    """评分: points by every criterion of the pack, and why."""

    points: PointsOf
    words: Reason


class MakeClaim(RequestBody):
    """被召集单位申请. Without ``whistle`` it is about the newest whistle that summoned the unit."""

    kind: ClaimKind
    reason: Reason
    whistle: WhistleNumber | None = None


class DecideClaim(RequestBody):
    """审核. ``points`` are what a unit has instead, where its objection to a score is granted."""

    granted: Flag
    note: Reason
    points: PointsOf | None = None


class SignalsQuery(PageQuery):
    """Which of the whistles that were not the first on their category and area."""

    area_code: Inside = None


class ClaimsQuery(PageQuery):
    """Which claims of summoned units, by where they stand."""

    state: ClaimState | None = None


class PeriodQuery(RequestBody):
    """Whistles called from ``since`` on and before ``until``."""

    since: Moment
    until: Moment


class TickedOut(AnswerBody):
    """One criterion, met or not, and how."""

    code: str
    met: bool
    words: str


class CallScoreOut(AnswerBody):
    """What a unit was scored: as the street gave it, and what holds once it objected."""

    whistle: WhistleNumber
    unit_code: str
    points: dict[str, int]
    total: int
    most: int
    grade: str
    given: Annotated[dict[str, int], Field(description="As the street gave them, whatever an objection came to")]
    given_grade: str
    never_came: bool
    words: str
    scored_by: str
    scored_at: AwareDatetime
    claims_until: Annotated[AwareDatetime, Field(description="Until when the unit may object")]

    @classmethod
    def of(cls, score: CallScoreRow | ScoreState) -> Self:
        """As it stands."""
        return cls.model_validate(score, from_attributes=True)


class ClaimOut(AnswerBody):
    """What a summoned unit claims, and what was decided."""

    case_id: str
    claim: Annotated[int, Field(description="Its number: the version of the case by it")]
    whistle: WhistleNumber
    unit_code: str
    kind: ClaimKind
    reason: str
    asked_by: str
    asked_at: AwareDatetime
    due_at: Annotated[
        AwareDatetime | None,
        Field(description="Until when it is to be decided (审核时限); from then on the supervisors alone decide it"),
    ]
    state: ClaimState
    decided_by: str | None
    decided_at: AwareDatetime | None
    note: str | None

    @classmethod
    def of(cls, case_id: str, claim: ClaimRow | ClaimedState) -> Self:
        """As it stands."""
        kept = {name: getattr(claim, name) for name in cls.model_fields.keys() - {"case_id", "claim"}}
        return cls(case_id=case_id, claim=claim.version, **kept)


class ConsultedOut(AnswerBody):
    """What one unit had to do by a consultation."""

    unit_code: str
    what: str
    measures: str
    due_at: AwareDatetime


class ConsultationOut(AnswerBody):
    """One joint consultation."""

    version: Version
    held_at: AwareDatetime
    took_part: list[str]
    findings: str
    tasks: list[ConsultedOut]
    kept_by: str
    kept_at: AwareDatetime


class SignalOut(AnswerBody):
    """A whistle, as lists show it. ``times`` from 2 on is a signal to the county (重复吹哨)."""

    case_id: str
    whistle: WhistleNumber
    kind: str
    street_unit: str
    area_code: str
    category_code: str | None
    place: str
    what: str
    units: list[str]
    called_at: AwareDatetime
    times: Annotated[int, Field(description="The how manieth on this category and area within the days of the pack")]
    done_at: AwareDatetime | None
    needless: Annotated[bool, Field(description="Whether the county found that it was (不当吹哨)")]

    @classmethod
    def of(cls, row: WhistleRow) -> Self:
        """As it stands."""
        kept = {name: getattr(row, name) for name in cls.model_fields.keys() - {"whistle"}}
        return cls(whistle=row.version, **kept)


class WhistleOut(AnswerBody):
    """A whistle with all that became of it but the tasks, which the board lists."""

    case_id: str
    version: Annotated[Version, Field(description="Of the case now: what If-Match wants")]
    whistle: WhistleNumber
    round: int
    kind: str
    street_unit: str
    place: str
    what: str
    units: list[str]
    times: int
    called_at: AwareDatetime
    done_at: Annotated[AwareDatetime | None, Field(description="Null as long as the street has not marked it as done")]
    done_by: str | None
    criteria: list[TickedOut]
    claims_until: Annotated[
        AwareDatetime | None, Field(description="Until when a unit may say that it was needless, once it is done")
    ]
    needless: bool
    consultations: list[ConsultationOut]
    scores: list[CallScoreOut]
    claims: list[ClaimOut]

    @classmethod
    def of(cls, case_id: str, version: int, whistle: WhistleState, all_of_it: Appraisal) -> Self:
        """The whistle, as its case stands."""
        own = [one for one in all_of_it.consultations if one.whistle == whistle.version]
        made = {"case_id", "version", "whistle", "consultations", "scores", "claims", "criteria", "units"}
        return cls(
            case_id=case_id,
            version=version,
            whistle=whistle.version,
            units=list(whistle.units),
            criteria=[TickedOut.model_validate(one) for one in whistle.criteria],
            consultations=[ConsultationOut.model_validate(one, from_attributes=True) for one in own],
            scores=[CallScoreOut.of(one) for one in all_of_it.scores if one.whistle == whistle.version],
            claims=[ClaimOut.of(case_id, one) for one in all_of_it.claims if one.whistle == whistle.version],
            **{name: getattr(whistle, name) for name in cls.model_fields.keys() - made},
        )


class SignalCountOut(AnswerBody):
    """How many whistles there were on one category in one area, where there was more than one."""

    area_code: str
    category_code: str | None
    whistles: int


class SignalCountsOut(AnswerBody):
    """Of the time that was asked for, most whistles first."""

    since: datetime
    until: datetime
    items: list[SignalCountOut]


class StreetAppraisalOut(AnswerBody):
    """What a street's whistles came to: whole numbers."""

    street_unit: str
    whistles: int
    done: int
    repeated: Annotated[int, Field(description="That were not the first on their category and area")]
    needless: int


class UnitAppraisalOut(AnswerBody):
    """What a unit that was summoned came to: whole numbers."""

    unit_code: str
    called: int
    in_time: int
    late: int
    never_came: Annotated[int, Field(description="Had to be there, and was not")]
    given_back: Annotated[int, Field(description="Of which the county found that it was not the unit's task")]
    done: int
    scored: int
    points: Annotated[int, Field(description="All its points together")]
    most: Annotated[int, Field(description="And how many there could have been")]
    grades: Annotated[dict[str, int], Field(description="How many scores of each grade")]


class AppraisalOut(AnswerBody):
    """双考核: the streets that whistled, and the units that were summoned."""

    since: datetime
    until: datetime
    streets: list[StreetAppraisalOut]
    units: list[UnitAppraisalOut]
