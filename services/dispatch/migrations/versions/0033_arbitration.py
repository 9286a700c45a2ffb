"""Arbitration: who gave a case back, between whom it is ruled on, what each said, and who was named."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_RULES = "'duty', 'superior', 'same_unit', 'stand_in', 'dispatcher', 'arbitration', 'nobody'"
_STATEMENTS = (
    """
    ALTER TABLE work ADD COLUMN given_back text[] NOT NULL DEFAULT '{}',
        ADD COLUMN disputing text[] NOT NULL DEFAULT '{}',
        ADD COLUMN designated_unit text,
        ADD CONSTRAINT work_disputing CHECK (disputing = '{}' OR (status = 'triage' AND NOT held))
    """,
    # Who gave a case back in the round that it is in, each once, in the order in which that was approved.
    """
    UPDATE work SET given_back = gave.units FROM (
        SELECT case_id, round, array_agg(asked_unit ORDER BY decided_at, version) AS units FROM (
            SELECT DISTINCT ON (case_id, round, asked_unit) case_id, round, asked_unit, decided_at, version FROM request
            WHERE kind = 'return' AND state = 'granted' ORDER BY case_id, round, asked_unit, decided_at, version
        ) AS each GROUP BY case_id, round
    ) AS gave WHERE work.case_id = gave.case_id AND work.round = gave.round
    """,
    f"""
    ALTER TABLE decision DROP CONSTRAINT decision_rule_check,
        ADD CONSTRAINT decision_rule_check CHECK (rule IN ({_RULES}))
    """,
    """
    CREATE TABLE arbitration (
        case_id text NOT NULL CONSTRAINT arbitration_case_id_fkey REFERENCES work,
        version int NOT NULL CONSTRAINT arbitration_version_check CHECK (version > 0),
        round int NOT NULL CONSTRAINT arbitration_round_check CHECK (round > 0),
        by_rule boolean NOT NULL,
        units text[] NOT NULL CONSTRAINT arbitration_is_between_units CHECK (cardinality(units) > 1),
        question text NOT NULL,
        opened_at timestamptz NOT NULL,
        opened_by text NOT NULL,
        opened_by_staff text,
        opened_unit text,
        state text NOT NULL CONSTRAINT arbitration_state_check CHECK (state IN ('open', 'ruled', 'lapsed')),
        ended_at timestamptz,
        lead_unit text,
        support_units text[] NOT NULL,
        minutes text,
        files text[] NOT NULL,
        ruling text,
        ruled_by text,
        ruled_by_staff text,
        ruled_unit text,
        PRIMARY KEY (case_id, version),
        CONSTRAINT arbitration_ended CHECK ((state = 'open') = (ended_at IS NULL)),
        CONSTRAINT arbitration_ruled CHECK ((state = 'ruled') = (lead_unit IS NOT NULL AND minutes IS NOT NULL
            AND ruling IS NOT NULL AND ruled_by IS NOT NULL)),
        CONSTRAINT arbitration_ruled_apart CHECK (ruled_unit IS NULL OR NOT (ruled_unit = ANY (units)))
    )
    """,
    "CREATE UNIQUE INDEX arbitration_open_idx ON arbitration (case_id) WHERE state = 'open'",
    "CREATE INDEX arbitration_list_idx ON arbitration (state, opened_at, case_id, version)",
    """
    CREATE TABLE hearing (
        case_id text NOT NULL CONSTRAINT hearing_case_id_fkey REFERENCES work,
        version int NOT NULL CONSTRAINT hearing_version_check CHECK (version > 0),
        arbitration int NOT NULL
            CONSTRAINT hearing_arbitration_check CHECK (arbitration > 0 AND arbitration < version),
        unit_code text NOT NULL,
        absent boolean NOT NULL,
        words text NOT NULL,
        heard_at timestamptz NOT NULL,
        recorded_by text NOT NULL,
        recorded_by_staff text,
        PRIMARY KEY (case_id, version)
    )
    """,
)


def upgrade() -> None:
    """Only adds, and widens a list: a worker of the release before goes on beside it."""
    for statement in _STATEMENTS:
        op.execute(statement)
