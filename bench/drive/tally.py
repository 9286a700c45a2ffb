"""What came of the requests: how many by step and status, how long each took, and how many cases were closed when."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

UNANSWERED = 0
"""Stands for the status of a request that got no answer."""

_OK = range(200, 300)
_STALE = 412


@dataclass(slots=True)
class Tally:
    """Counts of requests by step and status; latencies in seconds by step."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    latencies: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    done: int = 0
    """Cases closed."""
    lifecycles: list[float] = field(default_factory=list)
    """Seconds from the registration of a case to its closing."""

    def close(self, seconds: float | None) -> None:
        """A case was closed, so long after it was registered (None: by somebody else)."""
        self.done += 1
        if seconds is not None:
            self.lifecycles.append(seconds)

    def note(self, step: str, status: int, seconds: float) -> None:
        """One request of a step was answered with a status after so long."""
        self.statuses[step, status] += 1
        self.latencies[step].append(seconds)

    def count(self, step: str | None = None) -> int:
        """Requests of a step, or all."""
        return sum(number for (name, _), number in self.statuses.items() if step in (None, name))

    def ok(self, step: str) -> int:
        """Requests of a step that were answered with a 2xx."""
        return sum(number for (name, status), number in self.statuses.items() if name == step and status in _OK)

    def errors(self) -> int:
        """Requests that got no 2xx. A stale version (412) is the API's way of saying "read again", not an error."""
        return sum(number for (_, status), number in self.statuses.items() if status not in _OK and status != _STALE)

    def percentile(self, share: float, *steps: str) -> float:
        """The latency in seconds that this share of the requests of these steps (of all) did not exceed."""
        chosen: Iterable[str] = steps or tuple(self.latencies)
        return percentile([seconds for step in chosen for seconds in self.latencies[step]], share)

    def by_step(self) -> dict[str, dict[str, int]]:
        """Counts by step and status, for a report; ``none`` stands for no answer."""
        told: dict[str, dict[str, int]] = {}
        for (step, status), number in sorted(self.statuses.items()):
            told.setdefault(step, {})[str(status) if status else "none"] = number
        return told


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least this share of them does not exceed (nearest rank); 0 when empty."""
    if not values:
        return 0.0
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * share // 1))
    return ordered[min(len(ordered), int(rank)) - 1]
