"""Damage to promises: clocks, callbacks, and who has a case."""

from tests.integration.audit.damage.form import Spoiled, spoiled

PROMISES: dict[str, Spoiled] = {
    # Promises
    "a work order doubled": spoiled(
        "I7", "dispatch", "fresh", "it has 2 rows in work",
        "ALTER TABLE dispatch.work DROP CONSTRAINT work_pkey CASCADE",
        "INSERT INTO dispatch.work SELECT * FROM dispatch.work WHERE case_id = {fresh}",
    ),
    "a timer doubled": spoiled(
        "I7", "followup", "fresh", "99.miss is there, nobody said so",
        "INSERT INTO followup.timer SELECT case_id || '.99.miss', case_id, round, what, step, unit_code, starts_at,"
        " due_at, fires_at, pack_version, state, error FROM followup.timer"
        " WHERE case_id = {fresh} AND what = 'handle' AND step = 'miss'",
    ),
    "a closed case without its callback": spoiled(
        "I7", "followup", "solved", "callback 1 is not there, the events say",
        "DELETE FROM followup.callback WHERE case_id = {solved}",
    ),
    "a callback doubled": spoiled(
        "I7", "followup", "waiting", "callback 1 2 is there, nobody said so",
        "ALTER TABLE followup.callback DROP CONSTRAINT callback_case_id_round_key",
        "INSERT INTO followup.callback SELECT 'another', case_id, round, state, handling_unit, area_code, tries,"
        " attempts, next_try_at, opened_at, version FROM followup.callback WHERE case_id = {waiting}",
    ),
    "a unit lost": spoiled(
        "I7", "dispatch", "fresh", "it is assigned and no unit leads it",
        "UPDATE dispatch.work SET lead_unit = NULL WHERE case_id = {fresh}",
    ),
    "a timer lost": spoiled(
        "I7", "followup", "fresh", ".3.miss is not there, the events say",
        "DELETE FROM followup.timer WHERE case_id = {fresh} AND what = 'handle' AND step = 'miss'",
    ),
    "a timer stopped": spoiled(
        "I7", "followup", "fresh", ".2.miss: state is cancelled, the events say pending",
        "UPDATE followup.timer SET state = 'cancelled' WHERE case_id = {fresh} AND what = 'sign'",
    ),
    "a timer moved": spoiled(
        "I7", "followup", "fresh", ".3.miss: due_at is",
        "UPDATE followup.timer SET due_at = due_at + interval '1 day', fires_at = fires_at + interval '1 day'"
        " WHERE case_id = {fresh} AND what = 'handle' AND step = 'miss'",
    ),
    "a timer that goes on": spoiled(
        "I7", "followup", "solved", ".3.miss: state is pending, the events say cancelled",
        "UPDATE followup.timer SET state = 'pending' WHERE case_id = {solved} AND what = 'handle' AND step = 'miss'",
    ),
    "a timer that is late": spoiled(
        "I7", "followup", "late", "should have fired at",
        "UPDATE followup.timer SET state = 'pending' WHERE case_id = {late} AND what = 'handle' AND step = 'miss'",
    ),
    "a miss never told": spoiled(
        "I7", "followup", "late", ".3.miss: state is cancelled, the events say fired",
        "UPDATE followup.timer SET state = 'cancelled' WHERE case_id = {late} AND what = 'handle' AND step = 'miss'",
    ),
    "a callback lost": spoiled(
        "I7", "followup", "waiting", "callback 1 is not there, the events say",
        "DELETE FROM followup.callback WHERE case_id = {waiting}",
    ),
    "a callback ended": spoiled(
        "I7", "followup", "waiting", "callback 1: state is done, the events say due",
        "UPDATE followup.callback SET state = 'done' WHERE case_id = {waiting}",
    ),
    "a closed case asked again": spoiled(
        "I7", "followup", "solved", "callback 1: state is due, the events say done",
        "UPDATE followup.callback SET state = 'due' WHERE case_id = {solved}",
    ),
}  # fmt: skip
