"""A table of people (人员表): which column is what, and each row as it is meant; the register as such a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from libs.common.pack.areas import contains
from libs.common.pack.directory import Directory
from libs.common.security.phones import NotAPhone, normalised_phone
from libs.common.sheets import SheetRow
from libs.common.staff.register import StaffMember, TermOfOffice
from libs.common.web.fields import ShortText
from libs.common.web.tables import BadCell, TableColumns, checked, code_of, day_of, parts_of, wrong
from services.dispatch.staff.schemas import NewStaffId, StaffName

HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "staff_id": ("人员编号", "staff_id", "工号"),
        "name": ("姓名", "name"),
        "unit_code": ("单位", "unit", "unit_code"),
        "post_code": ("岗位", "post", "post_code", "职务"),
        "area_code": ("区域", "area", "area_code", "网格"),
        "begins_at": ("任职日期", "from", "begins_at"),
        "ends_at": ("离任日期", "until", "ends_at"),
        "stand_in_for": ("代理", "stand_in_for"),
        "languages": ("语言", "languages", "方言"),
        "phone": ("电话", "phone", "手机"),
        "other": ("其他联系方式", "other_contact", "other"),
    }
)
_MENDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "staff_id": ("write the office's own number: letters, digits, - _ .", "填写本单位人员编号（字母、数字、-_.）"),
        "name": ("write the name, the same in every row of this person", "填写姓名，同一人各行须一致"),
        "unit_code": ("write the code or the name of a unit of the pack", "填写配置包中的单位代码或名称"),
        "post_code": ("write the code or the name of a post that this unit has", "填写该单位所设岗位的代码或名称"),
        "area_code": ("write the area that the post is for, else leave it empty", "填写岗位对应的区域，不分区域的留空"),
        "begins_at": ("write the first day, such as 2026-03-01", "填写任职首日，如 2026-03-01"),
        "ends_at": ("write the last day, such as 2026-12-31, or leave it empty", "填写任职末日，未定留空"),
        "stand_in_for": ("write the number of who holds the post", "填写被代理人的人员编号"),
        "languages": ("write at most ten, with 、 between them", "最多填十种，以顿号分隔"),
        "phone": ("write one phone number", "填写一个电话号码"),
        "other": ("write one line", "填写一行文字"),
    }
)
COLUMNS = TableColumns(HEADINGS, _MENDS, needed=(("staff_id",), ("name",)))
_OPEN = frozenset({"", "至今", "长期", "无", "-"})
MOST_LANGUAGES = 10
_STAFF_ID: TypeAdapter[str] = TypeAdapter(NewStaffId)
_NAME: TypeAdapter[str] = TypeAdapter(StaffName)
_SHORT: TypeAdapter[str] = TypeAdapter(ShortText)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A row as it is meant. None is what it does not say."""

    line: int
    staff_id: str
    name: str
    term: TermOfOffice | None = None
    begins: bool = False
    """Whether it says from when; else it is about the term that there is, or one that begins now."""
    languages: tuple[str, ...] | None = None
    phone: str | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """What codes and names mean, and where the calendar is."""

    directory: Directory
    now: datetime

    def post(self, text: str) -> str:
        """The post's code."""
        return code_of(text, ((post.code, post.name) for post in self.directory.pack.posts), "post_code")

    def unit(self, text: str) -> str:
        """The unit's code."""
        return code_of(text, ((unit.code, unit.name) for unit in self.directory.pack.units), "unit_code")

    def area(self, text: str, unit_code: str) -> str:
        """The area's code; of several of one name the one that is the unit's."""
        around = self.directory.unit(unit_code).area_code if unit_code in self.directory.unit_codes else None
        areas = (area for area in self.directory.pack.areas if around is None or contains(around, area.code))
        return code_of(text, ((area.code, area.name) for area in areas), "area_code")

    def midnight(self, day: date) -> datetime:
        """When a day begins in this place."""
        return datetime.combine(day, time(), ZoneInfo(self.directory.pack.place.time_zone))


def read_table(rows: Sequence[SheetRow], places: Places) -> tuple[list[PersonRow], list[BadCell]]:
    """The rows that can be read, and what is wrong with the others; a heading that is wrong leaves none."""
    return COLUMNS.read(rows, lambda line, cells: _read(line, cells, places))


def _read(line: int, cells: Mapping[str, str], places: Places) -> PersonRow:
    spoken = cells.get("languages")
    languages = None if spoken is None else parts_of(spoken)
    if languages is not None and len(languages) > MOST_LANGUAGES:
        raise wrong("languages", "are more than ten", "超过十种")
    return PersonRow(
        line=line,
        staff_id=checked(_STAFF_ID, "staff_id", cells.get("staff_id", "")),
        name=checked(_NAME, "name", cells.get("name", "")),
        term=_term(cells, places),
        begins="begins_at" in cells,
        languages=languages,
        phone=_phone(cells.get("phone")),
        other=None if "other" not in cells else checked(_SHORT, "other", cells["other"]),
    )


def _term(cells: Mapping[str, str], places: Places) -> TermOfOffice | None:
    given = [field for field in ("unit_code", "post_code", "area_code", "begins_at", "ends_at") if field in cells]
    if "post_code" not in cells or "unit_code" not in cells:
        if given or "stand_in_for" in cells:
            missing = "post_code" if "post_code" not in cells else "unit_code"
            raise wrong(missing, "is missing: a term of office is of a post and a unit", "任期须有岗位和单位")
        return None
    unit = places.unit(cells["unit_code"])
    begins, ends = _day("begins_at", cells, places), _day("ends_at", cells, places)
    return TermOfOffice(
        number=0,
        post_code=places.post(cells["post_code"]),
        unit_code=unit,
        begins_at=begins or places.now,
        ends_at=None if ends is None else places.midnight(ends.date() + timedelta(days=1)),
        area_code=places.area(cells["area_code"], unit) if "area_code" in cells else None,
        stand_in_for=checked(_STAFF_ID, "stand_in_for", cells["stand_in_for"]) if "stand_in_for" in cells else None,
    )


def _day(field: str, cells: Mapping[str, str], places: Places) -> datetime | None:
    text = cells.get(field, "")
    return None if text in _OPEN else places.midnight(day_of(text, field))


def _phone(text: str | None) -> str | None:
    if text is not None:
        try:
            normalised_phone(text)
        except NotAPhone:
            raise wrong("phone", "is no phone number", "不是电话号码") from None
    return text


def table_of(members: Iterable[StaffMember], directory: Directory) -> Iterator[tuple[str, ...]]:
    """The register as a table that can be imported again: a row for each term, without how anybody is reached."""
    zone = ZoneInfo(directory.pack.place.time_zone)
    yield tuple(HEADINGS[field][0] for field in _WRITTEN)
    for member in sorted(members, key=lambda member: member.staff_id):
        for term in member.terms or (None,):
            yield (member.staff_id, member.name, *(("",) * 6 if term is None else _written(term, zone)))


_WRITTEN = tuple(HEADINGS)[:8]


def _written(term: TermOfOffice, zone: ZoneInfo) -> tuple[str, ...]:
    last = None if term.ends_at is None else term.ends_at.astimezone(zone) - timedelta(microseconds=1)
    return (
        term.unit_code,
        term.post_code,
        term.area_code or "",
        term.begins_at.astimezone(zone).date().isoformat(),
        "" if last is None else last.date().isoformat(),
        term.stand_in_for or "",
    )
