"""Kinds of damage: what is done to the tables, to which case, and how the audit has to name it."""

from dataclasses import dataclass

from huiyin.audit.report import Invariant


@dataclass(frozen=True, slots=True)
class Spoiled:
    """What is done, to which case, and how the audit has to name it."""

    sql: tuple[str, ...]
    invariant: Invariant
    service: str
    about: str
    says: str


def _spoiled(invariant: str, service: str, about: str, says: str, *sql: str) -> Spoiled:
    return Spoiled(sql, Invariant(invariant), service, about, says)


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

KINDS: dict[str, Spoiled] = {
    # The history itself
    "a row edited": _spoiled(
        "I2", "dispatch", "solved", "event 1 (cn.huiyin.case.assigned) does not fit its hash",
        "UPDATE dispatch.ledger SET payload = replace(payload::text, 'T-999001101', 'D-WATER')::json"
        " WHERE key = {solved} AND seq = 1",
    ),
    "a time edited": _spoiled(
        "I2", "intake", "solved", "event 1 (cn.huiyin.case.registered) does not fit its hash",
        "UPDATE intake.ledger SET occurred_at = occurred_at - interval '1 day' WHERE key = {solved} AND seq = 1",
    ),
    "a row deleted": _spoiled(
        "I2", "dispatch", "solved", "event 3 follows 1: 2 missing",
        "DELETE FROM dispatch.ledger WHERE key = {solved} AND seq = 2",
    ),
    "the end cut off": _spoiled(
        "I2", "followup", "solved", "the head says",
        "DELETE FROM followup.ledger WHERE key = {solved} AND type = 'cn.huiyin.case.closed'",
    ),
    "the end cut off with its head": _spoiled(
        "I4", "intake", "solved", "applied dispatch up to 3, which never said more than 2", *_SHORTEN
    ),
    "two rows swapped": _spoiled(
        "I2", "dispatch", "solved", "does not fit its hash",
        "UPDATE dispatch.ledger SET seq = CASE seq WHEN 1 THEN 2 ELSE 1 END WHERE key = {solved} AND seq IN (1, 2)",
    ),
    "a row written out of order": _spoiled(
        "I2", "dispatch", "solved", "event 3 was written before event 2",
        "WITH gone AS (DELETE FROM dispatch.ledger WHERE key = {solved} AND seq = 2 RETURNING *)"
        " INSERT INTO dispatch.ledger (part, event_id, stream, key, seq, type, payload, causes, hash, occurred_at)"
        " SELECT part, event_id, stream, key, seq, type, payload, causes, hash, occurred_at FROM gone",
    ),
    "a wrong number": _spoiled(
        "I2", "dispatch", "solved", "event 9 follows 2: 3..8 missing",
        "UPDATE dispatch.ledger SET seq = 9 WHERE key = {solved} AND seq = 3",
    ),
    "a cause that never was": _spoiled(
        "I2", "dispatch", "solved", "event 2 names 9 of intake as its cause, which was never said",
        "UPDATE dispatch.ledger SET causes = '{{\"intake\": 9}}' WHERE key = {solved} AND seq = 2",
    ),
    "a row doubled": _spoiled(
        "I2", "dispatch", "solved", "event 1 stands twice",
        "INSERT INTO dispatch.ledger (part, event_id, stream, key, seq, type, payload, causes, hash, occurred_at)"
        " SELECT part, event_id, stream, key, seq, type, payload, causes, hash, occurred_at FROM dispatch.ledger"
        " WHERE key = {solved} AND seq = 1",
    ),
    "a wrong hash": _spoiled(
        "I2", "followup", "fresh", "event 1 (cn.huiyin.case.deadline_set) does not fit its hash",
        "UPDATE followup.ledger SET hash = sha256(hash) WHERE key = {fresh} AND seq = 1",
    ),
    "a wrong head": _spoiled(
        "I2", "intake", "fresh", "the head's hash is not that of event 1",
        "UPDATE intake.ledger_head SET hash = sha256(hash) WHERE key = {fresh}",
    ),
    "a head lost": _spoiled(
        "I2", "intake", "fresh", "there are 1 events and no head", "DELETE FROM intake.ledger_head WHERE key = {fresh}"
    ),
    "a row that is no event": _spoiled(
        "I2", "dispatch", "fresh", "does not decode",
        "UPDATE dispatch.ledger SET payload = '{{}}' WHERE key = {fresh} AND seq = 1",
    ),
    "a row of the directory edited": _spoiled(
        "I2", "dispatch", "", "event 1 (cn.huiyin.directory.pack_published) does not fit its hash",
        "UPDATE dispatch.ledger SET payload = replace(payload::text, '回音县', '同音县')::json"
        " WHERE stream = 'directory'",
    ),
    "a forged event": _spoiled(
        "I2", "followup", "fresh", "event 4 (cn.huiyin.case.closed) does not fit its hash",
        "INSERT INTO followup.ledger (part, event_id, stream, key, seq, type, payload, causes, hash, occurred_at)"
        " SELECT part, gen_random_uuid(), stream, key, 4, 'cn.huiyin.case.closed',"
        " json_build_object('occurred_at', now(), 'case_id', key, 'round', 1, 'closing', 'substantive',"
        " 'satisfaction', 'satisfied'), causes, sha256('x'), now() FROM followup.ledger"
        " WHERE key = {fresh} AND seq = 3",
    ),
    "a forged word of the citizen, with right hashes": _spoiled(
        "I5", "followup", "solved", "closed as solved without the citizen's satisfied word",
        "UPDATE followup.ledger SET payload = replace(payload::text, '\"satisfied\"', '\"not_satisfied\"')::json"
        " WHERE key = {solved} AND type = 'cn.huiyin.case.callback_tried'", *_CHAIN_ANEW,
    ),
    "a closing without its callback, with right hashes": _spoiled(
        "I5", "followup", "solved", "closed as solved without the citizen's satisfied word",
        "DELETE FROM followup.ledger WHERE key = {solved} AND type = 'cn.huiyin.case.callback_tried'",
        "UPDATE followup.ledger SET seq = seq - 1 WHERE key = {solved} AND type = 'cn.huiyin.case.closed'",
        "UPDATE followup.ledger_head SET seq = seq - 1 WHERE key = {solved}", *_CHAIN_ANEW,
    ),
    # Sending and reading
    "a pointer to nothing": _spoiled(
        "I3", "intake", "row 999999", "row 999999 is marked to be sent and does not exist",
        "INSERT INTO intake.ledger_unsent (id, part, recorded_at) VALUES (999999, 1, now())",
    ),
    "a pointer in another part": _spoiled(
        "I3", "intake", "fresh", "but is of part",
        "INSERT INTO intake.ledger_unsent (id, part, recorded_at)"
        " SELECT id, (part + 1) % 16, recorded_at FROM intake.ledger WHERE key = {fresh} AND seq = 1",
    ),
    "a row in another part": _spoiled(
        "I3", "intake", "fresh", "event 1 is in part",
        "UPDATE intake.ledger SET part = (part + 1) % 16 WHERE key = {fresh} AND seq = 1",
    ),
    "a watermark ahead": _spoiled(
        "I4", "followup", "fresh", "applied dispatch up to 2, which never said more than 1",
        "UPDATE followup.watermark SET seq = seq + 1 WHERE key = {fresh} AND source = 'dispatch'",
    ),
    "a watermark behind": _spoiled(
        "I4", "analytics", "solved", "of followup was sent, but never applied here",
        "UPDATE analytics.watermark SET seq = seq - 1 WHERE key = {solved} AND source = 'followup'",
    ),
    "a watermark lost": _spoiled(
        "I4", "dispatch", "fresh", "1 of intake was sent, but never applied here",
        "DELETE FROM dispatch.watermark WHERE key = {fresh} AND source = 'intake'",
    ),
    "a watermark of the directory lost": _spoiled(
        "I4", "followup", "", "1 of dispatch was sent, but never applied here",
        "DELETE FROM followup.watermark WHERE stream = 'directory'",
    ),
    # Cases
    "a case lost at the door": _spoiled(
        "I1", "intake", "fresh", "there is a history, and no accepted case",
        "DELETE FROM intake.cases WHERE case_id = {fresh}",
    ),
    "a case without a history": _spoiled(
        "I1", "intake", "fresh", "was accepted, and its registration was never said",
        "DELETE FROM intake.ledger WHERE key = {fresh}", "DELETE FROM intake.ledger_head WHERE key = {fresh}",
    ),
    "a case registered twice": _spoiled(
        "I1", "intake", "fresh", "it was registered 2 times",
        "INSERT INTO intake.ledger (part, event_id, stream, key, seq, type, payload, causes, hash, occurred_at)"
        " SELECT part, gen_random_uuid(), stream, key, 2, type, payload, causes, hash, occurred_at FROM intake.ledger"
        " WHERE key = {fresh} AND seq = 1",
    ),
    "a work row lost": _spoiled(
        "I1", "dispatch", "fresh", "the registration was applied, and there is no row in work",
        "DELETE FROM dispatch.work WHERE case_id = {fresh}",
    ),
    "a matter lost": _spoiled(
        "I1", "followup", "fresh", "there is no row in matter", "DELETE FROM followup.matter WHERE case_id = {fresh}"
    ),
    "a matter doubled": _spoiled(
        "I1", "followup", "fresh", "it has 2 rows in matter",
        "ALTER TABLE followup.matter DROP CONSTRAINT matter_pkey CASCADE",
        "INSERT INTO followup.matter SELECT * FROM followup.matter WHERE case_id = {fresh}",
    ),
    # What stands beside the ledger
    "the words edited": _spoiled(
        "I6", "intake", "fresh", "wording lacks [\"村口路灯坏了三天\"]",
        "UPDATE intake.wording SET text = '没有问题' WHERE case_id = {fresh}",
    ),
    "the words lost": _spoiled(
        "I6", "intake", "fresh", "wording lacks", "DELETE FROM intake.wording WHERE case_id = {fresh}"
    ),
    "a supplement lost": _spoiled(
        "I6", "intake", "solved", "supplement lacks", "DELETE FROM intake.supplement WHERE case_id = {solved}"
    ),
    "a try edited": _spoiled(
        "I6", "followup", "solved", "nobody said so",
        "UPDATE followup.attempt SET satisfaction = 'basically_satisfied' WHERE case_id = {solved}",
    ),
    "a try lost": _spoiled(
        "I6", "followup", "solved", "attempt lacks", "DELETE FROM followup.attempt WHERE case_id = {solved}"
    ),
    "a try that nobody made": _spoiled(
        "I6", "followup", "waiting", "attempt has",
        "INSERT INTO followup.attempt (callback_id, attempt, case_id, round, at, caller, reached, valid)"
        " SELECT callback_id, 1, case_id, 1, now(), 'ghost', 'no_answer', false FROM followup.callback"
        " WHERE case_id = {waiting}",
    ),
    "an order of supervision lost": _spoiled(
        "I6", "followup", "late", "supervision lacks",
        "DELETE FROM followup.supervision WHERE case_id = {late} AND state = 'replied'",
    ),
    "a reply edited": _spoiled(
        "I6", "followup", "late", "nobody said so",
        "UPDATE followup.supervision SET reply = '已办结' WHERE case_id = {late} AND state = 'replied'",
    ),
    "a step lost": _spoiled(
        "I6", "followup", "solved", "transition lacks",
        "DELETE FROM followup.transition WHERE case_id = {solved} AND version = 2",
    ),
    "the last step with the units lost": _spoiled(
        "I6", "dispatch", "solved", "transition lacks [\"closed\"]",
        "DELETE FROM dispatch.transition WHERE case_id = {solved} AND to_status = 'closed'",
    ),
    # States
    "a status at the door": _spoiled(
        "I6", "intake", "fresh", "status is signed, the events say assigned",
        "UPDATE intake.cases SET status = 'signed' WHERE case_id = {fresh}",
    ),
    "a round at the door": _spoiled(
        "I6", "intake", "third_round", "round is 2, the events say 3",
        "UPDATE intake.cases SET round = 2 WHERE case_id = {third_round}",
    ),
    "a promise at the door": _spoiled(
        "I6", "intake", "fresh", "due_at is",
        "UPDATE intake.cases SET due_at = due_at + interval '1 day' WHERE case_id = {fresh}",
    ),
    "a status with the units": _spoiled(
        "I6", "dispatch", "fresh", "status is handled, the events say assigned",
        "UPDATE dispatch.work SET status = 'handled' WHERE case_id = {fresh}",
    ),
    "another unit": _spoiled(
        "I6", "dispatch", "fresh", "lead_unit is D-WATER, the events say",
        "UPDATE dispatch.work SET lead_unit = 'D-WATER' WHERE case_id = {fresh}",
    ),
    "a return forgotten": _spoiled(
        "I6", "dispatch", "return_asked", "return_pending is False, the events say True",
        "UPDATE dispatch.work SET return_pending = false WHERE case_id = {return_asked}",
    ),
    "closed without the citizen": _spoiled(
        "I6", "followup", "waiting", "status is closed, the events say callback or review",
        "UPDATE followup.matter SET status = 'closed', closing = 'unverified' WHERE case_id = {waiting}",
    ),
    "a closed case opened": _spoiled(
        "I6", "followup", "solved", "status is handling, the events say closed",
        "UPDATE followup.matter SET status = 'handling', closing = NULL, satisfaction = NULL,"
        " closed_by_attempt = NULL WHERE case_id = {solved}",
    ),
    "another case number": _spoiled(
        "I6", "followup", "fresh", "case_no is",
        "UPDATE followup.matter SET case_no = 'X' WHERE case_id = {fresh}",
    ),
    "another pack in one service": _spoiled(
        "I6", "directory", "pack version 1", "is not the same in every service",
        "UPDATE followup.pack SET document = jsonb_set(document, '{{callback,tries}}', '9')",
    ),
    # Promises
    "a work order doubled": _spoiled(
        "I7", "dispatch", "fresh", "it has 2 rows in work",
        "ALTER TABLE dispatch.work DROP CONSTRAINT work_pkey CASCADE",
        "INSERT INTO dispatch.work SELECT * FROM dispatch.work WHERE case_id = {fresh}",
    ),
    "a timer doubled": _spoiled(
        "I7", "followup", "fresh", "belongs to no deadline that was set",
        "INSERT INTO followup.timer SELECT case_id || '.99.miss', case_id, round, what, step, unit_code, starts_at,"
        " due_at, fires_at, pack_version, state, error FROM followup.timer"
        " WHERE case_id = {fresh} AND what = 'handle' AND step = 'miss'",
    ),
    "a closed case without its callback": _spoiled(
        "I7", "followup", "solved", "round 1 has no callback",
        "DELETE FROM followup.callback WHERE case_id = {solved}",
    ),
    "a callback doubled": _spoiled(
        "I7", "followup", "waiting", "round 1 has 2 callbacks",
        "ALTER TABLE followup.callback DROP CONSTRAINT callback_case_id_round_key",
        "INSERT INTO followup.callback SELECT 'another', case_id, round, state, handling_unit, area_code, tries,"
        " attempts, next_try_at, opened_at, version FROM followup.callback WHERE case_id = {waiting}",
    ),
    "a unit lost": _spoiled(
        "I7", "dispatch", "fresh", "it is assigned and no unit leads it",
        "UPDATE dispatch.work SET lead_unit = NULL WHERE case_id = {fresh}",
    ),
    "a timer lost": _spoiled(
        "I7", "followup", "fresh", "the handle deadline of round 1 has no timer to miss",
        "DELETE FROM followup.timer WHERE case_id = {fresh} AND what = 'handle' AND step = 'miss'",
    ),
    "a timer stopped": _spoiled(
        "I7", "followup", "fresh", "no sign clock runs in round 1",
        "UPDATE followup.timer SET state = 'cancelled' WHERE case_id = {fresh} AND what = 'sign'",
    ),
    "a timer moved": _spoiled(
        "I7", "followup", "fresh", "is not that of the handle deadline of round 1",
        "UPDATE followup.timer SET due_at = due_at + interval '1 day', fires_at = fires_at + interval '1 day'"
        " WHERE case_id = {fresh} AND what = 'handle' AND step = 'miss'",
    ),
    "a timer that goes on": _spoiled(
        "I7", "followup", "solved", "runs, though the case is closed",
        "UPDATE followup.timer SET state = 'pending' WHERE case_id = {solved} AND what = 'handle' AND step = 'miss'",
    ),
    "a timer that is late": _spoiled(
        "I7", "followup", "late", "should have fired at",
        "UPDATE followup.timer SET state = 'pending' WHERE case_id = {late} AND what = 'handle' AND step = 'miss'",
    ),
    "a miss never told": _spoiled(
        "I7", "followup", "late", "fired 0 times and was said 1 times",
        "UPDATE followup.timer SET state = 'cancelled' WHERE case_id = {late} AND what = 'handle' AND step = 'miss'",
    ),
    "a callback lost": _spoiled(
        "I7", "followup", "waiting", "round 1 has no callback",
        "DELETE FROM followup.callback WHERE case_id = {waiting}",
    ),
    "a callback ended": _spoiled(
        "I7", "followup", "waiting", "its callback is done, though the case is in callback",
        "UPDATE followup.callback SET state = 'done' WHERE case_id = {waiting}",
    ),
    "a closed case asked again": _spoiled(
        "I7", "followup", "solved", "the callback of round 1 is due, the case is closed in round 1",
        "UPDATE followup.callback SET state = 'due' WHERE case_id = {solved}",
    ),
    # Figures
    "a fact changed": _spoiled(
        "I8", "analytics", "solved", "doc.tries of its fact is",
        "UPDATE analytics.fact SET doc = jsonb_set(doc, '{{tries,0,7}}', '\"not_satisfied\"') WHERE case_id = {solved}",
    ),
    "a fact's column changed": _spoiled(
        "I8", "analytics", "solved", "status of its fact is",
        "UPDATE analytics.fact SET status = 'withdrawn', closed_day = NULL WHERE case_id = {solved}",
    ),
    "a fact that is none": _spoiled(
        "I8", "analytics", "solved", "doc of its fact is []",
        "UPDATE analytics.fact SET doc = '[]' WHERE case_id = {solved}",
    ),
    "a pack lost": _spoiled(
        "I8", "analytics", "solved", "analytics has no readable pack version 1", "DELETE FROM analytics.pack"
    ),
    "a pack that is none": _spoiled(
        "I8", "analytics", "solved", "analytics has no readable pack version 1",
        "UPDATE analytics.pack SET document = '{{}}'",
    ),
    "a fact lost": _spoiled(
        "I8", "analytics", "solved", "there is no fact of it", "DELETE FROM analytics.fact WHERE case_id = {solved}"
    ),
    "a fact of nothing": _spoiled(
        "I8", "analytics", "ghost", "there is a fact, and no registration",
        "INSERT INTO analytics.fact SELECT 'ghost', case_no, area_code, unit_code, units, category_code, channel, kind,"
        " urgency, status, is_open, round, registered_at, registered_day, closed_day, first_day, last_day,"
        " handle_due_at, updated_at, version, doc, counted FROM analytics.fact WHERE case_id = {solved}",
    ),
    "a figure off by one": _spoiled(
        "I8", "analytics", "roll-up", "registered is",
        "UPDATE analytics.rollup SET registered = registered + 1 WHERE ctid = (SELECT min(ctid) FROM analytics.rollup)",
    ),
    "a cell lost": _spoiled(
        "I8", "analytics", "roll-up", "is not there, the recount says",
        "DELETE FROM analytics.rollup WHERE ctid = (SELECT min(ctid) FROM analytics.rollup)",
    ),
    "a cell too many": _spoiled(
        "I8", "analytics", "roll-up", "the recount has no such cell",
        "INSERT INTO analytics.rollup SELECT (jsonb_populate_record(r, '{{\"unit_code\": \"D-NOBODY\"}}')).*"
        " FROM analytics.rollup AS r LIMIT 1",
    ),
    "a coarse figure off by one": _spoiled(
        "I8", "analytics", "coarse roll-up month_", "closed is",
        "UPDATE analytics.rollup_coarse SET closed = closed + 1 WHERE ctid = ("
        "SELECT min(ctid) FROM analytics.rollup_coarse WHERE grain LIKE 'month%' AND closed > 0)",
    ),
    "a coarse cell lost": _spoiled(
        "I8", "analytics", "coarse roll-up day_units", "is not there, the recount says",
        "DELETE FROM analytics.rollup_coarse WHERE ctid = ("
        "SELECT min(ctid) FROM analytics.rollup_coarse WHERE grain = 'day_units')",
    ),
    "a fact that hides from who asks why": _spoiled(
        "I8", "analytics", "solved", "counted of its fact is",
        "UPDATE analytics.fact SET counted = 0 WHERE case_id = {solved}",
    ),
    # Identities
    "a phone in an event": _spoiled(
        "I9", "intake", "solved", "has a phone or ID number in its field text",
        "UPDATE intake.ledger SET payload = replace(payload::text, '138****8000', '13800138000')::json"
        " WHERE key = {solved} AND type = 'cn.huiyin.case.registered'",
    ),
    "an ID number in an event": _spoiled(
        "I9", "dispatch", "by_hand", "has a phone or ID number in its field note",
        "UPDATE dispatch.ledger SET payload = replace(payload::text, '已到现场查看', '11010119900307123X')::json"
        " WHERE key = {by_hand} AND type = 'cn.huiyin.case.progress_reported'",
    ),
    "a phone in the words": _spoiled(
        "I9", "intake", "fresh", "its row in wording has a phone or ID number in clear",
        "UPDATE intake.wording SET text = text || '，电话13800138000' WHERE case_id = {fresh}",
    ),
    "a phone in wide digits in a caller's note": _spoiled(
        "I9", "followup", "third_round", "its row in attempt has a phone or ID number in clear",
        "UPDATE followup.attempt SET words = '请打１３８００１３８０００' WHERE case_id = {third_round}",
    ),
    "an ID number in a kept answer": _spoiled(
        "I9", "intake", "a-key", "its row in answer has a phone or ID number in clear",
        "INSERT INTO intake.answer (scope, idempotency_key, request_hash, status, headers, body)"
        " VALUES ('x', 'a-key', '', 200, '{{}}', convert_to('{{\"text\":\"身份证11010119900307123X\"}}', 'UTF8'))",
    ),
    "a phone in a parked event": _spoiled(
        "I9", "analytics", "elsewhere", "its row in parked has a phone or ID number in clear",
        "INSERT INTO analytics.parked (stream, key, source, seq, state, type, headers, value, reason)"
        " VALUES ('cases', 'elsewhere', 'intake', 1, 'failed', 'x', '{{}}', '\\x3133383030313338303030', 'a test')",
    ),
}  # fmt: skip
