"""Phones that work without a network: what they hold, what they bring, and what became of each."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_OUTCOMES = "('applied', 'duplicate', 'held', 'refused')"
_STATEMENTS = (
    """
    CREATE TABLE device (
        device_id text PRIMARY KEY,
        name text NOT NULL,
        staff_id text NOT NULL,
        account text NOT NULL,
        unit_code text,
        area_code text NOT NULL,
        wrapped bytea NOT NULL,
        registered_at timestamptz NOT NULL,
        last_sync_at timestamptz NOT NULL,
        unsent int NOT NULL,
        mark int NOT NULL,
        receipts int NOT NULL,
        lost_at timestamptz,
        lost_by text,
        lost_why text,
        gave_up_at timestamptz,
        version int NOT NULL,
        CONSTRAINT device_device_id_check CHECK (length(device_id) = 36),
        CONSTRAINT device_area_code_check CHECK (length(area_code) IN (12, 15)),
        CONSTRAINT device_mark_check CHECK (mark >= 0),
        CONSTRAINT device_receipts_check CHECK (receipts >= 0),
        CONSTRAINT device_unsent_check CHECK (unsent >= 0),
        CONSTRAINT device_lost_check CHECK ((lost_at IS NULL) = (lost_by IS NULL)),
        CONSTRAINT device_version_check CHECK (version > 0)
    )
    """,
    "CREATE INDEX device_silent_idx ON device (last_sync_at, device_id)",
    "CREATE INDEX device_staff_idx ON device (staff_id, device_id)",
    """
    CREATE TABLE device_household (
        device_id text NOT NULL,
        household_id text NOT NULL,
        version int NOT NULL,
        given_at timestamptz NOT NULL,
        looked_at timestamptz NOT NULL,
        plan_id text,
        planned_on date,
        PRIMARY KEY (device_id, household_id),
        CONSTRAINT device_household_device_id_fkey FOREIGN KEY (device_id) REFERENCES device (device_id),
        CONSTRAINT device_household_household_id_fkey FOREIGN KEY (household_id) REFERENCES household (household_id)
    )
    """,
    "CREATE INDEX device_household_household_idx ON device_household (household_id)",
    f"""
    CREATE TABLE device_item (
        entry_id text PRIMARY KEY,
        device_id text NOT NULL,
        seq int NOT NULL,
        item_id text NOT NULL,
        holds_place boolean NOT NULL,
        kind text NOT NULL,
        staff_id text NOT NULL,
        account text NOT NULL,
        unit_code text,
        area_code text NOT NULL,
        roles text[] NOT NULL,
        household_id text,
        begun_at timestamptz NOT NULL,
        made_at timestamptz NOT NULL,
        base_version int NOT NULL,
        came_at timestamptz NOT NULL,
        sealed_body bytea,
        outcome text NOT NULL,
        code text NOT NULL,
        waits boolean NOT NULL,
        ended boolean NOT NULL,
        text_en text NOT NULL,
        text_zh text NOT NULL,
        visit_id text,
        case_ids text[] NOT NULL,
        differences jsonb NOT NULL,
        receipt int NOT NULL,
        version int NOT NULL,
        CONSTRAINT device_item_device_id_fkey FOREIGN KEY (device_id) REFERENCES device (device_id),
        CONSTRAINT device_item_kind_check CHECK (kind IN ('visit', 'correction')),
        CONSTRAINT device_item_outcome_check CHECK (outcome IN {_OUTCOMES}),
        CONSTRAINT device_item_seq_check CHECK (seq > 0),
        CONSTRAINT device_item_receipt_check CHECK (receipt > 0),
        CONSTRAINT device_item_sealed_check CHECK (NOT ended OR sealed_body IS NULL),
        CONSTRAINT device_item_version_check CHECK (version > 0)
    )
    """,
    "CREATE UNIQUE INDEX device_item_place_key ON device_item (device_id, seq) WHERE holds_place",
    "CREATE UNIQUE INDEX device_item_same_key ON device_item (device_id, seq, item_id)",
    "CREATE INDEX device_item_item_idx ON device_item (device_id, item_id)",
    "CREATE INDEX device_item_receipt_idx ON device_item (device_id, receipt)",
    "CREATE INDEX device_item_due_idx ON device_item (came_at, device_id) WHERE waits",
    "CREATE INDEX device_item_waits_idx ON device_item (device_id, seq) WHERE waits",
    "CREATE INDEX device_item_open_idx ON device_item (came_at, entry_id) WHERE NOT ended AND NOT waits",
    "CREATE INDEX device_item_counted_idx ON device_item (device_id, outcome) WHERE NOT ended",
    f"""
    CREATE TABLE device_item_change (
        entry_id text NOT NULL,
        version int NOT NULL,
        outcome text NOT NULL,
        code text NOT NULL,
        who text NOT NULL,
        staff_id text,
        at timestamptz NOT NULL,
        why text NOT NULL,
        PRIMARY KEY (entry_id, version),
        CONSTRAINT device_item_change_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES device_item (entry_id)
            DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT device_item_change_outcome_check CHECK (outcome IN {_OUTCOMES})
    )
    """,
)


def upgrade() -> None:
    """Only adds: a process of the release before goes on beside it, and knows no phones."""
    for statement in _STATEMENTS:
        op.execute(statement)
