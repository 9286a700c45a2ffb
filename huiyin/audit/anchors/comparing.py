"""Whether the ledgers still say what an anchor says they said: every head of then is still a row, with its hash.

The audit folds every chain anew; so when the row of the head has the hash that it had, all before it is as it was.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

from huiyin.audit.anchors import leaves
from huiyin.audit.queries import SERVICES
from huiyin.audit.snapshot import Row, Snapshot

SCRATCH = """
    CREATE TEMP TABLE anchored (service text NOT NULL, stream text NOT NULL, key text NOT NULL, seq integer NOT NULL,
                                hash bytea NOT NULL)
"""
_COLUMNS = ("service", "stream", "key", "seq", "hash")
_DIFFERENT = """
    SELECT anchored.stream, anchored.key, anchored.seq, ledger.hash IS NOT NULL AS rewritten,
           EXISTS (SELECT FROM {service}.ledger AS other
                   WHERE other.stream = anchored.stream AND other.key = anchored.key) AS known
    FROM pg_temp.anchored LEFT JOIN {service}.ledger
        ON ledger.stream = anchored.stream AND ledger.key = anchored.key AND ledger.seq = anchored.seq
    WHERE anchored.service = '{service}' AND ledger.hash IS DISTINCT FROM anchored.hash
    ORDER BY anchored.stream, anchored.key
"""


class Difference(NamedTuple):
    """A key of which a ledger no longer says what it had said."""

    service: str
    stream: str
    key: str
    message: str


async def differences(cut: Snapshot, path: Path) -> AsyncIterator[Difference]:
    """Hold the ledgers of a cut with the scratch table against a file of leaves. BrokenLeaves when it is none."""
    await cut.fetch("DELETE FROM pg_temp.anchored")
    for some in leaves.read(path):
        await cut.fill("anchored", _COLUMNS, some)
    await cut.fetch("ANALYZE pg_temp.anchored")
    for service in SERVICES:
        async for rows in cut.stream(_DIFFERENT.format(service=service)):
            for row in rows:
                yield Difference(service, row["stream"], row["key"], _message(row))


def _message(row: Row) -> str:
    seq = row["seq"]
    if row["rewritten"]:
        return f"event {seq} has another hash than then: it, or one before it, was changed, and the hashes made anew"
    if row["known"]:
        return f"there is no event {seq}, which there was then: the end of its history was cut off"
    return "nothing is left of its history"
