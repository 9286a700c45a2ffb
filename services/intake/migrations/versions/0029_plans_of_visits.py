"""Plans of visits: to which team and day each household of a round is given."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE visit_plan (
        plan_id text PRIMARY KEY,
        round_id text NOT NULL,
        area_code text NOT NULL,
        left_out int NOT NULL,
        made_at timestamptz NOT NULL,
        made_by text NOT NULL,
        version int NOT NULL,
        CONSTRAINT visit_plan_round_id_fkey FOREIGN KEY (round_id) REFERENCES visit_round (round_id),
        CONSTRAINT visit_plan_plan_id_check CHECK (length(plan_id) = 36),
        CONSTRAINT visit_plan_area_code_check CHECK (length(area_code) IN (12, 15)),
        CONSTRAINT visit_plan_left_out_check CHECK (left_out >= 0),
        CONSTRAINT visit_plan_version_check CHECK (version > 0)
    )
    """,
    "CREATE UNIQUE INDEX visit_plan_round_key ON visit_plan (round_id, area_code)",
    """
    CREATE TABLE plan_turn (
        plan_id text NOT NULL,
        on_day date NOT NULL,
        team_id text NOT NULL,
        PRIMARY KEY (plan_id, on_day, team_id),
        CONSTRAINT plan_turn_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES visit_plan (plan_id),
        CONSTRAINT plan_turn_team_id_fkey FOREIGN KEY (team_id) REFERENCES team (team_id)
    )
    """,
    "CREATE INDEX plan_turn_team_idx ON plan_turn (team_id, on_day)",
    """
    CREATE TABLE planned_household (
        plan_id text NOT NULL,
        household_id text NOT NULL,
        on_day date NOT NULL,
        team_id text NOT NULL,
        place int NOT NULL,
        PRIMARY KEY (plan_id, household_id),
        CONSTRAINT planned_household_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES visit_plan (plan_id),
        CONSTRAINT planned_household_household_id_fkey FOREIGN KEY (household_id) REFERENCES household (household_id),
        CONSTRAINT planned_household_place_check CHECK (place > 0)
    )
    """,
    "CREATE INDEX planned_household_turn_idx ON planned_household (plan_id, on_day, team_id, place)",
    "CREATE INDEX planned_household_household_idx ON planned_household (household_id)",
)


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it, and knows no plans."""
    for statement in _STATEMENTS:
        op.execute(statement)
