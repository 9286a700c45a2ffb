"""What operators may do to a running service: the port of the ops routes, on the library's own tables."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from libs.common.bus.flow import Stream
from libs.common.delivery.parking import Parking
from libs.common.delivery.resend import resend_key, resend_since
from libs.common.service.runtime import Runtime
from libs.common.web.ops import ParkedEvent, ParkedKey, ReplayOut

Advance = Callable[[datetime], Awaitable[int]]


class Ops:
    """``advance_clock_by`` is set by the process that owns a simulated clock."""

    def __init__(self, runtime: Runtime, parking: Parking) -> None:
        self.advance_clock_by: Advance | None = None
        self._runtime = runtime
        self._parking = parking

    async def parked_keys(self, after: tuple[str, str] | None, limit: int) -> Sequence[ParkedKey]:
        """See ``OpsPort``."""
        return [
            ParkedKey(
                stream=Stream(row.stream),
                key=row.key,
                state=row.state,
                events=row.events,
                reason=row.reason,
                parked_at=row.parked_at,
            )
            for row in await self._parking.keys(after or ("", ""), limit)
        ]

    async def parked_events(self, stream: Stream, key: str) -> Sequence[ParkedEvent]:
        """See ``OpsPort``."""
        return [
            ParkedEvent(
                id=row.id,
                source=row.source,
                seq=row.seq,
                type=row.type,
                state=row.state,
                reason=row.reason,
                tries=row.tries,
                parked_at=row.parked_at,
            )
            for row in await self._parking.events(stream, key)
        ]

    async def replay(self, stream: Stream, key: str) -> ReplayOut:
        """See ``OpsPort``."""
        result = await self._parking.replay(stream, key)
        return ReplayOut(applied=result.applied, still_parked=len(await self._parking.events(stream, key)))

    async def drop(self, stream: Stream, key: str, ids: Sequence[int], *, by: str, because: str) -> int:
        """See ``OpsPort``."""
        return await self._parking.drop(stream, key, ids, by=by, because=because)

    async def resend(self, stream: Stream, *, key: str | None, since: datetime | None) -> int:
        """See ``OpsPort``."""
        async with self._runtime.work_database.transaction(self._runtime.clock.now()) as session:
            if key is not None:
                return await resend_key(session, stream, key)
            if since is not None:
                return await resend_since(session, stream, since)
        raise ValueError("either key or since")

    async def advance_clock(self, to: datetime) -> datetime:
        """See ``OpsPort``."""
        if self.advance_clock_by is None:
            raise ValueError("this process has no simulated clock")
        await self.advance_clock_by(to)
        return self._runtime.clock.now()
