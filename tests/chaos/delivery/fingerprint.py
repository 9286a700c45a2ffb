"""What a service knows, as one line per table: equal when the state is the same, whatever the way that led to it."""

from collections.abc import Mapping, Sequence

from libs.common.database.session import Database, Session

TECHNICAL: Mapping[str, Sequence[str]] = {
    "ledger": ("id", "event_id", "recorded_at", "causes", "traceparent"),
    "pack": ("learned_at",),
    "answer": ("answered_at",),
    "fact": ("learned", "stamp", "learned_at"),
}
"""Columns that say how and when a row came about, not what is known. Causes grow with whatever else was read before."""
ON_THE_WAY = ("ledger_unsent", "relay_mark", "freshness", "known_day", "known_from", "parked_dropped")
"""Tables about delivery itself. ``parked`` is not among them: in the end it is empty."""

_TABLES = """
    SELECT c.relname AS name FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    ORDER BY 1
"""
_COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS names FROM pg_attribute
    WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attname <> ALL($2::text[])
"""


async def fingerprint(database: Database) -> dict[str, str]:
    """Rows and a hash over them, by table."""
    async with database.reading() as session:
        names = [row.name for row in await session.fetch(_TABLES)]
        return {name: await _print(session, name) for name in names if name not in ON_THE_WAY}


async def _print(session: Session, table: str) -> str:
    (columns,) = await session.fetch(_COLUMNS, table, list(TECHNICAL.get(table, ())))
    sql = f"""
        SELECT count(*) AS rows, coalesce(md5(string_agg(line, '' ORDER BY line COLLATE "C")), '-') AS hash
        FROM (SELECT md5(row::text) AS line FROM (SELECT {columns.names} FROM {table}) AS row) AS lines
    """  # noqa: S608 - names of the catalogue
    (row,) = await session.fetch(sql)
    return f"{row.rows} rows {row.hash}"
