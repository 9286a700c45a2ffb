"""The settings that figures read: rate formulas (指标公式) as integer-weighted sums, scores made of rates, targets."""

import re
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from libs.common.counters import Counter, Trait
from libs.common.pack.schema.base import ItemCode, Model, Name, unset
from libs.common.shares import Comparison
from libs.common.time.periods import PeriodKind

IN_FORMULAS = tuple(counter for counter in Counter if Trait.NOT_IN_FORMULAS not in counter.traits)
"""Counters (计数项) that rates may be made of."""
_QUOTED = [f"'{counter}'" for counter in IN_FORMULAS]
_EXPECTED = f"{', '.join(_QUOTED[:-1])} or {_QUOTED[-1]}"


def _in_formulas(raw: Any) -> Any:
    """What may not be named is refused as any word that is none."""
    if raw not in IN_FORMULAS:
        raise PydanticCustomError("enum", "Input should be {expected}", {"expected": _EXPECTED})
    return raw


FormulaCounter = Annotated[
    Counter,
    BeforeValidator(_in_formulas),
    WithJsonSchema({"enum": [counter.value for counter in IN_FORMULAS], "type": "string"}),
]


class Population(StrEnum):
    """What a period takes in (统计口径).

    The cases that were registered, or closed, on its assessment days, with all that has become of them; or whatever
    happened on those days itself, limits on the day they fall due.
    """

    REGISTERED = "registered"
    CLOSED = "closed"
    HAPPENED = "happened"


Weight = Annotated[int, Field(ge=1, le=1000)]
WeightedSum = dict[FormulaCounter, Weight]


_PERCENT_TEXT = re.compile(r"^(\d{1,3})(?:\.(\d{1,4}))?\s*[%％]?$")


def _read_percent(raw: Any) -> Any:
    """The same percentage in one form, so that the same pack always has the same digest.

    A number of JSON is taken as it was written: that is its shortest text.
    """
    if not isinstance(raw, str | int | float) or isinstance(raw, bool):
        return raw
    found = _PERCENT_TEXT.match(str(raw).strip())
    if found is None:
        raise ValueError(f"{raw!r} is not a percentage such as '95' or '99.5'")
    digits = (found[2] or "").rstrip("0")
    return f"{int(found[1])}.{digits}" if digits else str(int(found[1]))


PercentText = Annotated[str, Field(pattern=_PERCENT_TEXT.pattern, description="'95', '99.5' or '95 %'")]
PercentNumber = Annotated[float, Field(ge=0, lt=1000)]
Percent = Annotated[str, BeforeValidator(_read_percent, json_schema_input_type=PercentText | PercentNumber)]
"""A percentage as exact decimal text."""


class Target(Model):
    """目标值: what a rate or score is to come to. ``over`` 95 leaves out 95 % itself, ``at_least`` takes it in.

    It is compared with the exact fraction, never with what is printed. With a ``period`` it is asked of figures over
    such periods alone; else of every figure.
    """

    over: Percent | None = Field(default=None, exclude_if=unset)
    at_least: Percent | None = Field(default=None, exclude_if=unset)
    under: Percent | None = Field(default=None, exclude_if=unset)
    at_most: Percent | None = Field(default=None, exclude_if=unset)
    period: PeriodKind | None = Field(default=None, exclude_if=unset)

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if sum(getattr(self, comparison.value) is not None for comparison in Comparison) != 1:
            raise ValueError(f"a target has exactly one of {', '.join(Comparison)}")
        return self

    @property
    def comparison(self) -> Comparison:
        """How it is meant."""
        return next(one for one in Comparison if getattr(self, one.value) is not None)

    @property
    def percent(self) -> str:
        """Its value, in percent."""
        return str(getattr(self, self.comparison.value))

    @property
    def share(self) -> Fraction:
        """Its value: 95 % is 19/20."""
        return Fraction(self.percent) / 100


def _one(decimals: object) -> bool:
    return decimals == 1


def _monthly(published: object) -> bool:
    return published == "month"


def _usual_cell(smallest: object) -> bool:
    return smallest == SMALLEST_CELL


Decimals = Annotated[int, Field(ge=0, le=4)]


class PublishedPeriod(StrEnum):
    """The periods that figures are published for (公布周期)."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def kind(self) -> PeriodKind:
        """Among all periods."""
        return PeriodKind(self.value)


SMALLEST_CELL = 5


class FigureSettings(Model):
    """指标显示与公布: how figures are printed, and what of them is published for everybody."""

    decimals: Decimals = Field(default=1, exclude_if=_one)
    """Printed digits of every rate that does not say its own, half up; a share below one never prints as 100, one above
    nothing never as 0."""
    published: PublishedPeriod = Field(default=PublishedPeriod.MONTH, exclude_if=_monthly)
    """For periods of this kind, one after the other, once and for ever."""
    smallest_cell: int = Field(default=SMALLEST_CELL, ge=0, le=100, exclude_if=_usual_cell)
    """最小公布数: no number of cases below it is published, nor one by which such a number could be
    worked out; 0: all are."""


class Formula(Model):
    """One rate: sum(weight x counter) over sum(weight x counter), all integers, so nothing is rounded inside.

    A changed formula gets a new ``version``; answers name it. 'basically satisfied counts 0.9' is written as
    ``{satisfied: 10, basically_satisfied: 9}`` over ``{valid_callbacks: 10}``.
    """

    code: ItemCode
    version: int = Field(ge=1)
    name: Name
    name_en: Name
    numerator: WeightedSum = Field(min_length=1)
    denominator: WeightedSum = Field(min_length=1)
    population: Population
    decimals: Decimals | None = Field(default=None, exclude_if=unset)
    """Printed digits; the place's own unless given."""
    target: Target | None = Field(default=None, exclude_if=unset)
    basis: str = ""


class Score(Model):
    """综合得分: rates weighted in whole percents, 100 in all. A rate without data leaves no score."""

    code: ItemCode
    version: int = Field(ge=1)
    name: Name
    name_en: Name
    weights: dict[ItemCode, Annotated[int, Field(ge=1, le=100)]] = Field(min_length=1)
    decimals: Decimals = 1
    """Printed digits, half up, with the same care as those of a rate."""
    target: Target | None = Field(default=None, exclude_if=unset)
    basis: str = ""
