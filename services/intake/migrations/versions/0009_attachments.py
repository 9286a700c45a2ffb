"""Files of cases: what they are and where their bytes are."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it."""
    op.execute(
        """
        CREATE TABLE attachment (
            attachment_id text COLLATE "C" PRIMARY KEY CHECK (length(attachment_id) = 36),
            case_id text COLLATE "C" NOT NULL REFERENCES cases,
            digest text COLLATE "C" NOT NULL CHECK (length(digest) = 64),
            size bigint NOT NULL CHECK (size > 0),
            media_type text NOT NULL,
            name text NOT NULL CHECK (name <> ''),
            scan text NOT NULL CHECK (scan IN ('clean', 'unscanned')),
            added_at timestamptz NOT NULL,
            added_by text NOT NULL,
            unit_code text,
            deleted_at timestamptz,
            deleted_by text,
            deletion_reason text,
            CONSTRAINT attachment_deletion CHECK (num_nonnulls(deleted_at, deleted_by, deletion_reason) IN (0, 3))
        )
        """
    )
    op.execute("CREATE INDEX attachment_case_idx ON attachment (case_id, attachment_id)")
    op.execute("CREATE INDEX attachment_digest_idx ON attachment (digest) WHERE deleted_at IS NULL")
