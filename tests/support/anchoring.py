"""Whoever owns the database and rewrites history so that everything in it agrees with everything else."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.drive.database import connected
from huiyin.audit.anchored import Anchors
from huiyin.audit.anchors.stores import AnchorStore, FolderStore
from huiyin.audit.anchors.taking import Anchoring
from libs.common.ledger.append import GENESIS, chain
from libs.common.security.anchor_keys import AnchorSigner

NIGHT = datetime(2026, 5, 5, 18, 40, tzinfo=UTC)
DAY = timedelta(days=1)
KEY = "T2YgYW5jaG9ycyBpbiB0ZXN0cywgMzIgYnl0ZXMhISE="
OTHER_KEY = "QW5vdGhlciBvbmUsIG9mIHdob2V2ZXIgZm9yZ2VzISE="
SCHEMAS = ["intake", "dispatch", "followup", "analytics"]

_COLUMNS = """
    SELECT format('%I.%I', n.nspname, c.relname) AS name, quote_ident(a.attname) AS column,
           format_type(a.atttypid, NULL) AS type
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0
        AND NOT a.attisdropped AND a.attgenerated = '' AND format_type(a.atttypid, NULL) IN ('text', 'json', 'jsonb')
"""
_EVENTS = """
    SELECT id, stream, key, seq, type, payload::text AS payload, hash, occurred_at FROM {}.ledger
    ORDER BY stream, key, seq
"""
_REPLACE = """
    UPDATE {name} SET {column} = replace({column}::text, $1, $2)::{kind} WHERE position($1 IN {column}::text) > 0
"""
_ROW = "UPDATE {}.ledger SET hash = $1 WHERE id = $2"
_HEAD = "UPDATE {}.ledger_head SET hash = $1 WHERE stream = $2 AND key = $3 AND seq = $4"


def anchoring(*stores: AnchorStore, key: str = KEY) -> Anchoring:
    """Whoever takes anchors."""
    signer = AnchorSigner.from_base64(key)
    return Anchoring(stores, signer, signer.public_keys())


def folder_anchoring(folder: Path) -> Anchoring:
    """The same, into a folder."""
    return anchoring(FolderStore(folder))


def held_against(taken: Anchoring, now: datetime, chosen: Sequence[int] = ()) -> Anchors:
    """What an audit looks at."""
    return Anchors(taken.stores, taken.keys, now, tuple(chosen))


async def rewrite(url: str, old: str, new: str) -> dict[str, set[str]]:
    """Replace words wherever they stand, chain all hashes anew, heads included; the keys that changed, by service."""
    async with connected(url, session_replication_role="replica") as connection:
        for name, column, kind in await connection.fetch(_COLUMNS, SCHEMAS):
            await connection.execute(_REPLACE.format(name=name, column=column, kind=kind), old, new)
    return await chain_anew(url)


async def chain_anew(url: str) -> dict[str, set[str]]:
    """Make all hashes fit what the rows say."""
    changed: dict[str, set[str]] = {schema: set() for schema in SCHEMAS}
    async with connected(url, session_replication_role="replica") as connection:
        for schema in SCHEMAS:
            place, previous = ("", ""), GENESIS
            for row in await connection.fetch(_EVENTS.format(schema)):
                if (row["stream"], row["key"]) != place:
                    place, previous = (row["stream"], row["key"]), GENESIS
                previous = chain(
                    previous,
                    key=row["key"],
                    seq=row["seq"],
                    type_name=row["type"],
                    payload=row["payload"].encode(),
                    occurred_at=row["occurred_at"],
                )
                if previous != row["hash"]:
                    changed[schema].add(row["key"])
                    await connection.execute(_ROW.format(schema), previous, row["id"])
                    await connection.execute(_HEAD.format(schema), previous, *place, row["seq"])
    return {schema: keys for schema, keys in changed.items() if keys}
