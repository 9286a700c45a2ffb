"""Asks analytics, as any leader would, for the figures of everything that was replayed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from huiyin.office.errands import FIGURES
from huiyin.office.people import Person
from libs.common.pack.directory import Directory
from libs.common.shares import MET_WORDS, Met
from libs.common.time.moments import local_day

ON_TIME = "on_time"
FIRST_COUNTED = date(2000, 1, 1)
"""The first day that analytics can be asked about."""
_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate. The two integers are the formula's own; ``cases`` says them in whole cases, as ``113.5 / 127``.

    ``target`` and ``met`` are analytics' answers: what the pack asks of it, and whether it is so.
    """

    code: str
    name: str
    name_en: str
    numerator: int
    denominator: int
    rate: str | None
    text: str
    cases: str
    target: Mapping[str, Any] | None
    met: Met | None

    @property
    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "numerator": self.numerator,
            "denominator": self.denominator,
            "rate": self.rate,
            "target": None if self.target is None else dict(self.target),
            "met": self.met,
        }

    @property
    def told(self) -> str:
        """The target, and whether it is met, in words of both languages; empty without a target."""
        if self.target is None or self.met is None:
            return ""
        word, word_en = MET_WORDS[self.met]
        return f"{self.target['text_en']}: {word_en}\n{self.target['text']}：{word}"


@dataclass(frozen=True, slots=True)
class UnitSpeed:
    """How long a unit took from assignment to result, on average, and how often in time."""

    name: str
    handled: int
    mean_hours: float
    on_time: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all that was replayed; ``slowest`` units come first."""

    rates: tuple[Rate, ...]
    slowest: tuple[UnitSpeed, ...]


async def read_figures(leader: Person, directory: Directory, span: tuple[datetime, datetime]) -> Figures:
    """The figures of a span of simulated time."""
    query = _range(directory, span)
    whole = await leader.ask(FIGURES, **query)
    by_unit = await leader.ask(FIGURES, **query, by="unit")
    counts = await leader.ask(f"{FIGURES}/counts", **query, by="unit")
    on_time = {
        row["key"]: f"{row['cases_numerator']} / {row['cases_denominator']}"
        for rate in by_unit["rates"]
        if rate["code"] == ON_TIME
        for row in rate["rows"]
    }
    return Figures(tuple(map(_rate, whole["rates"])), _slowest(counts["rows"], on_time))


def _range(directory: Directory, span: tuple[datetime, datetime]) -> dict[str, str]:
    zone = directory.calendar().time_zone
    # An assessment day may begin before and end after the calendar day of its name.
    first, last = local_day(span[0], zone), local_day(span[1], zone) + timedelta(days=1)
    return {
        "period": "range",
        "from": max(first, FIRST_COUNTED).isoformat(),
        "to": max(last, FIRST_COUNTED).isoformat(),
    }


def _rate(found: Mapping[str, Any]) -> Rate:
    total, met = found["micro"], found["micro"]["met"]
    return Rate(
        code=found["code"],
        name=found["name"],
        name_en=found["name_en"],
        numerator=total["numerator"],
        denominator=total["denominator"],
        rate=total["rate"],
        text=total["text"],
        cases=f"{total['cases_numerator']} / {total['cases_denominator']}",
        target=found["target"],
        met=None if met is None else Met(met),
    )


def _slowest(rows: list[dict[str, Any]], on_time: Mapping[str, str]) -> tuple[UnitSpeed, ...]:
    speeds = [
        UnitSpeed(
            row["name"],
            row["counts"]["handled"],
            row["counts"]["handle_minutes"] / _MINUTES / row["counts"]["handled"],
            on_time.get(row["key"], ""),
        )
        for row in rows
        if row["key"] and row["counts"]["handled"]
    ]
    return tuple(sorted(speeds, key=lambda speed: (-speed.mean_hours, speed.name)))
