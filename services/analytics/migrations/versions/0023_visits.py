"""Visits are counted: households with their steps, visits, who made them, places in rounds, rounds and teams."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_CLASSES = "('resident', 'vacant', 'away', 'shop', 'farm')"
_OUTCOMES = "'reached', 'nobody_home', 'refused', 'moved', 'by_phone'"
_STATEMENTS = (
    """
    CREATE TABLE visit_household (
        household_id text PRIMARY KEY,
        area_code text NOT NULL,
        moved boolean NOT NULL,
        last_at timestamptz NOT NULL,
        version integer NOT NULL,
        steps jsonb NOT NULL
    )
    """,
    "CREATE INDEX visit_household_area_idx ON visit_household (area_code text_pattern_ops, household_id)",
    "CREATE INDEX visit_household_moved_idx ON visit_household (household_id) WHERE moved",
    f"""
    CREATE TABLE visit_fact (
        visit_id text PRIMARY KEY,
        household_id text NOT NULL,
        version integer NOT NULL,
        day date,
        area_code text NOT NULL,
        outcome text NOT NULL CONSTRAINT visit_fact_outcome_check CHECK (outcome IN ({_OUTCOMES}, 'void')),
        counts boolean NOT NULL,
        staff_ids text[] NOT NULL,
        rounds text[] NOT NULL,
        teams text[] NOT NULL,
        doc jsonb NOT NULL,
        CONSTRAINT visit_fact_day_check CHECK ((day IS NULL) = (outcome = 'void'))
    )
    """,
    "CREATE INDEX visit_fact_household_idx ON visit_fact (household_id)",
    "CREATE INDEX visit_fact_newest_idx ON visit_fact (day DESC, visit_id DESC) WHERE outcome <> 'void'",
    "CREATE INDEX visit_fact_area_idx ON visit_fact (area_code text_pattern_ops, day DESC, visit_id DESC)"
    " WHERE outcome <> 'void'",
    "CREATE INDEX visit_fact_rounds_idx ON visit_fact USING gin (rounds)",
    "CREATE INDEX visit_fact_teams_idx ON visit_fact USING gin (teams)",
    """
    CREATE TABLE visit_person (
        staff_id text,
        day date,
        visit_id text,
        household_id text NOT NULL,
        area_code text NOT NULL,
        outcome text NOT NULL,
        counts boolean NOT NULL,
        rounds text[] NOT NULL,
        PRIMARY KEY (staff_id, day, visit_id)
    )
    """,
    f"""
    CREATE TABLE visit_place (
        round_id text,
        household_id text,
        area_code text NOT NULL,
        household_class text NOT NULL
            CONSTRAINT visit_place_household_class_check CHECK (household_class IN {_CLASSES}),
        contact_staff_id text NOT NULL,
        now_area_code text NOT NULL,
        now_household_class text NOT NULL
            CONSTRAINT visit_place_now_household_class_check CHECK (now_household_class IN {_CLASSES}),
        now_contact_staff_id text NOT NULL,
        outcome text NOT NULL CONSTRAINT visit_place_outcome_check CHECK (outcome IN ('', {_OUTCOMES})),
        reached_on date,
        reached_by text,
        late boolean NOT NULL,
        purposes text[] NOT NULL,
        teams text[] NOT NULL,
        PRIMARY KEY (round_id, household_id)
    )
    """,
    "CREATE INDEX visit_place_household_idx ON visit_place (household_id)",
    "CREATE INDEX visit_place_area_idx ON visit_place (round_id, area_code text_pattern_ops, household_id)",
    "CREATE INDEX visit_place_outcome_idx ON visit_place (round_id, outcome, household_id)",
    "CREATE INDEX visit_place_contact_idx ON visit_place (round_id, contact_staff_id, household_id)",
    """
    CREATE TABLE visit_round (
        round_id text PRIMARY KEY,
        area_prefix text,
        name text NOT NULL,
        area_code text NOT NULL,
        begins_on date,
        ends_on date,
        closed_at timestamptz,
        terms jsonb NOT NULL,
        CONSTRAINT visit_round_terms_check CHECK ((area_prefix IS NULL) = (begins_on IS NULL))
    )
    """,
    "CREATE INDEX visit_round_area_idx ON visit_round (area_prefix)",
    "CREATE INDEX visit_round_days_idx ON visit_round (ends_on, begins_on)",
    "CREATE TABLE visit_team (team_id text PRIMARY KEY, version integer NOT NULL)",
    """
    CREATE TABLE visit_seat (
        staff_id text,
        team_id text,
        from_day date,
        until_day date NOT NULL,
        PRIMARY KEY (staff_id, team_id, from_day)
    )
    """,
    "CREATE INDEX visit_seat_team_idx ON visit_seat (team_id)",
    """
    CREATE TABLE visit_freshness (
        part smallint PRIMARY KEY,
        as_of timestamptz NOT NULL,
        folded_at timestamptz NOT NULL
    )
    """,
)


def upgrade() -> None:
    """Only adds. The roll-ups of visits are made from what is declared."""
    for statement in _STATEMENTS:
        op.execute(statement)
