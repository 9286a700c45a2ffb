"""Cases that no row below the place shows (不分列件), and what is published once of a period (公布)."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds. Which facts that are there are confidential, their events tell: until a rebuild none is listed."""
    op.execute("ALTER TABLE fact ADD COLUMN unlisted boolean")
    op.execute(
        "CREATE INDEX fact_unlisted_idx ON fact (area_code text_pattern_ops, first_day) WHERE unlisted IS NOT FALSE"
    )
    op.execute("""
        CREATE TABLE publication (
            first_day date PRIMARY KEY,
            last_day date NOT NULL CONSTRAINT publication_check CHECK (last_day >= first_day),
            kind text NOT NULL CONSTRAINT publication_kind_check
                CHECK (kind IN ('day', 'week', 'month', 'quarter', 'year')),
            label text NOT NULL,
            pack_version integer NOT NULL,
            published_at timestamptz NOT NULL,
            doc jsonb NOT NULL
        )
    """)
