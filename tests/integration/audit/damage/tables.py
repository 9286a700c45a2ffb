"""Damage to cases, to what stands beside the ledgers, and to states."""

from tests.integration.audit.damage.form import Spoiled, spoiled

TABLES: dict[str, Spoiled] = {
    # Cases
    "a case lost at the door": spoiled(
        "I1", "intake", "fresh", "there is a history, and no accepted case",
        "DELETE FROM intake.cases WHERE case_id = {fresh}",
    ),
    "a case without a history": spoiled(
        "I1", "intake", "fresh", "was accepted, and its registration was never said",
        "DELETE FROM intake.ledger WHERE key = {fresh}", "DELETE FROM intake.ledger_head WHERE key = {fresh}",
    ),
    "a case registered twice": spoiled(
        "I1", "intake", "fresh", "it was registered 2 times",
        "INSERT INTO intake.ledger (part, event_id, stream, key, seq, type, payload, causes, hash, occurred_at)"
        " SELECT part, gen_random_uuid(), stream, key, 2, type, payload, causes, hash, occurred_at FROM intake.ledger"
        " WHERE key = {fresh} AND seq = 1",
    ),
    "a work row lost": spoiled(
        "I1", "dispatch", "fresh", "the registration was applied, and there is no row in work",
        "DELETE FROM dispatch.work WHERE case_id = {fresh}",
    ),
    "a matter lost": spoiled(
        "I1", "followup", "fresh", "there is no row in matter", "DELETE FROM followup.matter WHERE case_id = {fresh}"
    ),
    "a matter doubled": spoiled(
        "I1", "followup", "fresh", "it has 2 rows in matter",
        "ALTER TABLE followup.matter DROP CONSTRAINT matter_pkey CASCADE",
        "INSERT INTO followup.matter SELECT * FROM followup.matter WHERE case_id = {fresh}",
    ),
    # What stands beside the ledger
    "the words edited": spoiled(
        "I6", "intake", "fresh", "wording: text is 没有问题, the events say 村口路灯坏了三天",
        "UPDATE intake.wording SET text = '没有问题' WHERE case_id = {fresh}",
    ),
    "the words lost": spoiled(
        "I6", "intake", "fresh", "wording is not there", "DELETE FROM intake.wording WHERE case_id = {fresh}"
    ),
    "the words of a withdrawal lost": spoiled(
        "I6", "intake", "withdrawn", "supplement: sealed_text is",
        "UPDATE intake.supplement SET sealed_text = NULL WHERE case_id = {withdrawn}",
    ),
    "a supplement lost": spoiled(
        "I6", "intake", "solved", "supplement is not there", "DELETE FROM intake.supplement WHERE case_id = {solved}"
    ),
    "a try edited": spoiled(
        "I6", "followup", "solved", "attempt 1 first closing 1: satisfaction is basically_satisfied",
        "UPDATE followup.attempt SET satisfaction = 'basically_satisfied' WHERE case_id = {solved}",
    ),
    "a try lost": spoiled(
        "I6", "followup", "solved", "attempt 1 first closing 1 is not there",
        "DELETE FROM followup.attempt WHERE case_id = {solved}",
    ),
    "a try that nobody made": spoiled(
        "I6", "followup", "waiting", "attempt 1 first closing 1 is there, nobody said so",
        "INSERT INTO followup.attempt (callback_id, attempt, case_id, round, at, caller, reached, valid)"
        " SELECT callback_id, 1, case_id, 1, now(), 'ghost', 'no_answer', false FROM followup.callback"
        " WHERE case_id = {waiting}",
    ),
    "an order of supervision lost": spoiled(
        "I6", "followup", "late", "is not there, the events say",
        "DELETE FROM followup.supervision WHERE case_id = {late} AND state = 'replied'",
    ),
    "a reply edited": spoiled(
        "I6", "followup", "late", ": reply is 已办结, the events say 正在办理",
        "UPDATE followup.supervision SET reply = '已办结' WHERE case_id = {late} AND state = 'replied'",
    ),
    "a step lost": spoiled(
        "I6", "followup", "solved", "transition 2 is not there",
        "DELETE FROM followup.transition WHERE case_id = {solved} AND version = 2",
    ),
    "a decision lost": spoiled(
        "I6", "dispatch", "solved", "is not there, the events say",
        "DELETE FROM dispatch.decision WHERE case_id = {solved}",
    ),
    "a decision under another pack version": spoiled(
        "I6", "dispatch", "solved", ": pack_version is 7",
        "UPDATE dispatch.decision SET pack_version = 7 WHERE case_id = {solved}",
    ),
    "a request lost": spoiled(
        "I6", "dispatch", "return_asked", "is not there, the events say",
        "DELETE FROM dispatch.request WHERE case_id = {return_asked}",
    ),
    "the last step with the units lost": spoiled(
        "I6", "dispatch", "solved", "transition 5 is not there, the events say",
        "DELETE FROM dispatch.transition WHERE case_id = {solved} AND to_status = 'closed'",
    ),
    # States
    "a status at the door": spoiled(
        "I6", "intake", "fresh", "status is signed, the events say assigned",
        "UPDATE intake.cases SET status = 'signed' WHERE case_id = {fresh}",
    ),
    "a round at the door": spoiled(
        "I6", "intake", "third_round", "round is 2, the events say 3",
        "UPDATE intake.cases SET round = 2 WHERE case_id = {third_round}",
    ),
    "a promise at the door": spoiled(
        "I6", "intake", "fresh", "due_at is",
        "UPDATE intake.cases SET due_at = due_at + interval '1 day' WHERE case_id = {fresh}",
    ),
    "a status with the units": spoiled(
        "I6", "dispatch", "fresh", "status is handled, the events say assigned",
        "UPDATE dispatch.work SET status = 'handled' WHERE case_id = {fresh}",
    ),
    "another unit": spoiled(
        "I6", "dispatch", "fresh", "lead_unit is D-WATER, the events say",
        "UPDATE dispatch.work SET lead_unit = 'D-WATER' WHERE case_id = {fresh}",
    ),
    "another unit complained about, with the units": spoiled(
        "I6", "dispatch", "fresh", "accused_unit is D-WATER, the events say nothing",
        "UPDATE dispatch.work SET accused_unit = 'D-WATER' WHERE case_id = {fresh}",
    ),
    "another unit complained about, with its promise": spoiled(
        "I6", "followup", "fresh", "accused_unit is D-WATER, the events say nothing",
        "UPDATE followup.matter SET accused_unit = 'D-WATER' WHERE case_id = {fresh}",
    ),
    "a return forgotten": spoiled(
        "I6", "dispatch", "return_asked", "return_pending is False, the events say True",
        "UPDATE dispatch.work SET return_pending = false WHERE case_id = {return_asked}",
    ),
    "closed without the citizen": spoiled(
        "I6", "followup", "waiting", "status is closed, the events say callback",
        "UPDATE followup.matter SET status = 'closed', closing = 'unverified' WHERE case_id = {waiting}",
    ),
    "a closed case opened": spoiled(
        "I6", "followup", "solved", "status is handling, the events say closed",
        "UPDATE followup.matter SET status = 'handling', closing = NULL, satisfaction = NULL,"
        " closed_by_attempt = NULL WHERE case_id = {solved}",
    ),
    "another case number": spoiled(
        "I6", "followup", "fresh", "case_no is",
        "UPDATE followup.matter SET case_no = 'X' WHERE case_id = {fresh}",
    ),
}  # fmt: skip
