"""The words of the printed ledger of visits (走访台账), in Chinese and in English."""

from libs.common.web.frame import Words
from libs.common.web.printing import SheetWords

_COLUMNS: dict[str, tuple[Words, int]] = {
    "number": (("序号", "No."), 6),
    "day": (("日期", "Day"), 12),
    "time": (("时间", "Time"), 8),
    "slot": (("时段", "Slot"), 6),
    "area": (("网格（组）", "Group"), 16),
    "household_no": (("户编号", "Household"), 14),
    "class": (("户类别", "Class"), 10),
    "head": (("户主", "Head"), 12),
    "door": (("门牌", "Door"), 18),
    "staff": (("走访人", "Visited by"), 18),
    "outcome": (("走访情况", "Outcome"), 12),
    "purposes": (("到户事项", "Purposes"), 22),
    "topics": (("遍访事项", "Topics"), 18),
    "matters": (("诉求及去向", "Matters"), 26),
    "remark": (("备注", "Remark"), 12),
}
LEDGER = SheetWords(
    ("走访台账", "Ledger of visits"),
    {
        "area": ("社区（村）", "Community"),
        "days": ("走访日期", "Days"),
        "visits": ("本页走访次数", "Visits on this page"),
        "more": ("后续", "More"),
    },
    {name: words for name, (words, _) in _COLUMNS.items()},
    {name: width for name, (_, width) in _COLUMNS.items()},
)
CONFIDENTIAL: Words = (
    "内含个人信息，仅供本次用途，用后收回",
    "Holds personal data: for this use alone, to be handed back",
)
MASKED: Words = ("户主、门牌已隐去", "Heads and doors are hidden")
