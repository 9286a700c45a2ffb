"""What one event tells of a case, without texts: the smallest thing that figures are made of.

Each kind of mark is said by one service only. So a fact keeps each kind in the order of its source, and comes out the
same however the events of different sources are interleaved.
"""

from datetime import datetime
from typing import NamedTuple


class Registration(NamedTuple):
    """登记: what the door wrote; the only mark that is replaced when it comes again."""

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


class Supplement(NamedTuple):
    """补充."""

    at: datetime


class Withdrawal(NamedTuple):
    """撤单."""

    at: datetime


class DirectAnswer(NamedTuple):
    """直接答复; ``unit`` is empty when the door itself answered."""

    round: int
    unit: str
    at: datetime


class Stint(NamedTuple):
    """A unit leads from here on; with an empty ``unit`` nobody does (待派)."""

    round: int
    unit: str
    category: str
    at: datetime


class Signature(NamedTuple):
    """签收."""

    round: int
    unit: str
    at: datetime


class Progress(NamedTuple):
    """办理进展."""

    round: int
    unit: str
    at: datetime


class Outcome(NamedTuple):
    """办结反馈: the unit says it is done."""

    round: int
    unit: str
    result_kind: str
    at: datetime


class ReturnRequest(NamedTuple):
    """退单申请."""

    round: int
    unit: str
    reason_code: str
    at: datetime


class ReturnRuling(NamedTuple):
    """退单审核."""

    round: int
    unit: str
    approved: bool
    at: datetime


class Limit(NamedTuple):
    """时限: a promise got its clock; one set again for the same start or round replaces it."""

    round: int
    deadline: str
    unit: str
    starts_at: datetime
    due_at: datetime
    at: datetime


class Warned(NamedTuple):
    """预警."""

    round: int
    deadline: str
    due_at: datetime
    at: datetime


class Missed(NamedTuple):
    """超期."""

    round: int
    deadline: str
    due_at: datetime
    at: datetime


class CallbackOpened(NamedTuple):
    """待回访."""

    round: int
    unit: str
    at: datetime


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


class SentBack(NamedTuple):
    """发回重办, or reopened: ``next_round`` opens."""

    round: int
    next_round: int
    unit: str
    at: datetime


class Closure(NamedTuple):
    """销号."""

    round: int
    closing: str
    satisfaction: str | None
    at: datetime


class Supervision(NamedTuple):
    """催办 / 督办."""

    supervision_id: str
    round: int
    level: str
    unit: str
    at: datetime


class Reply(NamedTuple):
    """督办回复."""

    supervision_id: str
    round: int
    at: datetime


Mark = (
    Supplement
    | Withdrawal
    | DirectAnswer
    | Stint
    | Signature
    | Progress
    | Outcome
    | ReturnRequest
    | ReturnRuling
    | Limit
    | Warned
    | Missed
    | CallbackOpened
    | Try
    | SentBack
    | Closure
    | Supervision
    | Reply
)
