"""A history on its way: as records of the bus, in order, or each several times and out of order."""

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from bench.said import record
from libs.common.bus.port import Record
from tests.support.histories import Told


def records(acts: Sequence[Sequence[Told]]) -> Iterator[list[Record]]:
    """The same as records of the bus, act by act; all that others said before about the case is a cause."""
    last: dict[str, dict[str, int]] = {}
    offsets = count()
    for act in acts:
        batch = []
        for source, seq, event in act:
            spoken = last.setdefault(event.key, {})
            causes = {other: before for other, before in spoken.items() if other != source}
            batch.append(record(source, seq, event, next(offsets), causes))
            spoken[source] = seq
        yield batch


def windows(batch: Sequence[Record], lots: random.Random, *, size: int = 100, most: int = 5) -> Iterator[list[Record]]:
    """Each record 1 to ``most`` times: shuffled within windows of ``size``, and some copies much later."""
    late: list[Record] = []
    for start in range(0, len(batch), size):
        window = [record for record in batch[start : start + size] for _ in range(lots.randint(1, most))]
        lots.shuffle(window)
        again = late[:size]
        del late[:size]
        late += lots.sample(window, len(window) // 10)
        yield window + again
    if late:
        yield late


def batches(found: Iterable[Sequence[Record]], size: int) -> Iterator[Sequence[Record]]:
    """As a reader would give them: never more than ``size`` at once."""
    for window in found:
        for start in range(0, len(window), size):
            yield window[start : start + size]
