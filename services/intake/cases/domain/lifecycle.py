"""Where a case stands, as the door can tell it (诉求件状态): a transition table, and the rule of rounds.

Most actions are taken elsewhere and heard of here; three are taken at the door. One that the table does not allow is
refused at the door; when it is only heard of, it changes nothing: what crossed on the way is no error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from libs.common.rules.machine import Machine, Step

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
    Status.CLOSED: ("已销号", "closed"),
}
"""Chinese and English."""

ENDS = (Status.CLOSED,)
OPEN = tuple(status for status in Status if status not in (Status.WITHDRAWN, Status.CLOSED))
"""Something is still being done about it."""


class Party(StrEnum):
    """Who takes an action."""

    DOOR = "door"
    DISPATCH = "dispatch"
    FOLLOWUP = "followup"


class Action(StrEnum):
    """What can happen to a case (动作)."""

    SUPPLEMENT = "supplement"
    ANSWER = "answer"
    WITHDRAW = "withdraw"
    QUEUE = "queue"
    ASSIGN = "assign"
    REASSIGN = "reassign"
    SIGN = "sign"
    HAND_IN = "hand_in"
    ASK = "ask"
    SEND_BACK = "send_back"
    CLOSE = "close"


ACTION_LABELS: Mapping[Action, tuple[str, str]] = {
    Action.SUPPLEMENT: ("补充", "supplement it"),
    Action.ANSWER: ("直接答复", "answer it directly"),
    Action.WITHDRAW: ("撤单", "withdraw it"),
    Action.QUEUE: ("待派", "leave it to a dispatcher"),
    Action.ASSIGN: ("派单", "assign it"),
    Action.REASSIGN: ("改派", "reassign it"),
    Action.SIGN: ("签收", "sign it"),
    Action.HAND_IN: ("办结反馈", "hand in the result"),
    Action.ASK: ("转回访", "ask the citizen"),
    Action.SEND_BACK: ("发回重办", "send it back"),
    Action.CLOSE: ("销号", "close it"),
}
"""Chinese and English."""

Line = Step[Status, Action, Party, []]

_BEFORE_A_UNIT = (Status.REGISTERED, Status.TRIAGE, Status.SENT_BACK)
_WITH_A_UNIT = (Status.ASSIGNED, Status.SIGNED)
_WAITING_FOR_THE_CITIZEN = (Status.HANDLED, Status.ANSWERED, Status.CALLBACK)

_UNDECIDED = (*_BEFORE_A_UNIT, *_WITH_A_UNIT)

STEPS: tuple[Line, ...] = (
    *Line.each(OPEN, Action.SUPPLEMENT, Party.DOOR),
    # Once a unit has signed, the answer is the unit's to give.
    *Line.each((Status.REGISTERED, Status.TRIAGE, Status.ASSIGNED), Action.ANSWER, Party.DOOR, to=Status.ANSWERED),
    *Line.each(OPEN, Action.WITHDRAW, Party.DOOR, to=Status.WITHDRAWN),
    *Line.each(_UNDECIDED, Action.QUEUE, Party.DISPATCH, to=Status.TRIAGE),
    *Line.each(_UNDECIDED, Action.ASSIGN, Party.DISPATCH, to=Status.ASSIGNED),
    *Line.each(_UNDECIDED, Action.REASSIGN, Party.DISPATCH, to=Status.ASSIGNED),
    Line(Action.SIGN, Status.ASSIGNED, Status.SIGNED, Party.DISPATCH),
    *Line.each(_WITH_A_UNIT, Action.HAND_IN, Party.DISPATCH, to=Status.HANDLED),
    *Line.each(_WAITING_FOR_THE_CITIZEN, Action.ASK, Party.FOLLOWUP, to=Status.CALLBACK),
    *Line.each(_WAITING_FOR_THE_CITIZEN, Action.SEND_BACK, Party.FOLLOWUP, to=Status.SENT_BACK),
    *Line.each((*OPEN, Status.WITHDRAWN), Action.CLOSE, Party.FOLLOWUP, to=Status.CLOSED),
)

MACHINE = Machine(
    STEPS, STATUS_LABELS, ACTION_LABELS, people=(Party.DOOR,), ends=ENDS, begins=(Status.REGISTERED, Status.ANSWERED)
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
    version: int = 1


def taken(state: State, action: Action, **facts: Any) -> State | None:
    """The state after an action that is taken now, with what else it makes true; None when it cannot be taken."""
    if not MACHINE.allows(state.status, action):
        return None
    return replace(state, status=MACHINE.target(state.status, action), version=state.version + 1, **facts)


def heard(state: State, number: int, action: Action | None, **facts: Any) -> State:
    """The state after word of a round; the same object when the word changes nothing.

    Word of an older round changes nothing, and of a withdrawn case only its closing counts. Word of a later round
    opens that round, as the send-back before it did.
    """
    ended = state.status in ENDS or (state.status is Status.WITHDRAWN and action is not Action.CLOSE)
    if ended or number < state.round:
        return state
    present = state if number == state.round else _opened(state, number)
    if action is None:
        changed = replace(present, version=state.version + 1, **facts)
    elif action is Action.SEND_BACK and MACHINE.allows(present.status, action):
        changed = replace(_opened(present, number + 1), version=state.version + 1)
    else:
        changed = taken(present, action, **facts) or replace(present, version=state.version + 1)
    return state if replace(changed, version=state.version) == state else changed


def _opened(state: State, number: int) -> State:
    """The case at the beginning of a round (重办): the promises of the round before are void."""
    return replace(state, status=Status.SENT_BACK, round=number, sign_due_at=None, due_at=None, answered_directly=False)
