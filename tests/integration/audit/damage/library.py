"""The library's own tables: ids of events, packs, kept answers, freshness, relay marks, what was dropped."""

from tests.integration.audit.damage.form import Spoiled, spoiled

LIBRARY: dict[str, Spoiled] = {
    "one event id twice": spoiled(
        "I2", "followup", "waiting", "stands twice",
        "UPDATE followup.ledger SET event_id = (SELECT event_id FROM dispatch.ledger WHERE key = {waiting} AND seq = 1)"
        " WHERE key = {waiting} AND seq = 1",
    ),
    "an event recorded at another time": spoiled(
        "I2", "dispatch", "by_hand", "event 2: recorded_at is",
        "UPDATE dispatch.ledger SET recorded_at = recorded_at + interval '11 minutes'"
        " WHERE key = {by_hand} AND seq = 2",
    ),
    "a kept answer of another case": spoiled(
        "I6", "intake", "late", ": case_no is",
        "UPDATE intake.answer SET body = convert_to(replace(convert_from(body, 'UTF8'), {waiting}, {late}), 'UTF8')"
        " WHERE position(convert_to({waiting}, 'UTF8') IN body) > 0",
    ),
    "a kept answer of no case": spoiled(
        "I6", "intake", "00000000-0000-7000-8000-000000000001", ": case_id is",
        "UPDATE intake.answer SET body = convert_to(replace(convert_from(body, 'UTF8'), {unasked},"
        " '00000000-0000-7000-8000-000000000001'), 'UTF8') WHERE position(convert_to({unasked}, 'UTF8') IN body) > 0",
    ),
    "the answer of one registration under the key of another": spoiled(
        "I6", "intake", "fresh", "a second registration was answered with this one case",
        "UPDATE intake.answer SET body = (SELECT body FROM intake.answer"
        " WHERE position(convert_to({fresh}, 'UTF8') IN body) > 0)"
        " WHERE position(convert_to({given_back}, 'UTF8') IN body) > 0",
    ),
    "a person's terms": spoiled(
        "I6", "followup", "staff S-1001", "staff: terms is not what was recorded",
        "UPDATE followup.staff SET terms = '[]' WHERE staff_id = 'S-1001'",
    ),
    "a person's name": spoiled(
        "I6", "dispatch", "staff S-1001", "staff: name is not what was recorded",
        "UPDATE dispatch.staff SET name = '无名' WHERE staff_id = 'S-1001'",
    ),
    "a person's version": spoiled(
        "I6", "dispatch", "staff S-1002", "staff: version is not what was recorded",
        "UPDATE dispatch.staff SET version = version + 1 WHERE staff_id = 'S-1002'",
    ),
    "a person's digest of what is sealed": spoiled(
        "I6", "intake", "staff S-1001", "staff: sealed is not what was recorded",
        "UPDATE intake.staff SET sealed = 'none' WHERE staff_id = 'S-1001'",
    ),
    "when a person was recorded": spoiled(
        "I6", "followup", "staff S-1002", "staff: recorded_at is not what was recorded",
        "UPDATE followup.staff SET recorded_at = recorded_at + interval '1 day' WHERE staff_id = 'S-1002'",
    ),
    "an account that nobody made": spoiled(
        "I6", "dispatch", "staff S-1003", "staff_account: this account is there, nobody said so",
        "INSERT INTO dispatch.staff_account (staff_id, password_hash, password_at, recovery, made_at)"
        " VALUES ('S-1003', 'x', now(), '{{}}', now())",
    ),
    "an account that was enabled in secret": spoiled(
        "I6", "dispatch", "staff S-1002", "staff_account: disabled_at is not what was said",
        "UPDATE dispatch.staff_account SET disabled_at = NULL WHERE staff_id = 'S-1002'",
    ),
    "a second factor that nobody enrolled": spoiled(
        "I6", "dispatch", "staff S-1001", "staff_account: totp_since is not what was said",
        "UPDATE dispatch.staff_account SET sealed_totp = 'x', totp_since = now() WHERE staff_id = 'S-1001'",
    ),
    "how somebody is reached": spoiled(
        "I6", "dispatch", "staff S-1002", "staff_contact: what is sealed is not what was recorded",
        "UPDATE dispatch.staff_contact SET sealed_other = sealed_phone WHERE staff_id = 'S-1002'",
    ),
    "why somebody looked": spoiled(
        "I6", "dispatch", "staff S-1001", "staff_look: reason is not what was said",
        "UPDATE dispatch.staff_look SET reason = '例行' WHERE staff_id = 'S-1001'",
    ),
    "who looked, of which unit and when": spoiled(
        "I6", "dispatch", "staff S-1001", "staff_look: who is not what was said",
        "UPDATE dispatch.staff_look SET who = 'nobody', by_staff = 'S-9' WHERE staff_id = 'S-1001'",
    ),
    "a look lost": spoiled(
        "I6", "dispatch", "staff S-1002", "staff_look: this look is not there, and was said",
        "DELETE FROM dispatch.staff_look WHERE staff_id = 'S-1002'",
    ),
    "a look that nobody said": spoiled(
        "I6", "dispatch", "staff S-6666", "staff_look: this look is there, nobody said so",
        "INSERT INTO dispatch.staff_look SELECT 'x', 'S-6666', who, unit_code, by_staff, reason, at "
        "FROM dispatch.staff_look WHERE staff_id = 'S-1001'",
    ),
    "a person lost": spoiled(
        "I6", "intake", "staff S-1002", "staff: this person is not there, and was recorded",
        "DELETE FROM intake.staff WHERE staff_id = 'S-1002'",
    ),
    "a person whom nobody entered": spoiled(
        "I6", "analytics", "staff S-6666", "staff: this person is there, nobody said so",
        "INSERT INTO analytics.staff SELECT 'S-6666', version, name, terms, sealed, recorded_at, place + 100 "
        "FROM analytics.staff WHERE staff_id = 'S-1001'",
    ),
    "a pack's document": spoiled(
        "I6", "followup", "pack version 1", "pack: document is not what was published",
        "UPDATE followup.pack SET document = jsonb_set(document, '{{callback,tries}}', '9') WHERE version = 1",
    ),
    "a pack's date": spoiled(
        "I6", "followup", "pack version 2", "pack: effective_from is not what was published",
        "UPDATE followup.pack SET effective_from = effective_from + interval '1 day' WHERE version = 2",
    ),
    "a pack's place": spoiled(
        "I6", "dispatch", "pack version 1", "pack: place_code is not what was published",
        "UPDATE dispatch.pack SET place_code = '999002000000' WHERE version = 1",
    ),
    "a pack lost": spoiled(
        "I6", "intake", "pack version 2", "pack: this version is not there, and was published",
        "DELETE FROM intake.pack WHERE version = 2",
    ),
    "a pack that nobody published": spoiled(
        "I6", "intake", "pack version 7", "pack: this version is there, nobody published it",
        "INSERT INTO intake.pack (version, place_code, digest, document, effective_from)"
        " SELECT 7, place_code, digest, document, effective_from FROM intake.pack WHERE version = 1",
    ),
    "figures newer than they are": spoiled(
        "I8", "analytics", "part", "freshness: as_of is",
        "UPDATE analytics.freshness SET as_of = as_of + interval '1 day'"
        " WHERE as_of = (SELECT max(as_of) FROM analytics.freshness)",
    ),
    "relay marks emptied": spoiled(
        "I3", "dispatch", "cases", "relay_mark: something was sent to cases, and nothing of it is remembered",
        "DELETE FROM dispatch.relay_mark",
    ),
    "a forged drop": spoiled(
        "I4", "analytics", "return_asked", "parked_dropped: event 1 of dispatch is not what was said",
        "INSERT INTO analytics.parked_dropped (id, stream, key, source, seq, type, headers, value, reason, dropped_by,"
        " dropped_because) SELECT 1, stream, key, 'dispatch', seq, type, '{{}}', '', 'failed', 'a', 'b'"
        " FROM dispatch.ledger WHERE key = {return_asked} AND seq = 1",
    ),
    "a drop of what was never said": spoiled(
        "I4", "followup", "return_asked", "parked_dropped: event 99 of dispatch was never said",
        "INSERT INTO followup.parked_dropped (id, stream, key, source, seq, type, headers, value, reason, dropped_by,"
        " dropped_because) SELECT 1, stream, key, 'dispatch', 99, type, '{{}}', '', 'failed', 'a', 'b'"
        " FROM dispatch.ledger WHERE key = {return_asked} AND seq = 1",
    ),
    "a drop of what had its effect": spoiled(
        "I6", "intake", "given_back", "timeline assigned is there, nobody said so",
        "INSERT INTO intake.parked_dropped (id, stream, key, source, seq, type, headers, value, reason, dropped_by,"
        " dropped_because) SELECT 1, stream, key, 'dispatch', seq, type, jsonb_build_object('ce_id', event_id),"
        " convert_to(payload::text, 'UTF8'), 'failed', 'a', 'b' FROM dispatch.ledger"
        " WHERE key = {given_back} AND seq = 1",
    ),
}  # fmt: skip
