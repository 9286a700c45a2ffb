"""What every part of a pack (县包) is made of: the base model, codes, and a limit (时限) as people write it."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from libs.common.time.due import Limit, LimitUnit


class Model(BaseModel):
    """A frozen part of a pack; an unknown key is an error, so that a misspelt setting cannot pass unseen."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def unset(value: object) -> bool:
    """Whether a setting that an older release does not know was left out: its pack keeps the digest that it had."""
    return value is None or value == ()


Sortable = TypeVar("Sortable", bound=date | int | StrEnum)


def _ascending(items: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted(set(items)))


Ascending = Annotated[tuple[Sortable, ...], AfterValidator(_ascending)]
"""A set written in one order, so that the same pack always has the same digest."""

Name = Annotated[str, Field(min_length=1, max_length=100)]
AreaCode = Annotated[str, Field(pattern=r"^\d{12}(\d{3})?$")]
UnitCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9-]{0,39}$")]
CategoryCode = Annotated[str, Field(pattern=r"^\d{2}(\d{2}){0,2}$")]
SourceName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
"""What a source of complaints is called (来源)."""
ItemCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""The code of a reason, question, formula or step: a stable word that histories keep."""

OFFICE_NAME = r"[^\s|,:@]{1,20}"
OfficeName = Annotated[str, Field(pattern=f"^{OFFICE_NAME}$")]
"""What an office is called in every town, such as 司法所."""

_LIMIT_TEXT = re.compile(r"^\s*(\d+)\s*([a-z_]+|[\u4e00-\u9fff]+?)\s*(first_day|含当日)?\s*$")
_UNIT_WORDS = {
    "hour": LimitUnit.HOUR,
    "hours": LimitUnit.HOUR,
    "小时": LimitUnit.HOUR,
    "calendar_day": LimitUnit.CALENDAR_DAY,
    "calendar_days": LimitUnit.CALENDAR_DAY,
    "自然日": LimitUnit.CALENDAR_DAY,
    "work_day": LimitUnit.WORK_DAY,
    "work_days": LimitUnit.WORK_DAY,
    "工作日": LimitUnit.WORK_DAY,
}
_NOMINAL_HOURS = {LimitUnit.HOUR: 1, LimitUnit.CALENDAR_DAY: 24, LimitUnit.WORK_DAY: 24}


class LimitSetting(Model):
    """A length of time that a rule allows. ``counts_first_day``: the day it starts on is day one (含当日)."""

    value: int = Field(ge=1, le=1000)
    unit: LimitUnit
    counts_first_day: bool = False

    def limit(self) -> Limit:
        """The same as the clock's own type."""
        return Limit(self.value, self.unit, counts_first_day=self.counts_first_day)

    @property
    def nominal_hours(self) -> int:
        """Hours on paper (a day of either kind is 24), to compare two limits before any calendar is known."""
        return self.value * _NOMINAL_HOURS[self.unit]


def _read_limit(raw: Any) -> Any:
    if not isinstance(raw, str):
        return raw
    found = _LIMIT_TEXT.match(raw)
    unit = _UNIT_WORDS.get(found[2]) if found else None
    if found is None or unit is None:
        raise ValueError(f"{raw!r} is not a limit such as '3 work_day', '24 hour', '7 calendar_day' or '3 工作日'")
    return {"value": int(found[1]), "unit": unit, "counts_first_day": found[3] is not None}


LimitText = Annotated[str, Field(description="'3 work_day', '24 hour', '7 calendar_day', '3 工作日 含当日'")]
PackLimit = Annotated[LimitSetting, BeforeValidator(_read_limit, json_schema_input_type=LimitText | LimitSetting)]
"""A limit, written as text ('3 work_day') or as its three fields."""


class CodedReason(Model):
    """A reason that can be chosen from a list."""

    code: ItemCode
    name: Name
    name_en: Name
