"""An index that finds the turns of a person in a round; the numbers of each turn of a plan, kept ready."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "CREATE INDEX round_turn_person_idx ON round_turn USING gin (string_to_array(people, ' '))",
    """
    ALTER TABLE plan_turn ADD COLUMN households integer NOT NULL DEFAULT 0,
        ADD COLUMN reached integer NOT NULL DEFAULT 0
    """,
    # No place changes, and no plan, until their numbers are there.
    "LOCK TABLE round_household, planned_household IN SHARE ROW EXCLUSIVE MODE",
    """
    UPDATE plan_turn AS turn SET households = counted.households, reached = counted.reached
    FROM (
        SELECT plan_id, on_day, team_id, count(*) AS households, count(place.reached_on) AS reached
        FROM planned_household JOIN visit_plan USING (plan_id)
        LEFT JOIN round_household AS place USING (round_id, household_id) GROUP BY 1, 2, 3
    ) AS counted
    WHERE (turn.plan_id, turn.on_day, turn.team_id) = (counted.plan_id, counted.on_day, counted.team_id)
    """,
)


def upgrade() -> None:
    """Only adds. A process of the release before counts no turns of plans: they are put right within ten minutes."""
    for statement in _STATEMENTS:
        op.execute(statement)
