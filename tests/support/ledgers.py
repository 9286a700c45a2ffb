"""A service with nothing but the library's tables and one that keeps what was applied."""

from collections.abc import Sequence
from datetime import UTC, datetime

import asyncpg
import orjson

from libs.common.bus.codec import Envelope
from libs.common.database.session import Database, Session
from libs.common.delivery import inbox
from libs.common.delivery.handlers import Reactions, on, reactions
from libs.common.events.base import Event
from libs.common.events.cases import CaseSupplemented, ProgressReported
from libs.common.ledger.schema import LEDGER_DDL
from libs.common.time.clock import SystemClock

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

_READ = """
    SELECT event_id::text, key, seq, type, payload::text, causes::text, occurred_at, recorded_at FROM ledger ORDER BY id
"""


async def open_service(url: str, name: str) -> Database:
    """A database handle on a new schema with the library's tables and the table ``applied``."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"CREATE SCHEMA {name}")
        await connection.execute(f"SET search_path = {name}")
        for statement in LEDGER_DDL:
            await connection.execute(statement)
        await connection.execute(
            "CREATE TABLE applied (id bigint GENERATED ALWAYS AS IDENTITY, key text, what text, at timestamptz)"
        )
    finally:
        await connection.close()
    return Database(url, name, pool_size=4)


def supplemented(case_id: str, text: str) -> CaseSupplemented:
    """Something a citizen added; used as intake's event."""
    return CaseSupplemented(occurred_at=NOON, case_id=case_id, text=text)


def progressed(case_id: str, note: str) -> ProgressReported:
    """Something a unit reported; used as dispatch's event."""
    return ProgressReported(occurred_at=NOON, case_id=case_id, round=1, unit_code="D-WATER", note=note)


class Failing:
    """Texts whose handler raises, and with what."""

    def __init__(self) -> None:
        self.errors: dict[str, Exception] = {}
        self.calls: list[str] = []

    def reactions(self) -> Reactions:
        """Handlers that write what they hear into ``applied``."""

        async def keep(session: Session, event: Event) -> None:
            what = str(getattr(event, "text", None) or getattr(event, "note", ""))
            self.calls.append(what)
            if what in self.errors:
                raise self.errors[what]
            await session.fetch("INSERT INTO applied (key, what, at) VALUES ($1, $2, $3)", event.key, what, session.now)

        return reactions((on(CaseSupplemented, keep), on(ProgressReported, keep)))


async def say(database: Database, *events: Event) -> None:
    """Publish in one transaction."""
    async with database.transaction(NOON) as session:
        for event in events:
            session.publish(event)


async def said(database: Database, source: str) -> list[Envelope]:
    """Everything in a service's ledger, as it would travel."""
    async with database.reading() as session:
        rows = await session.fetch(_READ)
    return [
        Envelope(
            row.event_id, source, "cases", row.key, row.seq, row.type, row.occurred_at, row.recorded_at,
            orjson.loads(row.causes), None, row.payload.encode(),
        )
        for row in rows
    ]  # fmt: skip


async def hear(database: Database, table: Reactions, envelopes: Sequence[Envelope]) -> inbox.Ready:
    """Apply a batch as the consumer does."""
    async with database.transaction(NOON) as session:
        ready = await inbox.sort_out(session, table, envelopes)
        await inbox.apply(session, SystemClock(), table, ready)
    return ready


async def applied(database: Database, key: str | None = None) -> list[str]:
    """What the handlers kept, in order."""
    async with database.reading() as session:
        rows = await session.fetch("SELECT key, what FROM applied ORDER BY id")
    return [row.what for row in rows if key in (None, row.key)]
