"""What the rules see of a case, what is asked of it, and what is said of it: each step with what it brings."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from enum import StrEnum

from libs.common.events.asking_terms import RequestKind
from libs.common.events.reasons import NotAcceptedFor
from libs.common.events.terms import Deadline, Level, ResultKind
from libs.common.rules import machine
from libs.common.time.due import LimitUnit
from services.dispatch.cases.domain.aided import AidPart
from services.dispatch.cases.domain.appraising import Appraising
from services.dispatch.cases.domain.called import CalledPart, Whistle
from services.dispatch.cases.domain.clocks import concerns_now, list_due
from services.dispatch.cases.domain.disputed import ArbitrationRuling, Dispute, RaisedRequest, UnitStatement
from services.dispatch.cases.domain.lettered import LetterPart
from services.dispatch.cases.domain.mediated import MediationPart
from services.dispatch.cases.domain.risky import RiskPart
from services.dispatch.cases.domain.terms import Action, Status


@dataclass(frozen=True, slots=True)
class State:
    """All that moves of a case with the units, under its columns' names. ``status`` is None before it was opened."""

    registered_at: datetime
    pack_version: int
    category_code: str | None = None
    status: Status | None = None
    held: bool = False
    """What it says waits for a person's wording: no unit is found before (待审定)."""
    round: int = 1
    lead_unit: str | None = None
    support_units: tuple[str, ...] = ()
    open_support: tuple[str, ...] = ()
    """Those of them that have not done their part, nor been let off it."""
    open_called: tuple[str, ...] = ()
    """Units that were summoned and have neither done their part nor been let off it, whatever the round."""
    open_letters: tuple[str, ...] = ()
    """Numbers of letters that were sent and are neither answered for good nor withdrawn, whatever the round."""
    delegates: tuple[str, ...] = ()
    """The units below the lead that it was delegated to, each by the one before: the last of them works."""
    by_rule: bool = False
    explanation: str = ""
    supplements: tuple[Mapping[str, str], ...] = ()
    assigned_at: datetime | None = None
    signed_at: datetime | None = None
    handled_at: datetime | None = None
    stepped_at: datetime | None = None
    triage_due_at: datetime | None = None
    sign_due_at: datetime | None = None
    handle_due_at: datetime | None = None
    warnings: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()
    supervised: int = 0
    return_pending: bool = False
    return_reason: str | None = None
    return_note: str | None = None
    return_asked_by: str | None = None
    return_asked_by_staff: str | None = None
    return_asked_at: datetime | None = None
    returns: int = 0
    nonacceptance_pending: bool = False
    """Somebody asks that it be not accepted (不予受理待审核), and a second person has to decide."""
    nonacceptance_asked_by: str | None = None
    nonacceptance_asked_by_staff: str | None = None
    asked: RequestKind | None = None
    """What the unit that works asks for (延期、挂账), until somebody else decides."""
    asked_by: str | None = None
    asked_by_staff: str | None = None
    given_back: tuple[str, ...] = ()
    """Units whose return was approved in this round, each once."""
    disputing: tuple[str, ...] = ()
    """Units between which it is ruled on whose it is (裁定中): no other step gives it to one."""
    designated_unit: str | None = None
    """Whom the last ruling named as its lead (指定主办): that unit does not give it back."""
    request_raised_at: datetime | None = None
    """Since when what is asked for waits for the supervisors (提级审核), because nobody had decided in time."""
    suspended_until: datetime | None = None
    """挂账至: its handling clock stands still until then, and it comes back by itself."""
    not_accepted_for: NotAcceptedFor | None = None
    """Why it was not accepted, once that was approved."""
    go_to: str | None = None
    """And the door that the citizen has to go to."""
    notice: str | None = None
    result_kind: ResultKind | None = None
    result: str | None = None
    contacted_at: datetime | None = None
    version: int = 0

    @property
    def delegate_unit(self) -> str | None:
        """Who works, if not the unit that leads (承办单位)."""
        return self.delegates[-1] if self.delegates else None

    @property
    def working_unit(self) -> str | None:
        """Who signs, reports and hands in: the one that leads, or the last that it was delegated to."""
        return self.delegate_unit or self.lead_unit

    @property
    def list_due_at(self) -> datetime:
        """What lists are sorted by."""
        return list_due(
            handle_due_at=self.handle_due_at, assigned_at=self.assigned_at, registered_at=self.registered_at
        )

    @property
    def warned(self) -> bool:
        """Whether it was warned of what the case waits for now."""
        return self.status is not None and concerns_now(self.status, self.warnings)

    @property
    def overdue(self) -> bool:
        """Whether what the case waits for now was missed."""
        return self.status is not None and concerns_now(self.status, self.misses)

    @property
    def last_at(self) -> datetime:
        """When it last came on. A clock may have been ahead then: no step comes before the one that it follows."""
        moments = (self.stepped_at, self.assigned_at, self.signed_at, self.handled_at, self.return_asked_at)
        return max((moment for moment in moments if moment is not None), default=self.registered_at)


@dataclass(frozen=True, slots=True)
class GivenPart:
    """A support unit that has a part from now on: what it is to do, by what measures, until when if that is named."""

    unit_code: str
    what: str
    measures: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """A unit that leads from now on, under the pack version it was looked up in, and those that support it."""

    lead_unit: str
    support_units: tuple[str, ...]
    category_code: str
    pack_version: int
    by_rule: bool
    explanation: str
    _: KW_ONLY
    done: frozenset[str] = frozenset()
    """Support units that have done their part of this round already."""
    delegates: tuple[str, ...] = ()
    """Of a succession the units that work goes on at below it."""
    reason_code: str | None = None
    """移交原因, where a person named one."""
    for_cause: bool = True
    """Whether the unit that led gave it up by that."""
    opens: int | None = None
    """Which round begins by it, where that need not be the next: word of the one before may have crossed the end."""
    ruling: ArbitrationRuling | None = None
    """Of a lead that was named in arbitration."""
    parts: tuple[GivenPart, ...] = ()
    """Of support units what they are to do, where it was said."""


@dataclass(frozen=True, slots=True)
class NewChain:
    """Who works and who leads once it is delegated, recalled or raised, by which units it came down, and why."""

    working_unit: str
    lead_unit: str
    delegates: tuple[str, ...]
    note: str
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """No unit leads until a dispatcher chooses one (待派), and why."""

    pack_version: int
    explanation: str
    _: KW_ONLY
    opens: int | None = None
    """As of an assignment."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the lead unit hands in; ``without_support`` says why it does not wait for the support units."""

    kind: ResultKind
    text: str
    contacted_at: datetime | None = None
    without_support: str | None = None
    level: Level | None = None
    """办结层级: that of the unit that works."""


@dataclass(frozen=True, slots=True)
class Return:
    """Why the lead unit wants to give the case back, and until when it may (退单时限)."""

    reason_code: str
    note: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Nonacceptance:
    """Why a case is not to be accepted, which door the citizen has to go to, and what he is told in writing."""

    reason_code: NotAcceptedFor
    go_to: str
    notice: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a unit asks for (申请): why, and until when it would hold; ``days`` of ``unit`` where it is counted so.

    ``evidence`` is what proves the reason of a termination, ``answer`` what the citizen is answered by now.
    """

    kind: RequestKind
    reason_code: str
    note: str
    until: datetime | None = None
    days: int | None = None
    unit: LimitUnit | None = None
    evidence: str | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class RequestRuling:
    """The request that a step answers or ends, by its number, and which unit asked for what."""

    request: int
    unit_code: str
    wanted: Wanted
    asked_by: str
    asked_by_staff: str | None = None
    notice: str = ""
    """What the citizen is told of what was granted."""


@dataclass(frozen=True, slots=True)
class SupportPart:
    """A support unit's part, and what is said of it; with the unit that has it from now on, if it is handed on."""

    unit_code: str
    text: str
    successor: str | None = None
    evidence: tuple[str, ...] = ()
    """Of a part that is done the files that show it, by their SHA-256."""


@dataclass(frozen=True, slots=True)
class FilledList:
    """What one of the lists of a case says from now on (四清单)."""

    list_code: str
    edition: int
    text: str


@dataclass(frozen=True, slots=True)
class AddedText:
    """What the citizen added."""

    at: datetime
    text: str


Beside = (
    SupportPart
    | GivenPart
    | FilledList
    | Whistle
    | CalledPart
    | LetterPart
    | MediationPart
    | AidPart
    | RiskPart
    | Appraising
    | RaisedRequest
    | Dispute
    | UnitStatement
)
"""What leaves the case where it stands."""
What = (
    Assignment | NewChain | Left | Result | Return | Nonacceptance | Wanted | RequestRuling | Beside | AddedText | None
)
Said = machine.Said[Action, What]


@dataclass(frozen=True, slots=True)
class Ask:
    """A step that somebody wants to take, what it brings, and why."""

    action: Action
    what: What = None
    why: str = ""


class Word(StrEnum):
    """What a clock says of a limit."""

    SET = "set"
    WARNED = "warned"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class LimitWord:
    """Word of a clock about this round; with the unit whose limit it is."""

    word: Word
    deadline: Deadline
    due_at: datetime
    unit_code: str | None = None


@dataclass(frozen=True, slots=True)
class Supervised:
    """An order of the ladder (催办、督办)."""


Heard = Said | LimitWord | Supervised
