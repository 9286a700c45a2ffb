"""An index that finds the turns of a person in a round."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_STATEMENTS = ("CREATE INDEX round_turn_person_idx ON round_turn USING gin (string_to_array(people, ' '))",)


def upgrade() -> None:
    """Only adds."""
    for statement in _STATEMENTS:
        op.execute(statement)
