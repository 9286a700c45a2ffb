"""Reading many ordered streams side by side, one key at a time: what a join of sorted tables is to a database."""

from collections.abc import AsyncIterator, Mapping, Sequence

from huiyin.audit.snapshot import AT_A_TIME, Row, Snapshot

Group = Mapping[str, Sequence[Row]]
"""By stream, the rows of one key; empty where a stream has none."""


class OutOfOrder(Exception):
    """The database sorts texts by other rules than this code."""


class _Stream:
    """One query's rows, key by key."""

    def __init__(self, name: str, batches: AsyncIterator[Sequence[Row]]) -> None:
        self.name = name
        self.key: str | None = ""
        """The key that comes next; None at the end."""
        self._batches = batches
        self._rows: Sequence[Row] = ()
        self._place = 0

    async def refill(self) -> None:
        """Read the next rows; the first ones, too."""
        try:
            self._rows = await anext(self._batches)
        except StopAsyncIteration:
            self._rows = ()
        self._place = 0
        self._look()

    async def take(self) -> list[Row]:
        """The rows of the present key; goes on to the next."""
        key, taken = self.key, list[Row]()
        while self.key == key:
            rows, end = self._rows, self._place + 1
            while end < len(rows) and rows[end]["key"] == key:
                end += 1
            taken += rows[self._place : end]
            self._place = end
            if end < len(rows):
                self._look()
            else:
                await self.refill()
        return taken

    def _look(self) -> None:
        key = self._rows[self._place]["key"] if self._rows else None
        if key is not None and self.key is not None and key < self.key:
            raise OutOfOrder(f"{self.name}: {key!r} came after {self.key!r}")
        self.key = key


async def by_key(
    cut: Snapshot, queries: Mapping[str, str], *, at_a_time: int = AT_A_TIME
) -> AsyncIterator[tuple[str, Group]]:
    """All keys of all queries in order, each with its rows. Every query has a column ``key`` and is sorted by it."""
    streams = [_Stream(name, cut.stream(sql, at_a_time=at_a_time)) for name, sql in queries.items()]
    for stream in streams:
        await stream.refill()
    while True:
        keys = [stream.key for stream in streams if stream.key is not None]
        if not keys:
            return
        key = min(keys)
        yield key, {stream.name: await stream.take() if stream.key == key else () for stream in streams}
