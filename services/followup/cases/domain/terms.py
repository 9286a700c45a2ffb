"""Words of a case: where it stands, what can happen to it, and who does it; each with its Chinese label."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from libs.common.events.terms import FIRST_REQUESTER, Closing, Reached, Satisfaction
from libs.common.rules import machine
from libs.common.rules.machine import SYSTEM, Actor


class Status(StrEnum):
    """Where a case stands with its promise (跟踪状态)."""

    HANDLING = "handling"
    CALLBACK = "callback"
    REVIEW = "review"
    CLOSED = "closed"


OPEN = (Status.HANDLING, Status.CALLBACK, Status.REVIEW)
ENDS = (Status.CLOSED,)
"""Nothing more can happen."""


class Action(StrEnum):
    """One step that a case can take (操作)."""

    OPEN = "open"
    QUEUE = "queue"
    ASSIGN = "assign"
    REASSIGN = "reassign"
    ASK = "ask"
    LEAVE_UNASKED = "leave_unasked"
    TRY = "try"
    PUT_ASIDE = "put_aside"
    GIVE_UP = "give_up"
    HEAR = "hear"
    HEAR_LAST = "hear_last"
    SATISFY = "satisfy"
    SEND_BACK = "send_back"
    TRY_AGAIN = "try_again"
    CLOSE_UNVERIFIED = "close_unverified"
    WITHDRAW = "withdraw"
    SUPERVISE = "supervise"


class Party(StrEnum):
    """Who may take a step. That the caller's role carries the right was asked at the door."""

    SYSTEM = "system"
    CALLER = "caller"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"


class CallbackState(StrEnum):
    """How far the asking of one requester in one round is (回访任务状态)."""

    DUE = "due"
    EXHAUSTED = "exhausted"
    DONE = "done"
    CANCELLED = "cancelled"


CONTENT = (Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try to ask the citizen (一次回访的结果)."""

    reached: Reached
    contacted: bool | None = None
    solved: bool | None = None
    satisfaction: Satisfaction | None = None

    @property
    def valid(self) -> bool:
        """有效回访: the citizen was reached, answered, and said how satisfied he is."""
        return self.reached is Reached.ANSWERED and self.satisfaction is not None

    @property
    def content(self) -> bool:
        """The citizen's own valid word that he is satisfied, and not that the matter is unsolved."""
        return self.valid and self.satisfaction in CONTENT and self.solved is not False


@dataclass(frozen=True, slots=True)
class Asking:
    """The callback of one requester in one round, as far as the rules need it (回访任务)."""

    round: int
    state: CallbackState = CallbackState.DUE
    handling_unit: str | None = None
    answered_by: str | None = None
    """The account that answered at the door, where nobody else finished the round."""
    callers: frozenset[str] = frozenset()
    """Accounts that tried so far, whomever of the round's requesters they called."""
    tries: int = 0
    """Tries without a valid answer, since the callback was opened or a review opened it again."""
    tries_allowed: int = 1
    next_try_at: datetime | None = None
    """Before it another try would not be at a different time; None when any time is good."""
    attempts: int = 0
    """Tries so far, valid or not."""
    requester: str = FIRST_REQUESTER
    """Whom it asks."""
    others: Mapping[str, CallbackState] = field(default_factory=dict)
    """The other requesters of the round who are asked for its end, and how far that is; who is done was satisfied."""

    @property
    def left(self) -> tuple[str, ...]:
        """The other requesters who have not said that they are satisfied."""
        return tuple(sorted(one for one, state in self.others.items() if state is not CallbackState.DONE))

    @property
    def others_wait(self) -> bool:
        """Whether another requester is still to be called."""
        return CallbackState.DUE in self.others.values()


@dataclass(frozen=True, slots=True)
class State:
    """What the steps of a case move of it, under its columns' names. ``status`` is None before it was opened.

    Raises:
        ValueError: it says what can never be: an end without its kind, or a satisfaction that nobody gave.
    """

    status: Status | None = None
    round: int = 1
    lead_unit: str | None = None
    left_units: tuple[str, ...] = ()
    """Units that led it and gave it up, each once."""
    category_code: str | None = None
    pack_version: int = 0
    closing: Closing | None = None
    satisfaction: Satisfaction | None = None
    closed_by_requester: str = FIRST_REQUESTER
    """Whose satisfied word closed it, if anybody's did."""
    closed_by_attempt: int | None = None
    version: int = 0

    @property
    def sent_back(self) -> int:
        """How often the citizen had it done again."""
        return self.round - 1

    def __post_init__(self) -> None:
        """Refuse a state that cannot be."""
        if (self.status is Status.CLOSED) != (self.closing is not None):
            raise ValueError("a case is closed exactly when it has a closing kind")
        if self.closing is Closing.SUBSTANTIVE and self.satisfaction not in CONTENT:
            raise ValueError("a substantive closing carries the citizen's satisfied word")
        if self.closing is not Closing.SUBSTANTIVE and self.satisfaction is not None:
            raise ValueError("only a substantive closing carries a satisfaction")


@dataclass(frozen=True, slots=True)
class Lead:
    """Who leads from now on, as dispatch says, for which category and under which pack; and who gave it up for that."""

    unit_code: str | None = None
    category_code: str | None = None
    pack_version: int = 0
    gave_up: str | None = None


@dataclass(frozen=True, slots=True)
class StepInput:
    """What a step is taken on: the time, the callback it concerns, what the citizen or dispatch said, who takes it."""

    now: datetime
    asking: Asking = field(default_factory=lambda: Asking(round=0))
    answer: Answer | None = None
    by: Actor = SYSTEM
    lead: Lead | None = None


Said = machine.Said[Action, StepInput]


STATUS_LABELS: dict[Status, tuple[str, str]] = {
    Status.HANDLING: ("办理中", "being handled"),
    Status.CALLBACK: ("待回访", "waiting for the citizen's word"),
    Status.REVIEW: ("待核实", "waiting for a review, the citizen was not reached"),
    Status.CLOSED: ("已销号", "closed"),
}
"""Chinese and English."""
ACTION_LABELS: dict[Action, tuple[str, str]] = {
    Action.OPEN: ("登记", "open"),
    Action.QUEUE: ("待派", "wait for a unit"),
    Action.ASSIGN: ("派单", "assign"),
    Action.REASSIGN: ("改派", "reassign"),
    Action.ASK: ("转回访", "ask the citizen"),
    Action.LEAVE_UNASKED: ("不需回访，转核实", "review it, the citizen wants no callback"),
    Action.TRY: ("回访未果", "try to reach the citizen"),
    Action.PUT_ASIDE: ("多次未接通，待回访其他诉求人", "go on to the other requesters, the tries are used up"),
    Action.GIVE_UP: ("多次未接通，转核实", "review it, the tries are used up"),
    Action.HEAR: ("满意，待回访其他诉求人", "go on to the other requesters, this one is satisfied"),
    Action.HEAR_LAST: ("满意，其他诉求人未接通，转核实", "review it, who was reached is satisfied"),
    Action.SATISFY: ("满意销号", "close it with the citizen's satisfied word"),
    Action.SEND_BACK: ("发回重办", "send it back"),
    Action.TRY_AGAIN: ("再次回访", "try again"),
    Action.CLOSE_UNVERIFIED: ("未核实办结", "close it as unverified"),
    Action.WITHDRAW: ("撤单", "withdrawn by the citizen"),
    Action.SUPERVISE: ("督办", "supervise"),
}
"""Chinese and English."""
