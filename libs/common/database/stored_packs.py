"""How a service learns a pack version: from the event, from its table at start, from what a twin process stored."""

import orjson

from libs.common.database.session import Database, Session
from libs.common.events.directory import PackPublished

_STORE = """
    INSERT INTO pack (version, place_code, digest, document, effective_from)
    VALUES ($1, $2, $3, $4::text::jsonb, $5) ON CONFLICT (version) DO NOTHING
"""
_AT_ONCE = 16
"""Versions read at once: each may be a megabyte."""
# Not only what is newer: a twin may have stored an older one after this process heard of the newest.
_OTHERS = f"""
    SELECT version, digest, effective_from, document::text AS document FROM pack
    WHERE version <> ALL($1::int[]) ORDER BY version LIMIT {_AT_ONCE}
"""  # noqa: S608 - our own number


async def learn_pack(session: Session, event: PackPublished) -> None:
    """Store a version that was published elsewhere and put it on the shelf."""
    await store_pack(session, event)
    session.packs.put(event.version, event.digest, event.occurred_at, event.document)


async def store_pack(session: Session, event: PackPublished) -> None:
    """Store the version alone. The publisher calls this, and reads the shelf anew after its commit: a version whose
    transaction failed would otherwise stand on the shelf, and its number would go to another pack."""
    document = orjson.dumps(event.document).decode()
    await session.fetch(_STORE, event.version, event.place_code, event.digest, document, event.occurred_at)


async def read_stored_packs(session: Session) -> None:
    """Put versions on the shelf that are in the table and not yet known here."""
    more = True
    while more:
        rows = await session.fetch(_OTHERS, session.packs.versions())
        for row in rows:
            session.packs.put(row.version, row.digest, row.effective_from, orjson.loads(row.document))
        more = len(rows) == _AT_ONCE


async def refresh_shelf(database: Database) -> int:
    """``read_stored_packs`` in a transaction of its own; returns the newest version."""
    async with database.reading() as session:
        await read_stored_packs(session)
    return database.packs.newest
