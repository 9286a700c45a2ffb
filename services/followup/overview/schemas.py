"""A case as it is shown."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from libs.common.events.terms import Closing, Deadline, Kind, Satisfaction, Urgency
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
    who: str
    unit_code: str | None
    at: AwareDatetime
    why: str


class CaseOut(AnswerBody):
    """A case as a promise. What the caller may not see is null, not an empty list."""

    case_id: str
    case_no: str
    status: Status
    round: int
    lead_unit: str | None
    area_code: str
    kind: Kind
    urgency: Urgency
    category_code: str | None
    title: str
    accused_unit: Annotated[
        str | None,
        Field(description="The unit complained about (被反映单位): it and those below it see nothing of the case"),
    ]
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
