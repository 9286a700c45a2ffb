"""Cases with their words, requesters and timeline, and the library's own tables."""

from alembic import op

from libs.common.ledger.schema import LEDGER_DDL

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Codes are compared byte by byte: only so can an index serve `area_code LIKE '999001%'`.
# The tables beside ``cases`` have no foreign key to it: they are written in the same statement, and the look-up of each
# would cost the busiest path of the house.
INTAKE_DDL = (
    """
    CREATE TABLE cases (
        case_id text COLLATE "C" PRIMARY KEY CHECK (length(case_id) = 36),
        case_no text COLLATE "C" NOT NULL UNIQUE CHECK (length(case_no) = 19),
        channel text NOT NULL CHECK (channel IN ('hotline', 'visit', 'desk', 'web', 'app', 'upper', 'other')),
        kind text NOT NULL CHECK (kind IN ('consult', 'help', 'complaint', 'report', 'suggest', 'praise')),
        urgency text NOT NULL CHECK (urgency IN ('normal', 'urgent', 'emergency')),
        area_code text COLLATE "C" NOT NULL CHECK (length(area_code) IN (12, 15)),
        accused_unit text COLLATE "C",
        title text NOT NULL CHECK (title <> ''),
        confidential boolean NOT NULL,
        callback_wanted boolean NOT NULL,
        source_system text COLLATE "C",
        source_no text COLLATE "C",
        occurred_at timestamptz NOT NULL,
        registered_at timestamptz NOT NULL,
        pack_version integer NOT NULL,
        status text NOT NULL CHECK (status IN ('registered', 'triage', 'assigned', 'signed', 'handled', 'answered',
                                               'callback', 'sent_back', 'withdrawn', 'closed')),
        category_code text COLLATE "C",
        round integer NOT NULL CHECK (round > 0),
        lead_unit text COLLATE "C",
        sign_due_at timestamptz,
        due_at timestamptz,
        satisfaction text CHECK (satisfaction IN ('satisfied', 'basically_satisfied', 'not_satisfied')),
        closing text CHECK (closing IN ('substantive', 'unverified', 'withdrawn')),
        answered_directly boolean NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        updated_at timestamptz NOT NULL,
        CONSTRAINT cases_source CHECK (source_no IS NULL OR source_system IS NOT NULL),
        CONSTRAINT cases_spoken_before_registered CHECK (occurred_at <= registered_at),
        CONSTRAINT cases_closing CHECK ((closing IS NOT NULL) = (status = 'closed'))
    ) WITH (fillfactor = 80)
    """,
    "CREATE UNIQUE INDEX cases_source_key ON cases (source_system, source_no) WHERE source_no IS NOT NULL",
    "CREATE INDEX cases_registered_idx ON cases (registered_at DESC, case_id DESC)",
    "CREATE INDEX cases_area_idx ON cases (area_code, registered_at DESC, case_id DESC)",
    "CREATE INDEX cases_status_idx ON cases (status, registered_at DESC, case_id DESC)",
    """
    CREATE INDEX cases_category_idx ON cases (category_code, registered_at DESC, case_id DESC)
        WHERE category_code IS NOT NULL
    """,
    """
    CREATE INDEX cases_unit_idx ON cases (lead_unit, registered_at DESC, case_id DESC)
        WHERE lead_unit IS NOT NULL
    """,
    """
    CREATE TABLE wording (
        case_id text COLLATE "C" PRIMARY KEY,
        text text NOT NULL CHECK (text <> ''),
        sealed_title bytea,
        sealed_text bytea
    )
    """,
    """
    CREATE TABLE requester (
        case_id text COLLATE "C" PRIMARY KEY,
        sealed_name bytea,
        sealed_phone bytea,
        sealed_id_no bytea,
        sealed_home bytea,
        phone_index bytea CHECK (length(phone_index) = 16)
    )
    """,
    "CREATE INDEX requester_phone_idx ON requester (phone_index) WHERE phone_index IS NOT NULL",
    """
    CREATE TABLE supplement (
        supplement_id text COLLATE "C" PRIMARY KEY,
        case_id text COLLATE "C" NOT NULL REFERENCES cases,
        at timestamptz NOT NULL,
        by text NOT NULL,
        text text NOT NULL,
        sealed_text bytea
    )
    """,
    "CREATE INDEX supplement_case_idx ON supplement (case_id, supplement_id)",
    """
    CREATE TABLE reveal (
        reveal_id text COLLATE "C" PRIMARY KEY,
        case_id text COLLATE "C" NOT NULL REFERENCES cases,
        who text NOT NULL,
        unit_code text,
        reason text NOT NULL,
        fields text[] NOT NULL CHECK (cardinality(fields) > 0),
        at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX reveal_case_idx ON reveal (case_id, at)",
    "CREATE INDEX reveal_who_idx ON reveal (who, at)",
    """
    CREATE TABLE timeline (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        case_id text COLLATE "C" NOT NULL,
        at timestamptz NOT NULL,
        what text NOT NULL,
        round integer NOT NULL CHECK (round > 0),
        unit_code text,
        by text,
        note text NOT NULL CHECK (length(note) <= 500),
        status text NOT NULL,
        version integer NOT NULL
    )
    """,
    "CREATE INDEX timeline_case_idx ON timeline (case_id, at, id)",
    """
    CREATE TABLE case_number (
        county text NOT NULL CHECK (length(county) = 6),
        day date NOT NULL,
        last integer NOT NULL CHECK (last BETWEEN 0 AND 999999),
        PRIMARY KEY (county, day)
    )
    """,
)


def upgrade() -> None:
    """Create them."""
    for statement in (*LEDGER_DDL, *INTAKE_DDL):
        op.execute(statement)
