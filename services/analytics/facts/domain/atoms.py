"""What one event tells of a case, without texts: the smallest thing that figures are made of.

Each kind of atom is said by one service only. So a fact keeps each kind in the order of its source, and comes out the
same however the events of different sources are interleaved.

``seq`` is the event's place in its source's ledger of the case: it tells events apart that say the same at the same
moment, and which of them came first. It is 0 in atoms that were folded before places were kept.
"""

from datetime import datetime
from typing import NamedTuple

from services.analytics.facts.domain.lettered import Lettered
from services.analytics.facts.domain.objected import ObjectionAtom, ObjectionRuling, Reopening
from services.analytics.facts.domain.ordered import AnsweredAbove, OrderedFromAbove
from services.analytics.facts.domain.requested import Requested
from services.analytics.facts.domain.summoned import (
    Arrival,
    CallEnd,
    PartCancelled,
    PartDone,
    PartGiven,
    TaskLimit,
    TaskMissed,
    WhistleAtom,
)


class Registration(NamedTuple):
    """登记: what the door wrote; the only atom that is replaced when it comes again."""

    case_id: str
    case_no: str
    area_code: str
    category_code: str
    channel: str
    kind: str
    urgency: str
    pack_version: int
    at: datetime
    accused_unit: str = ""
    """被反映单位; empty when none is."""
    confidential: bool | None = None
    """保密件; None in atoms that were folded before it was kept."""
    seq: int = 0


class Accusation(NamedTuple):
    """被反映对象: who is complained about beside the registration's unit, joined by line breaks."""

    names: str
    at: datetime
    seq: int = 0


class CitizenWord(NamedTuple):
    """What the citizen said about an open case (补充 and the like); ``counter``: what it counts as, if anything."""

    at: datetime
    counter: str = ""
    seq: int = 0


class Filing(NamedTuple):
    """What a registration says of it as a petition: its kind (信访类别), and which case it repeats; empty: none."""

    petition: str
    repeat_of: str
    at: datetime
    seq: int = 0


class RepeatName(NamedTuple):
    """重复诉求认定: which case it repeats from now on; empty: none."""

    repeat_of: str
    at: datetime
    seq: int = 0


class CameAgain(NamedTuple):
    """被重复: another case, which came then, repeats it, or does not after all; within so many days that counts."""

    repeated_by: str
    came_at: datetime
    within_days: int
    stands: bool
    at: datetime
    seq: int = 0


class Judgement(NamedTuple):
    """认定: what somebody decided about how the case counts; of each ``what`` the latest ``word`` holds."""

    what: str
    word: str
    at: datetime
    seq: int = 0


class Withdrawal(NamedTuple):
    """撤单."""

    at: datetime
    seq: int = 0


class DirectAnswer(NamedTuple):
    """直接答复; ``unit`` is empty when the door itself answered."""

    round: int
    unit: str
    at: datetime
    level: str = ""
    """层级 of the unit; empty where nobody told."""
    seq: int = 0


class Stint(NamedTuple):
    """A unit leads from here on; with an empty ``unit`` nobody does (待派). ``support``: codes of units, by spaces."""

    round: int
    unit: str
    category: str
    at: datetime
    support: str = ""
    delegate: str = ""
    """Who works, where it was delegated before to another than the unit that leads."""
    tasks: str = ""
    """Names of the tasks that support units were given by it, by spaces; none in atoms from before tasks had names."""
    seq: int = 0

    @property
    def works(self) -> str:
        """Who has to sign and to handle it."""
        return self.delegate or self.unit

    @property
    def lead(self) -> str:
        """Who is accountable."""
        return self.unit


class Passing(NamedTuple):
    """下派、上报: another unit works from here on, and perhaps another leads; ``counter``: what it counts as, if so."""

    round: int
    from_unit: str
    unit: str
    lead: str
    at: datetime
    counter: str = ""
    seq: int = 0

    @property
    def works(self) -> str:
        """Who has to sign and to handle it."""
        return self.unit


class Signature(NamedTuple):
    """签收."""

    round: int
    unit: str
    at: datetime
    seq: int = 0


class Progress(NamedTuple):
    """办理进展."""

    round: int
    unit: str
    at: datetime
    seq: int = 0


class Outcome(NamedTuple):
    """办结反馈: the unit says it is done."""

    round: int
    unit: str
    result_kind: str
    at: datetime
    level: str = ""
    """办结层级 of the unit; empty where nobody told."""
    seq: int = 0


class ReturnRequest(NamedTuple):
    """退单申请."""

    round: int
    unit: str
    reason_code: str
    at: datetime
    seq: int = 0


class ReturnRuling(NamedTuple):
    """退单审核."""

    round: int
    unit: str
    approved: bool
    at: datetime
    seq: int = 0


class LimitSet(NamedTuple):
    """时限: a promise got its clock. Handling has one clock a round: set again, it replaces the one before."""

    round: int
    deadline: str
    unit: str
    starts_at: datetime
    due_at: datetime
    at: datetime
    seq: int = 0


class Warned(NamedTuple):
    """预警."""

    round: int
    deadline: str
    due_at: datetime
    at: datetime
    seq: int = 0


class Missed(NamedTuple):
    """超期."""

    round: int
    deadline: str
    due_at: datetime
    at: datetime
    seq: int = 0


class CallbackOpened(NamedTuple):
    """待回访."""

    round: int
    unit: str
    at: datetime
    seq: int = 0


class Try(NamedTuple):
    """回访: one try; the answers are None when the citizen was not asked or did not say."""

    round: int
    attempt: int
    unit: str
    reached: str
    valid: bool
    contacted: bool | None
    solved: bool | None
    satisfaction: str | None
    at: datetime
    seq: int = 0


class SentBack(NamedTuple):
    """发回重办: ``next_round`` opens."""

    round: int
    next_round: int
    unit: str
    at: datetime
    seq: int = 0


class Closure(NamedTuple):
    """销号."""

    round: int
    closing: str
    satisfaction: str | None
    at: datetime
    seq: int = 0


class SupervisionAtom(NamedTuple):
    """催办 / 督办."""

    supervision_id: str
    round: int
    level: str
    unit: str
    at: datetime
    seq: int = 0


class SupervisionReply(NamedTuple):
    """督办回复."""

    supervision_id: str
    round: int
    at: datetime
    seq: int = 0


Atom = (
    Accusation
    | CitizenWord
    | Filing
    | RepeatName
    | CameAgain
    | Judgement
    | Withdrawal
    | DirectAnswer
    | Stint
    | Passing
    | Signature
    | Progress
    | Outcome
    | PartGiven
    | PartDone
    | PartCancelled
    | ReturnRequest
    | ReturnRuling
    | LimitSet
    | Warned
    | Missed
    | CallbackOpened
    | Try
    | SentBack
    | AnsweredAbove
    | OrderedFromAbove
    | WhistleAtom
    | Arrival
    | CallEnd
    | TaskLimit
    | TaskMissed
    | Requested
    | Lettered
    | Reopening
    | ObjectionAtom
    | ObjectionRuling
    | Closure
    | SupervisionAtom
    | SupervisionReply
)
