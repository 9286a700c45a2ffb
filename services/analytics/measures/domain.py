"""What is counted, and on which day: the words that facts, roll-ups and answers share."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Counter(StrEnum):
    """One integer of every roll-up row (计数项). The pack's formulas may name all but the last two.

    A counter with a unit counts for the unit that it happened to, not for whoever leads the case now: a return counts
    for the unit that gave back, a missed limit for the unit that held the case when it passed.
    """

    REGISTERED = "registered"
    """登记: the case itself, for the unit that leads it now."""
    ANSWERED_DIRECTLY = "answered_directly"
    """直接答复."""
    WITHDRAWN = "withdrawn"
    """撤单: taken back by the citizen; not among the closed."""
    ASSIGNED = "assigned"
    """派单: each assignment and reassignment to a unit."""
    SIGNED = "signed"
    """签收: each assignment that its unit signed."""
    SIGN_DUE = "sign_due"
    """签收时限已定: sign limits that are decided, by a signature or by being missed; running ones are not counted."""
    SIGNED_ON_TIME = "signed_on_time"
    """按时签收: of those, signed before the limit."""
    HANDLED = "handled"
    """办结反馈: the first result of each round."""
    HANDLE_DUE = "handle_due"
    """办理时限已定: handling limits that are decided, one a round; running ones are not counted."""
    HANDLED_ON_TIME = "handled_on_time"
    """按时办结: of those, with the first result before the limit."""
    CLOSED = "closed"
    """销号: closed and not reopened, withdrawals apart."""
    CLOSED_SUBSTANTIVE = "closed_substantive"
    """实质性办结."""
    CLOSED_UNVERIFIED = "closed_unverified"
    """未核实办结: never reached; in no satisfaction rate."""
    CLOSED_IN_ONE_ROUND = "closed_in_one_round"
    """一次办结."""
    CALLBACKS_DUE = "callbacks_due"
    """应回访: one a case that has ever been due for a callback."""
    VALID_CALLBACKS = "valid_callbacks"
    """有效回访: one a case, its latest valid one; the next five speak of that one."""
    CONTACTED = "contacted"
    """已联系."""
    SOLVED = "solved"
    """已解决; no longer so once the case was sent back or reopened after it."""
    SATISFIED = "satisfied"
    """满意; no longer so once the case was sent back or reopened after it."""
    BASICALLY_SATISFIED = "basically_satisfied"
    """基本满意; the same."""
    NOT_SATISFIED = "not_satisfied"
    """不满意: the citizen said so; nothing else makes it."""
    SENT_BACK = "sent_back"
    """发回重办: each time."""
    RETURNS_REQUESTED = "returns_requested"
    """退单申请: each time, for the unit that asked."""
    RETURNS_REFUSED = "returns_refused"
    """退单不予通过."""
    REMINDERS = "reminders"
    """催办."""
    SUPERVISIONS = "supervisions"
    """督办."""
    TRIAGED = "triaged"
    """待派: each time no rule named a unit."""
    HANDLE_MINUTES = "handle_minutes"
    """办理用时: whole minutes from the unit's assignment to its result, summed over the handled."""


COUNTERS: tuple[Counter, ...] = tuple(Counter)
"""The order of the integers in a row of counts."""

RARE: frozenset[Counter] = frozenset(
    {
        Counter.ANSWERED_DIRECTLY,
        Counter.WITHDRAWN,
        Counter.CLOSED_UNVERIFIED,
        Counter.NOT_SATISFIED,
        Counter.SENT_BACK,
        Counter.RETURNS_REQUESTED,
        Counter.RETURNS_REFUSED,
        Counter.REMINDERS,
        Counter.SUPERVISIONS,
        Counter.TRIAGED,
    }
)
"""Counters to which few cases add: each has an index of its own, so that those few are found."""

Counts = tuple[int, ...]
"""One integer for each of ``COUNTERS``."""

NOTHING: Counts = (0,) * len(COUNTERS)


class Basis(StrEnum):
    """On which assessment day a case's counters stand (统计口径). Each roll-up holds every basis."""

    REGISTERED = "registered"
    """All counters of a case on the day it was registered: the cohort's outcome so far."""
    CLOSED = "closed"
    """All counters of a closed case on the day it was closed."""
    HAPPENED = "happened"
    """Each counter on the day it happened itself; a limit on the day it falls due."""


class Cell(NamedTuple):
    """One row of a roll-up. ``""`` stands for no unit or no category."""

    basis: str
    day: date
    area_code: str
    unit_code: str
    category_code: str
    channel: str
    kind: str
