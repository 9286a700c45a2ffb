"""Households: the register, what is sealed beside it, each step, and who looked."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE household (
        household_id text PRIMARY KEY,
        household_no text,
        status text NOT NULL,
        area_code text NOT NULL,
        area_since date NOT NULL,
        household_class text NOT NULL,
        class_since date NOT NULL,
        kinds text[] NOT NULL,
        kinds_since date NOT NULL,
        resources text[] NOT NULL,
        resources_since date NOT NULL,
        visit_every text,
        every_since date NOT NULL,
        contact_staff_id text,
        contact_since date NOT NULL,
        muted_for text,
        muted_since date NOT NULL,
        mute_asked_for text,
        mute_asked_from date,
        mute_asked_by text,
        merged_into text,
        split_from text,
        registered_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version int NOT NULL,
        CONSTRAINT household_status_check CHECK (status IN ('registered', 'mute_asked', 'muted', 'ended')),
        CONSTRAINT household_household_class_check
            CHECK (household_class IN ('resident', 'vacant', 'away', 'shop', 'farm')),
        CONSTRAINT household_visit_every_check CHECK (visit_every IN ('week', 'month', 'quarter')),
        CONSTRAINT household_muted_for_check CHECK (muted_for IN ('moved_away', 'refused', 'deceased')),
        CONSTRAINT household_mute_asked_for_check CHECK (mute_asked_for IN ('moved_away', 'refused', 'deceased')),
        CONSTRAINT household_household_id_check CHECK (length(household_id) = 36),
        CONSTRAINT household_area_code_check CHECK (length(area_code) IN (12, 15)),
        CONSTRAINT household_version_check CHECK (version > 0),
        CONSTRAINT household_mute_asked CHECK ((status = 'mute_asked') = (mute_asked_for IS NOT NULL)),
        CONSTRAINT household_muted CHECK (status <> 'muted' OR muted_for IS NOT NULL),
        CONSTRAINT household_merged CHECK ((status = 'ended') = (merged_into IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX household_no_key ON household (household_no) WHERE household_no IS NOT NULL",
    "CREATE INDEX household_area_idx ON household (area_code, household_id)",
    """
    CREATE INDEX household_contact_idx ON household (contact_staff_id, area_code, household_id)
    WHERE contact_staff_id IS NOT NULL
    """,
    """
    CREATE INDEX household_uncontacted_idx ON household (area_code, household_id)
    WHERE contact_staff_id IS NULL AND status <> 'ended'
    """,
    "CREATE INDEX household_asked_idx ON household (area_code, household_id) WHERE status = 'mute_asked'",
    "CREATE INDEX household_muted_idx ON household (area_code, household_id) WHERE status = 'muted'",
    "CREATE INDEX household_ended_idx ON household (area_code, household_id) WHERE status = 'ended'",
    "CREATE INDEX household_class_idx ON household (household_class, area_code, household_id)",
    "CREATE INDEX household_every_idx ON household (visit_every, area_code, household_id)"
    " WHERE visit_every IS NOT NULL",
    "CREATE INDEX household_kinds_idx ON household USING gin (kinds)",
    "CREATE INDEX household_resources_idx ON household USING gin (resources)",
    """
    CREATE TABLE household_identity (
        household_id text PRIMARY KEY,
        wrapped bytea NOT NULL,
        sealed_head bytea,
        sealed_phone bytea,
        sealed_door bytea,
        sealed_members bytea,
        phone_index bytea,
        door_index bytea,
        CONSTRAINT household_identity_household_id_fkey FOREIGN KEY (household_id) REFERENCES household (household_id),
        CONSTRAINT household_identity_phone_index_check CHECK (length(phone_index) = 16),
        CONSTRAINT household_identity_door_index_check CHECK (length(door_index) = 16)
    )
    """,
    "CREATE INDEX household_identity_phone_idx ON household_identity (phone_index) WHERE phone_index IS NOT NULL",
    "CREATE INDEX household_identity_door_idx ON household_identity (door_index) WHERE door_index IS NOT NULL",
    """
    CREATE TABLE household_change (
        household_id text NOT NULL,
        version int NOT NULL,
        action text NOT NULL,
        from_status text,
        to_status text NOT NULL,
        holds_from date NOT NULL,
        changed text[] NOT NULL,
        area_code text,
        household_class text,
        kinds text[] NOT NULL,
        resources text[] NOT NULL,
        visit_every text,
        contact_staff_id text,
        muted_for text,
        who text NOT NULL,
        unit_code text,
        staff_id text,
        at timestamptz NOT NULL,
        why text NOT NULL,
        PRIMARY KEY (household_id, version),
        CONSTRAINT household_change_household_id_fkey FOREIGN KEY (household_id) REFERENCES household (household_id)
            DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT household_change_action_check CHECK (action IN ('register', 'change', 'assign', 'ask_mute',
            'confirm_mute', 'refuse_mute', 'unmute', 'split', 'merge')),
        CONSTRAINT household_change_from_status_check
            CHECK (from_status IN ('registered', 'mute_asked', 'muted', 'ended')),
        CONSTRAINT household_change_to_status_check CHECK (to_status IN ('registered', 'mute_asked', 'muted', 'ended'))
    )
    """,
    "CREATE INDEX household_change_day_idx ON household_change (household_id, holds_from, version)",
    """
    CREATE TABLE household_look (
        look_id text PRIMARY KEY,
        household_id text NOT NULL,
        who text NOT NULL,
        unit_code text,
        by_staff text,
        reason text NOT NULL,
        fields text[] NOT NULL,
        at timestamptz NOT NULL,
        CONSTRAINT household_look_household_id_fkey FOREIGN KEY (household_id) REFERENCES household (household_id),
        CONSTRAINT household_look_fields_check CHECK (cardinality(fields) > 0)
    )
    """,
    "CREATE INDEX household_look_household_idx ON household_look (household_id, at)",
    "CREATE INDEX household_look_who_idx ON household_look (who, at)",
    "CREATE INDEX household_look_at_idx ON household_look (at DESC, look_id DESC)",
    "CREATE INDEX household_look_staff_idx ON household_look (by_staff, at DESC, look_id DESC)"
    " WHERE by_staff IS NOT NULL",
    "CREATE INDEX household_look_unit_idx ON household_look (unit_code, at DESC, look_id DESC)"
    " WHERE unit_code IS NOT NULL",
    """
    CREATE FUNCTION household_stays_as_told() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'steps of households, and looks at them, stay as they are';
    END $$
    """,
    *(
        statement
        for table in ("household_change", "household_look")
        for statement in (
            f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION household_stays_as_told()
            """,
            f"""
            CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION household_stays_as_told()
            """,
        )
    ),
)


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it, and knows no households."""
    for statement in _STATEMENTS:
        op.execute(statement)
