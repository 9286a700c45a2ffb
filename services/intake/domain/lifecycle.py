"""Where a case stands, as the door can tell it (诉求件状态): a transition table, and the rule of rounds.

Most steps are taken elsewhere and heard of here; three are taken at the door. A step that the table does not allow is
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
    """Who takes a step."""

    DOOR = "door"
    DISPATCH = "dispatch"
    FOLLOWUP = "followup"


class Step(StrEnum):
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


DOOR_LABELS: Mapping[Step, tuple[str, str]] = {
    Step.SUPPLEMENT: ("补充", "supplement it"),
    Step.ANSWER: ("直接答复", "answer it directly"),
    Step.WITHDRAW: ("撤单", "withdraw it"),
}
"""Chinese and English of what the door itself can do."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table. Without a ``target`` the case stays where it is."""

    step: Step
    by: Party
    sources: tuple[Status, ...]
    target: Status | None


_BEFORE_A_UNIT = (Status.REGISTERED, Status.TRIAGE, Status.SENT_BACK)
_WITH_A_UNIT = (Status.ASSIGNED, Status.SIGNED)
_WAITING_FOR_THE_CITIZEN = (Status.HANDLED, Status.ANSWERED, Status.CALLBACK)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(Step.SUPPLEMENT, Party.DOOR, OPEN, None),
    # Once a unit has signed, the answer is the unit's to give.
    Transition(Step.ANSWER, Party.DOOR, (Status.REGISTERED, Status.TRIAGE, Status.ASSIGNED), Status.ANSWERED),
    Transition(Step.WITHDRAW, Party.DOOR, OPEN, Status.WITHDRAWN),
    Transition(Step.QUEUE, Party.DISPATCH, (*_BEFORE_A_UNIT, *_WITH_A_UNIT), Status.TRIAGE),
    Transition(Step.ASSIGN, Party.DISPATCH, (*_BEFORE_A_UNIT, *_WITH_A_UNIT), Status.ASSIGNED),
    Transition(Step.REASSIGN, Party.DISPATCH, (*_BEFORE_A_UNIT, *_WITH_A_UNIT), Status.ASSIGNED),
    Transition(Step.SIGN, Party.DISPATCH, (Status.ASSIGNED,), Status.SIGNED),
    Transition(Step.HAND_IN, Party.DISPATCH, _WITH_A_UNIT, Status.HANDLED),
    Transition(Step.ASK, Party.FOLLOWUP, _WAITING_FOR_THE_CITIZEN, Status.CALLBACK),
    Transition(Step.SEND_BACK, Party.FOLLOWUP, _WAITING_FOR_THE_CITIZEN, Status.SENT_BACK),
    Transition(Step.CLOSE, Party.FOLLOWUP, (*OPEN, Status.WITHDRAWN), Status.CLOSED),
)


@dataclass(frozen=True, slots=True)
class Standing:
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


def target_of(status: Status, step: Step) -> Status | None:
    """Where a step leads from a status; None when it cannot be taken there."""
    return _TARGETS.get((status, step))


def possible_at_the_door(status: Status) -> tuple[Step, ...]:
    """What the door can do with a case of this status."""
    return tuple(step for step in DOOR_LABELS if target_of(status, step) is not None)


def taken(standing: Standing, step: Step, **facts: Any) -> Standing | None:
    """The standing after a step that is taken now, with what else it makes true; None when it cannot be taken."""
    target = target_of(standing.status, step)
    if target is None:
        return None
    return replace(standing, status=target, version=standing.version + 1, **facts)


def heard(standing: Standing, number: int, step: Step | None, **facts: Any) -> Standing:
    """The standing after word of a round; the same object when the word changes nothing.

    Word of an older round changes nothing, and of a withdrawn case only its closing counts. Word of a later round
    opens that round, as the send-back before it did.
    """
    ended = standing.status in ENDS or (standing.status is Status.WITHDRAWN and step is not Step.CLOSE)
    if ended or number < standing.round:
        return standing
    present = standing if number == standing.round else _opened(standing, number)
    if step is None:
        changed = replace(present, version=standing.version + 1, **facts)
    elif step is Step.SEND_BACK and target_of(present.status, step) is not None:
        changed = replace(_opened(present, number + 1), version=standing.version + 1)
    else:
        changed = taken(present, step, **facts) or replace(present, version=standing.version + 1)
    return standing if replace(changed, version=standing.version) == standing else changed


def _opened(standing: Standing, number: int) -> Standing:
    """The case at the beginning of a round (重办): the promises of the round before are void."""
    return replace(
        standing, status=Status.SENT_BACK, round=number, sign_due_at=None, due_at=None, answered_directly=False
    )


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
    named = [(source, transition.step) for transition in transitions for source in transition.sources]
    yield from (f"{source} x {step} stands twice" for source, step in set(named) if named.count((source, step)) > 1)


def _closure(statuses: set[Status], forward: Mapping[Status, set[Status]]) -> set[Status]:
    found: set[Status] = set()
    while statuses:
        found |= statuses
        statuses = {target for status in statuses for target in forward[status]} - found
    return found


def _checked(transitions: tuple[Transition, ...]) -> dict[tuple[Status, Step], Status]:
    found = sorted(flaws(transitions))
    if found:
        raise ValueError(f"the transition table is wrong: {'; '.join(found)}")
    return {(source, line.step): line.target or source for line in transitions for source in line.sources}


_TARGETS = _checked(TRANSITIONS)
