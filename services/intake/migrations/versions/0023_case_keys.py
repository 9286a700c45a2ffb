"""Each case has a key of its own, under which all that is sealed of it is sealed; the vault's key wraps it.

Nothing is sealed anew here: `huiyin vault reseal` does that with what was sealed before, beside running services.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds: a process of the release before goes on, and what it seals is sealed anew later."""
    op.execute("""
        CREATE TABLE case_key (
            case_id text PRIMARY KEY,
            wrapped bytea,
            destroyed_at timestamptz,
            CONSTRAINT case_key_destroyed CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
        )
    """)
