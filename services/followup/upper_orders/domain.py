"""An order from above (上级交办) and the answer to it: who may take which step, and what it becomes. Pure.

Who wrote an answer never approves it, and what was written anew is approved anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from libs.common.events.upper_terms import REPLIES_ZH, ReplyState
from libs.common.rules.apart import names_of
from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn


class AnsweringStep(StrEnum):
    """What can happen to it."""

    CHANGE = "change"
    """It came again with another deadline (上级时限变更)."""
    WRITE = "write"
    APPROVE = "approve"
    GIVE_BACK = "give_back"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class OrderAbove:
    """An order from above under its columns' names, with the answer to it. ``version`` grows with every step."""

    case_id: str
    body: str
    number: str
    received_at: datetime
    due_at: datetime | None
    """Until when it is to be answered: by its own deadline, else by the pack's limit; None: no end is set."""
    edition: int = 1
    """Which of its deadlines that is."""
    state: ReplyState = ReplyState.WAITING
    draft: int = 0
    unit_code: str | None = None
    """The unit that worked on the case when the answer was written."""
    findings: str | None = None
    measures: str | None = None
    opinion: str | None = None
    evidence: tuple[str, ...] = ()
    written_by: str | None = None
    written_by_staff: str | None = None
    written_at: datetime | None = None
    decided_by: str | None = None
    decided_by_staff: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    """Why it was approved or given back."""
    sent_by: str | None = None
    sent_by_staff: str | None = None
    sent_at: datetime | None = None
    how: str | None = None
    on_time: bool | None = None
    """Whether it was sent before the deadline that was in force; None before, and where no end was set."""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Said:
    """A step, when it was taken and by whom, and what it makes true."""

    step: AnsweringStep
    at: datetime
    by: str | None
    by_staff: str | None
    facts: Mapping[str, Any] = field(default_factory=dict)


_FROM: Mapping[AnsweringStep, tuple[ReplyState, ...]] = {
    AnsweringStep.CHANGE: tuple(ReplyState),
    AnsweringStep.WRITE: (ReplyState.WAITING, ReplyState.WRITTEN, ReplyState.APPROVED),
    AnsweringStep.APPROVE: (ReplyState.WRITTEN,),
    AnsweringStep.GIVE_BACK: (ReplyState.WRITTEN,),
    AnsweringStep.SEND: (ReplyState.APPROVED,),
}
_TO = {
    AnsweringStep.WRITE: ReplyState.WRITTEN,
    AnsweringStep.APPROVE: ReplyState.APPROVED,
    AnsweringStep.GIVE_BACK: ReplyState.WAITING,
    AnsweringStep.SEND: ReplyState.SENT,
}
_WHO = {
    AnsweringStep.WRITE: "written",
    AnsweringStep.APPROVE: "decided",
    AnsweringStep.GIVE_BACK: "decided",
    AnsweringStep.SEND: "sent",
}
_UNDECIDED: dict[str, Any] = dict.fromkeys(("decided_by", "decided_by_staff", "decided_at", "reason"))


def decide(order: OrderAbove, step: AnsweringStep, by: Actor, now: datetime, **facts: Any) -> Said:
    """The step with what it makes true; nothing happens to an order before it came, be a clock behind.

    Raises:
        OutOfTurn: it is not possible as the order stands.
        NotTheirs: whoever wrote an answer would decide about it.
    """
    if order.state not in _FROM[step]:
        zh = REPLIES_ZH[order.state]
        raise OutOfTurn(
            f"This is not possible: the answer to this order is {order.state.value}",
            f"不能如此操作：该上级交办件当前为“{zh}”",
            extra={"state": order.state.value},
        )
    judges = step in (AnsweringStep.APPROVE, AnsweringStep.GIVE_BACK)
    if judges and not by.names.isdisjoint(names_of(order.written_by, order.written_by_staff)):
        raise NotTheirs("Whoever wrote an answer does not decide about it", "回复拟稿人不得审核本人的拟稿")
    return Said(step, max(now, order.received_at), by.subject, by.staff_id, facts)


def evolve(order: OrderAbove, said: Said) -> OrderAbove:
    """The order after the step."""
    changed: dict[str, Any] = {**said.facts, "version": order.version + 1}
    if (state := _TO.get(said.step)) is not None:
        did = _WHO[said.step]
        changed |= {"state": state, f"{did}_by": said.by, f"{did}_by_staff": said.by_staff, f"{did}_at": said.at}
    if said.step is AnsweringStep.WRITE:
        changed |= _UNDECIDED | {"draft": order.draft + 1}
    if said.step is AnsweringStep.SEND:
        changed |= {"on_time": None if order.due_at is None else said.at < order.due_at}
    return replace(order, **changed)
