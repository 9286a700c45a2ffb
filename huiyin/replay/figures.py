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
    """One rate, as analytics answered: ``found`` has its name and target, ``total`` its integers and whether it is met.

    The two integers are the formula's own; ``cases`` says them in whole cases, as ``113.5 / 127``.
    """

    found: Mapping[str, Any]
    total: Mapping[str, Any]

    @property
    def cases(self) -> str:
        """Numerator and denominator."""
        return f"{self.total['cases_numerator']} / {self.total['cases_denominator']}"

    @property
    def document(self) -> dict[str, Any]:
        """For JSON."""
        integers = {name: self.total[name] for name in ("numerator", "denominator", "rate")}
        judged = {name: self.total[name] for name in ("met", "missed_by", "missed_by_weights_alone")}
        return {**integers, "target": self.found["target"], **judged}

    @property
    def told(self) -> str:
        """The target, and whether it is met, in words of both languages; empty without a target."""
        target, met = self.found["target"], self.total["met"]
        if target is None or met is None:
            return ""
        word, word_en = MET_WORDS[Met(met)]
        if (missed := self.total["missed_by"]) is not None:
            word, word_en = f"{word}，相差 {missed}", f"{word_en} by {missed}"
        return f"{target['text_en']}: {word_en}\n{target['text']}：{word}"


@dataclass(frozen=True, slots=True)
class ReplayUnitSpeed:
    """How long a unit took from assignment to result, on average, and how often in time."""

    name: str
    handled: int
    mean_hours: float
    on_time: str


@dataclass(frozen=True, slots=True)
class ReplayFigures:
    """Of all that was replayed; ``slowest`` units come first."""

    rates: tuple[Rate, ...]
    slowest: tuple[ReplayUnitSpeed, ...]


async def read_figures(leader: Person, directory: Directory, span: tuple[datetime, datetime]) -> ReplayFigures:
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
    return ReplayFigures(tuple(Rate(rate, rate["micro"]) for rate in whole["rates"]), _slowest(counts["rows"], on_time))


def _range(directory: Directory, span: tuple[datetime, datetime]) -> dict[str, str]:
    zone = directory.calendar().time_zone
    # An assessment day may begin before and end after the calendar day of its name.
    first, last = local_day(span[0], zone), local_day(span[1], zone) + timedelta(days=1)
    return {
        "period": "range",
        "from": max(first, FIRST_COUNTED).isoformat(),
        "to": max(last, FIRST_COUNTED).isoformat(),
    }


def _slowest(rows: list[dict[str, Any]], on_time: Mapping[str, str]) -> tuple[ReplayUnitSpeed, ...]:
    speeds = [
        ReplayUnitSpeed(
            row["name"],
            row["counts"]["handled"],
            row["counts"]["handle_minutes"] / _MINUTES / row["counts"]["handled"],
            on_time.get(row["key"], ""),
        )
        for row in rows
        if row["key"] and row["counts"]["handled"]
    ]
    return tuple(sorted(speeds, key=lambda speed: (-speed.mean_hours, speed.name)))
