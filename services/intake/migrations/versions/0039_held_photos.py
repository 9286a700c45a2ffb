"""Photos of items of phones about which nobody has decided yet."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE device_photo (
        entry_id text NOT NULL,
        digest text NOT NULL,
        matter integer,
        size bigint NOT NULL,
        media_type text NOT NULL,
        scan text NOT NULL,
        added_at timestamptz NOT NULL,
        added_by text NOT NULL,
        PRIMARY KEY (entry_id, digest),
        CONSTRAINT device_photo_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES device_item (entry_id),
        CONSTRAINT device_photo_digest_check CHECK (length(digest) = 64),
        CONSTRAINT device_photo_matter_check CHECK (matter > 0),
        CONSTRAINT device_photo_size_check CHECK (size > 0),
        CONSTRAINT device_photo_scan_check CHECK (scan IN ('clean', 'unscanned'))
    )
    """,
    "CREATE INDEX device_photo_digest_idx ON device_photo (digest)",
)


def upgrade() -> None:
    """Only adds. A worker of the release before removes bytes that stand here alone: workers are replaced first."""
    for statement in _STATEMENTS:
        op.execute(statement)
