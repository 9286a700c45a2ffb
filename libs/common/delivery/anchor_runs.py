"""What came of the last tries to anchor the ledgers, kept in the database beside the outcomes of audits.

For metrics alone: an anchor itself is where the owner of the database does not reach it.
"""

from dataclasses import dataclass
from datetime import datetime

from libs.common.database.session import Session
from libs.common.delivery.audit_runs import KEPT, SCHEMA

ANCHORINGS_DDL: tuple[str, ...] = (
    f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}",
    f"""
    CREATE TABLE IF NOT EXISTS {SCHEMA}.anchoring (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        number integer,
        taken_at timestamptz,
        behind integer NOT NULL
    )
    """,
    f"GRANT USAGE ON SCHEMA {SCHEMA} TO PUBLIC",
    f"GRANT SELECT ON {SCHEMA}.anchoring TO PUBLIC",
)
"""Run by whoever anchors, as the owner of the schema."""

INSERT = f"INSERT INTO {SCHEMA}.anchoring (number, taken_at, behind) VALUES ($1, $2, $3)"  # noqa: S608
PRUNE = f"DELETE FROM {SCHEMA}.anchoring WHERE id <= (SELECT max(id) FROM {SCHEMA}.anchoring) - {KEPT}"  # noqa: S608

_THERE = f"SELECT to_regclass('{SCHEMA}.anchoring') IS NOT NULL AS there"
_LAST = f"""
    SELECT behind, (SELECT max(taken_at) FROM {SCHEMA}.anchoring) AS taken_at
    FROM {SCHEMA}.anchoring ORDER BY id DESC LIMIT 1
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class AnchorRun:
    """When the newest anchor was taken, and how many stores did not take the last one, as far as was tried."""

    taken_at: datetime | None
    behind: int


async def last_anchoring(session: Session) -> AnchorRun | None:
    """Of the last try; None when none was ever kept."""
    if not (await session.fetch(_THERE))[0].there:
        return None
    rows = await session.fetch(_LAST)
    return AnchorRun(rows[0].taken_at, rows[0].behind) if rows else None
