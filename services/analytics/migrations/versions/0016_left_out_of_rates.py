"""Beside each basis what is left out of its rates (不计入考核); and indexes of five more counters that are rare.

A worker of the release before must not fold meanwhile: of what is decided now it knows nothing. Cases that were there
count in what is new when their next events come, or by `huiyin rebuild analytics`.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_BASES = ("registered", "closed", "happened")
_NAMES = ", ".join(f"'{name}'" for name in (*_BASES, *(f"{basis}_left_out" for basis in _BASES)))
_RARE_BEFORE = (1, 2, 12, 20, 21, 22, 23, 24, 25, 26)
"""Places of counters, as their bits."""
_RARE = {"first_not_satisfied": 36, "repeats": 45, "backlog_cases": 49, "unreasonable": 55, "not_counted": 56}
_BITS = sum(1 << place for place in (*_RARE_BEFORE, *_RARE.values()))

_STATEMENTS = (
    *(
        statement
        for table in ("rollup", "rollup_coarse")
        for statement in (
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_basis_check",
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_basis_check CHECK (basis IN ({_NAMES}))",
        )
    ),
    f"ALTER TABLE fact ALTER COLUMN rare SET EXPRESSION AS (counted & {_BITS})",
    *(
        f"CREATE INDEX fact_{name}_idx ON fact (registered_day, case_id) WHERE rare & ({1 << place})::bigint <> 0"
        for name, place in _RARE.items()
    ),
)


def upgrade() -> None:
    """Facts are written anew once."""
    for statement in _STATEMENTS:
        op.execute(statement)
