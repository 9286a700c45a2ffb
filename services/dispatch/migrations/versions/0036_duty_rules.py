"""Duty rules that come of rulings, and the index by which their dry runs find cases of a category."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_RULES = "'duty', 'duty_rule', 'superior', 'same_unit', 'stand_in', 'dispatcher', 'arbitration', 'nobody'"
_STATEMENTS = (
    """
    CREATE TABLE duty_rule (
        rule_id text PRIMARY KEY,
        case_id text NOT NULL CONSTRAINT duty_rule_case_id_fkey REFERENCES work,
        arbitration int NOT NULL,
        category_code text NOT NULL,
        area_code text NOT NULL CONSTRAINT duty_rule_area_code_check CHECK (area_code ~ '^[0-9]{12}([0-9]{3})?$'),
        words text[] NOT NULL,
        lead_unit text NOT NULL,
        support_units text[] NOT NULL,
        basis text NOT NULL,
        state text NOT NULL
            CONSTRAINT duty_rule_state_check CHECK (state IN ('proposed', 'adopted', 'refused', 'ended')),
        proposed_at timestamptz NOT NULL,
        proposed_by text,
        proposed_by_staff text,
        tried_at timestamptz,
        tried_since timestamptz,
        tried_open int,
        tried_closed int,
        tried_returned int,
        tried_dissatisfied int,
        decided_at timestamptz,
        decided_by text,
        decided_by_staff text,
        decision_note text,
        effective_from timestamptz,
        ended_at timestamptz,
        ended_by text,
        ended_by_staff text,
        end_note text,
        version int NOT NULL CONSTRAINT duty_rule_version_check CHECK (version > 0),
        CONSTRAINT duty_rule_decided CHECK ((state = 'proposed') = (decided_at IS NULL)),
        CONSTRAINT duty_rule_adopted CHECK (state NOT IN ('adopted', 'ended') OR effective_from IS NOT NULL),
        CONSTRAINT duty_rule_tried_first CHECK (decided_at IS NULL OR tried_at IS NOT NULL),
        CONSTRAINT duty_rule_ended CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
        CONSTRAINT duty_rule_decided_by_another CHECK (decided_by <> proposed_by),
        CONSTRAINT duty_rule_decided_by_another_person CHECK (decided_by_staff <> proposed_by_staff)
    )
    """,
    "CREATE INDEX duty_rule_case_idx ON duty_rule (case_id)",
    "CREATE INDEX duty_rule_list_idx ON duty_rule (state, proposed_at, rule_id)",
    "CREATE INDEX work_category_idx ON work (category_code, registered_at, case_id)",
    f"""
    ALTER TABLE decision DROP CONSTRAINT decision_rule_check,
        ADD CONSTRAINT decision_rule_check CHECK (rule IN ({_RULES}))
    """,
)


def upgrade() -> None:
    """Only adds, and widens a list: a worker of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
