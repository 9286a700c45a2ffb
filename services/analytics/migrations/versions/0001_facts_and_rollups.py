"""Facts, roll-ups, freshness, and the library's own tables."""

from alembic import op

from libs.common.ledger.schema import LEDGER_DDL
from services.analytics.migrations.first_counters import COUNTERS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE fact (
        case_id text PRIMARY KEY,
        case_no text NOT NULL,
        area_code text NOT NULL,
        unit_code text NOT NULL,
        units text[] NOT NULL,
        category_code text NOT NULL,
        channel text NOT NULL,
        kind text NOT NULL,
        urgency text NOT NULL,
        status text NOT NULL CHECK (status IN ('registered', 'triage', 'assigned', 'signed', 'handled', 'answered',
                                               'sent_back', 'closed', 'withdrawn')),
        is_open boolean NOT NULL CHECK (is_open = (status NOT IN ('closed', 'withdrawn'))),
        round integer NOT NULL CHECK (round > 0),
        registered_at timestamptz NOT NULL,
        registered_day date NOT NULL,
        closed_day date CHECK ((closed_day IS NULL) = (status <> 'closed')),
        first_day date NOT NULL,
        last_day date NOT NULL CHECK (last_day >= first_day),
        handle_due_at timestamptz,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        doc jsonb NOT NULL
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX fact_registered_idx ON fact (registered_day, case_id)",
    "CREATE INDEX fact_closed_idx ON fact (closed_day, case_id) WHERE closed_day IS NOT NULL",
    "CREATE INDEX fact_last_day_idx ON fact (last_day, case_id)",
    "CREATE INDEX fact_open_idx ON fact (unit_code, case_id) WHERE is_open",
    "CREATE INDEX fact_due_idx ON fact (handle_due_at) WHERE handle_due_at IS NOT NULL",
    f"""
    CREATE TABLE rollup (
        basis text NOT NULL CHECK (basis IN ('registered', 'closed', 'happened')),
        day date NOT NULL,
        area_code text NOT NULL,
        unit_code text NOT NULL,
        category_code text NOT NULL,
        channel text NOT NULL,
        kind text NOT NULL,
        {" ".join(f"{name} integer NOT NULL," for name in COUNTERS if name != "handle_minutes")}
        handle_minutes bigint NOT NULL,
        PRIMARY KEY (basis, day, area_code, unit_code, category_code, channel, kind)
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX rollup_area_idx ON rollup (basis, area_code text_pattern_ops, day)",
    "CREATE INDEX rollup_unit_idx ON rollup (basis, unit_code, day)",
    """
    CREATE TABLE freshness (
        part smallint PRIMARY KEY,
        as_of timestamptz NOT NULL,
        folded_at timestamptz NOT NULL
    )
    """,
)


def upgrade() -> None:
    """Create them."""
    for statement in (*LEDGER_DDL, *_STATEMENTS):
        op.execute(statement)
