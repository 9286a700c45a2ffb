"""A case as dispatch answers it, its history, and what the lists share; ``/directory/terms`` explains the words."""

from typing import Annotated, Any, Self, TypeVar

from pydantic import AwareDatetime, Field

from libs.common.events.asking_terms import RequestKind
from libs.common.events.people import accused_staff, accused_units
from libs.common.events.reasons import NotAcceptedFor
from libs.common.events.terms import Deadline, Kind, ResultKind, Urgency
from libs.common.security.veil import Veil
from libs.common.web.fields import AnswerBody, AreaCode, RequestBody, StaffId, Version
from libs.common.web.people import ResponsibleOut
from services.dispatch.cases.domain.terms import Action, Status
from services.dispatch.cases.tables import Case, working_unit_of

ItemT = TypeVar("ItemT", bound="WorkItem")
Inside = Annotated[AreaCode | None, Field(description="An area and all inside it")]


class WorkItem(AnswerBody):
    """A case in a list."""

    case_id: str
    case_no: str
    status: Status
    round: int
    lead_unit: Annotated[str | None, Field(description="Who is accountable (主办单位)")]
    working_unit: Annotated[
        str | None,
        Field(description="Who signs, reports and hands in (承办单位): the lead, or who it was delegated to"),
    ]
    delegates: Annotated[
        list[str], Field(description="Units below the lead that it was delegated to, each by the one before (下派)")
    ]
    support_units: list[str]
    open_support: Annotated[list[str], Field(description="Support units that have not done their part (协办未办结)")]
    responsible: Annotated[
        ResponsibleOut | None,
        Field(description="Who of the working unit answers for it; null: nobody yet (责任人)"),
    ] = None
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
    nonacceptance_pending: Annotated[
        bool, Field(description="A second person has to decide whether it is accepted (不予受理待审核)")
    ]
    asked: Annotated[RequestKind | None, Field(description="What its unit asks for, not decided yet (待审核申请)")]
    disputing: Annotated[list[str], Field(description="Units between which it is ruled on whose it is (裁定中)")]
    designated_unit: Annotated[
        str | None, Field(description="Whom a ruling named as its lead: it does not give the case back (指定主办)")
    ]
    request_raised_at: Annotated[
        AwareDatetime | None,
        Field(description="Since when what is asked for waits for the supervisors, not decided in time (提级审核)"),
    ]
    suspended_until: Annotated[
        AwareDatetime | None, Field(description="Its handling clock stands still until then (挂账至)")
    ]
    supervised: int
    version: Version

    @classmethod
    def of(cls, case: Case) -> Self:
        """The case as it stands in its row, with who works on it."""
        derived = {
            "working_unit": working_unit_of(case),
            "accused_units": accused_units(case),
            "accused_staff": accused_staff(case),
            "responsible": None,
        }
        shown = {name: derived[name] if name in derived else getattr(case, name) for name in cls.model_fields}
        return cls.model_validate(shown)


def veiled(item: ItemT, veil: Veil | None) -> ItemT:
    """The case as its own units see it, when it is confidential."""
    if veil is None:
        return item
    hidden: dict[str, Any] = {"area_code": veil.area(item.area_code)}
    hidden |= {name: veil.day(getattr(item, name)) for name in ("registered_at", "triage_due_at")}
    if isinstance(item, WorkOut):
        added = [one.model_copy(update={"at": veil.day(one.at)}) for one in item.supplements]
        hidden |= {"supplements": added}
    return item.model_copy(update=hidden)


class NameResponsible(RequestBody):
    """责任人: one of the unit's people who is in office."""

    responsible: StaffId


class SupplementOut(AnswerBody):
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
    accused_units: Annotated[tuple[str, ...], Field(description="All units complained about")]
    accused_staff: Annotated[tuple[str, ...], Field(description="Members of staff complained about (被反映人)")]
    supplements: list[SupplementOut]
    warnings: list[Deadline]
    misses: list[Deadline]
    return_reason: str | None
    return_note: str | None
    return_asked_at: AwareDatetime | None
    given_back: Annotated[list[str], Field(description="Units whose return was approved in this round")]
    not_accepted_for: Annotated[NotAcceptedFor | None, Field(description="Why it was not accepted (不予受理原因)")]
    go_to: Annotated[str | None, Field(description="The door that the citizen has to go to (去向指引)")]
    notice: Annotated[str | None, Field(description="What the citizen is told in writing (不予受理告知)")]
    result_kind: ResultKind | None
    result: str | None
    contacted_at: AwareDatetime | None
    by_rule: bool
    explanation: str
    pack_version: int


class HistoryEntryOut(AnswerBody):
    """One step of a case."""

    version: Version
    round: int
    action: Action
    from_status: Status | None
    to_status: Status
    lead_unit: str | None
    delegate_unit: Annotated[str | None, Field(description="Who works then, if not the lead (承办单位)")]
    who: Annotated[str | None, Field(description="Null: of a confidential case its own units do not see it")]
    unit_code: str | None
    staff_id: str | None
    at: AwareDatetime
    why: str


_AT_A_DOOR = frozenset(
    (
        *(Action.NOTE_ANSWER, Action.HOLD, Action.RELEASE, Action.QUEUE),
        *(Action.SUPPLEMENT, Action.ANSWER, Action.WITHDRAW, Action.ASK_NONACCEPTANCE),
    )
)
"""Steps by which a door told of a case, or that follow from its telling."""


def veiled_step(step: HistoryEntryOut, veil: Veil | None) -> HistoryEntryOut:
    """A step as the case's own units see it: of what a door told the day alone."""
    if veil is None or step.action not in _AT_A_DOOR:
        return step
    return step.model_copy(update={"who": None, "unit_code": None, "staff_id": None, "at": veil.day(step.at)})
