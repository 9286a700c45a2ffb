"""The library's tables, and the work of the units with its steps."""

from alembic import op

from libs.common.ledger.schema import LEDGER_DDL

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

DISPATCH_DDL = (
    """
    CREATE TABLE work (
        case_id text PRIMARY KEY,
        case_no text NOT NULL,
        status text NOT NULL
            CHECK (status IN ('triage', 'assigned', 'signed', 'handled', 'answered', 'closed')),
        round integer NOT NULL CHECK (round > 0),
        lead_unit text,
        support_units text[] NOT NULL,
        category_code text,
        area_code text NOT NULL CHECK (area_code ~ '^[0-9]{12}([0-9]{3})?$'),
        kind text NOT NULL,
        urgency text NOT NULL,
        title text NOT NULL,
        text text NOT NULL,
        confidential boolean NOT NULL,
        supplements jsonb NOT NULL,
        registered_at timestamptz NOT NULL,
        assigned_at timestamptz,
        signed_at timestamptz,
        handled_at timestamptz,
        triage_due_at timestamptz,
        sign_due_at timestamptz,
        handle_due_at timestamptz,
        list_due_at timestamptz NOT NULL,
        warnings text[] NOT NULL,
        misses text[] NOT NULL,
        warned boolean NOT NULL,
        overdue boolean NOT NULL,
        supervised integer NOT NULL CHECK (supervised >= 0),
        return_pending boolean NOT NULL,
        return_reason text,
        return_note text,
        return_asked_by text,
        return_asked_at timestamptz,
        returns integer NOT NULL CHECK (returns >= 0),
        result_kind text,
        result text,
        contacted_at timestamptz,
        by_rule boolean NOT NULL,
        explanation text NOT NULL,
        pack_version integer NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        CONSTRAINT work_led_has_category
            CHECK (lead_unit IS NULL OR (category_code IS NOT NULL AND assigned_at IS NOT NULL)),
        CONSTRAINT work_triage_is_led_by_nobody CHECK (status <> 'triage' OR lead_unit IS NULL),
        CONSTRAINT work_open_is_led CHECK (status NOT IN ('assigned', 'signed', 'handled') OR lead_unit IS NOT NULL),
        CONSTRAINT work_signed_at CHECK (status <> 'signed' OR signed_at IS NOT NULL),
        CONSTRAINT work_handled_has_result
            CHECK (status <> 'handled' OR (handled_at IS NOT NULL AND result IS NOT NULL)),
        CONSTRAINT work_return_pending
            CHECK (NOT return_pending OR (status IN ('assigned', 'signed') AND return_asked_by IS NOT NULL)),
        CONSTRAINT work_list_due CHECK (list_due_at = coalesce(handle_due_at, assigned_at, registered_at))
    )
    """,
    # Each row stands in at most two of these; the order is that of the lists, so that a page is one short walk.
    """
    CREATE INDEX work_open_unit_idx ON work (lead_unit, list_due_at, case_id)
        WHERE status IN ('assigned', 'signed')
    """,
    "CREATE INDEX work_open_idx ON work (list_due_at, case_id) WHERE status IN ('assigned', 'signed')",
    """
    CREATE INDEX work_done_unit_idx ON work (lead_unit, status, list_due_at, case_id)
        WHERE status IN ('handled', 'answered', 'closed')
    """,
    """
    CREATE INDEX work_done_idx ON work (status, list_due_at, case_id)
        WHERE status IN ('handled', 'answered', 'closed')
    """,
    "CREATE INDEX work_triage_idx ON work (registered_at, case_id) WHERE status = 'triage'",
    """
    CREATE TABLE transition (
        case_id text NOT NULL REFERENCES work,
        version integer NOT NULL CHECK (version > 0),
        round integer NOT NULL CHECK (round > 0),
        action text NOT NULL,
        from_status text,
        to_status text NOT NULL,
        lead_unit text,
        who text NOT NULL,
        unit_code text,
        at timestamptz NOT NULL,
        why text NOT NULL,
        PRIMARY KEY (case_id, version)
    )
    """,
)


def upgrade() -> None:
    """Go forward; there is no way back but a restore."""
    for statement in (*LEDGER_DDL, *DISPATCH_DDL):
        op.execute(statement)
