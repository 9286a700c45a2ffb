"""Policies that fit households since one of their steps."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE household_policy (
        household_id text NOT NULL,
        version int NOT NULL,
        policy text NOT NULL,
        holds_from date NOT NULL,
        matched_at timestamptz NOT NULL,
        status text NOT NULL,
        answered_on date,
        answered_at timestamptz,
        who text,
        unit_code text,
        staff_id text,
        why text NOT NULL,
        PRIMARY KEY (household_id, version, policy),
        CONSTRAINT household_policy_household_id_fkey FOREIGN KEY (household_id)
            REFERENCES household (household_id) DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT household_policy_status_check CHECK (status IN ('due', 'granted', 'explained', 'not_applicable')),
        CONSTRAINT household_policy_answered CHECK ((status = 'due') = (answered_at IS NULL))
    )
    """,
    """
    CREATE INDEX household_policy_due_idx ON household_policy (matched_at, household_id, version, policy)
    WHERE status = 'due'
    """,
    "CREATE INDEX household_policy_list_idx ON household_policy (matched_at, household_id, version, policy)",
)


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it, and matches no policy."""
    for statement in _STATEMENTS:
        op.execute(statement)
