"""The pack versions of the cut, as far as the audit needs them: days, calling hours, the ladder."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import orjson

from huiyin.audit.snapshot import Snapshot
from libs.common.pack.decoding import decode_document
from libs.common.pack.directory import Directory
from libs.common.pack.problems import PackError
from libs.common.pack.schema import CallbackPolicy, LadderStep
from libs.common.time.calendar import WorkCalendar
from libs.common.time.moments import day_start, local_day
from libs.common.time.periods import PeriodRules, assessment_day

_DAYS_REMEMBERED = 5_000
"""A case asks for the same few moments again and again, and the next case for others."""

DayOf = Callable[[datetime], date]


class UnknownPack(Exception):
    """A case stands under a pack version that analytics does not have."""


class Rules(NamedTuple):
    """What the audit asks of a version."""

    day_of: DayOf
    callback: CallbackPolicy
    ladder: tuple[LadderStep, ...]
    calendar: WorkCalendar

    def calling_time(self, moment: datetime) -> datetime:
        """The moment itself when citizens may be called then, else when they next may."""
        day, zone = local_day(moment, self.calendar.time_zone), self.calendar.time_zone
        opens, closes = (day_start(day, zone, at) for at in (self.callback.opens_at, self.callback.closes_at))
        if opens <= moment <= closes:
            return moment
        return opens if moment < opens else day_start(day + timedelta(days=1), zone, self.callback.opens_at)

    def next_try(self, moment: datetime) -> datetime:
        """When to try again after a try in vain."""
        return self.calling_time(moment + timedelta(minutes=self.callback.minutes_between_tries))


class Packs:
    """The pack versions of the cut."""

    def __init__(self, rules: Mapping[int, Rules]) -> None:
        self._rules = rules

    @classmethod
    async def of(cls, cut: Snapshot) -> "Packs":
        """As analytics knows them; every service knows the same (I6)."""
        rules = {}
        for row in await cut.fetch("SELECT version, document::text AS document FROM analytics.pack"):
            # One that cannot be read is as good as unknown: every case under it will say so.
            with suppress(PackError):
                directory = Directory(decode_document(orjson.loads(row["document"])).pack)
                days = _days_of(directory.period_rules())
                rules[row["version"]] = Rules(days, directory.callback, directory.ladder.steps, directory.calendar())
        return cls(rules)

    def day_of(self, version: int) -> DayOf:
        """The day rule of a version; UnknownPack."""
        rules = self.rules(version)
        if rules is None:
            raise UnknownPack(f"analytics has no readable pack version {version}")
        return rules.day_of

    def rules(self, version: int) -> Rules | None:
        """What a version says; None when it is not known."""
        return self._rules.get(version)

    def rungs(self, level: str, reason: str) -> frozenset[str]:
        """The codes of the steps of any version's ladder that such an order may come from."""
        return frozenset(
            step.code
            for rules in self._rules.values()
            for step in rules.ladder
            if step.level == level and reason.startswith(f"{step.name} {step.name_en}")
        )


def _days_of(rules: PeriodRules) -> DayOf:
    def day_of(moment: datetime) -> date:
        return assessment_day(moment, rules.time_zone, rules.day_starts_at)

    return lru_cache(_DAYS_REMEMBERED)(day_of)
