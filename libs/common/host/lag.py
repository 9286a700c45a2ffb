"""How long a reader is behind, in seconds, on any bus: from how far the log reached when, without reading a record."""

from collections import deque
from collections.abc import Mapping

from libs.common.bus.port import Place

MOST_SAMPLES = 500


class LagClock:
    """Remembers where partitions ended at which moment; moments are seconds of a clock that never jumps."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, Mapping[Place, int]]] = deque()
        self._apart = 0.0
        """Seconds between two samples that are kept: more while somebody is far behind."""

    def note(self, now: float, ends: Mapping[Place, int], behind: Mapping[Place, int]) -> dict[Place, float]:
        """For each place the seconds for which its oldest unread record has waited, 0 where all is read.

        A record at a position was written after the last moment at which the log ended there or before; when no moment
        that early is known, it has waited at least since the first that is.
        """
        since = {
            place: self._since(place, ends.get(place, 0) - count, now) for place, count in behind.items() if count > 0
        }
        self._forget_before(min(since.values(), default=now))
        if not self._samples or now - self._samples[-1][0] >= self._apart:
            self._samples.append((now, dict(ends)))
        return {place: now - since.get(place, now) for place in behind}

    def _since(self, place: Place, position: int, now: float) -> float:
        for moment, ends in reversed(self._samples):
            if ends.get(place, 0) <= position:
                return moment
        return self._samples[0][0] if self._samples else now

    def _forget_before(self, moment: float) -> None:
        """What nobody's lag reaches back to any more; of a long lag every second sample."""
        while self._samples and self._samples[0][0] < moment:
            self._samples.popleft()
        if not self._samples:
            self._apart = 0.0
        elif len(self._samples) >= MOST_SAMPLES:
            self._samples = deque(list(self._samples)[::2])
            self._apart = (self._samples[-1][0] - self._samples[0][0]) / len(self._samples)
