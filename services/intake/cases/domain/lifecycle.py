"""Where a case stands, as the door can tell it (诉求件状态): a transition table, and the rule of rounds.

Most actions are taken elsewhere and heard of here; three are taken at the door. One that the table does not allow is
refused at the door; when it is only heard of, it changes nothing: what crossed on the way is no error.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

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

BEGINNINGS = (Status.REGISTERED, Status.ANSWERED)
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


DOOR_LABELS: Mapping[Action, tuple[str, str]] = {
    Action.SUPPLEMENT: ("补充", "supplement it"),
    Action.ANSWER: ("直接答复", "answer it directly"),
    Action.WITHDRAW: ("撤单", "withdraw it"),
}
"""Chinese and English of what the door itself can do."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table. Without a ``target`` the case stays where it is."""

    action: Action
    by: Party
    sources: tuple[Status, ...]
    target: Status | None


_BEFORE_A_UNIT = (Status.REGISTERED, Status.TRIAGE, Status.SENT_BACK)
_WITH_A_UNIT = (Status.ASSIGNED, Status.SIGNED)
_WAITING_FOR_THE_CITIZEN = (Status.HANDLED, Status.ANSWERED, Status.CALLBACK)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(Action.SUPPLEMENT, Party.DOOR, OPEN, None),
    # Once a unit has signed, the answer is the unit's to give.
    Transition(Action.ANSWER, Party.DOOR, (Status.REGISTERED, Status.TRIAGE, Status.ASSIGNED), Status.ANSWERED),
    Transition(Action.WITHDRAW, Party.DOOR, OPEN, Status.WITHDRAWN),
    Transition(Action.QUEUE, Party.DISPATCH, (*_BEFORE_A_UNIT, *_WITH_A_UNIT), Status.TRIAGE),
    Transition(Action.ASSIGN, Party.DISPATCH, (*_BEFORE_A_UNIT, *_WITH_A_UNIT), Status.ASSIGNED),
    Transition(Action.REASSIGN, Party.DISPATCH, (*_BEFORE_A_UNIT, *_WITH_A_UNIT), Status.ASSIGNED),
    Transition(Action.SIGN, Party.DISPATCH, (Status.ASSIGNED,), Status.SIGNED),
    Transition(Action.HAND_IN, Party.DISPATCH, _WITH_A_UNIT, Status.HANDLED),
    Transition(Action.ASK, Party.FOLLOWUP, _WAITING_FOR_THE_CITIZEN, Status.CALLBACK),
    Transition(Action.SEND_BACK, Party.FOLLOWUP, _WAITING_FOR_THE_CITIZEN, Status.SENT_BACK),
    Transition(Action.CLOSE, Party.FOLLOWUP, (*OPEN, Status.WITHDRAWN), Status.CLOSED),
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


def target_of(status: Status, action: Action) -> Status | None:
    """Where an action leads from a status; None when it cannot be taken there."""
    return _TARGETS.get((status, action))


def possible_at_the_door(status: Status) -> tuple[Action, ...]:
    """What the door can do with a case of this status."""
    return tuple(action for action in DOOR_LABELS if target_of(status, action) is not None)


def taken(state: State, action: Action, **facts: Any) -> State | None:
    """The state after an action that is taken now, with what else it makes true; None when it cannot be taken."""
    target = target_of(state.status, action)
    if target is None:
        return None
    return replace(state, status=target, version=state.version + 1, **facts)


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
    elif action is Action.SEND_BACK and target_of(present.status, action) is not None:
        changed = replace(_opened(present, number + 1), version=state.version + 1)
    else:
        changed = taken(present, action, **facts) or replace(present, version=state.version + 1)
    return state if replace(changed, version=state.version) == state else changed


def _opened(state: State, number: int) -> State:
    """The case at the beginning of a round (重办): the promises of the round before are void."""
    return replace(state, status=Status.SENT_BACK, round=number, sign_due_at=None, due_at=None, answered_directly=False)


def flaws(transitions: tuple[Transition, ...] = TRANSITIONS) -> Iterator[str]:
    """What is wrong with a table: statuses that are never reached, or from which no end can be."""
    forward: dict[Status, set[Status]] = {status: set() for status in Status}
    for transition in transitions:
        for source in transition.sources:
            forward[source].add(transition.target or source)
    reached = _closure(set(BEGINNINGS), forward)
    yield from (f"{status} is never reached" for status in Status if status not in reached)
    for status in Status:
        if not _closure({status}, forward) & set(ENDS):
            yield f"{status} never ends"
        if status in ENDS and forward[status]:
            yield f"{status} is an end and goes on"
    named = [(source, transition.action) for transition in transitions for source in transition.sources]
    yield from (
        f"{source} x {action} stands twice" for source, action in set(named) if named.count((source, action)) > 1
    )


def _closure(statuses: set[Status], forward: Mapping[Status, set[Status]]) -> set[Status]:
    found: set[Status] = set()
    while statuses:
        found |= statuses
        statuses = {target for status in statuses for target in forward[status]} - found
    return found


def _checked(transitions: tuple[Transition, ...]) -> dict[tuple[Status, Action], Status]:
    found = sorted(flaws(transitions))
    if found:
        raise ValueError(f"the transition table is wrong: {'; '.join(found)}")
    return {(source, line.action): line.target or source for line in transitions for source in line.sources}


_TARGETS = _checked(TRANSITIONS)
