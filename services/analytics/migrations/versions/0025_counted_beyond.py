"""A second word of bits for counters that find no place in the first, and indexes of five of these that are rare.

A worker of the release before must not fold meanwhile: of whistles, requests and limits of tasks it knows nothing.
Cases that were there count in what is new by `huiyin rebuild analytics`.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_RARE = {
    "upper_orders": 0,
    "calls": 9,
    "extensions_requested": 22,
    "suspensions_requested": 26,
    "terminations_requested": 30,
}
"""Places of counters in the second word, as their bits."""
_BITS = sum(1 << place for place in _RARE.values())

_STATEMENTS = (
    # Every bit is set in what is there: it may count as anything, until its next event or a rebuild says more.
    f"""
    ALTER TABLE fact ADD COLUMN counted_beyond bigint NOT NULL DEFAULT -1,
        ADD COLUMN rare_beyond bigint GENERATED ALWAYS AS (counted_beyond & {_BITS}) STORED
    """,
    *(
        f"CREATE INDEX fact_{name}_idx ON fact (registered_day, case_id)"
        f" WHERE rare_beyond & ({1 << place})::bigint <> 0"
        for name, place in _RARE.items()
    ),
)


def upgrade() -> None:
    """Facts are written anew once."""
    for statement in _STATEMENTS:
        op.execute(statement)
