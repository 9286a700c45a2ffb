"""What is counted of visits, of rounds, and of what visits brought."""

from libs.common.counters.declared import Declared, Trait


class VisitCounter(Declared):
    """One integer of every roll-up row of visits (走访计数项).

    A visit that is void counts nowhere, and one that is a duplicate of another counts as that alone.
    """

    VISITS = "visits", "走访 Visits", "each that was made, whatever came of it, but for duplicates"
    REACHED = "reached", "见到 Reached", "visits at which somebody was met"
    NOBODY_HOME = "nobody_home", "无人在家 Nobody home", "the same of each outcome"
    REFUSED = "refused", "拒访 Refused", "reached at the door, and refused"
    MOVED = "moved", "已搬离 Moved", "the same of each outcome"
    BY_PHONE = "by_phone", "电话联系 By phone", "the same of each outcome"
    NIGHT = "night", "夜访 By night", "visits that began within the place's night hours"
    DUPLICATES = "duplicates", "重复走访 Duplicates", "visits that are one with another of their day"
    MATTERS = "matters", "走访诉求 Matters raised", "each matter that was raised"
    SOLVED_ON_THE_SPOT = "solved_on_the_spot", "现场解决 Solved on the spot", "of the matters"
    BECAME_CASES = "became_cases", "转为诉求件 Became cases", "of the matters, registered to be worked on"
    EXPLAINED = "explained", "当场解释 Explained", "of the matters"
    MATERIALS = "materials", "发放资料 Materials handed out", "pieces, of all kinds together", Trait.WIDE


class CoverageCounter(Declared):
    """One integer of every roll-up row of rounds (走访覆盖计数项): how many households stand there, as what."""

    HOUSEHOLDS = "households", "应访户 Households", "those that stand in the round, by the table of denominators"
    REACHED = "reached", "见到户 Reached", "of these, shown as reached; each is shown as one outcome"
    NOBODY_HOME = "nobody_home", "无人在家户 Nobody home", "the same"
    REFUSED = "refused", "拒访户 Refused", "reached at the door, and refused"
    MOVED = "moved", "已搬离户 Moved", "the same"
    BY_PHONE = "by_phone", "电话联系户 By phone", "the same"
    LATE = "late", "补录户 Late", "of those reached, only by visits that were recorded after the closing"


class ThingCounter(Declared):
    """The integers of a row of what visits brought (走访成果)."""

    VISITS = "visits", "走访 Visits", "visits that tell of it"
    AMOUNT = "amount", "数量 Amount", "pieces, the number found, or thousandths of a quantity", Trait.WIDE
