"""Appending to the service's ledger, in the caller's transaction: two statements however many events there are."""

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson
import uuid_utils

from libs.common.bus.flow import stream_of
from libs.common.events.base import Event
from libs.common.events.codec import encode_event
from libs.common.ledger.schema import PARTS

GENESIS = bytes(32)
"""The hash before a key's first event."""


class Rows(Protocol):
    """Runs a statement with positional parameters and gives its rows."""

    async def fetch(self, sql: str, *parameters: object) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """An event on its way into the ledger."""

    event: Event
    traceparent: str | None


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
    made AS (
        INSERT INTO ledger_head (stream, key, seq, hash)
        SELECT stream, key, 0, decode(repeat('00', 32), 'hex') FROM wanted ORDER BY stream, key
        ON CONFLICT (stream, key) DO UPDATE SET seq = ledger_head.seq
        RETURNING stream, key, seq, hash
    )
    SELECT made.stream, made.key, made.seq, made.hash,
           (SELECT jsonb_object_agg(source, watermark.seq) FROM watermark
            WHERE watermark.stream = made.stream AND watermark.key = made.key)::text AS causes
    FROM made
"""

_APPEND = """
    WITH rows AS (
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[],
                             $8::text[], $9::bytea[], $10::timestamptz[], $11::smallint[])
            WITH ORDINALITY
            AS r(event_id, stream, key, seq, type, payload, causes, traceparent, hash, occurred_at, part, ordinality)
    ), written AS (
        INSERT INTO ledger (part, event_id, stream, key, seq, type, payload, causes, traceparent, hash, occurred_at)
        SELECT part, event_id, stream, key, seq, type, payload::json, causes::jsonb, traceparent, hash, occurred_at
        FROM rows ORDER BY ordinality
        RETURNING id, part, recorded_at
    ), pointed AS (
        INSERT INTO ledger_unsent (id, part, recorded_at) SELECT id, part, recorded_at FROM written
    )
    UPDATE ledger_head SET seq = last.seq, hash = last.hash
    FROM (SELECT DISTINCT ON (stream, key) stream, key, seq, hash FROM rows ORDER BY stream, key, seq DESC) AS last
    WHERE ledger_head.stream = last.stream AND ledger_head.key = last.key
"""


async def append(rows: Rows, entries: Iterable[Entry], learned: dict[tuple[str, str], dict[str, int]]) -> None:
    """Write the entries in order: seq 1, 2, 3 ... per key, each hash chained on the one before.

    ``learned`` holds watermarks that this very transaction moves, which the database does not show yet.
    """
    batch = [(stream_of(type(entry.event)), entry) for entry in entries]
    if not batch:
        return
    keys = sorted({(str(stream), entry.event.key) for stream, entry in batch})
    heads = {
        (row.stream, row.key): (row.seq, bytes(row.hash), orjson.loads(row.causes or "{}"))
        for row in await rows.fetch(_LOCK_HEADS, [stream for stream, _ in keys], [key for _, key in keys])
    }
    columns: list[list[object]] = [[] for _ in range(11)]
    for stream, entry in batch:
        event = entry.event
        place = (str(stream), event.key)
        seq, previous, causes = heads[place]
        causes = causes | learned.get(place, {})
        payload = encode_event(event)
        seq += 1
        digest = chain(
            previous,
            key=event.key,
            seq=seq,
            type_name=event.type_name,
            payload=payload,
            occurred_at=event.occurred_at,
        )
        heads[place] = (seq, digest, causes)
        values = (
            str(uuid_utils.uuid7()),
            str(stream),
            event.key,
            seq,
            event.type_name,
            payload.decode(),
            orjson.dumps(causes).decode(),
            entry.traceparent,
            digest,
            event.occurred_at,
            part_of(event.key),
        )
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    await rows.fetch(_APPEND, *columns)
