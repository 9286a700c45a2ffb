"""The settings that clocks read: limits, calendar, assessment periods, returns."""

from datetime import date, time
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, GetJsonSchemaHandler, RootModel, ValidationError, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError

from libs.common.events.terms import DECLARED, Deadline, Kind, Urgency
from libs.common.pack.schema.base import Ascending, CodedReason, LimitSetting, Model, PackLimit, unset
from libs.common.time.due import LimitUnit

ANY: Literal["any"] = "any"
LimitTable = dict[Kind | Literal["any"], dict[Urgency | Literal["any"], PackLimit]]
"""kind -> urgency -> limit; 'any' stands for every kind or urgency that has no line of its own."""


class Limits(RootModel[dict[Deadline, LimitTable | None]]):
    """时限. Most telling cell first: (kind, urgency), (any, urgency), (kind, any), (any, any)."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """With all that must be there, in the order of declaration, so that the same pack always has one digest."""
        tables = {known: table for known in DECLARED.values() if (table := self.root.get(known)) is not None}
        lines = [
            InitErrorDetails(type="missing", loc=(code,), input=self.root) for code in _required() if code not in tables
        ]
        lines += [_said_elsewhere(known, self.root) for known in tables if not _limited(known)]
        if lines:
            raise ValidationError.from_exception_data(type(self).__name__, lines)
        self.root.clear()
        self.root.update(tables)
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """As if each were a setting of its own, so that an editor tells what it says."""
        document = handler.resolve_ref_schema(handler(schema))
        maybe, _ = document.pop("additionalProperties"), document.pop("propertyNames")
        settings = document["properties"] = dict[str, Any]()
        for code, known in ((code, known) for code, known in DECLARED.items() if _limited(known)):
            says = {"description": f"{known.promise.limits} ({known.promise.label}).", "title": code.capitalize()}
            settings[code] = says | (maybe | {"default": None} if known.promise.optional else maybe["anyOf"][0])
        return document | {"additionalProperties": False, "required": _required()}

    def find(self, deadline: Deadline, kind: Kind, urgency: Urgency) -> PackLimit | None:
        """The limit of a case, or None when the tables leave a hole there."""
        table = self.root.get(deadline) or {}
        cells = ((kind, urgency), (ANY, urgency), (kind, ANY), (ANY, ANY))
        found = (table.get(row, {}).get(column) for row, column in cells)
        return next((limit for limit in found if limit is not None), None)


def _said_elsewhere(known: Deadline, given: object) -> InitErrorDetails:
    error = PydanticCustomError("said_elsewhere", "it is no limit: {says}", {"says": known.promise.limits})
    return InitErrorDetails(type=error, loc=(known,), input=given)


def _limited(known: Deadline) -> bool:
    return known.promise.limited


def _required() -> list[str]:
    return [code for code, known in DECLARED.items() if not known.promise.optional]


class CalendarSettings(Model):
    """日历: what this place has beside the national days off and make-up working days (调休)."""

    extra_holidays: Ascending[date] = ()
    extra_workdays: Ascending[date] = ()
    confirmed_years: Ascending[int] = ()
    """Years whose whole State Council notice stands in the two lists above, when it is newer than the software."""


class Assessment(Model):
    """考核周期. A day or month that starts off the calendar is named after the day or month that it ends in.

    So with ``day_starts_at`` 12:00, day D is [D-1 12:00, D 12:00); with ``month_starts_on`` 19, March is the
    assessment days from 19 February to 18 March.
    """

    day_starts_at: time = time(0, 0)
    month_starts_on: int = Field(default=1, ge=1, le=28)


class PetitionRules(Model):
    """信访: when a matter counts as settled at once (一次化解), and what a reasonable demand gets."""

    repeat_days: int = Field(default=30, ge=1, le=365)
    """A repeat (重复诉求) within so many days of 24 hours after its closing shows that a case was not."""
    plan_at_once: bool = False
    """Whether nothing is found reasonable without a plan (合理诉求当场拿方案)."""


class ExclusionRules(Model):
    """不计入考核: for which reasons a unit may ask that a case be left out of the rates."""

    reasons: tuple[CodedReason, ...] = Field(min_length=1)


class ObjectionRules(Model):
    """异议: until when a citizen may object to the closing of his case.

    The 30 days are those within which whoever is not content with an answer may ask for a re-check (复查) by Art 35 of
    the Regulations on Petition Work (信访工作条例, 2022). Counted in working days they are never fewer than there.
    """

    within: PackLimit = LimitSetting(value=30, unit=LimitUnit.WORK_DAY)
    """Days after the closing, the last of them included."""


class UpperOrderRules(Model):
    """上级交办: by how much our own handling limit comes before the deadline of an order from above."""

    margin: PackLimit = LimitSetting(value=1, unit=LimitUnit.WORK_DAY)


class ReturnRules(Model):
    """退单: within what time of assignment, and for which reasons."""

    within: PackLimit
    reasons: tuple[CodedReason, ...] = Field(min_length=1)
    arbitrated_after: int | None = Field(default=None, ge=2, le=10, exclude_if=unset)
    """Once so many units gave a case back in a round and none leads it, it goes up by itself for arbitration (裁定)."""
