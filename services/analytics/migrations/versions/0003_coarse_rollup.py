"""Coarse roll-ups, counted from the fine one; and what a case counts in, in a form that can be searched."""

from alembic import op

from services.analytics.migrations.first_counters import COUNTERS

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_RARE = (
    "answered_directly",
    "withdrawn",
    "closed_unverified",
    "not_satisfied",
    "sent_back",
    "returns_requested",
    "returns_refused",
    "reminders",
    "supervisions",
    "triaged",
)
_BITS = {name: 1 << place for place, name in enumerate(COUNTERS)}
_SUMS = ", ".join(f"sum({name})" for name in COUNTERS)
_SOME = " OR ".join(f"sum({name}) <> 0" for name in COUNTERS)

_STATEMENTS = (
    # Every bit is set in what is there: it may count as anything, until its next event or a rebuild says more.
    "ALTER TABLE fact ADD COLUMN counted bigint NOT NULL DEFAULT -1",
    f"""
    ALTER TABLE fact ADD COLUMN rare bigint GENERATED ALWAYS AS (counted & {sum(_BITS[name] for name in _RARE)}) STORED,
        ADD COLUMN stray boolean GENERATED ALWAYS AS (last_day - registered_day > 60 OR first_day < registered_day)
            STORED
    """,
    "ALTER TABLE fact ALTER COLUMN counted DROP DEFAULT",
    "CREATE INDEX fact_stray_idx ON fact (registered_day, case_id) WHERE stray",
    *(
        f"CREATE INDEX fact_{name}_idx ON fact (registered_day, case_id) WHERE rare & {_BITS[name]} <> 0"
        for name in _RARE
    ),
    "DROP INDEX fact_last_day_idx, fact_due_idx, fact_open_idx",
    "CREATE INDEX fact_open_idx ON fact (case_id) INCLUDE (unit_code, area_code, handle_due_at) WHERE is_open",
    f"""
    CREATE TABLE rollup_coarse (
        grain text NOT NULL CHECK (grain IN ('day_units', 'month_units', 'month_categories', 'month_channels',
                                             'month_all')),
        basis text NOT NULL CHECK (basis IN ('registered', 'closed', 'happened')),
        day date NOT NULL,
        area_code text NOT NULL,
        unit_code text NOT NULL,
        category_code text NOT NULL,
        channel text NOT NULL,
        kind text NOT NULL,
        {" ".join(f"{name} {'bigint' if name == 'handle_minutes' else 'integer'} NOT NULL," for name in COUNTERS)}
        PRIMARY KEY (grain, basis, day, area_code, unit_code, category_code, channel, kind)
    ) WITH (fillfactor = 60)
    """,
    """
    CREATE TABLE rollup_month (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        starts_on integer NOT NULL CHECK (starts_on BETWEEN 1 AND 28)
    )
    """,
    """
    INSERT INTO rollup_month (starts_on)
    SELECT coalesce((document #>> '{assessment,month_starts_on}')::integer, 1) FROM pack ORDER BY version LIMIT 1
    """,
    f"""
    INSERT INTO rollup_coarse
    SELECT grain, basis,
        CASE WHEN monthly
            THEN date_trunc('month', (day - (starts_on - 1))::timestamp)::date + (starts_on - 1) ELSE day END,
        CASE WHEN digits < 12 THEN rpad(left(area_code, digits), 12, '0') ELSE left(area_code, digits) END,
        CASE WHEN by_unit THEN unit_code ELSE '' END, CASE WHEN by_category THEN category_code ELSE '' END,
        CASE WHEN by_channel THEN channel ELSE '' END, CASE WHEN by_channel THEN kind ELSE '' END, {_SUMS}
    FROM rollup CROSS JOIN rollup_month CROSS JOIN (VALUES
        ('day_units', false, 12, true, false, false), ('month_units', true, 12, true, false, false),
        ('month_categories', true, 9, true, true, false), ('month_channels', true, 9, false, false, true),
        ('month_all', true, 15, true, true, true)
    ) AS grains(grain, monthly, digits, by_unit, by_category, by_channel)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING {_SOME}
    """,  # noqa: S608 - names of columns
)


def upgrade() -> None:
    """A worker of the release before must not fold meanwhile: it would not add to the coarse roll-ups."""
    for statement in _STATEMENTS:
        op.execute(statement)
