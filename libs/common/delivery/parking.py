"""Parked cases for the operator: see them, see why, replay them in order, or give one event up with a reason."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from libs.common.bus.codec import decode_event
from libs.common.database.session import Database, DatabaseTrouble, Session
from libs.common.delivery import inbox
from libs.common.delivery.handlers import Reactions
from libs.common.errors import Overtaken, Permanent
from libs.common.pack.versions import PackMissing
from libs.common.time.clock import Clock

LOOK_EVERY = 15.0
"""Seconds from one look at what could not be decoded, or waits for what is here, to the next while there is nothing."""

_LIST = """
    SELECT stream, key, count(*) AS events, min(parked_at) AS parked_at,
           (array_agg(reason ORDER BY (state = 'failed') DESC, id))[1] AS reason,
           (array_agg(state ORDER BY (state = 'failed') DESC, id))[1] AS state
    FROM parked WHERE (stream, key) > ($1, $2) GROUP BY stream, key ORDER BY stream, key LIMIT $3
"""
_OF_KEY = """
    SELECT id, source, seq, state, type, reason, tries, parked_at, asked_at FROM parked
    WHERE stream = $1 AND key = $2 ORDER BY id
"""
_FAILED_AGAIN = """
    UPDATE parked SET state = 'failed', reason = $3, tries = tries + 1,
        again_at = CASE WHEN $6 AND tries + 1 < $7 THEN now() + $8 * 2 ^ tries * interval '1 second' END
    WHERE stream = $1 AND key = $2 AND id = (
        SELECT min(id) FROM parked WHERE stream = $1 AND key = $2 AND source = $4 AND seq = $5)
"""
_WAIT = """
    UPDATE parked SET state = 'waiting', again_at = NULL, needs_pack = lacking.version
    FROM parked AS row LEFT JOIN unnest($3::text[], $4::int[]) AS lacking(event_id, version)
        ON row.headers ->> 'ce_id' = lacking.event_id
    WHERE parked.id = row.id AND parked.stream = $1 AND parked.key = $2
"""
_NEEDED = "SELECT DISTINCT needs_pack FROM parked"
# A retry that lies far ahead was set by a clock that has been set back since: no wait is that long.
# What stands behind a failed event that is gone was put there while a replay of its key ended.
_DUE = """
    SELECT stream, key FROM parked
    WHERE again_at <= now() OR again_at > now() + interval '5 minutes' OR needs_pack = ANY($2::int[])
       OR state = 'behind' AND NOT EXISTS (
        SELECT FROM parked AS before
        WHERE before.stream = parked.stream AND before.key = parked.key AND before.state = 'failed')
    GROUP BY stream, key ORDER BY min(id) LIMIT $1
"""
# What was waited for was applied by a replay, in a transaction that did not see the row of who was just made to wait.
_HERE_BY_NOW = """
    SELECT parked.stream, parked.key FROM parked
    LEFT JOIN watermark AS mark USING (stream, key, source)
    WHERE state = 'waiting' AND needs_pack IS NULL AND parked.seq <= coalesce(mark.seq, 0) + 1
      AND NOT EXISTS (
        SELECT FROM jsonb_each_text(coalesce(headers ->> 'ce_causes', '{}')::jsonb) AS cause (source, seq)
        LEFT JOIN watermark AS heard
            ON heard.stream = parked.stream AND heard.key = parked.key AND heard.source = cause.source
        WHERE cause.source NOT IN (parked.source, $2) AND coalesce(heard.seq, 0) < cause.seq::integer)
      AND NOT EXISTS (
        SELECT FROM parked AS failed
        WHERE failed.stream = parked.stream AND failed.key = parked.key AND failed.state = 'failed')
    GROUP BY parked.stream, parked.key ORDER BY min(parked.id) LIMIT $1
"""
_LET_GO = """
    WITH gone AS (DELETE FROM parked WHERE id = $1 RETURNING *)
    INSERT INTO parked_dropped (id, stream, key, source, seq, type, headers, value, reason, dropped_by, dropped_because)
    SELECT id, stream, key, source, seq, type, headers, value, reason, $2, $3 FROM gone
"""
_NOT_DECODED = """
    SELECT id, stream, key, type, value FROM parked
    WHERE state = 'failed' AND again_at IS NULL AND reason LIKE '% does not decode: %' AND id <> ALL($1::bigint[])
    ORDER BY id LIMIT $2
"""
_TO_DROP = """
    SELECT id, source, seq FROM parked
    WHERE stream = $1 AND key = $2 AND id = ANY($3::bigint[]) ORDER BY id FOR UPDATE
"""
_MOVE_MARK = """
    INSERT INTO watermark (stream, key, source, seq) VALUES ($1, $2, $3, $4)
    ON CONFLICT (stream, key, source) DO UPDATE SET seq = greatest(watermark.seq, EXCLUDED.seq)
"""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay: events applied, and why it stopped (None: nothing is parked for the key any more)."""

    applied: int
    stopped: str | None


class Parking:
    """The parked events of one service."""

    def __init__(self, database: Database, reactions: Reactions, clock: Clock) -> None:
        self._database = database
        self._reactions = reactions
        self._clock = clock
        self._not_for_us: set[int] = set()
        """Rows that this release cannot decode either."""
        self._look_at = 0.0
        self.news = asyncio.Event()
        """Set when something was parked, by whoever does it."""
        self.empty = False
        """Whether nothing was parked when ``due`` looked last."""

    async def keys(self, after: tuple[str, str], limit: int) -> Sequence[Any]:
        """Parked keys in the order of (stream, key): with events, parked_at, and state and reason of what blocks it."""
        async with self._database.reading() as session:
            return await session.fetch(_LIST, *after, limit)

    async def events(self, stream: str, key: str) -> Sequence[Any]:
        """The parked events of a key, in order."""
        async with self._database.reading() as session:
            return await session.fetch(_OF_KEY, stream, key)

    async def replay(self, stream: str, key: str) -> Replayed:
        """Apply the key's parked events in order, each in its own transaction, until one fails again or waits."""
        applied = 0
        while True:
            ready = inbox.Ready()
            try:
                async with self._database.transaction(self._clock.now()) as session:
                    ready = await inbox.next_parked(session, self._reactions, stream, key)
                    if not ready.apply:
                        await self._tidy(session, ready)
                        stopped = await self._still_parked(session, stream, key, ready.lacking)
                        return Replayed(applied, stopped)
                    await inbox.apply(session, self._clock, self._reactions, ready)
            except (DatabaseTrouble, Overtaken):
                raise
            except PackMissing as missing:
                await self._wait_for_pack(stream, key, ready, missing)
                return Replayed(applied, f"waiting: {missing}")
            except Exception as error:
                await self._fail_again(stream, key, ready, error)
                return Replayed(applied, inbox.reason_of(error))
            applied += len(ready.apply)

    async def due(self, at_most: int) -> Sequence[Any]:
        """The keys (stream, key) that are to be tried again by now without anybody asking, the longest parked first.

        With them, seldom, what waits for nothing any more, and what a release before, which ran beside this one, could
        not decode and this one can.
        """
        async with self._database.reading() as session:
            needed = [row.needs_pack for row in await session.fetch(_NEEDED)]
            self.empty = not needed
            if self.empty:
                return []
            here = [version for version in needed if version is not None and session.packs.has(version)]
            due = await session.fetch(_DUE, at_most, here)
            if time.monotonic() < self._look_at:
                return due
            due = [*due, *await session.fetch(_HERE_BY_NOW, at_most, session.service)]
            refused = await session.fetch(_NOT_DECODED, list(self._not_for_us), at_most)
        self._not_for_us.update(row.id for row in refused if not _decodes(row))
        again = [row for row in refused if row.id not in self._not_for_us]
        self._look_at = 0.0 if again else time.monotonic() + LOOK_EVERY
        return [*due, *again]

    async def drop(self, stream: str, key: str, ids: Sequence[int], *, by: str, because: str) -> int:
        """Give up parked events of a key (they are kept in ``parked_dropped``), then replay what stood behind them.

        Returns how many of ``ids`` were there.
        """
        async with self._database.transaction(self._clock.now()) as session:
            rows = await session.fetch(_TO_DROP, stream, key, list(ids))
            for row in rows:
                await session.fetch(_LET_GO, row.id, by, because)
                await session.fetch(_MOVE_MARK, stream, key, row.source, row.seq)
        if rows:
            await self.replay(stream, key)
        return len(rows)

    async def _tidy(self, session: Session, ready: inbox.Ready) -> None:
        if ready.released:
            await session.fetch("DELETE FROM parked WHERE id = ANY($1::bigint[])", ready.released)

    async def _still_parked(self, session: Session, stream: str, key: str, lacking: Mapping[str, int]) -> str | None:
        """What is left waits for something that has not come; nothing left has failed, so it must not block."""
        await session.fetch(_WAIT, stream, key, list(lacking), list(lacking.values()))
        rows = await session.fetch(_OF_KEY, stream, key)
        return f"waiting: {rows[0].reason}" if rows else None

    async def _wait_for_pack(self, stream: str, key: str, ready: inbox.Ready, missing: PackMissing) -> None:
        """It did not fail, and what stands behind it waits with it."""
        lacking = {**ready.lacking, **{envelope.event_id: missing.version for envelope in ready.apply[:1]}}
        async with self._database.transaction(self._clock.now()) as session:
            await session.fetch(_WAIT, stream, key, list(lacking), list(lacking.values()))

    async def _fail_again(self, stream: str, key: str, ready: inbox.Ready, error: Exception) -> None:
        if not ready.apply:
            return
        first, reason = ready.apply[0], inbox.reason_of(error)[:2_000]
        again = not isinstance(error, Permanent), inbox.TRIES, inbox.FIRST_AGAIN
        async with self._database.transaction(self._clock.now()) as session:
            await session.fetch(_FAILED_AGAIN, stream, key, reason, first.source, first.seq, *again)


def _decodes(row: Any) -> bool:
    try:
        return decode_event(row.type, bytes(row.value)) is not None
    except Permanent:
        return False
