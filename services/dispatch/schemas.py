"""What dispatch takes and answers; ``/directory/terms`` explains its words, ``/directory/units`` the units."""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from libs.common.events.terms import Deadline, Kind, ResultKind, Urgency
from libs.common.pack.schema import AreaLevel, UnitLevel
from libs.common.web.cursors import DEFAULT_PAGE_SIZE, LONGEST_CURSOR
from libs.common.web.fields import (
    AnswerBody,
    AreaCode,
    CategoryCode,
    Flag,
    LongText,
    Moment,
    PastMoment,
    Reason,
    RequestBody,
    UnitCode,
    Version,
    fault,
)
from services.dispatch.domain.terms import Action, Status

SupportUnits = Annotated[
    tuple[UnitCode, ...],
    Field(max_length=20, description="Support units (协办单位); only the lead unit answers the citizen"),
]
ItemCode = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="A reason's code in the county pack (原因代码)")
]


class Assign(RequestBody):
    """派单: who leads, and why. Without ``category_code`` the case keeps the one it has."""

    lead_unit: UnitCode
    support_units: SupportUnits = ()
    category_code: CategoryCode | None = None
    reason: Reason


class Sign(RequestBody):
    """签收."""

    note: Reason | None = None


class Report(RequestBody):
    """办理进展."""

    note: LongText


class HandIn(RequestBody):
    """办结反馈: the result as the citizen will be told it, and when the unit spoke with the citizen."""

    result_kind: ResultKind
    result: LongText
    contacted_at: PastMoment | None = None


class AskReturn(RequestBody):
    """退单申请."""

    reason_code: ItemCode
    note: Reason


class DecideReturn(RequestBody):
    """退单审核: refused, approved to another unit, or approved without one (back to triage)."""

    approved: Flag
    note: Reason
    lead_unit: UnitCode | None = None
    support_units: SupportUnits = ()
    category_code: CategoryCode | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.lead_unit is None and (self.support_units or self.category_code):
            raise fault(
                "lead_unit", "support_units and category_code need a lead_unit", "指定协办或类别时须指定主办单位"
            )
        if not self.approved and self.lead_unit is not None:
            raise fault("lead_unit", "a refused return names no new unit", "不同意退单时不得指定新的主办单位")
        return self


class PublishPack(RequestBody):
    """A whole county pack (县包) as one document: what ``huiyin pack check`` accepts."""

    model_config = ConfigDict(extra="allow")


class PublishQuery(RequestBody):
    """How to take it."""

    dry_run: Annotated[
        bool, Field(description="Only tell what it would be and which open cases it concerns; nothing changes (试运行)")
    ] = False


class PageQuery(RequestBody):
    """Which page of a list."""

    cursor: Annotated[str | None, Field(max_length=LONGEST_CURSOR, description="`next_cursor` of the page before")] = (
        None
    )
    limit: Annotated[int, Field(ge=1, le=200, description="Most items to answer (每页条数)")] = DEFAULT_PAGE_SIZE


Inside = Annotated[AreaCode | None, Field(description="An area and all inside it")]


class WorkQuery(PageQuery):
    """Which work."""

    unit_code: UnitCode | None = None
    status: Annotated[Status | None, Field(description="Without it: what units have to do (assigned, signed)")] = None
    overdue: bool | None = None
    due_before: Annotated[Moment | None, Field(description="Handling limit before this moment")] = None
    area_code: Inside = None


class TriageQuery(PageQuery):
    """Which of the cases that wait for a unit."""

    urgency: Urgency | None = None
    overdue: bool | None = None
    area_code: Inside = None


class AreasQuery(PageQuery):
    """Which areas."""

    area_code: Inside = None
    level: AreaLevel | None = None


class UnitsQuery(PageQuery):
    """Which units."""

    area_code: Annotated[AreaCode | None, Field(description="Units whose area is this one or inside it")] = None
    level: UnitLevel | None = None


class CategoriesQuery(PageQuery):
    """Which categories."""

    parent: Annotated[CategoryCode | None, Field(description="Only what stands directly under it")] = None


class WorkItem(AnswerBody):
    """A case in a list."""

    case_id: str
    case_no: str
    status: Status
    round: int
    lead_unit: str | None
    support_units: list[str]
    category_code: str | None
    area_code: str
    kind: Kind
    urgency: Urgency
    title: str
    confidential: bool
    registered_at: AwareDatetime
    assigned_at: AwareDatetime | None
    signed_at: AwareDatetime | None
    handled_at: AwareDatetime | None
    triage_due_at: AwareDatetime | None
    sign_due_at: AwareDatetime | None
    handle_due_at: AwareDatetime | None
    warned: bool
    overdue: bool
    return_pending: bool
    returns: int
    supervised: int
    version: Version


class Supplement(AnswerBody):
    """What the citizen added."""

    at: AwareDatetime
    text: str


class WorkOut(WorkItem):
    """A case with all that its unit needs. Who complained is asked at intake, with a reason."""

    text: str
    accused_unit: Annotated[
        str | None,
        Field(description="The unit complained about (被反映单位): it and those below it cannot be given the case"),
    ]
    supplements: list[Supplement]
    warnings: list[Deadline]
    misses: list[Deadline]
    return_reason: str | None
    return_note: str | None
    return_asked_at: AwareDatetime | None
    result_kind: ResultKind | None
    result: str | None
    contacted_at: AwareDatetime | None
    by_rule: bool
    explanation: str
    pack_version: int


class TransitionOut(AnswerBody):
    """One step of a case."""

    version: Version
    round: int
    action: Action
    from_status: Status | None
    to_status: Status
    lead_unit: str | None
    who: str
    unit_code: str | None
    at: AwareDatetime
    why: str


class DutyOut(AnswerBody):
    """The row of the duty directory (权责清单) that speaks for a case."""

    category_code: str
    area_level: AreaLevel
    lead: str
    support: list[str]
    taken_back: bool
    basis: str


class ExplanationOut(AnswerBody):
    """Why this unit: the decision, and what the duty directory of that day says (派单依据)."""

    case_id: str
    round: int
    status: Status
    lead_unit: str | None
    support_units: list[str]
    category_code: str | None
    by_rule: bool
    explanation: str
    pack_version: int
    duty: DutyOut | None
    duty_leads: str | None
    """The unit that the duty directory names for this category and area."""


class Concern(StrEnum):
    """What a pack no longer has and open cases use."""

    AREA = "area"
    UNIT = "unit"
    CATEGORY = "category"

    @property
    def column(self) -> str:
        """Where a case has it."""
        return "lead_unit" if self is Concern.UNIT else f"{self.value}_code"


class ConcernOut(AnswerBody):
    """A code that a pack does not have and open cases use (受影响的在办件), and what becomes of these cases."""

    what: Concern
    code: str
    name: str
    successor: Annotated[str | None, Field(description="What the packs say it was merged into (并入)")]
    cases: Annotated[int, Field(description="Open cases that use it")]
    case_nos: Annotated[list[str], Field(description="The first hundred of them")]
    outcome: str
    outcome_zh: str


class PackOut(AnswerBody):
    """A version of the county pack. ``published`` says whether this request made it.

    ``concerned`` is told when a pack is published or tried: what it means for cases that are open.
    """

    pack_version: int
    place_code: str
    edition: str
    digest: str
    effective_from: AwareDatetime
    published: bool = False
    document: dict[str, Any] | None = None
    concerned: list[ConcernOut] = Field(default_factory=list)


class AreaOut(AnswerBody):
    """区域."""

    code: str
    name: str
    name_en: str
    level: AreaLevel
    parent: str | None


class UnitOut(AnswerBody):
    """单位."""

    code: str
    name: str
    name_en: str
    level: UnitLevel
    area_code: str
    parent: str | None
    size_class: str


class CategoryOut(AnswerBody):
    """类别."""

    code: str
    name: str
    name_en: str
    parent: str | None


class Term(AnswerBody):
    """One word of a closed list."""

    code: str
    zh: str
    en: str


class TermsOut(AnswerBody):
    """Every closed list that answers of dispatch use, with its labels."""

    lists: dict[str, list[Term]]
