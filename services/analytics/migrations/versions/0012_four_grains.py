"""Four grains are left of sixteen, by weeks instead of months; integers have a default, so that new ones come in."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COUNTERS = (
    *("registered", "answered_directly", "withdrawn", "assigned", "signed", "sign_due", "signed_on_time", "handled"),
    *("handle_due", "handled_on_time", "closed", "closed_substantive", "closed_unverified", "closed_in_one_round"),
    *("callbacks_due", "valid_callbacks", "contacted", "solved", "satisfied", "basically_satisfied", "not_satisfied"),
    *("sent_back", "returns_requested", "returns_refused", "reminders", "supervisions", "triaged", "handle_minutes"),
)
_SUMS = ", ".join(f"sum({name})" for name in _COUNTERS)
_SOME = " OR ".join(f"sum({name}) <> 0" for name in _COUNTERS)
_TOWN, _VILLAGE = "rpad(left(area_code, 9), 12, '0')", "left(area_code, 12)"
_WEEK = "date_trunc('week', day::timestamp)::date"
_GRAINS = {
    "day_towns": f"day, {_TOWN}, '', '', '', ''",
    "week_units": f"{_WEEK}, {_VILLAGE}, unit_code, '', '', ''",
    "week_channels": f"{_WEEK}, {_TOWN}, '', '', channel, kind",
    "week_categories": f"{_WEEK}, {_TOWN}, unit_code, category_code, '', ''",
}

_STATEMENTS = (
    *(
        f"ALTER TABLE {table} {', '.join(f'ALTER COLUMN {name} SET DEFAULT 0' for name in _COUNTERS)}"
        for table in ("rollup", "rollup_coarse")
    ),
    "DROP INDEX rollup_all_area_idx, rollup_all_category_idx, rollup_all_unit_idx, rollup_town_category_idx",
    "TRUNCATE rollup_coarse",
    "ALTER TABLE rollup_coarse DROP CONSTRAINT rollup_coarse_grain_check",
    "ALTER TABLE rollup_coarse ADD CONSTRAINT rollup_coarse_grain_check"
    f" CHECK (grain IN ({', '.join(repr(name) for name in _GRAINS)}))",
    *(
        f"""
        INSERT INTO rollup_coarse SELECT '{name}', basis, {keys}, {_SUMS} FROM rollup
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING {_SOME}
        """  # noqa: S608 - names of columns
        for name, keys in _GRAINS.items()
    ),
    "DROP TABLE rollup_month",
    # The times of the facts that are there stand in no histogram, until their next event or a rebuild.
    "ALTER TABLE fact ADD COLUMN timed boolean NOT NULL DEFAULT false",
)


def upgrade() -> None:
    """A worker of the release before must not fold meanwhile: it knows other grains, and what it adds is refused."""
    for statement in _STATEMENTS:
        op.execute(statement)
