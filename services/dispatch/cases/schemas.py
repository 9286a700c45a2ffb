"""A case as dispatch answers it, its history, and what the lists share; ``/directory/terms`` explains the words."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from libs.common.events.terms import Deadline, Kind, ResultKind, Urgency
from libs.common.web.fields import AnswerBody, AreaCode, Version
from services.dispatch.cases.domain.terms import Action, Status

Inside = Annotated[AreaCode | None, Field(description="An area and all inside it")]


class WorkItem(AnswerBody):
    """A case in a list."""

    case_id: str
    case_no: str
    status: Status
    round: int
    lead_unit: str | None
    support_units: list[str]
    open_support: Annotated[list[str], Field(description="Support units that have not done their part (协办未办结)")]
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
    supplements: list[SupplementOut]
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


class HistoryEntryOut(AnswerBody):
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
