"""THE TABLE OF DENOMINATORS (分母表): what each change of a household means to a round, by when it holds.

One line for each change, one column for each time. docs/visits.md shows this table, and `placing` folds by it: there is
no other place that says which households a round takes in.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Change(StrEnum):
    """What becomes of a household, as a round sees it (户变动)."""

    REGISTERED = "registered"
    SPLIT_OFF = "split_off"
    BECOMES_ELIGIBLE = "becomes_eligible"
    NOT_ELIGIBLE = "not_eligible"
    MOVED_IN = "moved_in"
    MOVED_WITHIN = "moved_within"
    MOVED_OUT = "moved_out"
    MUTED = "muted"
    UNMUTED = "unmuted"
    MERGED = "merged"
    CONTACT_CHANGED = "contact_changed"


class Phase(StrEnum):
    """From when a change holds, as the round sees it (时点)."""

    BEFORE = "before"
    NOT_REACHED = "not_reached"
    REACHED = "reached"
    AFTER = "after"


class RoundEffect(StrEnum):
    """What a change does to a household's place in the round (对分母的影响)."""

    ENTERS = "enters"
    LEAVES = "leaves"
    COUNTS_THERE = "counts_there"
    STAYS = "stays"
    NEXT_ROUND = "next_round"


class ChangeWords(NamedTuple):
    """A line or a column as documents call it."""

    zh: str
    en: str


CHANGES: Mapping[Change, ChangeWords] = {
    Change.REGISTERED: ChangeWords("登记", "registered"),
    Change.SPLIT_OFF: ChangeWords("分户（新户）", "split off, the new household"),
    Change.BECOMES_ELIGIBLE: ChangeWords("转为应访类别", "class, kind or frequency becomes one of the round"),
    Change.NOT_ELIGIBLE: ChangeWords("转为非应访类别", "class, kind or frequency is none of the round any more"),
    Change.MOVED_IN: ChangeWords("迁入轮次区域", "moves into the round's area"),
    Change.MOVED_WITHIN: ChangeWords("区域内迁移", "moves inside the round's area"),
    Change.MOVED_OUT: ChangeWords("迁出轮次区域", "moves out of the round's area"),
    Change.MUTED: ChangeWords("静默", "muted, as somebody else confirmed"),
    Change.UNMUTED: ChangeWords("解除静默", "unmuted"),
    Change.MERGED: ChangeWords("并户（被并户）", "merged into another, the one that ends"),
    Change.CONTACT_CHANGED: ChangeWords("更换包保人", "another contact person"),
}
PHASES: Mapping[Phase, ChangeWords] = {
    Phase.BEFORE: ChangeWords("轮次开始前", "from a day before the round"),
    Phase.NOT_REACHED: ChangeWords("轮次中、走访到户前", "during it, not reached by that day"),
    Phase.REACHED: ChangeWords("轮次中、走访到户后", "during it, reached before that day"),
    Phase.AFTER: ChangeWords("轮次结束后", "from a day after it, or entered after it was closed"),
}
EFFECTS: Mapping[RoundEffect, ChangeWords] = {
    RoundEffect.ENTERS: ChangeWords("计入分母", "stands in the denominators, if nothing else keeps it out"),
    RoundEffect.LEAVES: ChangeWords("退出分母并列明", "leaves them, and is listed with why and by whom"),
    RoundEffect.COUNTS_THERE: ChangeWords("计入新归属", "stands, under what is new"),
    RoundEffect.STAYS: ChangeWords("保留，按到户时归属", "stands as reached, under what was so at its visit"),
    RoundEffect.NEXT_ROUND: ChangeWords("仅影响下一轮", "changes the next round only"),
}

_E, _L, _C, _S, _N = (
    RoundEffect.ENTERS,
    RoundEffect.LEAVES,
    RoundEffect.COUNTS_THERE,
    RoundEffect.STAYS,
    RoundEffect.NEXT_ROUND,
)

# change                        before  not reached  reached  after
_LINES: Mapping[Change, tuple[RoundEffect, RoundEffect, RoundEffect, RoundEffect]] = {
    Change.REGISTERED:         (_E,     _E,          _S,      _N),
    Change.SPLIT_OFF:          (_E,     _E,          _S,      _N),
    Change.BECOMES_ELIGIBLE:   (_E,     _E,          _S,      _N),
    Change.NOT_ELIGIBLE:       (_L,     _L,          _S,      _N),
    Change.MOVED_IN:           (_E,     _E,          _S,      _N),
    Change.MOVED_WITHIN:       (_C,     _C,          _S,      _N),
    Change.MOVED_OUT:          (_L,     _L,          _S,      _N),
    Change.MUTED:              (_L,     _L,          _S,      _N),
    Change.UNMUTED:            (_E,     _E,          _S,      _N),
    Change.MERGED:             (_L,     _L,          _S,      _N),
    Change.CONTACT_CHANGED:    (_C,     _C,          _S,      _N),
}  # fmt: skip
TABLE: Mapping[tuple[Change, Phase], RoundEffect] = {
    (change, phase): effect for change, line in _LINES.items() for phase, effect in zip(Phase, line, strict=True)
}
COUNTS = frozenset({RoundEffect.ENTERS, RoundEffect.LEAVES, RoundEffect.COUNTS_THERE})
"""What is new by such a change holds for the round (当时口径); it always holds for today's view (现时口径)."""
