"""Appending to the service's ledger, in the caller's transaction: two statements at most, however many events."""

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import orjson
import uuid_utils

from libs.common.bus.codec import encode_event
from libs.common.bus.flow import stream_of
from libs.common.errors import Overtaken
from libs.common.events.base import Event
from libs.common.ledger.schema import PARTS

GENESIS = bytes(32)
"""The hash before a key's first event."""


class Rows(Protocol):
    """Runs a statement with positional parameters and gives its rows."""

    async def fetch(self, sql: str, *parameters: object) -> Sequence[Any]: ...


class LedgerEntry(NamedTuple):
    """An event on its way into the ledger."""

    event: Event
    traceparent: str | None
    first: bool = False
    """Its key is new: there is no head to lock, and nothing was heard of it."""


def part_of(key: str) -> int:
    """The relay part of a key: stable for ever, 0 <= part < PARTS."""
    return zlib.crc32(key.encode()) % PARTS


def chain(previous: bytes, *, key: str, seq: int, type_name: str, payload: bytes, occurred_at: datetime) -> bytes:
    """SHA-256 over the hash before it and everything a reader acts on."""
    digest = hashlib.sha256(previous)
    digest.update(f"{key}\n{seq}\n{type_name}\n{occurred_at.astimezone(UTC).isoformat()}\n".encode())
    digest.update(payload)
    return digest.digest()


_LOCK_HEADS = """
    WITH wanted AS (SELECT * FROM unnest($1::text[], $2::text[]) AS w(stream, key)),
    held AS (
        SELECT head.stream, head.key, head.seq, head.hash FROM ledger_head AS head JOIN wanted USING (stream, key)
        ORDER BY head.stream, head.key FOR UPDATE OF head
    )
    SELECT wanted.stream, wanted.key, held.seq, held.hash,
           (SELECT jsonb_object_agg(source, watermark.seq) FROM watermark
            WHERE watermark.stream = wanted.stream AND watermark.key = wanted.key)::text AS causes
    FROM wanted LEFT JOIN held USING (stream, key)
"""

_APPEND = """
    WITH written AS (
        INSERT INTO ledger (part, event_id, stream, key, seq, type, payload, causes, traceparent, hash, occurred_at)
        SELECT part, event_id, stream, key, seq, type, payload::json, causes::jsonb, traceparent, hash, occurred_at
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[],
                    $8::text[], $9::bytea[], $10::timestamptz[], $11::smallint[])
            WITH ORDINALITY
            AS r(event_id, stream, key, seq, type, payload, causes, traceparent, hash, occurred_at, part, ordinality)
        ORDER BY ordinality
        RETURNING id, part, recorded_at
    ), pointed AS (
        INSERT INTO ledger_unsent (id, part, recorded_at) SELECT id, part, recorded_at FROM written
    ), heads AS (
        SELECT * FROM unnest($12::text[], $13::text[], $14::int[], $15::bytea[], $16::boolean[])
            AS h(stream, key, seq, hash, first)
    ), moved AS (
        UPDATE ledger_head SET seq = heads.seq, hash = heads.hash FROM heads
        WHERE ledger_head.stream = heads.stream AND ledger_head.key = heads.key AND NOT heads.first
        RETURNING 1
    ), made AS (
        INSERT INTO ledger_head (stream, key, seq, hash)
        SELECT stream, key, seq, hash FROM heads WHERE first ORDER BY stream, key
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT (SELECT count(*) FROM moved) + (SELECT count(*) FROM made) AS heads
"""


class _Head(NamedTuple):
    """Where a key's history ends; ``first`` when it begins in this very transaction."""

    seq: int
    hash: bytes
    causes: dict[str, int]
    first: bool


_NEW = _Head(0, GENESIS, {}, first=True)


async def append(rows: Rows, entries: Iterable[LedgerEntry], learned: dict[tuple[str, str], dict[str, int]]) -> None:
    """Write the entries in order: seq 1, 2, 3 ... per key, each hash chained on the one before.

    ``learned`` holds watermarks that this very transaction moves, which the database does not show yet.
    """
    batch = [(stream_of(type(entry.event)), entry) for entry in entries]
    if not batch:
        return
    heads = {(str(stream), entry.event.key): _NEW for stream, entry in batch if entry.first}
    known = {(str(stream), entry.event.key) for stream, entry in batch} - heads.keys()
    if known:
        heads |= await _lock_heads(rows, sorted(known), learned)
    columns: list[list[object]] = [[] for _ in range(11)]
    for stream, entry in batch:
        event = entry.event
        head = heads[str(stream), event.key]
        payload = encode_event(event)
        seq = head.seq + 1
        digest = chain(
            head.hash,
            key=event.key,
            seq=seq,
            type_name=event.type_name,
            payload=payload,
            occurred_at=event.occurred_at,
        )
        heads[str(stream), event.key] = head._replace(seq=seq, hash=digest)
        values = (
            str(uuid_utils.uuid7()),
            str(stream),
            event.key,
            seq,
            event.type_name,
            payload.decode(),
            orjson.dumps(head.causes).decode(),
            entry.traceparent,
            digest,
            event.occurred_at,
            part_of(event.key),
        )
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    places, ends = list(heads), list(heads.values())
    written = await rows.fetch(
        _APPEND,
        *columns,
        [stream for stream, _ in places],
        [key for _, key in places],
        [head.seq for head in ends],
        [head.hash for head in ends],
        [head.first for head in ends],
    )
    if written[0].heads < len(heads):
        raise Overtaken("another process began the history of one of these keys")


async def _lock_heads(
    rows: Rows, places: Sequence[tuple[str, str]], learned: dict[tuple[str, str], dict[str, int]]
) -> dict[tuple[str, str], _Head]:
    found = await rows.fetch(_LOCK_HEADS, [stream for stream, _ in places], [key for _, key in places])
    return {
        (row.stream, row.key): _Head(
            row.seq or 0,
            GENESIS if row.hash is None else bytes(row.hash),
            orjson.loads(row.causes or "{}") | learned.get((row.stream, row.key), {}),
            first=row.seq is None,
        )
        for row in found
    }
