"""Whistles as a whole, with done marks, consultations, scores, and what summoned units claim."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE call ADD COLUMN measures text NOT NULL DEFAULT ''",
    "ALTER TABLE call ADD COLUMN given_back boolean NOT NULL DEFAULT false",
    "ALTER TABLE call ADD COLUMN evidence text[] NOT NULL DEFAULT '{}'",
    """
    CREATE TABLE whistle (
        case_id text NOT NULL CONSTRAINT whistle_case_id_fkey REFERENCES work,
        version int NOT NULL CONSTRAINT whistle_version_check CHECK (version > 0),
        round int NOT NULL CONSTRAINT whistle_round_check CHECK (round > 0),
        kind text NOT NULL,
        street_unit text NOT NULL,
        area_code text NOT NULL,
        category_code text,
        place text NOT NULL,
        what text NOT NULL,
        units text[] NOT NULL,
        times int NOT NULL CONSTRAINT whistle_times_check CHECK (times > 0),
        called_at timestamptz NOT NULL,
        called_by text NOT NULL,
        called_by_staff text,
        done_at timestamptz,
        done_by text,
        done_by_staff text,
        criteria jsonb NOT NULL,
        claims_until timestamptz,
        needless boolean NOT NULL,
        PRIMARY KEY (case_id, version),
        CONSTRAINT whistle_done CHECK (
            (done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (claims_until IS NULL)
        )
    )
    """,
    "CREATE INDEX whistle_street_idx ON whistle (street_unit, called_at, case_id, version)",
    "CREATE INDEX whistle_called_idx ON whistle (called_at, case_id, version)",
    "CREATE INDEX whistle_signal_idx ON whistle (called_at, case_id, version) WHERE times > 1",
    "CREATE INDEX whistle_place_idx ON whistle (area_code, called_at)",
    """
    INSERT INTO whistle
    SELECT call.case_id, call.version, min(call.round), min(call.kind), min(call.street_unit), min(call.area_code),
           min(work.category_code), min(call.place), min(call.what),
           array_agg(call.unit_code ORDER BY call.unit_code), min(call.times), min(call.called_at),
           min(transition.who), min(transition.staff_id), NULL, NULL, NULL, '[]', NULL, false
    FROM call JOIN work ON work.case_id = call.case_id
    JOIN transition ON transition.case_id = call.case_id AND transition.version = call.version
    GROUP BY call.case_id, call.version
    """,
    """
    CREATE TABLE consultation (
        case_id text NOT NULL CONSTRAINT consultation_case_id_fkey REFERENCES work,
        version int NOT NULL,
        whistle int NOT NULL,
        held_at timestamptz NOT NULL,
        took_part text[] NOT NULL,
        findings text NOT NULL,
        tasks jsonb NOT NULL,
        kept_by text NOT NULL,
        kept_by_staff text,
        kept_at timestamptz NOT NULL,
        PRIMARY KEY (case_id, version),
        CONSTRAINT consultation_version_check CHECK (version > whistle AND whistle > 0)
    )
    """,
    """
    CREATE TABLE call_score (
        case_id text NOT NULL CONSTRAINT call_score_case_id_fkey REFERENCES work,
        whistle int NOT NULL,
        unit_code text NOT NULL,
        points jsonb NOT NULL,
        total int NOT NULL,
        most int NOT NULL,
        grade text NOT NULL,
        given jsonb NOT NULL,
        given_grade text NOT NULL,
        never_came boolean NOT NULL,
        words text NOT NULL,
        scored_by text NOT NULL,
        scored_by_staff text,
        scored_at timestamptz NOT NULL,
        claims_until timestamptz NOT NULL,
        PRIMARY KEY (case_id, whistle, unit_code),
        CONSTRAINT call_score_total_check CHECK (total BETWEEN 0 AND most AND whistle > 0)
    )
    """,
    "CREATE INDEX call_score_unit_idx ON call_score (unit_code, scored_at, case_id)",
    """
    CREATE TABLE call_claim (
        case_id text NOT NULL CONSTRAINT call_claim_case_id_fkey REFERENCES work,
        version int NOT NULL,
        whistle int NOT NULL,
        unit_code text NOT NULL,
        kind text NOT NULL CONSTRAINT call_claim_kind_check CHECK (kind IN ('return', 'score', 'needless')),
        reason text NOT NULL,
        asked_by text NOT NULL,
        asked_by_staff text,
        asked_at timestamptz NOT NULL,
        state text NOT NULL
            CONSTRAINT call_claim_state_check CHECK (state IN ('pending', 'granted', 'refused', 'lapsed')),
        decided_by text,
        decided_by_unit text,
        decided_by_staff text,
        decided_at timestamptz,
        note text,
        PRIMARY KEY (case_id, version),
        CONSTRAINT call_claim_version_check CHECK (version > whistle AND whistle > 0),
        CONSTRAINT call_claim_decided_by_another CHECK (decided_by <> asked_by),
        CONSTRAINT call_claim_decided_by_another_person CHECK (decided_by_staff <> asked_by_staff),
        CONSTRAINT call_claim_decided CHECK (
            (state IN ('granted', 'refused')) = (decided_by IS NOT NULL AND note IS NOT NULL)
            AND (state = 'pending') = (decided_at IS NULL)
        )
    )
    """,
    "CREATE UNIQUE INDEX call_claim_once_idx ON call_claim (case_id, whistle, unit_code, kind)",
    "CREATE INDEX call_claim_asked_idx ON call_claim (asked_at, case_id, version)",
    "CREATE INDEX call_claim_pending_idx ON call_claim (asked_at, case_id, version) WHERE state = 'pending'",
)


def upgrade() -> None:
    """Only adds: a worker of the release before goes on beside it, and its whistles are those that there were."""
    for statement in _STATEMENTS:
        op.execute(statement)
