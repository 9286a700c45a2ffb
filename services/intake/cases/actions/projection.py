"""The projection of a case (跟踪): what the other services say of it becomes its status, its promises and its timeline.

Each event is read by one pure function; what it may change is the table's affair (``domain.lifecycle``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import Permanent
from libs.common.events import accepting, asking, cases, citizens, objections, passing
from libs.common.events.asking_terms import KINDS_ZH
from libs.common.events.cases import RoundEvent
from libs.common.events.deadlines import SetDeadline
from libs.common.events.objecting import OBJECTIONS_ZH, ObjectionState
from libs.common.events.reasons import REASONS_ZH
from libs.common.events.terms import LABELS_ZH, Closing, Deadline
from services.intake.cases.actions.unit_of_work import apply, load_case
from services.intake.cases.domain.lifecycle import Action, Said

_PREFIX = "cn.huiyin.case."
_COLUMNS = {Deadline.SIGN: "sign_due_at", Deadline.HANDLE: "due_at", Deadline.WORDING: "words_due_at"}


@dataclass(frozen=True, slots=True)
class Effect:
    """What an event says: the action it is, what it makes true, and how it reads on the timeline."""

    action: Action | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    unit_code: str | None = None
    by: str | None = None


async def follow(session: Session, event: RoundEvent) -> None:
    """The case as another service's event makes it."""
    case = await load_case(session, event.case_id)
    if case is None:
        raise Permanent(f"{event.type_name}: intake never registered the case {event.case_id}")
    apply(session, case, said_of(event))


def said_of(event: RoundEvent) -> Said:
    """What another service's event says of a case."""
    effect, what = EFFECTS[type(event)](event), event.type_name.removeprefix(_PREFIX)
    says = (effect.note, effect.unit_code, effect.by, effect.action, effect.facts)
    return Said(event.occurred_at, what, event.round, *says)


def triage_queued(event: cases.TriageQueued) -> Effect:
    """待派: nobody leads it now."""
    return Effect(Action.QUEUE, {"lead_unit": None, "delegate_unit": None, "sign_due_at": None}, event.reason)


def assigned(event: cases.CaseAssigned) -> Effect:
    """派单."""
    facts = {"lead_unit": event.lead_unit, "delegate_unit": None, "category_code": event.category_code}
    return Effect(Action.ASSIGN, facts, event.explanation, event.lead_unit)


def reassigned(event: cases.CaseReassigned) -> Effect:
    """改派."""
    facts = {"lead_unit": event.lead_unit, "category_code": event.category_code, "sign_due_at": None}
    works = {"delegate_unit": event.delegates[-1] if event.delegates else None}
    return Effect(Action.REASSIGN, facts | works, event.explanation, event.lead_unit)


def delegated(event: passing.CaseDelegated) -> Effect:
    """下派, 收回."""
    return _passed(Action.DELEGATE, event)


def raised(event: passing.CaseRaised) -> Effect:
    """上报."""
    return _passed(Action.RAISE, event)


def _passed(action: Action, event: passing.PassedOn) -> Effect:
    facts = {"lead_unit": event.lead_unit, "delegate_unit": event.delegate_unit, "sign_due_at": None}
    return Effect(action, facts, f"{event.from_unit} -> {event.working_unit}：{event.note}", event.working_unit)


def signed(event: cases.CaseSigned) -> Effect:
    """签收."""
    return Effect(Action.SIGN, unit_code=event.unit_code)


def progress_reported(event: cases.ProgressReported) -> Effect:
    """办理进展: changes nothing, and is told to whoever asks."""
    return Effect(note=event.note, unit_code=event.unit_code)


def handled(event: cases.CaseHandled) -> Effect:
    """办结反馈."""
    return Effect(Action.HAND_IN, note=event.result, unit_code=event.unit_code)


def not_accepted(event: accepting.CaseNotAccepted) -> Effect:
    """不予受理: what the citizen is told. The case ends when followup closes it by this, a moment later."""
    facts = {"not_accepted_for": event.reason_code.value, "go_to": event.go_to, "notice": event.notice}
    note = f"{REASONS_ZH[event.reason_code]}；{event.notice}；去向：{event.go_to}"
    return Effect(facts=facts, note=note, unit_code=event.by_unit, by=event.by)


def request_granted(event: asking.RequestGranted) -> Effect:
    """延期、挂账、阶段性答复、终止办理: what the citizen is told of it, and until when; its new end is said later."""
    until = "" if event.until is None else f"至 {event.until.isoformat()}"
    answer = "" if event.answer is None else f"：{event.answer}"
    note = f"{KINDS_ZH[event.kind]}{until}{answer}；{event.notice}"
    return Effect(note=note, unit_code=event.unit_code, by=event.by)


def suspension_lifted(event: asking.SuspensionLifted) -> Effect:
    """提前恢复."""
    return Effect(note=event.note, unit_code=event.by_unit, by=event.by)


def deadline_set(event: cases.DeadlineSet) -> Effect:
    """时限: the two promises that a unit gives stand with the case."""
    facts = {
        _COLUMNS[one.deadline]: one.due_at for one in event.deadlines if one.deadline in _COLUMNS and not one.about
    }
    return Effect(facts=facts, note="；".join(map(_until, event.deadlines)), unit_code=event.deadlines[0].unit_code)


def _until(one: SetDeadline) -> str:
    return f"{one.deadline.promise.label} {one.deadline.value}: {one.due_at.isoformat()}"


def callback_due(event: cases.CallbackDue) -> Effect:
    """待回访."""
    note = "" if event.deadline is None else _until(event.deadline)
    return Effect(Action.ASK, note=note, unit_code=event.handling_unit)


def callback_tried(event: cases.CallbackTried) -> Effect:
    """回访: only an answer of the citizen counts, never the lack of one."""
    said = event.satisfaction if event.valid else None
    facts = {"satisfaction": said.value} if said is not None and event.decides else {}
    note = LABELS_ZH[event.reached] if said is None else f"{LABELS_ZH[event.reached]}，{LABELS_ZH[said]}"
    return Effect(facts=facts, note=note, unit_code=event.handling_unit, by=event.caller)


def withdrawal_tried(event: citizens.WithdrawalTried) -> Effect:
    """撤单核实: the wish is over when the citizen has said what he wants, or could not be reached; the case goes on."""
    says = "" if event.withdraws is None else "，确认撤单" if event.withdraws else "，未撤单"
    facts = {"withdrawal_wished": False} if event.ends else {}
    return Effect(facts=facts, note=f"{LABELS_ZH[event.reached]}{says}", unit_code=event.handling_unit, by=event.caller)


def sent_back(event: cases.CaseSentBack) -> Effect:
    """发回重办: the next round begins."""
    return Effect(Action.SEND_BACK, note=event.words, unit_code=event.unit_code)


def closed(event: cases.CaseClosed) -> Effect:
    """销号."""
    facts: dict[str, Any] = {"closing": event.closing.value}
    if event.satisfaction is not None:
        facts["satisfaction"] = event.satisfaction.value
    action = Action.NOT_ACCEPT if event.closing is Closing.NOT_ACCEPTED else Action.CLOSE
    return Effect(action, facts, LABELS_ZH[event.closing])


def objection_decided(event: objections.ObjectionDecided) -> Effect:
    """异议审核: the reason can be told to the citizen."""
    state = ObjectionState.GRANTED if event.granted else ObjectionState.REFUSED
    facts = {"objection_id": event.objection_id, "objection_state": state}
    return Effect(Action.RULE, facts, f"{OBJECTIONS_ZH[state]}：{event.reason}", event.by_unit, event.by)


def reopened(event: objections.CaseReopened) -> Effect:
    """重新办理: the closing falls, and the next round begins."""
    return Effect(Action.REOPEN, note=event.words, unit_code=event.unit_code, by=event.by)


EFFECTS: Mapping[type[RoundEvent], Callable[[Any], Effect]] = {
    cases.TriageQueued: triage_queued,
    cases.CaseAssigned: assigned,
    cases.CaseReassigned: reassigned,
    passing.CaseDelegated: delegated,
    passing.CaseRaised: raised,
    cases.CaseSigned: signed,
    cases.ProgressReported: progress_reported,
    cases.CaseHandled: handled,
    accepting.CaseNotAccepted: not_accepted,
    asking.RequestGranted: request_granted,
    asking.SuspensionLifted: suspension_lifted,
    cases.DeadlineSet: deadline_set,
    cases.CallbackDue: callback_due,
    cases.CallbackTried: callback_tried,
    citizens.WithdrawalTried: withdrawal_tried,
    cases.CaseSentBack: sent_back,
    cases.CaseClosed: closed,
    objections.ObjectionDecided: objection_decided,
    objections.CaseReopened: reopened,
}
"""What each event says of a case."""
