"""Words of a case: where it stands, what can happen to it, and who does it; each with its Chinese label."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from libs.common.events.objecting import ObjectionState
from libs.common.events.reasons import NotAcceptedFor
from libs.common.events.terms import FIRST_REQUESTER, Closing, Reached, Satisfaction
from libs.common.rules import machine
from libs.common.rules.apart import NO_HANDS, Hands, names_of
from libs.common.rules.machine import SYSTEM, Actor


class Status(StrEnum):
    """Where a case stands with its promise (跟踪状态)."""

    HANDLING = "handling"
    CALLBACK = "callback"
    REVIEW = "review"
    CLOSED = "closed"


OPEN = (Status.HANDLING, Status.CALLBACK, Status.REVIEW)
ENDS = (Status.CLOSED,)
"""Nothing more can happen, unless the citizen objects to it."""


class Action(StrEnum):
    """One step that a case can take (操作)."""

    OPEN = "open"
    QUEUE = "queue"
    ASSIGN = "assign"
    REASSIGN = "reassign"
    DELEGATE = "delegate"
    RAISE = "raise"
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
    CLOSE_UNASKED = "close_unasked"
    WISH = "wish"
    TRY_WISH = "try_wish"
    LAPSE_WISH = "lapse_wish"
    HEAR_WISH = "hear_wish"
    DENY_WISH = "deny_wish"
    CONFIRM_WISH = "confirm_wish"
    WITHDRAW = "withdraw"
    NOT_ACCEPT = "not_accept"
    TERMINATE = "terminate"
    SUPERVISE = "supervise"
    OBJECT = "object"
    UPHOLD = "uphold"
    REOPEN = "reopen"


AFTER_THE_END = (Action.OBJECT, Action.UPHOLD, Action.REOPEN)
"""Steps of a case that is closed."""


class Party(StrEnum):
    """Who may take a step. That the caller's role carries the right was asked at the door."""

    SYSTEM = "system"
    CALLER = "caller"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    APPROVER = "approver"
    JUDGE = "judge"
    """Who decides about an objection; offered to nobody else as a way on."""


class Purpose(StrEnum):
    """What a requester is asked for (回访目的): only the first can close a case as solved, the last as withdrawn."""

    CLOSING = "closing"
    RECHECK = "recheck"
    NOTICE = "notice"
    SURVEY = "survey"
    WITHDRAWAL = "withdrawal"


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
    withdraws: bool | None = None
    """Whether he takes the case back (撤单), where that is what he was asked."""
    about_wish: int | None = None
    """Of an answer by a one-time link (一次性链接): for which wish of the round the link was made."""

    @property
    def valid(self) -> bool:
        """有效回访: the citizen was reached, answered, and said how satisfied he is."""
        return self.reached is Reached.ANSWERED and self.satisfaction is not None

    @property
    def content(self) -> bool:
        """The citizen's own valid word that he is satisfied, and not that the matter is unsolved."""
        return self.valid and self.satisfaction in CONTENT and self.solved is not False

    def counts_for(self, purpose: Purpose) -> bool:
        """Whether the citizen was reached and said what he was asked for."""
        if purpose is Purpose.WITHDRAWAL:
            return self.reached is Reached.ANSWERED and self.withdraws is not None
        return self.valid


@dataclass(frozen=True, slots=True)
class Asking:
    """The callback of one requester in one round, as far as the rules need it (回访任务)."""

    round: int
    state: CallbackState = CallbackState.DUE
    handling_unit: str | None = None
    answered_by: str | None = None
    """The account that answered at the door, where nobody else finished the round."""
    answered_by_staff: str | None = None
    """The member of staff whose account it is."""
    callers: frozenset[str] = frozenset()
    """Names of the people who tried so far, whomever of the round's requesters they called."""
    before: Hands = NO_HANDS
    """Who finished the rounds before, as their callbacks tell it."""
    superiors: frozenset[str] = frozenset()
    """Units above those that had a hand in the case, where the pack has them not ask about it."""
    tries: int = 0
    """Tries without a valid answer, since the callback was opened or a review opened it again."""
    tries_allowed: int = 1
    next_try_at: datetime | None = None
    """Before it another try would not be at a different time; None when any time is good."""
    attempts: int = 0
    """Tries so far, valid or not."""
    requester: str = FIRST_REQUESTER
    """Whom it asks."""
    purpose: Purpose = Purpose.CLOSING
    told_by: frozenset[str] = frozenset()
    """Names of whoever said that he takes it back, where that is what he is asked."""
    wish: int = 0
    """Which wish of its round it asks about, where it asks about one."""
    others: Mapping[str, CallbackState] = field(default_factory=dict)
    """The other requesters of the round who are asked for the same, and how far that is; who is done said yes to it."""

    @property
    def hands(self) -> Hands:
        """Who finished this round, or one before."""
        unit = () if self.handling_unit is None else (self.handling_unit,)
        return self.before | Hands(names_of(self.answered_by, self.answered_by_staff), frozenset(unit))

    @property
    def left(self) -> tuple[str, ...]:
        """The other requesters who have not said that they are satisfied, or take it back."""
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
    delegate_unit: str | None = None
    """Who works, if not the unit that leads."""
    passed: tuple[str, ...] = ()
    """The two units of each time that it was delegated, taken back or raised, in one order: ``A B``."""
    category_code: str | None = None
    pack_version: int = 0
    closing: Closing | None = None
    satisfaction: Satisfaction | None = None
    closed_by_requester: str = FIRST_REQUESTER
    """Whose satisfied word closed it, if anybody's did."""
    closed_by_attempt: int | None = None
    handled_by: tuple[str, ...] = ()
    """Names of the people through whose hands it went (经手人), in all its rounds; sorted, as the next."""
    handling_units: tuple[str, ...] = ()
    """The units that led it, supported it or answered it (经手单位), in all its rounds."""
    version: int = 0

    @property
    def hands(self) -> Hands:
        """Who had a hand in it. Of cases from before it was kept, what their rows tell: who led it, and who gave up."""
        led = () if self.lead_unit is None else (self.lead_unit,)
        return Hands(frozenset(self.handled_by), frozenset((*self.handling_units, *self.left_units, *led)))

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
class AgainstClosing:
    """What the citizen has against the closing of a round, as far as the rules need it (异议)."""

    round: int
    state: ObjectionState = ObjectionState.RAISED
    closed_by: frozenset[str] = frozenset()
    """Names of the people by whom it came to that closing, or to one before: who asked the citizen, looked at him whom
    nobody reached, or said that he takes it back."""
    taken_by: frozenset[str] = frozenset()
    """Names of whoever took the objection at the door."""
    hands: Hands = NO_HANDS
    """Who had a hand in the case, beside those that it names itself: units that have gone up in others since."""


@dataclass(frozen=True, slots=True)
class Lead:
    """Who leads from now on, as dispatch says, for which category and under which pack; and who gave it up for that.

    ``delegate_unit`` works for it, if another does; ``passed`` are the two units that passed it between them for that.
    """

    unit_code: str | None = None
    category_code: str | None = None
    pack_version: int = 0
    gave_up: str | None = None
    delegate_unit: str | None = None
    passed: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Unaccepted:
    """Why a case is not accepted, which door the citizen has to go to, and by what names who asked for it is known."""

    reason_code: NotAcceptedFor
    go_to: str
    asked_by: frozenset[str]


@dataclass(frozen=True, slots=True)
class Terminated:
    """For which reason its handling ends (终止办理), what proves that, and by what names who asked is known.

    ``units`` had it then, whichever of them stood between the one that led and the one that worked.
    """

    reason_code: str
    evidence: str
    asked_by: frozenset[str]
    units: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StepInput:
    """What a step is taken on: the time, the callback it concerns, what the citizen or dispatch said, who takes it."""

    now: datetime
    asking: Asking = field(default_factory=lambda: Asking(round=0))
    answer: Answer | None = None
    by: Actor = SYSTEM
    lead: Lead | None = None
    objection: AgainstClosing | None = None
    unaccepted: Unaccepted | None = None
    terminated: Terminated | None = None


Said = machine.Said[Action, StepInput]
Heard = Said | Hands
"""A step, or who had a hand in the case."""


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
    Action.DELEGATE: ("下派", "delegate"),
    Action.RAISE: ("上报", "raise"),
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
    Action.CLOSE_UNASKED: ("未回访办结", "close it as unasked"),
    Action.WISH: ("申请撤单，待核实", "ask the citizen whether he takes it back"),
    Action.TRY_WISH: ("撤单核实未果", "try to reach the citizen about the withdrawal"),
    Action.LAPSE_WISH: ("多次未接通，撤单不成立", "go on, nobody was reached about the withdrawal"),
    Action.HEAR_WISH: ("确认撤单，待核实其他诉求人", "ask the other requesters, this one takes it back"),
    Action.DENY_WISH: ("诉求人未撤单，继续办理", "go on, the citizen does not take it back"),
    Action.CONFIRM_WISH: ("诉求人确认撤单", "close it, the citizen takes it back"),
    Action.WITHDRAW: ("撤单（旧）", "withdrawn, as a release before had it"),
    Action.TERMINATE: ("终止办理", "close it, its handling was ended"),
    Action.NOT_ACCEPT: ("不予受理", "close it, it is not accepted"),
    Action.SUPERVISE: ("督办", "supervise"),
    Action.OBJECT: ("提出异议", "object to its closing"),
    Action.UPHOLD: ("异议不成立，维持销号", "refuse the objection, it stays closed"),
    Action.REOPEN: ("异议成立，重新办理", "grant the objection and reopen it"),
}
"""Chinese and English."""
