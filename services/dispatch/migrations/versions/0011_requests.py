"""What units ask for is kept, with what became of it; of before, every return that was asked for."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TABLE = """
    CREATE TABLE request (
        case_id text NOT NULL REFERENCES work,
        version integer NOT NULL CHECK (version > 0),
        round integer NOT NULL CHECK (round > 0),
        kind text NOT NULL CHECK (kind IN ('return')),
        reason_code text NOT NULL,
        note text NOT NULL,
        asked_by text NOT NULL,
        asked_unit text NOT NULL,
        asked_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'granted', 'refused', 'lapsed')),
        decided_by text,
        decided_at timestamptz,
        decision_note text,
        PRIMARY KEY (case_id, version),
        CONSTRAINT request_decided CHECK (
            (state IN ('granted', 'refused')) = (decided_by IS NOT NULL AND decision_note IS NOT NULL)
            AND (state = 'pending') = (decided_at IS NULL)
        ),
        CONSTRAINT request_decided_by_another CHECK (decided_by <> asked_by)
    )
"""
_ONE_AT_A_TIME = "CREATE UNIQUE INDEX request_pending_idx ON request (case_id, kind) WHERE state = 'pending'"
# Every asking said one event, so the nth of a case is the nth; the next step that could end it is what became of it.
_OF_BEFORE = """
    INSERT INTO request
    SELECT asked.case_id, asked.version, asked.round, 'return', said.payload ->> 'reason_code', said.payload ->> 'note',
        asked.who, said.payload ->> 'unit_code', asked.at,
        CASE WHEN ended.action IS NULL THEN 'pending'
            WHEN ended.action = 'refuse_return' THEN 'refused'
            WHEN ended.action IN ('hand_on', 'take_back') THEN 'granted'
            ELSE 'lapsed' END,
        CASE WHEN ended.action IN ('refuse_return', 'hand_on', 'take_back') THEN ended.who END,
        ended.at,
        CASE WHEN ended.action IN ('refuse_return', 'hand_on', 'take_back') THEN ended.why END
    FROM (
        SELECT *, row_number() OVER (PARTITION BY case_id ORDER BY version) AS place
        FROM transition WHERE action = 'ask_return'
    ) AS asked JOIN (
        SELECT key AS case_id, payload, row_number() OVER (PARTITION BY key ORDER BY seq) AS place
        FROM ledger WHERE stream = 'cases' AND type = 'cn.huiyin.case.return_requested'
    ) AS said USING (case_id, place) LEFT JOIN LATERAL (
        SELECT action, who, at, why FROM transition
        WHERE transition.case_id = asked.case_id AND transition.version > asked.version
            AND action IN ('refuse_return', 'hand_on', 'take_back', 'answer', 'withdraw', 'close')
        ORDER BY version LIMIT 1
    ) AS ended ON true
"""


def upgrade() -> None:
    """End the processes of the release before first: what is asked of them after it would be kept nowhere."""
    for statement in (_TABLE, _ONE_AT_A_TIME, _OF_BEFORE):
        op.execute(statement)
