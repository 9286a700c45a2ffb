"""A table of households (户表): which column is what, what each row says, and the register as such a table.

A cell that is empty says nothing; 无 says that there is none. A cell with stars is what an export masked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import TypeAdapter

from libs.common.errors import FieldError
from libs.common.events.household_terms import HouseholdClass, HouseholdFact, VisitEvery
from libs.common.security.identifiers.signs import STAR
from libs.common.sheets import SheetLimits, SheetRow
from libs.common.web.fields import ShortText
from libs.common.web.tables import BadCell, TableColumns, WrongCells, checked, day_of, names_of, parts_of, wrong
from services.intake.households.actions.sealing import Identity, Masked
from services.intake.households.actions.words import TableWords
from services.intake.households.domain import DAY_ONE
from services.intake.households.schemas import (
    MOST_MEMBERS,
    MOST_WORDS,
    HouseholdId,
    HouseholdNo,
    Latitude,
    Longitude,
    Phone,
    PlaceIn,
)
from services.intake.households.tables import Household

WordT = TypeVar("WordT", bound=StrEnum)

LIMITS = SheetLimits(file=8 * 1024 * 1024, rows=20_000)
"""A town in one file, a county in some."""
HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "household_no": ("户编号", "household_no"),
        "area_code": ("区域", "area", "area_code", "网格"),
        "household_class": ("户类别", "class", "household_class"),
        "kinds": ("重点户", "kinds"),
        "resources": ("群众资源", "resources"),
        "visit_every": ("走访频次", "visit_every"),
        "contact_staff_id": ("包保人", "contact", "contact_staff_id"),
        "head": ("户主", "head", "户主姓名", "联系人"),
        "phone": ("电话", "phone", "手机", "联系电话"),
        "door": ("门牌", "door", "门牌号"),
        "members": ("家庭成员", "members"),
        "holds_from": ("自", "holds_from", "from"),
        "another": ("另户", "another"),
        "household_id": ("户编码", "household_id"),
        "latitude": ("纬度", "latitude", "lat"),
        "longitude": ("经度", "longitude", "lon", "lng"),
    }
)
CLASSES: Mapping[HouseholdClass, str] = MappingProxyType(
    {
        HouseholdClass.RESIDENT: "常住",
        HouseholdClass.VACANT: "空置",
        HouseholdClass.AWAY: "外出务工",
        HouseholdClass.SHOP: "商户",
        HouseholdClass.FARM: "养殖",
        HouseholdClass.BUILDING: "楼宇",
    }
)
FREQUENCIES: Mapping[VisitEvery, str] = MappingProxyType(
    {VisitEvery.WEEK: "每周", VisitEvery.MONTH: "每月", VisitEvery.QUARTER: "每季度"}
)
COLUMNS = TableColumns(
    HEADINGS,
    MappingProxyType(
        {
            "household_no": ("write the office's own number, each once", "填写本单位户编号，每户一个且不重复"),
            "area_code": ("write the code or the name of a village or grid", "填写村（社区）或网格的代码或名称"),
            "household_class": (
                "write 常住, 空置, 外出务工, 商户, 养殖 or 楼宇",
                "填写常住、空置、外出务工、商户、养殖或楼宇",
            ),
            "kinds": ("write codes or names of the pack, with 、 between", "填写配置包中的类型代码或名称，顿号分隔"),
            "resources": (
                "write codes or names of the pack, with 、 between",
                "填写配置包中的资源代码或名称，顿号分隔",
            ),
            "visit_every": ("write 每周, 每月 or 每季度", "填写每周、每月或每季度"),
            "contact_staff_id": ("write the staff id of who looks after it", "填写包保人的人员编号"),
            "head": ("write the name of the head", "填写户主姓名"),
            "phone": (
                "write one phone number; of another household with the same one say 是 under 另户",
                "填写一个电话号码；确为另一户的，“另户”填“是”",
            ),
            "door": (
                "write the door; of another household behind it say 是 under 另户",
                "填写门牌；同门牌确为另一户的，“另户”填“是”",
            ),
            "members": ("write at most twenty names, with 、 between", "填写姓名，以顿号分隔，最多二十人"),
            "latitude": (
                "write decimal degrees of WGS84, such as 30.4265, with the longitude; or 无",
                "填写 WGS84 十进制纬度，如 30.4265，与经度同时填写；或填“无”",
            ),
            "longitude": (
                "write decimal degrees of WGS84, such as 116.3021, with the latitude; or 无",
                "填写 WGS84 十进制经度，如 116.3021，与纬度同时填写；或填“无”",
            ),
            "holds_from": (
                "write the first day, such as 2026-03-01, or leave it empty",
                "填写首日，如 2026-03-01，或留空",
            ),
            "another": ("write 是, or leave it empty", "填“是”或留空"),
            "household_id": ("leave it as the export wrote it, or empty", "保留导出内容，或留空"),
        }
    ),
    needed=(("household_no", "area_code", "household_id"),),
)
_NONE = frozenset({"无", "-", "－", "—", "none"})
_YES, _NO = frozenset({"是", "yes", "true", "1"}), frozenset({"否", "no", "false", "0", *_NONE})
_MASKABLE = ("head", "phone", "door")
_DEGREES = ("latitude", "longitude")
_TEXTS: Mapping[str, TypeAdapter[Any]] = MappingProxyType(
    {
        "household_id": TypeAdapter(HouseholdId),
        "household_no": TypeAdapter(HouseholdNo),
        "head": TypeAdapter(ShortText),
        "phone": TypeAdapter(Phone),
        "door": TypeAdapter(ShortText),
        "latitude": TypeAdapter(Latitude),
        "longitude": TypeAdapter(Longitude),
    }
)


@dataclass(slots=True)
class HouseholdRow:
    """What a row says. What it does not say stands nowhere in it."""

    line: int
    household_id: str | None = None
    household_no: str | None = None
    facts: dict[HouseholdFact, Any] = field(default_factory=dict)
    who: dict[str, Any] = field(default_factory=dict)
    """Head, phone and door, None where there is none; members by their names alone."""
    masked: dict[str, str] = field(default_factory=dict)
    """Cells that an export masked."""
    holds_from: date | None = None
    another: bool = False
    """It is another household than the one with the same phone or door."""


def read_table(rows: Sequence[SheetRow], words: TableWords) -> tuple[list[HouseholdRow], list[BadCell]]:
    """The rows that can be read, and what is wrong with the others; a heading that is wrong leaves none."""
    return COLUMNS.read(rows, lambda line, cells: _read(line, cells, words))


def _read(line: int, cells: Mapping[str, str], words: TableWords) -> HouseholdRow:
    row, errors = HouseholdRow(line), list[FieldError]()
    for name, cell in cells.items():
        try:
            _take(row, name, cell, words)
        except WrongCells as problem:
            errors += problem.errors
    if errors:
        raise WrongCells(*errors)
    _take_place(row, {name: cells[name] for name in _DEGREES if name in cells})
    return row


def _take_place(row: HouseholdRow, told: Mapping[str, str]) -> None:
    """Both degrees, or neither; 无 in both is where it is not known any more."""
    if not told:
        return
    known = [name for name in told if not _is_none(told[name])]
    if not known and len(told) == len(_DEGREES):
        row.who["place"] = None
    elif len(known) < len(_DEGREES):
        wanting = next(name for name in _DEGREES if name not in known)
        raise wrong(wanting, "is missing beside the other one", "须与另一坐标同时填写")
    else:
        row.who["place"] = PlaceIn(**{name: checked(_TEXTS[name], name, told[name]) for name in _DEGREES})


def _take(row: HouseholdRow, name: str, cell: str, words: TableWords) -> None:
    """Note what one cell says; degrees are taken together."""
    if name in _DEGREES:
        return
    if name in _MASKABLE and STAR in cell:
        row.masked[name] = cell
    elif name in _MASKABLE:
        row.who[name] = None if _is_none(cell) else checked(_TEXTS[name], name, cell)
    elif name == "members":
        row.who[name] = _names(cell)
    elif name in ("household_id", "household_no"):
        setattr(row, name, checked(_TEXTS[name], name, cell))
    elif name == "holds_from":
        row.holds_from = _day(cell)
    elif name == "another":
        row.another = _flag(cell)
    else:
        row.facts[HouseholdFact(name)] = _fact(HouseholdFact(name), cell, words)


def _fact(fact: HouseholdFact, cell: str, words: TableWords) -> Any:
    match fact:
        case HouseholdFact.AREA_CODE:
            return words.area(cell)
        case HouseholdFact.HOUSEHOLD_CLASS:
            return _word(cell.removesuffix("户") if cell != "商户" else cell, CLASSES, fact)
        case HouseholdFact.VISIT_EVERY:
            return None if _is_none(cell) else _word(cell, FREQUENCIES, fact)
        case HouseholdFact.CONTACT_STAFF_ID:
            return None if _is_none(cell) else words.contact(cell)
        case _:
            return _codes(cell, words.kind if fact is HouseholdFact.KINDS else words.resource, fact)


def _word(cell: str, known: Mapping[WordT, str], name: str) -> WordT:
    for word, label in known.items():
        if cell.casefold() in (word.value, label):
            return word
    raise wrong(name, "is none of the words that there are", "不是可用的词")


def _codes(cell: str, code: Callable[[str], str], name: str) -> tuple[str, ...]:
    parts = () if _is_none(cell) else parts_of(cell)
    if len(parts) > MOST_WORDS:
        raise wrong(name, f"are more than {MOST_WORDS}", f"超过 {MOST_WORDS} 项")
    return tuple(sorted({code(part) for part in parts}))


def _names(cell: str) -> tuple[str, ...]:
    names = () if _is_none(cell) else names_of(cell)
    if len(names) > MOST_MEMBERS:
        raise wrong("members", f"are more than {MOST_MEMBERS}", f"超过 {MOST_MEMBERS} 人")
    if any(STAR in name for name in names):
        raise wrong("members", "are masked", "已脱敏")
    return tuple([checked(_TEXTS["head"], "members", name) for name in names])


def _day(cell: str) -> date:
    day = day_of(cell, "holds_from")
    if day < DAY_ONE:
        raise wrong("holds_from", f"lies before {DAY_ONE}", f"早于 {DAY_ONE}")
    return day


def _flag(cell: str) -> bool:
    if cell.casefold() in _YES | _NO:
        return cell.casefold() in _YES
    raise wrong("another", "says neither 是 nor 否", "须填“是”或“否”")


def _is_none(cell: str) -> bool:
    return cell.casefold() in _NONE


def table_of(rows: Iterable[tuple[Household, Identity | Masked]], words: TableWords) -> Iterator[tuple[str, ...]]:
    """The register as a table that can be imported again. What was not given is empty, and so are masked members."""
    yield tuple(names[0] for names in HEADINGS.values())
    for row, who in rows:
        members = [] if isinstance(who, Masked) else [member.name for member in who.members]
        cells = {
            "household_no": row.household_no,
            "area_code": words.area_name(row.area_code),
            "household_class": CLASSES[row.household_class],
            "kinds": "、".join(map(words.kind_name, row.kinds)),
            "resources": "、".join(map(words.resource_name, row.resources)),
            "visit_every": None if row.visit_every is None else FREQUENCIES[row.visit_every],
            "contact_staff_id": words.contact_name(row.contact_staff_id),
            "members": "、".join(members),
            "household_id": row.household_id,
        } | {name: getattr(who, name) for name in _MASKABLE}
        if isinstance(who, Identity) and who.place is not None:
            cells |= {name: f"{getattr(who.place, name):.6f}".rstrip("0") for name in _DEGREES}
        yield tuple([cells.get(name) or "" for name in HEADINGS])
