"""Following a case (跟踪): what the other services say of it becomes its status, its promises and its timeline.

Each event is read by one pure function; what it may change is the table's affair (``domain.lifecycle``).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from libs.common.database.session import Session
from libs.common.errors import Permanent
from libs.common.events import cases
from libs.common.events.cases import RoundEvent
from libs.common.events.terms import LABELS_ZH, Deadline
from services.intake.actions.docket import Entry, enter, file_of, move
from services.intake.domain.lifecycle import Step, heard

EventT = TypeVar("EventT", bound=RoundEvent)

_PREFIX = "cn.huiyin.case."


@dataclass(frozen=True, slots=True)
class Word:
    """What an event says: the step it is, what it makes true, and how it reads on the timeline."""

    step: Step | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    unit_code: str | None = None
    by: str | None = None


def follow(read: Callable[[EventT], Word]) -> Callable[[Session, EventT], Awaitable[None]]:
    """The handler for the events that ``read`` reads."""

    async def react(session: Session, event: EventT) -> None:
        file = await file_of(session, event.case_id)
        if file is None:
            raise Permanent(f"{event.type_name}: intake never registered the case {event.case_id}")
        word = read(event)
        move(session, file, heard(file.standing, event.round, word.step, **word.facts))
        what = event.type_name.removeprefix(_PREFIX)
        entry = Entry(event.occurred_at, what, event.round, word.note, word.unit_code, word.by)
        enter(session, event.case_id, file.standing, entry)

    return react


def triage_queued(event: cases.TriageQueued) -> Word:
    """待派: nobody leads it now."""
    return Word(Step.QUEUE, {"lead_unit": None, "sign_due_at": None}, event.reason)


def assigned(event: cases.CaseAssigned) -> Word:
    """派单."""
    facts = {"lead_unit": event.lead_unit, "category_code": event.category_code}
    return Word(Step.ASSIGN, facts, event.explanation, event.lead_unit)


def reassigned(event: cases.CaseReassigned) -> Word:
    """改派."""
    facts = {"lead_unit": event.lead_unit, "category_code": event.category_code, "sign_due_at": None}
    return Word(Step.REASSIGN, facts, event.explanation, event.lead_unit)


def signed(event: cases.CaseSigned) -> Word:
    """签收."""
    return Word(Step.SIGN, unit_code=event.unit_code)


def progress_reported(event: cases.ProgressReported) -> Word:
    """办理进展: changes nothing, and is told to whoever asks."""
    return Word(note=event.note, unit_code=event.unit_code)


def handled(event: cases.CaseHandled) -> Word:
    """办结反馈."""
    return Word(Step.HAND_IN, note=event.result, unit_code=event.unit_code)


def deadline_set(event: cases.DeadlineSet) -> Word:
    """时限: the two promises that a unit gives stand with the case."""
    column = None if event.about else {Deadline.SIGN: "sign_due_at", Deadline.HANDLE: "due_at"}.get(event.deadline)
    facts = {} if column is None else {column: event.due_at}
    note = f"{LABELS_ZH[event.deadline]} {event.deadline.value}: {event.due_at.isoformat()}"
    return Word(facts=facts, note=note, unit_code=event.unit_code)


def callback_due(event: cases.CallbackDue) -> Word:
    """待回访."""
    return Word(Step.ASK, unit_code=event.handling_unit)


def callback_tried(event: cases.CallbackTried) -> Word:
    """回访: only an answer of the citizen counts, never the lack of one."""
    said = event.satisfaction if event.valid else None
    facts = {} if said is None else {"satisfaction": said.value}
    note = LABELS_ZH[event.reached] if said is None else f"{LABELS_ZH[event.reached]}，{LABELS_ZH[said]}"
    return Word(facts=facts, note=note, unit_code=event.handling_unit, by=event.caller)


def sent_back(event: cases.CaseSentBack) -> Word:
    """发回重办: the next round begins."""
    return Word(Step.SEND_BACK, note=event.words, unit_code=event.unit_code)


def closed(event: cases.CaseClosed) -> Word:
    """销号."""
    facts: dict[str, Any] = {"closing": event.closing.value}
    if event.satisfaction is not None:
        facts["satisfaction"] = event.satisfaction.value
    return Word(Step.CLOSE, facts, LABELS_ZH[event.closing])
