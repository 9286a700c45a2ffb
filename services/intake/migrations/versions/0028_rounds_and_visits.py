"""Rounds of visits with every household's place in them, and the visits themselves."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_CLASSES = "('resident', 'vacant', 'away', 'shop', 'farm')"
_OUTCOMES = "('reached', 'nobody_home', 'refused', 'moved', 'by_phone')"
_ROUNDS = (
    """
    CREATE TABLE visit_round (
        round_id text PRIMARY KEY,
        name text NOT NULL,
        status text NOT NULL,
        area_code text NOT NULL,
        begins_on date NOT NULL,
        ends_on date NOT NULL,
        classes text[] NOT NULL,
        kinds text[] NOT NULL,
        visit_every text,
        purposes text[] NOT NULL,
        gap_days int NOT NULL,
        slots text NOT NULL,
        entered_to text NOT NULL,
        opened_at timestamptz NOT NULL,
        opened_by text NOT NULL,
        closed_at timestamptz,
        closed_by text,
        version int NOT NULL,
        CONSTRAINT visit_round_status_check CHECK (status IN ('opening', 'open', 'closed')),
        CONSTRAINT visit_round_visit_every_check CHECK (visit_every IN ('week', 'month', 'quarter')),
        CONSTRAINT visit_round_slots_check CHECK (slots IN ('any', 'day', 'night')),
        CONSTRAINT visit_round_round_id_check CHECK (length(round_id) = 36),
        CONSTRAINT visit_round_area_code_check CHECK (length(area_code) IN (12, 15)),
        CONSTRAINT visit_round_days_check CHECK (begins_on <= ends_on),
        CONSTRAINT visit_round_classes_check CHECK (cardinality(classes) > 0),
        CONSTRAINT visit_round_gap_days_check CHECK (gap_days >= 0),
        CONSTRAINT visit_round_closed_check CHECK ((status = 'closed') = (closed_at IS NOT NULL))
    )
    """,
    "CREATE INDEX visit_round_list_idx ON visit_round (begins_on DESC, round_id DESC)",
    "CREATE INDEX visit_round_closed_idx ON visit_round (closed_at) WHERE closed_at IS NOT NULL",
    "CREATE INDEX visit_round_open_idx ON visit_round (round_id) WHERE status <> 'closed'",
    f"""
    CREATE TABLE round_household (
        round_id text NOT NULL,
        household_id text NOT NULL,
        stands boolean NOT NULL,
        area_code text NOT NULL,
        household_class text NOT NULL,
        contact_staff_id text,
        now_area_code text NOT NULL,
        now_household_class text NOT NULL,
        now_contact_staff_id text,
        outcome text,
        reached_on date,
        reached_by text,
        tries int NOT NULL,
        late boolean NOT NULL,
        purposes text[] NOT NULL,
        rank int NOT NULL,
        last_visited_on date NOT NULL,
        left_for text,
        left_on date,
        left_version int,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (round_id, household_id),
        CONSTRAINT round_household_round_id_fkey FOREIGN KEY (round_id) REFERENCES visit_round (round_id),
        CONSTRAINT round_household_household_id_fkey FOREIGN KEY (household_id) REFERENCES household (household_id)
            DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT round_household_household_class_check CHECK (household_class IN {_CLASSES}),
        CONSTRAINT round_household_now_household_class_check CHECK (now_household_class IN {_CLASSES}),
        CONSTRAINT round_household_outcome_check CHECK (outcome IN {_OUTCOMES}),
        CONSTRAINT round_household_left_for_check
            CHECK (left_for IN ('class', 'kind', 'frequency', 'area', 'muted', 'merged')),
        CONSTRAINT round_household_tries_check CHECK (tries >= 0),
        CONSTRAINT round_household_rank_check CHECK (rank IN (0, 1)),
        CONSTRAINT round_household_reached_check CHECK ((reached_on IS NULL) = (reached_by IS NULL)),
        CONSTRAINT round_household_left_check CHECK (NOT stands OR left_for IS NULL)
    )
    """,
    "CREATE INDEX round_household_household_idx ON round_household (household_id)",
    *(
        f"""
        CREATE INDEX round_household_gap{name}_idx ON round_household
        (round_id, {first}rank, last_visited_on, household_id) WHERE stands AND reached_on IS NULL
        """
        for name, first in (("", ""), ("_area", "area_code, "), ("_contact", "contact_staff_id, "))
    ),
    "CREATE INDEX round_household_left_idx ON round_household (round_id, household_id) WHERE left_for IS NOT NULL",
    """
    CREATE TABLE round_tally (
        round_id text NOT NULL,
        view text NOT NULL,
        cut text NOT NULL,
        member text NOT NULL,
        area_code text NOT NULL,
        households int NOT NULL,
        reached int NOT NULL,
        nobody_home int NOT NULL,
        refused int NOT NULL,
        moved int NOT NULL,
        by_phone int NOT NULL,
        late int NOT NULL,
        PRIMARY KEY (round_id, view, cut, member, area_code),
        CONSTRAINT round_tally_round_id_fkey FOREIGN KEY (round_id) REFERENCES visit_round (round_id),
        CONSTRAINT round_tally_view_check CHECK (view IN ('then', 'now')),
        CONSTRAINT round_tally_cut_check CHECK (cut IN ('class', 'person', 'purpose'))
    )
    """,
)
_NEWEST = "started_at DESC, visit_id DESC"
_STATUSES = "('recorded', 'void_asked', 'void')"
_VISITS = (
    f"""
    CREATE TABLE visit (
        visit_id text PRIMARY KEY,
        household_id text NOT NULL,
        status text NOT NULL,
        day date NOT NULL,
        started_at timestamptz NOT NULL,
        ended_at timestamptz NOT NULL,
        slot text NOT NULL,
        outcome text NOT NULL,
        area_code text NOT NULL,
        place_code text,
        staff_ids text[] NOT NULL,
        guide text,
        purposes text[] NOT NULL,
        materials jsonb NOT NULL,
        topics text[] NOT NULL,
        findings jsonb NOT NULL,
        quantities jsonb NOT NULL,
        photos text[] NOT NULL,
        rounds text[] NOT NULL,
        duplicate_of text,
        entered_by text NOT NULL,
        entered_on date NOT NULL,
        recorded_at timestamptz NOT NULL,
        void_asked_by text,
        version int NOT NULL,
        CONSTRAINT visit_household_id_fkey FOREIGN KEY (household_id) REFERENCES household (household_id),
        CONSTRAINT visit_status_check CHECK (status IN {_STATUSES}),
        CONSTRAINT visit_slot_check CHECK (slot IN ('day', 'night')),
        CONSTRAINT visit_outcome_check CHECK (outcome IN {_OUTCOMES}),
        CONSTRAINT visit_visit_id_check CHECK (length(visit_id) = 36),
        CONSTRAINT visit_area_code_check CHECK (length(area_code) IN (12, 15)),
        CONSTRAINT visit_times_check CHECK (started_at <= ended_at),
        CONSTRAINT visit_staff_ids_check CHECK (cardinality(staff_ids) > 0),
        CONSTRAINT visit_void_asked_check CHECK ((status = 'void_asked') = (void_asked_by IS NOT NULL)),
        CONSTRAINT visit_version_check CHECK (version > 0)
    )
    """,
    f"CREATE INDEX visit_household_idx ON visit (household_id, {_NEWEST})",
    f"CREATE INDEX visit_newest_idx ON visit ({_NEWEST})",
    f"CREATE INDEX visit_area_idx ON visit (area_code, {_NEWEST})",
    f"CREATE INDEX visit_duplicate_idx ON visit ({_NEWEST}) WHERE duplicate_of IS NOT NULL",
    f"CREATE INDEX visit_void_asked_idx ON visit ({_NEWEST}) WHERE status = 'void_asked'",
    """
    CREATE TABLE visit_worker (
        visit_id text NOT NULL,
        staff_id text NOT NULL,
        started_at timestamptz NOT NULL,
        PRIMARY KEY (visit_id, staff_id),
        CONSTRAINT visit_worker_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES visit (visit_id)
    )
    """,
    f"CREATE INDEX visit_worker_staff_idx ON visit_worker (staff_id, {_NEWEST})",
    """
    CREATE TABLE visit_matter (
        visit_id text NOT NULL,
        number int NOT NULL,
        ended text NOT NULL,
        kind text NOT NULL,
        category_code text,
        text text,
        answer text,
        sealed_text bytea,
        case_id text,
        PRIMARY KEY (visit_id, number),
        CONSTRAINT visit_matter_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES visit (visit_id),
        CONSTRAINT visit_matter_ended_check CHECK (ended IN ('solved_on_the_spot', 'becomes_case', 'explained')),
        CONSTRAINT visit_matter_kind_check
            CHECK (kind IN ('consult', 'help', 'complaint', 'report', 'suggest', 'praise')),
        CONSTRAINT visit_matter_case_check CHECK ((ended = 'explained') = (case_id IS NULL))
    )
    """,
    f"""
    CREATE TABLE visit_change (
        visit_id text NOT NULL,
        version int NOT NULL,
        action text NOT NULL,
        from_status text,
        to_status text NOT NULL,
        before jsonb NOT NULL,
        who text NOT NULL,
        unit_code text,
        staff_id text,
        at timestamptz NOT NULL,
        why text NOT NULL,
        PRIMARY KEY (visit_id, version),
        CONSTRAINT visit_change_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES visit (visit_id),
        CONSTRAINT visit_change_action_check
            CHECK (action IN ('record', 'correct', 'ask_void', 'confirm_void', 'refuse_void')),
        CONSTRAINT visit_change_from_status_check CHECK (from_status IN {_STATUSES}),
        CONSTRAINT visit_change_to_status_check CHECK (to_status IN {_STATUSES})
    )
    """,
    """
    CREATE FUNCTION visit_stays_as_told() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'steps of visits, and what was raised there, stay as they are';
    END $$
    """,
    *(
        statement
        for table in ("visit_change", "visit_matter")
        for statement in (
            f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION visit_stays_as_told()
            """,
            f"""
            CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION visit_stays_as_told()
            """,
        )
    ),
)
_STATEMENTS = (*_ROUNDS, *_VISITS)


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it, and knows no rounds."""
    for statement in _STATEMENTS:
        op.execute(statement)
