"""Coarse roll-ups for a year by day, of a category or a channel, and indexes for what only the finest ones know."""

from alembic import op

from services.analytics.migrations.first_counters import COUNTERS

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OLD = ("day_units", "month_units", "month_categories", "month_channels", "month_all")
# Name, digits of the area, whether it knows unit, category, and channel and kind.
_BY_DAY = (
    "('day_towns', 9, false, false, false)",
    "('day_categories', 6, false, true, false)",
    "('day_channels', 6, false, false, true)",
    "('day_grids', 15, false, false, false)",
    "('day_unit_categories', 6, true, true, false)",
)
_BY_MONTH = (
    "('month_village_categories', 12, false, true, false)",
    "('month_village_channels', 12, false, false, true)",
    "('month_unit_channels', 6, true, false, true)",
    "('month_category_channels', 6, false, true, true)",
)
_NEW = tuple(grain.split("'")[1] for grain in (*_BY_DAY, *_BY_MONTH))
_NAMES = ", ".join(f"'{name}'" for name in (*_OLD, *_NEW))
_SUMS = ", ".join(f"sum({name})" for name in COUNTERS)
_SOME = " OR ".join(f"sum({name}) <> 0" for name in COUNTERS)
_AREA = "CASE WHEN digits < 12 THEN rpad(left(area_code, digits), 12, '0') ELSE left(area_code, digits) END"

_STATEMENTS = (
    "ALTER TABLE rollup_coarse DROP CONSTRAINT rollup_coarse_grain_check",
    f"ALTER TABLE rollup_coarse ADD CONSTRAINT rollup_coarse_grain_check CHECK (grain IN ({_NAMES}))",
    *(
        f"""
        INSERT INTO rollup_coarse
        SELECT new_grain, basis, day, {_AREA}, CASE WHEN by_unit THEN unit_code ELSE '' END,
            CASE WHEN by_category THEN category_code ELSE '' END, CASE WHEN by_channel THEN channel ELSE '' END,
            CASE WHEN by_channel THEN kind ELSE '' END, {_SUMS}
        FROM {source}
        CROSS JOIN (VALUES {", ".join(grains)}) AS grains(new_grain, digits, by_unit, by_category, by_channel)
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING {_SOME}
        """  # noqa: S608 - names of columns
        for source, grains in (
            ("rollup", _BY_DAY),
            ("(SELECT * FROM rollup_coarse WHERE grain = 'month_all') AS month_all", _BY_MONTH),
        )
    ),
    "CREATE INDEX rollup_all_area_idx ON rollup_coarse (basis, area_code text_pattern_ops, day)"
    " WHERE grain = 'month_all'",
    "CREATE INDEX rollup_all_unit_idx ON rollup_coarse (basis, unit_code, day) WHERE grain = 'month_all'",
    "CREATE INDEX rollup_all_category_idx ON rollup_coarse (basis, category_code text_pattern_ops, day)"
    " WHERE grain = 'month_all'",
    # The areas and kinds of a category are told apart in the index, before a row is fetched.
    "CREATE INDEX rollup_category_idx"
    " ON rollup (basis, category_code text_pattern_ops, area_code text_pattern_ops, day, kind, channel)",
)


def upgrade() -> None:
    """A worker of the release before must not fold meanwhile: it would not add to the new roll-ups."""
    for statement in _STATEMENTS:
        op.execute(statement)
