"""Sending again from the ledger: asked for by a reader that found a gap, or by an operator."""

from datetime import datetime

from libs.common.database.session import Session
from libs.common.delivery.packs import PUBLISHER, ask_for_all_packs
from libs.common.events.ops import ResendRequested

_POINT_KEY = """
    INSERT INTO ledger_unsent (id, part, recorded_at)
    SELECT id, part, recorded_at FROM ledger WHERE stream = $1 AND key = $2 AND seq >= $3
    ON CONFLICT DO NOTHING RETURNING id
"""
_POINT_STREAM = """
    INSERT INTO ledger_unsent (id, part, recorded_at)
    SELECT id, part, recorded_at FROM ledger WHERE stream = $1 AND seq >= $2
    ON CONFLICT DO NOTHING RETURNING id
"""
_POINT_SINCE = """
    INSERT INTO ledger_unsent (id, part, recorded_at)
    SELECT id, part, recorded_at FROM ledger WHERE stream = $1 AND recorded_at >= $2
    ON CONFLICT DO NOTHING RETURNING id
"""
# What waits for a pack, and what waits behind that, lacks nothing else that its source could send.
# A moment ahead of now was noted by a clock that has been set back since.
_ASK = """
    WITH due AS (
        SELECT id, stream, key, source, seq FROM parked
        WHERE state = 'waiting' AND NOT EXISTS (
            SELECT FROM parked AS first
            WHERE first.stream = parked.stream AND first.key = parked.key AND first.needs_pack IS NOT NULL)
          AND parked_at NOT BETWEEN now() - interval '2 seconds' AND now() + interval '30 seconds'
          AND (asked_at IS NULL OR asked_at NOT BETWEEN now() - interval '30 seconds' AND now() + interval '30 seconds')
        ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED
    ), asked AS (UPDATE parked SET asked_at = now() WHERE id IN (SELECT id FROM due))
    SELECT DISTINCT due.stream, due.key, source.name AS source,
           coalesce((SELECT watermark.seq FROM watermark WHERE watermark.stream = due.stream
                     AND watermark.key = due.key AND watermark.source = source.name), 0) + 1 AS from_seq
    FROM due
    JOIN parked ON parked.id = due.id
    CROSS JOIN LATERAL (
        SELECT due.source AS name
        UNION SELECT jsonb_object_keys((parked.headers ->> 'ce_causes')::jsonb)
    ) AS source
    WHERE source.name <> $1
"""
_ASK_PACKS = """
    UPDATE parked SET asked_at = now()
    WHERE needs_pack IS NOT NULL AND needs_pack <> ALL($1::int[])
      AND (asked_at IS NULL OR asked_at NOT BETWEEN now() - interval '30 seconds' AND now() + interval '30 seconds')
    RETURNING needs_pack
"""


async def answer_resend(session: Session, event: ResendRequested) -> None:
    """Handler of every service: when it is this one that is asked, put its rows about that key back in the queue."""
    if event.source != session.service:
        return
    if event.about:
        await resend_key(session, event.stream, event.about, event.from_seq)
    else:
        await _point(session, _POINT_STREAM, event.stream, event.from_seq)


async def resend_key(session: Session, stream: str, key: str, from_seq: int = 1) -> int:
    """Queue what this service said of one key; returns the number of events. Readers skip what they have."""
    return await _point(session, _POINT_KEY, stream, key, from_seq)


async def resend_since(session: Session, stream: str, moment: datetime) -> int:
    """Queue all of a stream that was recorded since a moment; returns the number of events."""
    return await _point(session, _POINT_SINCE, stream, moment)


async def _point(session: Session, sql: str, *parameters: object) -> int:
    queued = len(await session.fetch(sql, *parameters))
    session.spoke |= queued > 0
    return queued


async def anything_parked(session: Session) -> bool:
    """Whether events were put aside, and may lack something."""
    return bool((await session.fetch("SELECT EXISTS (SELECT FROM parked) AS some"))[0].some)


async def ask_for_missing(session: Session) -> int:
    """Ask the sources for what events that wait for 2 s lack; again every 30 s. Returns how many were asked.

    For a pack it was asked when the event began to wait; here it is asked again.
    """
    packs = await session.fetch(_ASK_PACKS, session.packs.versions())
    if packs and session.service != PUBLISHER:
        await ask_for_all_packs(session)
    rows = await session.fetch(_ASK, session.service)
    for row in rows:
        session.publish(
            ResendRequested(
                occurred_at=session.now, source=row.source, stream=row.stream, about=row.key, from_seq=row.from_seq
            )
        )
    return len(rows) + bool(packs)
