"""Contact persons and visiting teams: what the ledger is counted by, teams, their members, steps and attendance."""

from alembic import op

revision = "0027"
down_revision = "0025"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE INDEX household_ledger_idx ON household (area_code, contact_staff_id, household_class)
    WHERE status IN ('registered', 'mute_asked')
    """,
    """
    CREATE INDEX household_load_idx ON household (contact_staff_id, household_class)
    WHERE status IN ('registered', 'mute_asked')
    """,
    """
    CREATE TABLE team (
        team_id text PRIMARY KEY,
        rule text NOT NULL,
        area_code text NOT NULL,
        status text NOT NULL,
        from_day date NOT NULL,
        until_day date NOT NULL,
        dissolved_from date,
        guide_staff_id text,
        guide text NOT NULL,
        formed_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version int NOT NULL,
        CONSTRAINT team_status_check CHECK (status IN ('formed', 'dissolved')),
        CONSTRAINT team_team_id_check CHECK (length(team_id) = 36),
        CONSTRAINT team_area_code_check CHECK (length(area_code) IN (12, 15)),
        CONSTRAINT team_days CHECK (from_day <= until_day),
        CONSTRAINT team_dissolved CHECK ((status = 'dissolved') = (dissolved_from IS NOT NULL)),
        CONSTRAINT team_guide CHECK (guide_staff_id IS NULL OR guide = ''),
        CONSTRAINT team_version_check CHECK (version > 0)
    )
    """,
    "CREATE INDEX team_area_idx ON team (area_code, team_id)",
    "CREATE INDEX team_days_idx ON team USING gist (daterange(from_day, until_day, '[]'))",
    """
    CREATE TABLE team_member (
        team_id text NOT NULL,
        staff_id text NOT NULL,
        from_day date NOT NULL,
        until_day date NOT NULL,
        part text NOT NULL,
        PRIMARY KEY (team_id, staff_id, from_day),
        CONSTRAINT team_member_team_id_fkey FOREIGN KEY (team_id) REFERENCES team (team_id),
        CONSTRAINT team_member_days CHECK (from_day <= until_day)
    )
    """,
    "CREATE INDEX team_member_staff_idx ON team_member (staff_id, until_day, from_day)",
    """
    CREATE TABLE team_change (
        team_id text NOT NULL,
        version int NOT NULL,
        action text NOT NULL,
        from_status text,
        to_status text NOT NULL,
        holds_from date NOT NULL,
        until_day date NOT NULL,
        seats jsonb NOT NULL,
        guide_staff_id text,
        guide text NOT NULL,
        who text NOT NULL,
        unit_code text,
        staff_id text,
        at timestamptz NOT NULL,
        why text NOT NULL,
        PRIMARY KEY (team_id, version),
        CONSTRAINT team_change_team_id_fkey FOREIGN KEY (team_id) REFERENCES team (team_id)
            DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT team_change_action_check CHECK (action IN ('form', 'change', 'dissolve', 'attend')),
        CONSTRAINT team_change_from_status_check CHECK (from_status IN ('formed', 'dissolved')),
        CONSTRAINT team_change_to_status_check CHECK (to_status IN ('formed', 'dissolved'))
    )
    """,
    """
    CREATE TABLE attendance (
        team_id text NOT NULL,
        on_day date NOT NULL,
        correction int NOT NULL,
        present text[] NOT NULL,
        absent jsonb NOT NULL,
        who text NOT NULL,
        unit_code text,
        staff_id text,
        at timestamptz NOT NULL,
        why text NOT NULL,
        PRIMARY KEY (team_id, on_day, correction),
        CONSTRAINT attendance_team_id_fkey FOREIGN KEY (team_id) REFERENCES team (team_id),
        CONSTRAINT attendance_correction_check CHECK (correction >= 0),
        CONSTRAINT attendance_told CHECK (cardinality(present) + jsonb_array_length(absent) > 0)
    )
    """,
    """
    CREATE FUNCTION team_stays_as_told() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'steps of teams, and who was there, stay as they were told';
    END $$
    """,
    *(
        statement
        for table in ("team_change", "attendance")
        for statement in (
            f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION team_stays_as_told()
            """,
            f"""
            CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION team_stays_as_told()
            """,
        )
    ),
)


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it, and knows no teams."""
    for statement in _STATEMENTS:
        op.execute(statement)
