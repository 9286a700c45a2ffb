"""The pack versions of the cut, as the services read them."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache

import orjson

from huiyin.audit.snapshot import Snapshot
from libs.common.pack.decoding import decode_document
from libs.common.pack.directory import Directory
from libs.common.pack.problems import PackError
from libs.common.time.periods import PeriodRules, assessment_day

_DAYS_REMEMBERED = 5_000
"""A case asks for the same few moments again and again, and the next case for others."""

DayOf = Callable[[datetime], date]


class UnknownPack(Exception):
    """A case stands under a pack version that analytics does not have."""


class Packs:
    """The pack versions of the cut, each with its day rule."""

    def __init__(self, known: Mapping[int, tuple[Directory, DayOf]]) -> None:
        self._known = known

    @classmethod
    async def of(cls, cut: Snapshot) -> "Packs":
        """As analytics knows them; every service knows the same (I6)."""
        known = {}
        for row in await cut.fetch("SELECT version, document::text AS document FROM analytics.pack"):
            # One that cannot be read is as good as unknown: every case under it will say so.
            with suppress(PackError):
                directory = Directory(decode_document(orjson.loads(row["document"])).pack)
                known[row["version"]] = directory, _days_of(directory.period_rules())
        return cls(known)

    def day_of(self, version: int) -> DayOf:
        """The day rule of a version; UnknownPack."""
        if version not in self._known:
            raise UnknownPack(f"analytics has no readable pack version {version}")
        return self._known[version][1]

    def level_of(self, version: int) -> Callable[[str], str]:
        """How high a unit stands by a version; of a version that is not known nobody can tell."""
        directory = self.find(version)
        return lambda unit: "" if directory is None else directory.level_of(unit) or ""

    def find(self, version: int) -> Directory | None:
        """What a version says; None when it is not known."""
        return self._known[version][0] if version in self._known else None

    def rungs(self, level: str, reason: str) -> frozenset[str]:
        """The codes of the steps of any version's ladder that such an order may come from."""
        return frozenset(
            step.code
            for directory, _ in self._known.values()
            for step in directory.ladder.steps
            if step.level == level and reason.startswith(f"{step.name} {step.name_en}")
        )


def _days_of(rules: PeriodRules) -> DayOf:
    def day_of(moment: datetime) -> date:
        return assessment_day(moment, rules.time_zone, rules.day_starts_at)

    return lru_cache(_DAYS_REMEMBERED)(day_of)
