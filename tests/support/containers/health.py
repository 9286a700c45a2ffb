"""Docker's health of a container: when it is asked, what counts, and what it is called."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DEFAULT_START_INTERVAL = 5.0


class Health(StrEnum):
    """What the engine calls it."""

    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


def seconds(text: str) -> float:
    """``1m30s`` in seconds."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is no duration")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


@dataclass(frozen=True, slots=True)
class Rule:
    """A ``healthcheck``, in seconds."""

    interval: float
    timeout: float
    retries: int
    start_period: float = 0.0
    start_interval: float = _DEFAULT_START_INTERVAL


class Watch:
    """The health of one container from its start on; ``probe`` raises or answers whether the test passed."""

    def __init__(self, rule: Rule, probe: Callable[[], Awaitable[bool]]) -> None:
        self.health = Health.STARTING
        self.asked = 0
        self._rule = rule
        self._probe = probe
        self._failures = 0

    async def run(self) -> None:
        """Ask for ever: every ``start_interval`` while it starts and may, every ``interval`` else."""
        began = time.monotonic()
        while True:
            starting = self.health is Health.STARTING and time.monotonic() - began < self._rule.start_period
            await asyncio.sleep(self._rule.start_interval if starting else self._rule.interval)
            passed = await self._ask()
            # What fails while it may still start is not counted.
            may_fail = self.health is Health.STARTING and time.monotonic() - began < self._rule.start_period
            self._take(passed=passed, counts=not may_fail)

    async def _ask(self) -> bool:
        self.asked += 1
        try:
            async with asyncio.timeout(self._rule.timeout):
                return await self._probe()
        except (TimeoutError, OSError):
            return False

    def _take(self, *, passed: bool, counts: bool) -> None:
        if passed:
            self._failures, self.health = 0, Health.HEALTHY
        elif counts:
            self._failures += 1
            if self._failures >= self._rule.retries:
                self.health = Health.UNHEALTHY
