"""Aid and referrals that came of cases."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE aid (
        aid_id text PRIMARY KEY,
        case_id text NOT NULL CONSTRAINT aid_case_id_fkey REFERENCES work,
        round int NOT NULL CONSTRAINT aid_round_check CHECK (round > 0),
        kind text NOT NULL,
        persons int NOT NULL CONSTRAINT aid_persons_check CHECK (persons > 0),
        found_note text NOT NULL,
        found_unit text,
        found_by text NOT NULL,
        found_by_staff text,
        found_at timestamptz NOT NULL,
        status text NOT NULL CONSTRAINT aid_status_check CHECK (
            status IN ('found', 'applied', 'granted', 'refused', 'dropped')),
        applied_note text,
        applied_unit text,
        applied_by text,
        applied_by_staff text,
        applied_at timestamptz,
        amount_fen bigint CONSTRAINT aid_amount_fen_check CHECK (amount_fen > 0),
        end_note text,
        ended_unit text,
        ended_by text,
        ended_by_staff text,
        ended_at timestamptz,
        version int NOT NULL CONSTRAINT aid_version_check CHECK (version > 0),
        CONSTRAINT aid_paid CHECK (amount_fen IS NULL OR status = 'granted'),
        CONSTRAINT aid_applied CHECK (
            (applied_at IS NULL) = (applied_by IS NULL) AND (applied_at IS NULL) = (applied_note IS NULL)
            AND (status NOT IN ('applied', 'granted', 'refused') OR applied_at IS NOT NULL)),
        CONSTRAINT aid_ended CHECK (
            (status IN ('found', 'applied')) = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)
            AND (ended_at IS NULL) = (end_note IS NULL)),
        CONSTRAINT aid_decided_by_another CHECK (status = 'dropped' OR ended_by <> applied_by)
    )
    """,
    "CREATE UNIQUE INDEX aid_open_idx ON aid (case_id, kind) WHERE status IN ('found', 'applied')",
    "CREATE INDEX aid_case_idx ON aid (case_id, found_at, aid_id)",
    "CREATE INDEX aid_list_idx ON aid (found_at, aid_id)",
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
