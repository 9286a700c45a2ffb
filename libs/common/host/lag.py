"""How long a reader is behind, in seconds, on any bus: from how far the log reached when, without reading a record."""

from collections import deque
from collections.abc import Mapping

from libs.common.bus.port import Place

MOST_SAMPLES = 500


class LagClock:
    """Remembers where partitions ended at which moment; moments are seconds of a clock that never jumps."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, Mapping[Place, int]]] = deque()

    def note(self, now: float, ends: Mapping[Place, int], behind: Mapping[Place, int]) -> dict[Place, float]:
        """For each place the seconds for which its oldest unread record has waited, 0 where all is read.

        A record at a position was written after the last moment at which the log ended there or before; when no moment
        that early is known, after nothing that is known, so it has waited at least since the first.
        """
        self._samples.append((now, dict(ends)))
        if len(self._samples) > MOST_SAMPLES:
            self._thin_out()
        return {place: self._waited(now, place, ends.get(place, 0) - count, count) for place, count in behind.items()}

    def _waited(self, now: float, place: Place, position: int, count: int) -> float:
        if count <= 0:
            return 0.0
        for moment, ends in reversed(self._samples):
            if ends.get(place, 0) <= position:
                return now - moment
        return now - self._samples[0][0]

    def _thin_out(self) -> None:
        """Every second of the older half goes: what waits for days is told to within a share of its age."""
        old = [self._samples.popleft() for _ in range(MOST_SAMPLES // 2)]
        self._samples.extendleft(reversed(old[::2]))
