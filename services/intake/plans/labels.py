"""The words of a printed sheet (走访单), in Chinese and in English."""

from collections.abc import Mapping
from types import MappingProxyType

from libs.common.web.frame import Words
from libs.common.web.printing import SheetWords

_ABOUT: Mapping[str, Words] = MappingProxyType(
    {
        "round": ("走访轮次", "Round"),
        "on": ("日期", "Day"),
        "area": ("区域", "Area"),
        "rule": ("队伍", "Team"),
        "members": ("队员", "Members"),
        "guide": ("引导员", "Guide"),
        "households": ("户数", "Households"),
    }
)
_COLUMNS: Mapping[str, Words] = MappingProxyType(
    {
        "place": ("序号", "No."),
        "household_no": ("户编号", "Household"),
        "area": ("区域", "Area"),
        "class": ("户类别", "Class"),
        "kinds": ("重点户", "Key kinds"),
        "head": ("户主", "Head"),
        "door": ("门牌", "Door"),
        "purposes": ("待完成事项", "Still to do"),
        "last": ("上次走访", "Last visit"),
        "time": ("走访时间", "Time"),
        "outcome": ("走访情况", "Outcome"),
        "matters": ("群众诉求", "Matters"),
        "signature": ("签字", "Signature"),
    }
)
_BY_HAND = frozenset({"time", "outcome", "matters", "signature"})
"""Columns that stay empty, to be filled at the door."""
_WIDTHS: Mapping[str, int] = MappingProxyType(
    {
        "place": 6,
        "household_no": 14,
        "area": 16,
        "class": 10,
        "kinds": 14,
        "head": 12,
        "door": 18,
        "purposes": 24,
        "last": 12,
        "time": 12,
        "outcome": 18,
        "matters": 28,
        "signature": 12,
    }
)
SHEET = SheetWords(("走访单", "Visiting sheet"), _ABOUT, _COLUMNS, _WIDTHS, _BY_HAND)
CONFIDENTIAL: Words = (
    "内含个人信息，仅供本次走访使用，用后收回",
    "Holds personal data: for this visit alone, to be handed back",
)
MASKED: Words = ("户主、门牌已隐去", "Heads and doors are hidden")
