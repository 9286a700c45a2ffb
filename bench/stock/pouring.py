"""Moves rows from a query into a table as fast as PostgreSQL takes them: COPY out of one connection into another.

COPY writes many rows at once, and into a table that was emptied in the same transaction it writes them as if they had
been vacuumed already: nothing is left to do for the server once the stock stands.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

_CHUNKS = 16
_CHUNK = 1 << 20


class Pipe:
    """Bytes on their way from one COPY to another."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(_CHUNKS)
        self._chunk = bytearray()

    async def write(self, data: bytes) -> None:
        """Take bytes in."""
        self._chunk += data
        if len(self._chunk) >= _CHUNK:
            await self._queue.put(bytes(self._chunk))
            self._chunk.clear()

    async def finish(self) -> None:
        """No more come."""
        await self._queue.put(bytes(self._chunk))
        await self._queue.put(None)

    async def read(self) -> AsyncIterator[bytes]:
        """Give them out."""
        while (chunk := await self._queue.get()) is not None:
            yield chunk


async def pour(source: Any, target: Any, query: str, place: tuple[str, str], columns: Sequence[str]) -> None:
    """Write the rows of ``query`` into the table at ``place`` (schema, name), which its transaction has emptied."""
    pipe = Pipe()
    schema, name = place

    async def draw() -> None:
        await source.copy_from_query(query, output=pipe.write, format="binary")
        await pipe.finish()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(draw())
        tasks.create_task(
            target.copy_to_table(
                name, schema_name=schema, columns=columns, source=pipe.read(), format="binary", freeze=True
            )
        )
