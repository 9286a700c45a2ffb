"""Visits in the order of their ledger, and what is kept up of each grid."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "CREATE INDEX visit_ledger_idx ON visit (area_code, day, visit_id) WHERE status <> 'void'",
    """
    CREATE TABLE dossier_entry (
        entry_id text PRIMARY KEY,
        area_code text NOT NULL,
        part text NOT NULL,
        kind text NOT NULL,
        name text NOT NULL,
        text text NOT NULL,
        looked_on date NOT NULL,
        due_on date,
        removed boolean NOT NULL,
        updated_at timestamptz NOT NULL,
        version int NOT NULL,
        CONSTRAINT dossier_entry_part_check CHECK (part IN ('places', 'things', 'organisations')),
        CONSTRAINT dossier_entry_entry_id_check CHECK (length(entry_id) = 36),
        CONSTRAINT dossier_entry_area_code_check CHECK (length(area_code) IN (12, 15)),
        CONSTRAINT dossier_entry_version_check CHECK (version > 0)
    )
    """,
    "CREATE INDEX dossier_entry_area_idx ON dossier_entry (area_code, entry_id) WHERE NOT removed",
    "CREATE INDEX dossier_entry_due_idx ON dossier_entry (due_on, entry_id, area_code) WHERE NOT removed",
    """
    CREATE TABLE dossier_change (
        entry_id text NOT NULL,
        version int NOT NULL,
        action text NOT NULL,
        kind text NOT NULL,
        name text NOT NULL,
        text text NOT NULL,
        looked_on date NOT NULL,
        due_on date,
        who text NOT NULL,
        unit_code text,
        staff_id text,
        at timestamptz NOT NULL,
        why text NOT NULL,
        PRIMARY KEY (entry_id, version),
        CONSTRAINT dossier_change_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES dossier_entry (entry_id)
            DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT dossier_change_action_check CHECK (action IN ('enter', 'change', 'look', 'remove'))
    )
    """,
)


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it, and knows no dossiers."""
    for statement in _STATEMENTS:
        op.execute(statement)
