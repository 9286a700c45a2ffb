"""Where a case stands, as the door can tell it (诉求件状态): a transition table, and the rule of rounds.

Most actions are taken elsewhere and heard of here; three are taken at the door. One that the table does not allow is
refused at the door; when it is only heard of, it changes nothing: what crossed on the way is no error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from libs.common.events.objecting import ObjectionState
from libs.common.rules.machine import Actor, Machine, OutOfTurn, Transition

FIRST_ROUND = 1


class Status(StrEnum):
    """What is being done about a case (状态)."""

    REGISTERED = "registered"
    TRIAGE = "triage"
    ASSIGNED = "assigned"
    SIGNED = "signed"
    HANDLED = "handled"
    ANSWERED = "answered"
    CALLBACK = "callback"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"
    NOT_ACCEPTED = "not_accepted"
    CLOSED = "closed"


STATUS_LABELS: Mapping[Status, tuple[str, str]] = {
    Status.REGISTERED: ("已登记", "registered"),
    Status.TRIAGE: ("待派单", "waiting for a unit to be chosen"),
    Status.ASSIGNED: ("已派单", "assigned to a unit"),
    Status.SIGNED: ("办理中", "being handled"),
    Status.HANDLED: ("已反馈", "handled, as the unit says"),
    Status.ANSWERED: ("已直接答复", "answered at the door"),
    Status.CALLBACK: ("待回访", "to be asked whether it is solved"),
    Status.SENT_BACK: ("发回重办", "sent back to be handled again"),
    Status.WITHDRAWN: ("已撤单", "withdrawn by the citizen"),
    Status.NOT_ACCEPTED: ("不予受理", "not accepted"),
    Status.CLOSED: ("已销号", "closed"),
}
"""Chinese and English."""

ENDS = (Status.NOT_ACCEPTED, Status.CLOSED)
OPEN = tuple(status for status in Status if status not in (Status.WITHDRAWN, *ENDS))
"""Something is still being done about it."""


class Words(StrEnum):
    """What travels of what was said in a case (转办文本)."""

    AS_MASKED = "as_masked"
    """What was said, masked by rule."""
    HELD = "held"
    """Something waits for a person's wording, and tells nothing until then."""
    RELEASED = "released"
    """What a person wrote or confirmed; whatever is added waits again."""


class Party(StrEnum):
    """Who takes an action."""

    DOOR = "door"
    PAST = "past"
    """The door of a release before: it is only read of in ledgers."""
    DESK = "desk"
    """Who words what travels; offered to nobody else as a way on."""
    DISPATCH = "dispatch"
    FOLLOWUP = "followup"


class Action(StrEnum):
    """What can happen to a case (动作)."""

    SUPPLEMENT = "supplement"
    URGE = "urge"
    ANSWER = "answer"
    WISH = "wish"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    QUEUE = "queue"
    ASSIGN = "assign"
    REASSIGN = "reassign"
    DELEGATE = "delegate"
    RAISE = "raise"
    SIGN = "sign"
    HAND_IN = "hand_in"
    ASK = "ask"
    SEND_BACK = "send_back"
    NOT_ACCEPT = "not_accept"
    CLOSE = "close"
    OBJECT = "object"
    RULE = "rule"
    REOPEN = "reopen"


AFTER_THE_END = (Action.OBJECT, Action.RULE, Action.REOPEN)
"""Steps of a case that is closed."""


ACTION_LABELS: Mapping[Action, tuple[str, str]] = {
    Action.SUPPLEMENT: ("补充", "supplement it"),
    Action.URGE: ("催办", "urge it"),
    Action.ANSWER: ("直接答复", "answer it directly"),
    Action.WISH: ("申请撤单", "say that the citizen takes it back"),
    Action.WITHDRAW: ("撤单（旧）", "withdraw it, as a release before did"),
    Action.RELEASE: ("审定转办文本", "release its wording"),
    Action.QUEUE: ("待派", "leave it to a dispatcher"),
    Action.ASSIGN: ("派单", "assign it"),
    Action.REASSIGN: ("改派", "reassign it"),
    Action.DELEGATE: ("下派", "delegate it"),
    Action.RAISE: ("上报", "raise it"),
    Action.SIGN: ("签收", "sign it"),
    Action.HAND_IN: ("办结反馈", "hand in the result"),
    Action.ASK: ("转回访", "ask the citizen"),
    Action.SEND_BACK: ("发回重办", "send it back"),
    Action.NOT_ACCEPT: ("不予受理", "close it as not accepted"),
    Action.CLOSE: ("销号", "close it"),
    Action.OBJECT: ("提出异议", "object to its closing"),
    Action.RULE: ("审核异议", "decide about an objection"),
    Action.REOPEN: ("重新办理", "reopen it"),
}
"""Chinese and English."""

DOOR_STEPS: Mapping[str, Action] = {
    "supplemented": Action.SUPPLEMENT,
    "urged": Action.URGE,
    "withdrawal_wished": Action.WISH,
    "withdrawn": Action.WITHDRAW,
    "objection_raised": Action.OBJECT,
}
"""Steps that the door takes, or took, with a few words, by what they are called on the timeline and in the event."""
WORDS = "text", "reason"
"""Under one of these names such an event carries the words."""
_WITHOUT_A_MOVE = (Action.SUPPLEMENT, Action.URGE, Action.WISH, Action.RELEASE, Action.OBJECT)
"""Steps that change a case though it stands where it stood."""

Line = Transition[Status, Action, Party, []]

_BEFORE_A_UNIT = (Status.REGISTERED, Status.TRIAGE, Status.SENT_BACK)
_WITH_A_UNIT = (Status.ASSIGNED, Status.SIGNED)
_WAITING_FOR_THE_CITIZEN = (Status.HANDLED, Status.ANSWERED, Status.CALLBACK)

_UNDECIDED = (*_BEFORE_A_UNIT, *_WITH_A_UNIT)

STEPS: tuple[Line, ...] = (
    *Line.each(OPEN, Action.SUPPLEMENT, Party.DOOR),
    *Line.each(OPEN, Action.RELEASE, Party.DESK),
    *Line.each(_UNDECIDED, Action.URGE, Party.DOOR),
    # Once a unit has signed, the answer is the unit's to give.
    *Line.each((Status.REGISTERED, Status.TRIAGE, Status.ASSIGNED), Action.ANSWER, Party.DOOR, to=Status.ANSWERED),
    *Line.each(OPEN, Action.WISH, Party.DOOR),
    *Line.each(OPEN, Action.WITHDRAW, Party.PAST, to=Status.WITHDRAWN),
    *Line.each(_UNDECIDED, Action.QUEUE, Party.DISPATCH, to=Status.TRIAGE),
    *Line.each(_UNDECIDED, Action.ASSIGN, Party.DISPATCH, to=Status.ASSIGNED),
    *Line.each(_UNDECIDED, Action.REASSIGN, Party.DISPATCH, to=Status.ASSIGNED),
    *Line.each(_UNDECIDED, Action.DELEGATE, Party.DISPATCH, to=Status.ASSIGNED),
    *Line.each(_UNDECIDED, Action.RAISE, Party.DISPATCH, to=Status.ASSIGNED),
    Line(Action.SIGN, Status.ASSIGNED, Status.SIGNED, Party.DISPATCH),
    *Line.each(_WITH_A_UNIT, Action.HAND_IN, Party.DISPATCH, to=Status.HANDLED),
    *Line.each(_WAITING_FOR_THE_CITIZEN, Action.ASK, Party.FOLLOWUP, to=Status.CALLBACK),
    *Line.each(_WAITING_FOR_THE_CITIZEN, Action.SEND_BACK, Party.FOLLOWUP, to=Status.SENT_BACK),
    *Line.each(OPEN, Action.NOT_ACCEPT, Party.FOLLOWUP, to=Status.NOT_ACCEPTED),
    *Line.each((*OPEN, Status.WITHDRAWN), Action.CLOSE, Party.FOLLOWUP, to=Status.CLOSED),
    *Line.each(ENDS, Action.OBJECT, Party.DOOR),
    *Line.each(ENDS, Action.RULE, Party.FOLLOWUP),
    *Line.each(ENDS, Action.REOPEN, Party.FOLLOWUP, to=Status.SENT_BACK),
)
_OPENS = (Action.SEND_BACK, Action.REOPEN)
"""Steps by which the next round begins."""

MACHINE = Machine(
    STEPS,
    STATUS_LABELS,
    ACTION_LABELS,
    people=(Party.DOOR,),
    ends=ENDS,
    begins=(Status.REGISTERED, Status.ANSWERED),
    after_the_end=AFTER_THE_END,
)


@dataclass(frozen=True, slots=True)
class State:
    """All that changes about a case, as the door knows it. ``version`` grows by one with every change."""

    status: Status
    category_code: str | None = None
    round: int = FIRST_ROUND
    lead_unit: str | None = None
    sign_due_at: datetime | None = None
    due_at: datetime | None = None
    """When the lead unit promised to be done (办理时限)."""
    satisfaction: str | None = None
    """The citizen's latest own word."""
    closing: str | None = None
    answered_directly: bool = False
    """Whether this round was answered at the door."""
    delegate_unit: str | None = None
    """Who works, if not the unit that leads (承办单位)."""
    words: Words = Words.AS_MASKED
    words_due_at: datetime | None = None
    """Until when a person is to have worded what waits (审定时限)."""
    objection_id: str | None = None
    """The latest objection (异议) against a closing of it."""
    objection_state: ObjectionState | None = None
    withdrawal_wished: bool = False
    """Somebody said that the citizen takes it back (撤单待核实), and he is being asked."""
    not_accepted_for: str | None = None
    """Why it was not accepted (不予受理原因), with the door that the citizen has to go to, and what he is told."""
    go_to: str | None = None
    notice: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is said of a case: what it is called on its timeline, and what it makes of it in that round."""

    at: datetime
    what: str
    round: int
    note: str = ""
    unit_code: str | None = None
    by: str | None = None
    action: Action | None = None
    """None: no step of the case, but it may make something true."""
    facts: Mapping[str, Any] = field(default_factory=dict)


def decide(state: State, action: Action, by: Actor, now: datetime, *, what: str, note: str, **facts: Any) -> Said:
    """What is said when the door takes the step, with what else it makes true. Raises OutOfTurn."""
    if not MACHINE.allows(state.status, action):
        raise _out_of_turn(state.status, action)
    if action is Action.WISH and state.withdrawal_wished:
        raise OutOfTurn(
            "The citizen is being asked already whether he takes it back", "撤单正在向诉求人核实，请勿重复申请"
        )
    if action is Action.OBJECT and state.objection_state not in (None, ObjectionState.GRANTED):
        raise _objected(state)
    return Said(now, what, state.round, note, by.unit_code, by.subject, action, facts)


def evolve(state: State, said: Said) -> State:
    """The state after what was said; the same object when it changes nothing.

    Word of an older round changes nothing, of a withdrawn case only its closing counts, and of a closed one what is
    said about its end. Word of a later round opens that round, as the send-back or the reopening before it did. What
    the door did is always a change.
    """
    action, number = said.action, said.round
    ended = state.status is Status.WITHDRAWN and action is not Action.CLOSE
    ended |= state.status in ENDS and number == state.round and action not in AFTER_THE_END
    if ended or number < state.round:
        return state
    present = state if number == state.round else _opened(state, number)
    allowed = action is not None and MACHINE.allows(present.status, action)
    if action in _OPENS and allowed:
        present = _opened(present, number + 1)
    elif action is not None and allowed:
        target = MACHINE.step(present.status, action).target
        wished = action is Action.WISH or (present.withdrawal_wished and target not in ENDS)
        # What was approved while the door answered it, or its citizen took it back, holds no longer.
        accepted = {} if target in (present.status, Status.NOT_ACCEPTED) else _ACCEPTED
        present = replace(present, status=target, withdrawal_wished=wished, **accepted, **said.facts)
    elif action is None:
        present = replace(present, **said.facts)
    if present == state and not (allowed and action in _WITHOUT_A_MOVE):
        return state
    return replace(present, version=state.version + 1)


_ACCEPTED: Mapping[str, Any] = dict.fromkeys(("not_accepted_for", "go_to", "notice"))


def _opened(state: State, number: int) -> State:
    """The case at the beginning of a round (重办): the promises of the round before are void."""
    begun = replace(state, status=Status.SENT_BACK, round=number, sign_due_at=None, due_at=None, closing=None)
    return replace(begun, answered_directly=False, delegate_unit=None, withdrawal_wished=False, **_ACCEPTED)


def _out_of_turn(status: Status, action: Action) -> OutOfTurn:
    """Says where the case stands, and what could be done with it instead."""
    chinese, english = STATUS_LABELS[status]
    wanted_zh, wanted_en = ACTION_LABELS[action]
    possible = MACHINE.possible(status)
    instead = " or ".join(ACTION_LABELS[other][1] for other in possible) or "nothing; register a new case"
    instead_zh = "、".join(ACTION_LABELS[other][0] for other in possible) or "无，请另行登记"
    return OutOfTurn(
        f"The case is {english}: it is not possible to {wanted_en}. Possible: {instead}",
        f"诉求件{chinese}，不能{wanted_zh}。可以：{instead_zh}",
        extra={"case_status": status.value, "possible": [other.value for other in possible]},
    )


def _objected(state: State) -> OutOfTurn:
    """Each closing is objected to once: the second hears which objection there is, and what became of it."""
    extra = {"objection_id": state.objection_id, "objection_state": state.objection_state}
    if state.objection_state is ObjectionState.RAISED:
        return OutOfTurn(
            f"Objection {state.objection_id} waits to be decided", f"异议 {state.objection_id} 正在审核", extra=extra
        )
    return OutOfTurn(
        f"Objection {state.objection_id} against this closing was refused; a closing is objected to once",
        f"对本次销号的异议 {state.objection_id} 已审核不成立，不得重复提出",
        extra=extra,
    )
