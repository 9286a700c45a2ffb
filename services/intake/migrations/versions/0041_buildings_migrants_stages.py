"""Buildings, who is away and when they were last in contact, and in which stages a round is gone."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_CLASSES = "('resident', 'vacant', 'away', 'shop', 'farm', 'building')"
_HOME = "status IN ('registered', 'mute_asked') AND household_class IN ('resident', 'away')"
_AWAY = "status IN ('registered', 'mute_asked') AND household_class = 'away'"
_CONTACTED = "outcome IN ('reached', 'refused', 'by_phone') AND status <> 'void'"
_STATEMENTS = (
    f"""
    ALTER TABLE household DROP CONSTRAINT household_household_class_check,
        ADD CONSTRAINT household_household_class_check CHECK (household_class IN {_CLASSES}),
        ADD COLUMN away_looked_on date NOT NULL DEFAULT '1970-01-01',
        ADD COLUMN contacted_on date NOT NULL DEFAULT '1970-01-01'
    """,
    f"""
    UPDATE household SET contacted_on = last.day FROM (
        SELECT household_id, max(day) AS day FROM visit WHERE {_CONTACTED} GROUP BY household_id
    ) AS last WHERE last.household_id = household.household_id
    """,  # noqa: S608 - names of ours
    f"CREATE INDEX household_unlooked_idx ON household (away_looked_on, household_id, area_code) WHERE {_HOME}",
    f"CREATE INDEX household_migrant_idx ON household (contacted_on, household_id, area_code) WHERE {_AWAY}",
    f"""
    ALTER TABLE round_household DROP CONSTRAINT round_household_household_class_check,
        DROP CONSTRAINT round_household_now_household_class_check,
        ADD CONSTRAINT round_household_household_class_check CHECK (household_class IN {_CLASSES}),
        ADD CONSTRAINT round_household_now_household_class_check CHECK (now_household_class IN {_CLASSES})
    """,
    f"""
    ALTER TABLE contact_tally DROP CONSTRAINT contact_tally_household_class_check,
        ADD CONSTRAINT contact_tally_household_class_check CHECK (household_class IN {_CLASSES})
    """,
    """
    CREATE TABLE household_away_look (
        look_id text PRIMARY KEY,
        household_id text NOT NULL,
        away boolean NOT NULL,
        how text NOT NULL,
        on_day date NOT NULL,
        since date,
        to_code text,
        expected_back date,
        who text NOT NULL,
        unit_code text,
        staff_id text,
        at timestamptz NOT NULL,
        why text NOT NULL,
        CONSTRAINT household_away_look_household_id_fkey FOREIGN KEY (household_id) REFERENCES household (household_id)
            DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT household_away_look_how_check
            CHECK (how IN ('at_home', 'by_phone', 'by_neighbours', 'by_records', 'by_register')),
        CONSTRAINT household_away_look_to_code_check CHECK (length(to_code) = 6),
        CONSTRAINT household_away_look_away CHECK (away OR coalesce(to_code, expected_back::text) IS NULL)
    )
    """,
    "CREATE INDEX household_away_look_household_idx ON household_away_look (household_id, look_id)",
    "ALTER TABLE visit_round ADD COLUMN visit_order text, ADD COLUMN stages jsonb NOT NULL DEFAULT '[]'",
)


def upgrade() -> None:
    """Only adds. A process of the release before knows no building, notes no contact and tells no stages: replace
    all processes first.
    """
    for statement in _STATEMENTS:
        op.execute(statement)
