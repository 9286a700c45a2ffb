"""When each event was learned: so that a figure can be asked for again as it was known before."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    ALTER TABLE fact ADD COLUMN learned jsonb NOT NULL DEFAULT '{}', ADD COLUMN stamp bigint NOT NULL DEFAULT 0,
        ADD COLUMN learned_at timestamptz
    """,
    # An index of blocks leaves updates within their page, as one of rows would not: every event moves the moment.
    "CREATE INDEX fact_learned_idx ON fact USING brin (learned_at) WITH (pages_per_range = 16, autosummarize = on)",
    """
    ALTER TABLE freshness ADD COLUMN position bigint NOT NULL DEFAULT 0,
        ADD COLUMN day date NOT NULL DEFAULT '-infinity', ADD COLUMN learned_at timestamptz NOT NULL DEFAULT 'epoch'
    """,
    """
    INSERT INTO freshness (part, as_of, folded_at) SELECT part, 'epoch', 'epoch' FROM generate_series(0, 15) AS part
    ON CONFLICT DO NOTHING
    """,
    """
    CREATE TABLE known_day (
        day date NOT NULL,
        part smallint NOT NULL,
        position bigint NOT NULL,
        learned_at timestamptz NOT NULL,
        as_of timestamptz NOT NULL,
        folded_at timestamptz NOT NULL,
        PRIMARY KEY (part, day)
    )
    """,
    "CREATE TABLE known_from (one boolean PRIMARY KEY DEFAULT true CHECK (one), day date NOT NULL)",
    # Of what is there nobody knows when it was learned; on whatever day the last of it was, that day's end is known.
    """
    INSERT INTO known_from (day)
    SELECT ((max(folded_at) AT TIME ZONE 'UTC') + interval '14 hours')::date FROM freshness
    WHERE folded_at > 'epoch' HAVING count(*) > 0
    """,
)


def upgrade() -> None:
    """A worker of the release before must not fold meanwhile: of what it learns nobody would know when.

    Events that were folded before count as known from the start, and days before the last of them cannot be asked for.
    """
    for statement in _STATEMENTS:
        op.execute(statement)
