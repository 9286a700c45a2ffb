"""Damage to promises: clocks, callbacks, and who has a case."""

from tests.integration.audit.damage.form import Spoiled, spoiled

PROMISES: dict[str, Spoiled] = {
    # Promises
    "a work order doubled": spoiled(
        "I7", "dispatch", "fresh", "it has 2 rows in work",
        "ALTER TABLE dispatch.work DROP CONSTRAINT work_pkey CASCADE",
        "INSERT INTO dispatch.work SELECT * FROM dispatch.work WHERE case_id = {fresh}",
    ),
    "a clock doubled": spoiled(
        "I7", "followup", "fresh", "99 is there, nobody said so",
        "INSERT INTO followup.clock SELECT case_id || '.99', case_id, round, what, about, unit_code, starts_at,"
        " warn_at, due_at, step, next_at, pack_version, state, error FROM followup.clock"
        " WHERE case_id = {fresh} AND what = 'handle'",
    ),
    "a closed case without its callback": spoiled(
        "I7", "followup", "solved", "callback 1 first closing is not there, the events say",
        "DELETE FROM followup.callback WHERE case_id = {solved}",
    ),
    "a callback doubled": spoiled(
        "I7", "followup", "waiting", "callback 1 first closing 2 is there, nobody said so",
        "ALTER TABLE followup.callback DROP CONSTRAINT callback_asked_once CASCADE",
        "INSERT INTO followup.callback SELECT 'another', case_id, round, state, handling_unit, area_code, tries,"
        " attempts, next_try_at, opened_at, version FROM followup.callback WHERE case_id = {waiting}",
    ),
    "a requester who was never satisfied": spoiled(
        "I7", "followup", "solved", "closed as solved, though second never was satisfied",
        "INSERT INTO followup.callback SELECT 'another', case_id, round, state, handling_unit, area_code, tries,"
        " attempts, next_try_at, opened_at, version, answered_by, 'second' FROM followup.callback"
        " WHERE case_id = {solved}",
    ),
    "a unit lost": spoiled(
        "I7", "dispatch", "fresh", "it is assigned and no unit leads it",
        "UPDATE dispatch.work SET lead_unit = NULL WHERE case_id = {fresh}",
    ),
    "a clock lost": spoiled(
        "I7", "followup", "fresh", ".3 is not there, the events say",
        "DELETE FROM followup.clock WHERE case_id = {fresh} AND what = 'handle'",
    ),
    "a clock stopped": spoiled(
        "I7", "followup", "fresh", ": state is cancelled, the events say pending",
        "UPDATE followup.clock SET state = 'cancelled' WHERE case_id = {fresh} AND what = 'sign'",
    ),
    "a due time moved": spoiled(
        "I7", "followup", "fresh", ": due_at is",
        "UPDATE followup.clock SET due_at = due_at + interval '1 day' WHERE case_id = {fresh} AND what = 'handle'",
    ),
    "a clock of another pack": spoiled(
        "I7", "followup", "fresh", ": pack_version is 7",
        "UPDATE followup.clock SET pack_version = 7 WHERE case_id = {fresh} AND what = 'handle'",
    ),
    "a limit that gives another end": spoiled(
        "I7", "followup", "fresh", ": limit_value is",
        "UPDATE followup.clock SET limit_value = limit_value + 1 WHERE case_id = {fresh} AND what = 'handle'",
    ),
    "a clock that stood still": spoiled(
        "I7", "followup", "fresh", ": pauses is",
        "UPDATE followup.clock SET pauses = '[[\"2026-03-03T00:00:00Z\", null]]' WHERE case_id = {fresh}",
    ),
    "a clock that comes again": spoiled(
        "I7", "followup", "fresh", ": every_days is 7",
        "UPDATE followup.clock SET every_days = 7 WHERE case_id = {fresh} AND what = 'sign'",
    ),
    "a step put off": spoiled(
        "I7", "followup", "fresh", ": next_at is",
        "UPDATE followup.clock SET next_at = next_at + interval '1 day' WHERE case_id = {fresh} AND what = 'sign'",
    ),
    "a clock that goes on": spoiled(
        "I7", "followup", "solved", ": state is pending, the events say cancelled",
        "UPDATE followup.clock SET state = 'pending' WHERE case_id = {solved} AND what = 'handle'",
    ),
    "a clock that is late": spoiled(
        "I7", "followup", "late", "should have fired at",
        "UPDATE followup.clock SET state = 'pending' WHERE case_id = {late} AND what = 'handle'",
    ),
    "a miss never told": spoiled(
        "I7", "followup", "late", ": state is cancelled, the events say",
        "UPDATE followup.clock SET state = 'cancelled', step = 'miss', next_at = due_at"
        " WHERE case_id = {late} AND what = 'handle'",
    ),
    "a callback lost": spoiled(
        "I7", "followup", "waiting", "callback 1 first closing is not there, the events say",
        "DELETE FROM followup.callback WHERE case_id = {waiting}",
    ),
    "a callback ended": spoiled(
        "I7", "followup", "waiting", "callback 1 first closing: state is done, the events say due",
        "UPDATE followup.callback SET state = 'done' WHERE case_id = {waiting}",
    ),
    "a closed case asked again": spoiled(
        "I7", "followup", "solved", "callback 1 first closing: state is due, the events say done",
        "UPDATE followup.callback SET state = 'due' WHERE case_id = {solved}",
    ),
}  # fmt: skip
