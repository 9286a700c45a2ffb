"""A case as it is shown."""

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from libs.common.events.terms import Closing, Deadline, Kind, Satisfaction, Urgency
from libs.common.security.veil import Veil
from libs.common.web.fields import AnswerBody, Version
from services.followup.callbacks.schemas import CallbackOut
from services.followup.cases.domain.terms import Action, Status
from services.followup.clocks.schemas import ClockOut
from services.followup.supervision.schemas import SupervisionOut


class HistoryEntryOut(AnswerBody):
    """One step of a case."""

    version: Version
    round: int
    action: Action
    from_status: Status | None
    to_status: Status
    who: Annotated[str | None, Field(description="Null: of a confidential case its own units do not see it")]
    unit_code: str | None
    staff_id: str | None
    at: AwareDatetime
    why: str


class CaseOut(AnswerBody):
    """A case as a promise. What the caller may not see is null, not an empty list."""

    case_id: str
    case_no: str
    status: Status
    round: int
    lead_unit: Annotated[str | None, Field(description="Who is accountable (主办单位)")]
    working_unit: Annotated[
        str | None, Field(description="Who works on it (承办单位): the lead, or who it was delegated to")
    ]
    area_code: str
    kind: Kind
    urgency: Urgency
    category_code: str | None
    title: str
    accused_unit: Annotated[
        str | None,
        Field(description="The unit complained about (被反映单位): it and those below it see nothing of the case"),
    ]
    accused_units: Annotated[tuple[str, ...], Field(description="All units complained about")]
    accused_staff: Annotated[tuple[str, ...], Field(description="Members of staff complained about (被反映人)")]
    callback_wanted: bool
    registered_at: AwareDatetime
    pack_version: int
    triage_due_at: AwareDatetime | None
    handle_due_at: AwareDatetime | None
    overdue: list[Deadline]
    sent_back: int
    closing: Closing | None
    satisfaction: Satisfaction | None
    version: Version
    timers: list[ClockOut] | None
    callbacks: list[CallbackOut] | None
    supervisions: list[SupervisionOut] | None
    transitions: list[HistoryEntryOut]


_AT_A_DOOR = frozenset((Action.OPEN, Action.QUEUE, Action.WISH, Action.WITHDRAW, Action.OBJECT))
"""Steps that follow from what a door told."""


def veiled(case: CaseOut, veil: Veil | None) -> CaseOut:
    """The case as its own units see it, when it is confidential."""
    if veil is None:
        return case
    steps = [
        step.model_copy(update={"who": None, "unit_code": None, "staff_id": None, "at": veil.day(step.at)})
        if step.action in _AT_A_DOOR
        else step
        for step in case.transitions
    ]
    hidden: dict[str, Any] = {name: veil.day(getattr(case, name)) for name in ("registered_at", "triage_due_at")}
    return case.model_copy(update=hidden | {"area_code": veil.area(case.area_code), "transitions": steps})
