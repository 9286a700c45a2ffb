"""Takes the next position of a part: from then on to the commit nobody else learns anything in it."""

from datetime import date, datetime
from typing import NamedTuple

from libs.common.database.session import Session
from services.analytics.facts.domain.learned import stamp_of

# The row is locked before it is written, so that what the last transaction of a day left is read as it left it.
_LEARN = """
    WITH before AS MATERIALIZED (
        SELECT part, day, position, learned_at, as_of, folded_at FROM freshness WHERE part = $1 FOR UPDATE
    ), ended AS (
        INSERT INTO known_day (part, day, position, learned_at, as_of, folded_at)
        SELECT part, day, position, learned_at, as_of, folded_at FROM before WHERE day < $2 AND position > 0
        ON CONFLICT (part, day) DO UPDATE SET position = excluded.position, learned_at = excluded.learned_at,
            as_of = excluded.as_of, folded_at = excluded.folded_at
    )
    INSERT INTO freshness AS known (part, position, day, learned_at, as_of, folded_at)
    SELECT $1, 1, $2, $5, $3, $4 FROM (SELECT count(*) FROM before) AS locked
    ON CONFLICT (part) DO UPDATE SET position = known.position + 1, day = greatest(known.day, excluded.day),
        learned_at = greatest(known.learned_at, excluded.learned_at), as_of = greatest(known.as_of, excluded.as_of),
        folded_at = CASE WHEN known.as_of < excluded.as_of THEN excluded.folded_at ELSE known.folded_at END
    RETURNING position, learned_at
"""


class Moment(NamedTuple):
    """When a transaction learned what it folds."""

    stamp: int
    learned_at: datetime
    """By the clock of the house, but never earlier than what was learned before in the same part."""


async def learn(session: Session, part: int, day: date, as_of: datetime) -> Moment:
    """The moment of this transaction, on an assessment day; its newest event happened at ``as_of``."""
    (row,) = await session.fetch(_LEARN, part, day, as_of, session.now, session.now)
    return Moment(stamp_of(part, row.position), row.learned_at)
