"""Resources of households matched with needs of others."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE household_match (
        match_id text PRIMARY KEY,
        household_id text NOT NULL,
        giver_id text NOT NULL,
        resource text NOT NULL,
        need text NOT NULL,
        status text NOT NULL,
        confirmed_at timestamptz NOT NULL,
        confirmed_by text NOT NULL,
        staff_id text,
        why text NOT NULL,
        ended_at timestamptz,
        ended_by text,
        ended_why text NOT NULL,
        CONSTRAINT household_match_household_id_fkey FOREIGN KEY (household_id) REFERENCES household (household_id),
        CONSTRAINT household_match_status_check CHECK (status IN ('confirmed', 'ended')),
        CONSTRAINT household_match_two CHECK (household_id <> giver_id),
        CONSTRAINT household_match_ended CHECK ((status = 'ended') = (ended_at IS NOT NULL))
    )
    """,
    "CREATE INDEX household_match_household_idx ON household_match (household_id, match_id)",
    "CREATE INDEX household_match_giver_idx ON household_match (giver_id, match_id)",
)


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it, and knows no matches."""
    for statement in _STATEMENTS:
        op.execute(statement)
