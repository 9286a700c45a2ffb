"""Every decision on who handles a case is kept, with what was looked at and under which pack version."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLE = """
    CREATE TABLE decision (
        case_id text NOT NULL REFERENCES work,
        version integer NOT NULL CHECK (version > 0),
        rule text NOT NULL CHECK (rule IN ('duty', 'superior', 'same_unit', 'stand_in', 'dispatcher', 'nobody')),
        lead_unit text,
        support_units text[] NOT NULL,
        category_code text,
        candidates jsonb NOT NULL,
        explanation text NOT NULL,
        pack_version integer,
        PRIMARY KEY (case_id, version),
        CONSTRAINT decision_names_a_unit CHECK ((rule = 'nobody') = (lead_unit IS NULL)),
        CONSTRAINT decision_has_its_pack CHECK (lead_unit IS NULL OR pack_version IS NOT NULL)
    )
"""
# Every such step said one of these events, so the nth of a case is the nth. What else was looked at, nobody kept; nor
# in which version nobody was found.
_OF_BEFORE = """
    INSERT INTO decision
    SELECT step.case_id, step.version,
        CASE WHEN said.payload ->> 'lead_unit' IS NULL THEN 'nobody'
            WHEN said.payload ->> 'explanation' LIKE '% by pack version %' THEN 'stand_in'
            WHEN step.action = 'send_back' THEN 'same_unit'
            WHEN step.action <> 'route' THEN 'dispatcher'
            WHEN said.payload ->> 'explanation' LIKE '%被反映单位及其下级回避%' THEN 'superior'
            ELSE 'duty' END,
        said.payload ->> 'lead_unit',
        ARRAY(SELECT json_array_elements_text(coalesce(said.payload -> 'support_units', '[]'))),
        said.payload ->> 'category_code', '[]',
        coalesce(said.payload ->> 'explanation', said.payload ->> 'reason'),
        (said.payload ->> 'pack_version')::integer
    FROM (
        SELECT case_id, version, action, row_number() OVER (PARTITION BY case_id ORDER BY version) AS place
        FROM transition WHERE action IN ('route', 'queue', 'assign', 'reassign', 'hand_on', 'take_back', 'send_back',
            'send_back_to_triage')
    ) AS step JOIN (
        SELECT key AS case_id, payload, row_number() OVER (PARTITION BY key ORDER BY seq) AS place
        FROM ledger WHERE stream = 'cases' AND type IN ('cn.huiyin.case.assigned', 'cn.huiyin.case.reassigned',
            'cn.huiyin.case.triage_queued')
    ) AS said USING (case_id, place)
"""


def upgrade() -> None:
    """End the processes of the release before first: what they decide after it would be kept nowhere."""
    op.execute(_TABLE)
    op.execute(_OF_BEFORE)
