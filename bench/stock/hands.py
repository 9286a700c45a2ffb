"""Several hands on one matter, put into dispatch past its services: 50,000 open tasks, and those of years before.

Support tasks, summoned units and their whistles, letters, requests, mediations, aid and risks, one of each for a
case. The rows are those that dispatch's own tables allow, and what a case says of its open tasks is said of them; the
ledger, the steps of a case, followup's clocks and analytics hear nothing of them.
"""

from collections.abc import Sequence

from bench.drive.database import connected

__all__ = ["FEW", "HANDS", "TASKS", "lay_hands"]

_WRITING = {
    "search_path": "dispatch",
    "session_replication_role": "replica",
    "synchronous_commit": "off",
    "work_mem": "128MB",
    "jit": "off",
    "timezone": "UTC",
}
_ONE_OF = 10
"""Of so many closed cases one had them; of so many cases with them one is mediated, brought aid and is risky, too."""
_LAID = "SELECT EXISTS (SELECT FROM whistle)"
_CHOSEN = f"""
    CREATE TEMP TABLE hand AS
    WITH chosen AS (
        (
            SELECT *, true AS open FROM work
            WHERE status IN ('assigned', 'signed') AND asked IS NULL AND NOT return_pending AND delegates = '{{}}'
            ORDER BY case_id LIMIT $1
        )
        UNION ALL
        SELECT *, false FROM work
        WHERE status = 'closed' AND lead_unit IS NOT NULL AND hashtext(case_id) % {_ONE_OF} = 0
    ), numbered AS (
        SELECT *, row_number() OVER (ORDER BY case_id) AS n FROM chosen
    ), placed AS (
        SELECT *, ($2::text[])[(1 + n % cardinality($2::text[]))::int] AS unit,
            ($3::text[])[(1 + n / 7 % cardinality($3::text[]))::int] AS street
        FROM numbered
    )
    SELECT case_id, n, round, open, area_code, category_code, lead_unit, unit, street, 'S-' || n % 970 AS staff,
        CASE WHEN open THEN date_trunc('minute', now()) - n % 2000 * interval '20 minutes' ELSE registered_at END AS at
    FROM placed WHERE unit <> street AND unit <> lead_unit AND unit <> ALL (support_units)
"""  # noqa: S608 - a number of ours
TASKS = """
    INSERT INTO task (case_id, version, unit_code, round, role, status, given_at, due_at, responsible_staff)
    SELECT case_id, 4, unit, round, 'support', 'given', at, at + interval '5 days', staff FROM hand WHERE open
    ON CONFLICT DO NOTHING
"""
"""Of what is open; statements over ``hand``: a case with its number, unit, street, person and moment on each line."""
REQUESTS = """
    INSERT INTO request (case_id, version, round, kind, reason_code, note, asked_by, asked_unit, asked_at, state,
        decided_by, decided_at, decision_note, until, days, unit, answer, evidence, due_at, raised_at)
    SELECT case_id, 1, round, kind, 'x', '需要更多时间', 'x', lead_unit, at, state,
        CASE WHEN decided THEN 'y' END, CASE WHEN state <> 'pending' THEN at + interval '1 day' END,
        CASE WHEN decided THEN '情况属实' END,
        CASE WHEN kind IN ('extension', 'suspension', 'staged') THEN at + interval '60 days' END,
        CASE WHEN kind = 'extension' THEN 5 END, CASE WHEN kind = 'extension' THEN 'work_day' END,
        CASE WHEN kind = 'staged' THEN '已列入计划' END, CASE WHEN kind = 'termination' THEN '证明' END,
        at + interval '1 day', CASE WHEN n % 3 = 0 OR state = 'pending' AND n % 2 = 1 THEN at + interval '1 day' END
    FROM (
        SELECT *, state IN ('granted', 'refused') AS decided FROM (
            SELECT *, CASE WHEN open AND n % 10 = 1 THEN 'pending'
                    ELSE (ARRAY['granted', 'refused', 'lapsed'])[1 + (n % 3)::int] END AS state,
                (ARRAY['return', 'extension', 'suspension', 'staged', 'termination'])[1 + (n / 10 % 5)::int] AS kind
            FROM hand WHERE lead_unit IS NOT NULL
        ) AS standing
    ) AS asked
    ON CONFLICT DO NOTHING
    """
HANDS: Sequence[str] = (
    """
    INSERT INTO call (case_id, version, unit_code, round, status, kind, street_unit, area_code, place, what, called_at,
        times, report_due_at, acknowledged_at, arrived_at, late, ended_at, result, worked_by, responsible_staff)
    SELECT case_id, 4, unit, round, status, (ARRAY['beyond_street', 'enforcement', 'emergency'])[1 + (n % 3)::int],
        street, area_code, '村口', '到场查明原因', at, 1, at + interval '30 minutes',
        CASE WHEN status <> 'called' THEN at + interval '10 minutes' END,
        CASE WHEN came THEN at + CASE WHEN n % 7 = 0 THEN 50 ELSE 20 END * interval '1 minute' END, came AND n % 7 = 0,
        CASE WHEN NOT open THEN at + interval '1 day' END, CASE WHEN NOT open THEN '已办结' END, '{}',
        CASE WHEN status <> 'cancelled' THEN staff END
    FROM (
        SELECT *, status IN ('arrived', 'done') AS came FROM (
            SELECT *, CASE WHEN open THEN (ARRAY['called', 'on_the_way', 'arrived'])[1 + (n % 3)::int]
                WHEN n % 50 = 0 THEN 'cancelled' ELSE 'done' END AS status
            FROM hand
        ) AS standing
    ) AS called
    """,
    """
    INSERT INTO whistle (case_id, version, round, kind, street_unit, area_code, category_code, place, what, units,
        times, called_at, called_by, done_at, done_by, claims_until, criteria, needless)
    SELECT case_id, 4, round, (ARRAY['beyond_street', 'enforcement', 'emergency'])[1 + (n % 3)::int], street, area_code,
        category_code, '村口', '到场查明原因', ARRAY[unit], CASE WHEN n % 50 = 0 THEN 2 ELSE 1 END, at, 'x',
        CASE WHEN NOT open THEN at + interval '2 days' END, CASE WHEN NOT open THEN 'x' END,
        CASE WHEN NOT open THEN at + interval '9 days' END, '[]', false
    FROM hand
    """,
    """
    INSERT INTO call_score (case_id, whistle, unit_code, points, total, most, grade, given, given_grade, never_came,
        words, scored_by, scored_at, claims_until)
    SELECT case_id, 4, unit, points, 70 + (n % 30)::int, 100, grade, points, grade, false, '', 'x',
        at + interval '2 days', at + interval '9 days'
    FROM (
        SELECT *, CASE WHEN n % 30 < 20 THEN 'fair' ELSE 'good' END AS grade,
            jsonb_build_object('response', 20, 'duty', 30, 'effect', 20 + n % 30 - n % 30 / 10 * 10) AS points
        FROM hand WHERE NOT open AND n % 50 <> 0
    ) AS scored
    """,
    """
    INSERT INTO call_claim (case_id, version, whistle, unit_code, kind, reason, asked_by, asked_at, state, decided_by,
        decided_at, note)
    SELECT case_id, 9, 4, unit, CASE WHEN open THEN 'return' ELSE 'score' END, '非本单位职责', 'x', at,
        CASE WHEN open THEN 'pending' ELSE 'refused' END, CASE WHEN NOT open THEN 'y' END,
        CASE WHEN NOT open THEN at + interval '3 days' END, CASE WHEN NOT open THEN '维持原评分' END
    FROM hand WHERE n % 5 = 1
    """,
    REQUESTS,
    """
    INSERT INTO letter (letter_id, case_id, round, kind, office, to_unit, subject, body, days, drafted_by, drafted_at,
        status, number, year, no, sent_at, edition, warn_at, due_at, acknowledged_at, reply, replied_at, opinion,
        ended_at, evidence, late, reminders, worked_by, version)
    SELECT md5('letter' || case_id)::uuid::text, case_id, round, 'request', street, unit, '商请协助', '请予协助。', 5,
        'x', at, status, n, 2026, '压测函〔2026〕' || n || '号', at, 1, at + interval '5 days', at + interval '7 days',
        CASE WHEN status <> 'sent' THEN at END, CASE WHEN answered THEN '已办' END, CASE WHEN answered THEN at END,
        CASE WHEN NOT open THEN '同意' END, CASE WHEN NOT open THEN at + interval '6 days' END, '{}', false, 0, '{}', 4
    FROM (
        SELECT *, status IN ('replied', 'sent_back', 'accepted') AS answered FROM (
            SELECT *, CASE WHEN open
                THEN (ARRAY['sent', 'acknowledged', 'replied', 'sent_back'])[1 + (n % 4)::int]
                ELSE 'accepted' END AS status
            FROM hand
        ) AS standing
    ) AS written
    """,
)
FEW: Sequence[str] = (
    """
    INSERT INTO mediation (mediation_id, case_id, round, kind, subject, mediator, mediator_unit, post, given_by,
        given_at, status, sessions, last_held_at, terms, document, follow_up_on, agreed_at, note, ended_by, ended_at,
        worked_by, version)
    SELECT md5('mediation' || case_id)::uuid::text, case_id, round, 'neighbours', '争地界', staff, unit, 'mediator',
        'x', at, status, CASE WHEN open THEN 0 ELSE 1 END, CASE WHEN NOT open THEN at END,
        CASE WHEN NOT open THEN '以老界石为界' END, CASE WHEN NOT open THEN repeat('ab', 32) END,
        CASE WHEN NOT open THEN at::date + 30 END, CASE WHEN NOT open THEN at END, CASE WHEN kept THEN '如上' END,
        CASE WHEN kept THEN 'y' END, CASE WHEN kept THEN at END, '{}', 3
    FROM (
        SELECT *, CASE WHEN open THEN 'given' WHEN kept THEN 'kept' ELSE 'agreed' END AS status FROM (
            SELECT *, NOT open AND n / 10 % 10 <> 0 AS kept FROM hand
        ) AS standing
    ) AS mediated
    """,
    """
    INSERT INTO aid (aid_id, case_id, round, kind, persons, found_note, found_unit, found_by, found_at, status,
        applied_note, applied_unit, applied_by, applied_at, amount_fen, end_note, ended_unit, ended_by, ended_at,
        version)
    SELECT md5('aid' || case_id)::uuid::text, case_id, round, (ARRAY['temporary', 'medical'])[1 + (n % 2)::int], 2,
        '受灾', street, 'x', at, CASE WHEN open THEN 'found' ELSE 'granted' END, CASE WHEN NOT open THEN '已申请' END,
        CASE WHEN NOT open THEN street END, CASE WHEN NOT open THEN 'x' END, CASE WHEN NOT open THEN at END,
        CASE WHEN NOT open THEN 300000 END, CASE WHEN NOT open THEN '符合条件' END, CASE WHEN NOT open THEN unit END,
        CASE WHEN NOT open THEN 'y' END, CASE WHEN NOT open THEN at END, 3
    FROM hand
    """,
    """
    INSERT INTO risk (risk_id, case_id, round, kind, by_rule, why, told, reported_by, reported_at, due_at, status, note,
        acknowledged_by, acknowledged_at, late, version)
    SELECT md5('risk' || case_id)::uuid::text, case_id, round, 'group', true, '聚众堵路', ARRAY[staff], 'system', at,
        at + interval '30 minutes', CASE WHEN open THEN 'reported' ELSE 'acknowledged' END,
        CASE WHEN NOT open THEN '已到现场' END, CASE WHEN NOT open THEN 'y' END,
        CASE WHEN NOT open THEN at + interval '20 minutes' END, false, 2
    FROM hand
    """,
)
_SAID = """
    UPDATE work SET support_units = support_units || unit, open_support = open_support || unit,
        open_called = open_called || unit, open_letters = open_letters || ('压测函〔2026〕' || n || '号'),
        responsible_staff = staff, responsible_at = at
    FROM hand WHERE open AND work.case_id = hand.case_id;
    UPDATE work SET return_pending = true, return_reason = reason_code, return_note = note,
        return_asked_by = x.asked_by, return_asked_at = asked_at, request_raised_at = raised_at
    FROM request AS x JOIN hand USING (case_id)
    WHERE hand.open AND work.case_id = x.case_id AND x.state = 'pending' AND x.kind = 'return';
    UPDATE work SET asked = x.kind, asked_by = x.asked_by, request_raised_at = raised_at
    FROM request AS x JOIN hand USING (case_id)
    WHERE hand.open AND work.case_id = x.case_id AND x.state = 'pending' AND x.kind <> 'return';
"""
_TABLES = "task call whistle call_score call_claim request letter mediation aid risk work"
_EACH = 3
"""Open tasks of a case: a support task, a summoned unit, and a letter."""


async def lay_hands(url: str, units: Sequence[str], streets: Sequence[str], open_tasks: int) -> None:
    """Lay them by turns among ``units``, whom ``streets`` summon and write to.

    A case has three at most: where fewer cases are open than ``open_tasks`` need, there are fewer. Where anybody was
    summoned before nothing is done.
    """
    async with connected(url, **_WRITING) as connection:
        if await connection.fetchval(_LAID):
            return
        async with connection.transaction():
            await connection.execute(_CHOSEN, open_tasks // _EACH, list(units), list(streets))
            for statement in (TASKS, *HANDS, _SAID):
                await connection.execute(statement)
            await connection.execute(f"DELETE FROM hand WHERE n % {_ONE_OF} <> 3")  # noqa: S608 - a number of ours
            for statement in FEW:
                await connection.execute(statement)
        for table in _TABLES.split():
            await connection.execute(f"VACUUM (ANALYZE) {table}")
