"""Numbers of rounds by team, and by who went on which day, kept ready."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    ALTER TABLE round_tally DROP CONSTRAINT round_tally_cut_check,
        ADD CONSTRAINT round_tally_cut_check CHECK (cut IN ('class', 'person', 'purpose', 'team'))
    """,
    "ALTER TABLE round_household ADD COLUMN reached_staff text[] NOT NULL DEFAULT '{}'",
    """
    CREATE TABLE round_turn (
        round_id text NOT NULL,
        day date NOT NULL,
        people text NOT NULL,
        area_code text NOT NULL,
        households integer NOT NULL,
        PRIMARY KEY (round_id, day, people, area_code),
        CONSTRAINT round_turn_round_id_fkey FOREIGN KEY (round_id) REFERENCES visit_round (round_id)
    )
    """,
    # No place changes, and no plan, until their numbers are there.
    "LOCK TABLE round_household, planned_household IN SHARE ROW EXCLUSIVE MODE",
    """
    INSERT INTO round_tally (round_id, view, cut, member, area_code, households,
                             reached, nobody_home, refused, moved, by_phone, late)
    SELECT place.round_id, view, 'team', given.team_id,
        CASE view WHEN 'then' THEN place.area_code ELSE place.now_area_code END, count(*),
        count(*) FILTER (WHERE outcome = 'reached'), count(*) FILTER (WHERE outcome = 'nobody_home'),
        count(*) FILTER (WHERE outcome = 'refused'), count(*) FILTER (WHERE outcome = 'moved'),
        count(*) FILTER (WHERE outcome = 'by_phone'), count(*) FILTER (WHERE late)
    FROM (
        SELECT DISTINCT ON (round_id, household_id) round_id, household_id, team_id
        FROM planned_household JOIN visit_plan USING (plan_id) ORDER BY round_id, household_id, plan_id DESC
    ) AS given
    JOIN round_household AS place USING (round_id, household_id)
    CROSS JOIN (VALUES ('then'), ('now')) AS views(view)
    WHERE place.stands GROUP BY 1, 2, 4, 5
    """,
    """
    UPDATE round_household AS place SET reached_staff = visit.staff_ids
    FROM visit_round, visit
    WHERE visit_round.round_id = place.round_id AND visit_round.stages <> '[]' AND visit.visit_id = place.reached_by
    """,
    """
    INSERT INTO round_turn (round_id, day, people, area_code, households)
    SELECT round_id, reached_on, array_to_string(reached_staff, ' '), place.area_code, count(*)
    FROM round_household AS place JOIN visit_round USING (round_id)
    WHERE stages <> '[]' AND stands AND reached_on IS NOT NULL GROUP BY 1, 2, 3, 4
    """,
)


def upgrade() -> None:
    """Only adds. A process of the release before counts neither teams nor turns: it is put right within ten minutes."""
    for statement in _STATEMENTS:
        op.execute(statement)
