"""Photos of visits that are kept."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE visit_photo (
        visit_id text NOT NULL,
        digest text NOT NULL,
        size bigint NOT NULL,
        media_type text NOT NULL,
        scan text NOT NULL,
        added_at timestamptz NOT NULL,
        added_by text NOT NULL,
        PRIMARY KEY (visit_id, digest),
        CONSTRAINT visit_photo_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES visit (visit_id),
        CONSTRAINT visit_photo_digest_check CHECK (length(digest) = 64),
        CONSTRAINT visit_photo_size_check CHECK (size > 0),
        CONSTRAINT visit_photo_scan_check CHECK (scan IN ('clean', 'unscanned'))
    )
    """,
    "CREATE INDEX visit_photo_digest_idx ON visit_photo (digest)",
)


def upgrade() -> None:
    """Only adds. A worker of the release before removes bytes that no file of a case is: workers are replaced first."""
    for statement in _STATEMENTS:
        op.execute(statement)
