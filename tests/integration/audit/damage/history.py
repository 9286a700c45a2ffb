"""Damage to the history itself, and to how it is sent and read."""

from tests.integration.audit.damage.form import Spoiled, spoiled

_SHORTEN = (
    "DELETE FROM dispatch.ledger WHERE key = {solved} AND seq = 3",
    "UPDATE dispatch.ledger_head AS h SET seq = 2, hash = l.hash FROM dispatch.ledger AS l"
    " WHERE h.key = {solved} AND l.key = h.key AND l.seq = 2",
)

# As somebody would who knows how the hashes are made: everything after the forgery is chained anew, with the head.
_CHAIN_ANEW = (
    """
    WITH RECURSIVE chained AS (
        SELECT 0 AS seq, decode(repeat('00', 32), 'hex') AS hash
        UNION ALL
        SELECT l.seq, sha256(c.hash || convert_to(concat_ws(E'\\n', l.key, l.seq, l.type,
            to_char(l.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'), l.payload::text), 'UTF8'))
        FROM chained AS c JOIN followup.ledger AS l ON l.key = {solved} AND l.seq = c.seq + 1
    )
    UPDATE followup.ledger AS l SET hash = c.hash FROM chained AS c WHERE l.key = {solved} AND l.seq = c.seq
    """,
    "UPDATE followup.ledger_head AS h SET hash = l.hash FROM followup.ledger AS l"
    " WHERE h.key = {solved} AND l.key = h.key AND l.seq = h.seq",
)

HISTORY: dict[str, Spoiled] = {
    # The history itself
    "a row edited": spoiled(
        "I2", "dispatch", "solved", "event 1 (cn.huiyin.case.assigned) does not fit its hash",
        "UPDATE dispatch.ledger SET payload = replace(payload::text, 'T-999001101', 'D-WATER')::json"
        " WHERE key = {solved} AND seq = 1",
    ),
    "a time edited": spoiled(
        "I2", "intake", "solved", "event 1 (cn.huiyin.case.registered) does not fit its hash",
        "UPDATE intake.ledger SET occurred_at = occurred_at - interval '1 day' WHERE key = {solved} AND seq = 1",
    ),
    "a row deleted": spoiled(
        "I2", "dispatch", "solved", "event 3 follows 1: 2 missing",
        "DELETE FROM dispatch.ledger WHERE key = {solved} AND seq = 2",
    ),
    "the end cut off": spoiled(
        "I2", "followup", "solved", "the head says",
        "DELETE FROM followup.ledger WHERE key = {solved} AND type = 'cn.huiyin.case.closed'",
    ),
    "the end cut off with its head": spoiled(
        "I4", "intake", "solved", "applied dispatch up to 3, which never said more than 2", *_SHORTEN
    ),
    "two rows swapped": spoiled(
        "I2", "dispatch", "solved", "does not fit its hash",
        "UPDATE dispatch.ledger SET seq = CASE seq WHEN 1 THEN 2 ELSE 1 END WHERE key = {solved} AND seq IN (1, 2)",
    ),
    "a row written out of order": spoiled(
        "I2", "dispatch", "solved", "event 3 was written before event 2",
        "WITH gone AS (DELETE FROM dispatch.ledger WHERE key = {solved} AND seq = 2 RETURNING *)"
        " INSERT INTO dispatch.ledger (part, event_id, stream, key, seq, type, payload, causes, hash, occurred_at)"
        " SELECT part, event_id, stream, key, seq, type, payload, causes, hash, occurred_at FROM gone",
    ),
    "a wrong number": spoiled(
        "I2", "dispatch", "solved", "event 9 follows 2: 3..8 missing",
        "UPDATE dispatch.ledger SET seq = 9 WHERE key = {solved} AND seq = 3",
    ),
    "a cause that never was": spoiled(
        "I2", "dispatch", "solved", "event 2 names 9 of intake as its cause, which was never said",
        "UPDATE dispatch.ledger SET causes = '{{\"intake\": 9}}' WHERE key = {solved} AND seq = 2",
    ),
    "a row doubled": spoiled(
        "I2", "dispatch", "solved", "event 1 stands twice",
        "INSERT INTO dispatch.ledger (part, event_id, stream, key, seq, type, payload, causes, hash, occurred_at)"
        " SELECT part, event_id, stream, key, seq, type, payload, causes, hash, occurred_at FROM dispatch.ledger"
        " WHERE key = {solved} AND seq = 1",
    ),
    "a wrong hash": spoiled(
        "I2", "followup", "fresh", "event 1 (cn.huiyin.case.deadline_set) does not fit its hash",
        "UPDATE followup.ledger SET hash = sha256(hash) WHERE key = {fresh} AND seq = 1",
    ),
    "a wrong head": spoiled(
        "I2", "intake", "fresh", "the head's hash is not that of event 1",
        "UPDATE intake.ledger_head SET hash = sha256(hash) WHERE key = {fresh}",
    ),
    "a head lost": spoiled(
        "I2", "intake", "fresh", "there are 1 events and no head", "DELETE FROM intake.ledger_head WHERE key = {fresh}"
    ),
    "a row that is no event": spoiled(
        "I2", "dispatch", "fresh", "does not decode",
        "UPDATE dispatch.ledger SET payload = '{{}}' WHERE key = {fresh} AND seq = 1",
    ),
    "a row of the directory edited": spoiled(
        "I2", "dispatch", "", "event 1 (cn.huiyin.directory.pack_published) does not fit its hash",
        "UPDATE dispatch.ledger SET payload = replace(payload::text, '回音县', '同音县')::json"
        " WHERE stream = 'directory'",
    ),
    "a forged event": spoiled(
        "I2", "followup", "fresh", "event 3 (cn.huiyin.case.closed) does not fit its hash",
        "INSERT INTO followup.ledger (part, event_id, stream, key, seq, type, payload, causes, hash, occurred_at)"
        " SELECT part, gen_random_uuid(), stream, key, 3, 'cn.huiyin.case.closed',"
        " json_build_object('occurred_at', now(), 'case_id', key, 'round', 1, 'closing', 'substantive',"
        " 'satisfaction', 'satisfied'), causes, sha256('x'), now() FROM followup.ledger"
        " WHERE key = {fresh} AND seq = 2",
    ),
    "a forged word of the citizen, with right hashes": spoiled(
        "I5", "followup", "solved", "closed as solved without the citizen's satisfied word",
        "UPDATE followup.ledger SET payload = replace(payload::text, '\"satisfied\"', '\"not_satisfied\"')::json"
        " WHERE key = {solved} AND type = 'cn.huiyin.case.callback_tried'", *_CHAIN_ANEW,
    ),
    "a closing without its callback, with right hashes": spoiled(
        "I5", "followup", "solved", "closed as solved without the citizen's satisfied word",
        "DELETE FROM followup.ledger WHERE key = {solved} AND type = 'cn.huiyin.case.callback_tried'",
        "UPDATE followup.ledger SET seq = seq - 1 WHERE key = {solved} AND type = 'cn.huiyin.case.closed'",
        "UPDATE followup.ledger_head SET seq = seq - 1 WHERE key = {solved}", *_CHAIN_ANEW,
    ),
    # Sending and reading
    "a pointer to nothing": spoiled(
        "I3", "intake", "row 999999", "row 999999 is marked to be sent and does not exist",
        "INSERT INTO intake.ledger_unsent (id, part, recorded_at) VALUES (999999, 1, now())",
    ),
    "a pointer in another part": spoiled(
        "I3", "intake", "fresh", "but is of part",
        "INSERT INTO intake.ledger_unsent (id, part, recorded_at)"
        " SELECT id, (part + 1) % 16, recorded_at FROM intake.ledger WHERE key = {fresh} AND seq = 1",
    ),
    "a row in another part": spoiled(
        "I3", "intake", "fresh", "event 1 is in part",
        "UPDATE intake.ledger SET part = (part + 1) % 16 WHERE key = {fresh} AND seq = 1",
    ),
    "a watermark ahead": spoiled(
        "I4", "followup", "fresh", "applied dispatch up to 2, which never said more than 1",
        "UPDATE followup.watermark SET seq = seq + 1 WHERE key = {fresh} AND source = 'dispatch'",
    ),
    "a watermark behind": spoiled(
        "I4", "analytics", "solved", "of followup was sent, but never applied here",
        "UPDATE analytics.watermark SET seq = seq - 1 WHERE key = {solved} AND source = 'followup'",
    ),
    "a watermark lost": spoiled(
        "I4", "dispatch", "fresh", "1 of intake was sent, but never applied here",
        "DELETE FROM dispatch.watermark WHERE key = {fresh} AND source = 'intake'",
    ),
    "a watermark of the directory lost": spoiled(
        "I4", "followup", "", "1..2 of dispatch was sent, but never applied here",
        "DELETE FROM followup.watermark WHERE stream = 'directory'",
    ),
}  # fmt: skip
