"""Orders from above, each once by its body and number (上级交办)."""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds."""
    op.execute(
        """
        CREATE TABLE upper_order (
            case_id text PRIMARY KEY REFERENCES cases DEFERRABLE INITIALLY DEFERRED,
            body text NOT NULL,
            number text NOT NULL,
            due_at timestamptz,
            edition integer NOT NULL CONSTRAINT upper_order_edition_check CHECK (edition > 0),
            CONSTRAINT upper_order_number_key UNIQUE (number, body)
        )
        """
    )
