"""Own accounts of staff, their sessions, and how often somebody tried in vain."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE staff_account (
        staff_id text PRIMARY KEY,
        password_hash text NOT NULL,
        password_at timestamptz NOT NULL,
        first_until timestamptz,
        phone_index bytea,
        disabled_at timestamptz,
        sealed_totp bytea,
        totp_since timestamptz,
        totp_step integer,
        recovery text[] NOT NULL,
        made_at timestamptz NOT NULL,
        signed_in_at timestamptz,
        CONSTRAINT staff_account_phone_index_check CHECK (length(phone_index) = 16),
        CONSTRAINT staff_account_totp_check CHECK (
            (totp_since IS NULL AND totp_step IS NULL) OR sealed_totp IS NOT NULL
        )
    )
    """,
    "CREATE UNIQUE INDEX staff_account_phone_idx ON staff_account (phone_index) WHERE phone_index IS NOT NULL",
    """
    CREATE TABLE staff_session (
        session_id text PRIMARY KEY,
        staff_id text NOT NULL REFERENCES staff_account,
        family text NOT NULL,
        secret text NOT NULL,
        before text,
        turned_at timestamptz NOT NULL,
        used boolean NOT NULL,
        step text NOT NULL CHECK (step IN ('code', 'password', 'enrol', 'unit', 'done')),
        code_shown boolean NOT NULL,
        unit_code text,
        device text NOT NULL,
        network text NOT NULL,
        begun_at timestamptz NOT NULL,
        used_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        ended_at timestamptz
    )
    """,
    "CREATE INDEX staff_session_staff_idx ON staff_session (staff_id, begun_at DESC, session_id DESC)",
    "CREATE UNIQUE INDEX staff_session_family_idx ON staff_session (family)",
    "CREATE INDEX staff_session_ends_idx ON staff_session (ends_at)",
    """
    CREATE TABLE sign_in_tries (
        name text PRIMARY KEY,
        count integer NOT NULL CHECK (count >= 0),
        counted_at timestamptz NOT NULL,
        until timestamptz
    )
    """,
    "CREATE INDEX sign_in_tries_counted_idx ON sign_in_tries (counted_at)",
)


def upgrade() -> None:
    """Nobody has one yet."""
    for statement in _TABLES:
        op.execute(statement)
