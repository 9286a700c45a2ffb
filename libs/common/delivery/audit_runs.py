"""What came of the last audits, kept in the database: every process tells it, whoever ran the audit and when.

The table stands in a schema of its own, since no service owns the audit. Who audits writes it; everybody may read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from libs.common.database.session import Session

SCHEMA = "audit"
KEPT = 400
"""Outcomes: more than a year of nights."""

OUTCOMES_DDL: tuple[str, ...] = (
    f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}",
    f"""
    CREATE TABLE IF NOT EXISTS {SCHEMA}.outcome (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        seconds double precision NOT NULL,
        cases bigint NOT NULL,
        events bigint NOT NULL,
        violations jsonb NOT NULL
    )
    """,
    f"GRANT USAGE ON SCHEMA {SCHEMA} TO PUBLIC",
    f"GRANT SELECT ON {SCHEMA}.outcome TO PUBLIC",
)
"""Run by whoever audits, as the owner of the schema."""

INSERT = f"INSERT INTO {SCHEMA}.outcome (seconds, cases, events, violations) VALUES ($1, $2, $3, $4::jsonb)"  # noqa: S608
PRUNE = f"DELETE FROM {SCHEMA}.outcome WHERE id <= (SELECT max(id) FROM {SCHEMA}.outcome) - {KEPT}"  # noqa: S608

_THERE = f"SELECT to_regclass('{SCHEMA}.outcome') IS NOT NULL AS there"
_LAST = f"""
    SELECT ended_at, seconds, violations::text AS violations FROM {SCHEMA}.outcome ORDER BY id DESC LIMIT 1
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class AuditRun:
    """One audit that ran to its end. ``violations`` by invariant, 0 for those that hold."""

    ended_at: datetime
    seconds: float
    violations: Mapping[str, int]


async def last_outcome(session: Session) -> AuditRun | None:
    """Of the audit that ended last; None when none was ever kept."""
    if not (await session.fetch(_THERE))[0].there:
        return None
    rows = await session.fetch(_LAST)
    return AuditRun(rows[0].ended_at, rows[0].seconds, orjson.loads(rows[0].violations)) if rows else None
