"""How a service learns a pack version: from the event, from its table at start, from what a twin process stored."""

from typing import TYPE_CHECKING

import orjson

from libs.common.events.directory import PackPublished

if TYPE_CHECKING:
    from libs.common.database.session import Database, Session

_STORE = """
    INSERT INTO pack (version, place_code, digest, document, effective_from)
    VALUES ($1, $2, $3, $4::text::jsonb, $5) ON CONFLICT (version) DO NOTHING
"""
_NEWER = """
    SELECT version, digest, effective_from, document::text AS document FROM pack WHERE version > $1 ORDER BY version
"""


async def learn_pack(session: "Session", event: PackPublished) -> None:
    """Store the version and put it on the shelf. The service that publishes one calls this itself."""
    document = orjson.dumps(event.document).decode()
    await session.fetch(_STORE, event.version, event.place_code, event.digest, document, event.occurred_at)
    session.packs.put(event.version, event.digest, event.occurred_at, event.document)


async def refresh_shelf(database: "Database") -> int:
    """Put versions on the shelf that are in the table and not yet known here; returns the newest version."""
    async with database.reading() as session:
        for row in await session.fetch(_NEWER, database.packs.newest):
            database.packs.put(row.version, row.digest, row.effective_from, orjson.loads(row.document))
    return database.packs.newest
