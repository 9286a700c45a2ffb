"""The bell (铃): who committed something that is to be sent rings, and the service's relays look at once.

NOTIFY of PostgreSQL, never in the transaction that speaks, where it would make all commits of the database queue. A
ring that nobody hears costs a relay's poll, no more.
"""

import asyncio
from contextlib import suppress

from libs.common.database.session import Database, DatabaseTrouble
from libs.common.run.supervise import stop

RING_SECONDS = 0.1
"""Between two rings at least; the first one rings at once. What is said meanwhile is sent together."""


def channel_of(schema: str) -> str:
    """Where the relays of a service listen."""
    return f"huiyin_said_{schema}"


class Bell:
    """Rings for one service, on connections of ``database`` and never on more than one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._channel = channel_of(database.schema)
        self._wanted = False
        self._ringer: asyncio.Task[None] | None = None

    def ring(self) -> None:
        """Wake the relays soon."""
        self._wanted = True
        if self._ringer is None or self._ringer.done():
            self._ringer = asyncio.create_task(self._ring(), name=f"{self._database.schema}-bell")

    async def close(self) -> None:
        """Ring no more."""
        if self._ringer is not None:
            await stop(self._ringer)

    async def _ring(self) -> None:
        with suppress(DatabaseTrouble):
            while self._wanted:
                self._wanted = False
                async with self._database.reading() as session:
                    await session.fetch("SELECT pg_notify($1, '')", self._channel)
                await asyncio.sleep(RING_SECONDS)
