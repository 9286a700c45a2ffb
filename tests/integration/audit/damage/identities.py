"""Identities where none may be."""

from tests.integration.audit.damage.form import Spoiled, spoiled

IDENTITIES: dict[str, Spoiled] = {
    # Identities
    "a phone in an event": spoiled(
        "I9", "intake", "solved", "has what identifies somebody in its field text",
        "UPDATE intake.ledger SET payload = replace(payload::text, '138****8000', '13800138000')::json"
        " WHERE key = {solved} AND type = 'cn.huiyin.case.registered'",
    ),
    "a number in words in an event": spoiled(
        "I9", "intake", "solved", "has what identifies somebody in its field text",
        "UPDATE intake.ledger SET payload = replace(payload::text, '138****8000', '幺三八洞洞幺三八洞洞洞')::json"
        " WHERE key = {solved} AND type = 'cn.huiyin.case.registered'",
    ),
    "a name that is said in the words": spoiled(
        "I9", "intake", "fresh", "its row in wording has what identifies somebody in clear",
        "UPDATE intake.wording SET text = text || '，我叫张三' WHERE case_id = {fresh}",
    ),
    "an ID number in an event": spoiled(
        "I9", "dispatch", "by_hand", "has what identifies somebody in its field note",
        "UPDATE dispatch.ledger SET payload = replace(payload::text, '已到现场查看', '11010119900307123X')::json"
        " WHERE key = {by_hand} AND type = 'cn.huiyin.case.progress_reported'",
    ),
    "a phone as the number of a complaint": spoiled(
        "I9", "intake", "fresh", "its row in cases has what identifies somebody in clear",
        "UPDATE intake.cases SET source_system = 'hub', source_no = '13800138000' WHERE case_id = {fresh}",
    ),
    "a phone as a number in an event": spoiled(
        "I9", "intake", "solved", "has what identifies somebody in its field source_no",
        "UPDATE intake.ledger SET payload = jsonb_set(payload::jsonb, '{{source_no}}', '\"13800138000\"')::json"
        " WHERE key = {solved} AND type = 'cn.huiyin.case.registered'",
    ),
    "a phone as an Idempotency-Key": spoiled(
        "I9", "dispatch", "call-138****8000", "its row in answer has what identifies somebody in clear",
        "INSERT INTO dispatch.answer (scope, idempotency_key, request_hash, status, headers, body)"
        " VALUES ('x', 'call-13800138000', '', 200, '{{}}', '')",
    ),
    "a phone in the reason of a look": spoiled(
        "I9", "intake", "fresh", "its row in reveal has what identifies somebody in clear",
        "INSERT INTO intake.reveal (reveal_id, case_id, who, reason, fields, at)"
        " VALUES ('r', {fresh}, 'operator', '来电13800138000', '{{phone}}', now())",
    ),
    "a phone in the words": spoiled(
        "I9", "intake", "fresh", "its row in wording has what identifies somebody in clear",
        "UPDATE intake.wording SET text = text || '，电话13800138000' WHERE case_id = {fresh}",
    ),
    "a phone in wide digits in a caller's note": spoiled(
        "I9", "followup", "third_round", "its row in attempt has what identifies somebody in clear",
        "UPDATE followup.attempt SET words = '请打１３８００１３８０００' WHERE case_id = {third_round}",
    ),
    "an ID number in a kept answer": spoiled(
        "I9", "intake", "a-key", "its row in answer has what identifies somebody in clear",
        "INSERT INTO intake.answer (scope, idempotency_key, request_hash, status, headers, body)"
        " VALUES ('x', 'a-key', '', 200, '{{}}', convert_to('{{\"text\":\"身份证11010119900307123X\"}}', 'UTF8'))",
    ),
    "a phone in a parked event": spoiled(
        "I9", "analytics", "elsewhere", "its row in parked has what identifies somebody in clear",
        "INSERT INTO analytics.parked (stream, key, source, seq, state, type, headers, value, reason)"
        " VALUES ('cases', 'elsewhere', 'intake', 1, 'failed', 'x', '{{}}', '\\x3133383030313338303030', 'a test')",
    ),
}  # fmt: skip
