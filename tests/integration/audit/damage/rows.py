"""Rows that are not what the ledgers say: every column that a ledger tells, and rows lost, invented and swapped.

All of it is done to one copy at once, and looked for in one audit. So each kind has a row of its own, or a column.
"""

from tests.integration.audit.damage.form import Spoiled, spoiled
from tests.integration.audit.damage.library import LIBRARY


def _columns(
    service: str, table: str, about: str, changes: str, *, where: str = "true", invariant: str = "I6"
) -> dict[str, Spoiled]:
    """One kind for each line ``column = value``: all of them are changed, and every one has to be named."""
    lines = [line.strip() for line in changes.strip().splitlines()]
    return {
        f"{service} {table} {about} {line.split()[0]}": spoiled(
            invariant, service, about, f": {line.split()[0]} is ",
            f"UPDATE {service}.{table} SET {line} WHERE case_id = {{{about}}} AND {where}",  # noqa: S608
        )
        for line in lines
    }  # fmt: skip


INTAKE: dict[str, Spoiled] = {
    **_columns("intake", "cases", "named", """
        case_no = '9990012603020999990'
        channel = 'web'
        kind = 'help'
        urgency = 'urgent'
        area_code = '999001101000'
        accused_unit = 'D-AGRI'
        title = '没事'
        confidential = false
        callback_wanted = false
        source_system = 'other'
        source_no = '2026-99'
        occurred_at = occurred_at - interval '1 day'
        registered_at = registered_at + interval '1 hour'
        pack_version = 2
        status = 'signed'
        category_code = '1003'
        round = 2
        lead_unit = 'D-AGRI'
        sign_due_at = sign_due_at + interval '1 day'
        due_at = due_at + interval '1 day'
        satisfaction = 'satisfied'
        closing = 'unverified'
        answered_directly = true
        version = version + 1
        updated_at = updated_at - interval '1 day'
    """),
    **_columns("intake", "timeline", "named", """
        at = at - interval '1 hour'
        unit_code = 'D-AGRI'
        note = '没事'
        round = 2
        status = 'closed'
        version = version + 7
    """, where="what = 'assigned'"),
    **_columns("intake", "timeline", "withdrawn", """
        by = 'somebody else'
        unit_code = 'D-AGRI'
    """, where="what = 'withdrawn'"),
    **_columns("intake", "supplement", "solved", """
        by = 'somebody else'
        at = at - interval '1 hour'
        text = '没事了'
        what = 'urged'
        sealed_text = NULL
    """),
    **_columns("intake", "reveal", "named", """
        who = 'somebody else'
        unit_code = 'D-AGRI'
        reason = '没事'
        fields = '{{home}}'
        at = at + interval '1 hour'
    """),
    "a look at an identity lost": spoiled(
        "I6", "intake", "named_too", "is not there, the events say",
        "DELETE FROM intake.reveal WHERE case_id = {named_too}",
    ),
    "a requester lost": spoiled(
        "I6", "intake", "of_a_bureau", "requester: what is sealed is",
        "DELETE FROM intake.requester WHERE case_id = {of_a_bureau}",
    ),
    "two requesters swapped": spoiled(
        "I6", "intake", "named_too", "requester: what is sealed is",
        "UPDATE intake.requester AS one SET sealed_name = other.sealed_name, sealed_phone = other.sealed_phone,"
        " phone_index = other.phone_index FROM intake.requester AS other"
        " WHERE one.case_id IN ({named}, {named_too}) AND other.case_id IN ({named}, {named_too})"
        " AND one.case_id <> other.case_id",
    ),
    "words before masking changed": spoiled(
        "I6", "intake", "solved", "requester: what is sealed is",
        "UPDATE intake.wording SET sealed_text = sealed_text || 'x' WHERE case_id = {solved}",
    ),
    "a timeline entry lost": spoiled(
        "I6", "intake", "third_round", "timeline signed 3 is not there",
        "DELETE FROM intake.timeline WHERE id = (SELECT max(id) FROM intake.timeline"
        " WHERE case_id = {third_round} AND what = 'signed')",
    ),
    "a timeline entry that nobody said": spoiled(
        "I6", "intake", "answered", "timeline withdrawn is there, nobody said so",
        "INSERT INTO intake.timeline (case_id, at, what, round, note, status, version)"
        " SELECT case_id, at, 'withdrawn', 1, '', 'withdrawn', 9 FROM intake.timeline"
        " WHERE case_id = {answered} AND what = 'registered'",
    ),
    "a case number lowered": spoiled(
        "I6", "intake", "999001", "case_number: last is 1, and 9990012",
        "UPDATE intake.case_number SET last = 1",
    ),
}  # fmt: skip

DISPATCH: dict[str, Spoiled] = {
    **_columns("dispatch", "work", "named", """
        case_no = '9990012603020999990'
        status = 'signed'
        round = 2
        lead_unit = 'D-AGRI'
        support_units = '{{D-AGRI}}'
        category_code = '1003'
        area_code = '999001101000'
        kind = 'help'
        urgency = 'urgent'
        title = '没事'
        text = '没事'
        confidential = false
        accused_unit = 'D-AGRI'
        registered_at = registered_at + interval '1 hour'
        assigned_at = assigned_at + interval '1 hour'
        signed_at = now()
        handled_at = now()
        triage_due_at = now()
        sign_due_at = sign_due_at + interval '1 day'
        handle_due_at = handle_due_at + interval '1 day'
        stepped_at = stepped_at + interval '1 day'
        list_due_at = list_due_at + interval '1 day'
        warnings = '{{sign}}'
        misses = '{{sign}}'
        warned = true
        overdue = true
        supervised = 0
        returns = 1
        result_kind = 'staged'
        result = '没事'
        contacted_at = now()
        by_rule = false
        explanation = '没事'
        pack_version = 2
        version = 9
    """),
    **_columns("dispatch", "work", "return_asked", """
        return_pending = false
        return_reason = 'not_our_duty'
        return_note = '没事'
        return_asked_by = 'somebody else'
        return_asked_at = return_asked_at + interval '1 hour'
    """),
    **_columns("dispatch", "work", "solved", """
        supplements = '[]'
        result = '没事'
    """),
    **_columns("dispatch", "work", "late", """
        overdue = false
        warned = false
        misses = '{{}}'
        supervised = 99
    """),
    **_columns("dispatch", "transition", "by_hand", """
        action = 'report'
        from_status = 'triage'
        to_status = 'handled'
        round = 2
        lead_unit = 'D-AGRI'
        unit_code = 'D-AGRI'
        at = at + interval '1 hour'
        who = 'somebody else'
    """, where="version = 3"),
    **_columns("dispatch", "transition", "passed_on", """
        who = 'somebody else'
        unit_code = 'D-AGRI'
    """, where="action = 'hand_on'"),
    **_columns("dispatch", "transition", "given_back", """
        why = '没事'
        who = 'somebody'
    """, where="version = 1"),
    **_columns("dispatch", "work", "supported", """
        open_support = '{{D-AGRI}}'
    """),
    **_columns("dispatch", "task", "supported", """
        round = 2
        role = 'lead'
        status = 'given'
        given_at = given_at - interval '1 hour'
        signed_at = signed_at + interval '1 hour'
        ended_at = ended_at + interval '1 hour'
        result = '没事'
    """, where="unit_code = 'D-HOUSING'"),
    **_columns("dispatch", "decision", "named", """
        rule = 'dispatcher'
        lead_unit = 'D-AGRI'
        support_units = '{{D-AGRI}}'
        category_code = '1003'
        explanation = '没事'
        pack_version = 2
    """),
    **_columns("dispatch", "request", "passed_on", """
        round = 2
        kind = 'other'
        reason_code = 'wrong_area'
        note = '没事'
        asked_by = 'somebody else'
        asked_unit = 'D-AGRI'
        asked_at = asked_at + interval '1 hour'
        state = 'refused'
        decided_by = 'somebody'
        decided_at = decided_at + interval '1 hour'
        decision_note = '没事'
    """),
    "a part of a support unit lost": spoiled(
        "I6", "dispatch", "supported", "is not there, the events say",
        "DELETE FROM dispatch.task WHERE case_id = {supported} AND unit_code = 'D-AGRI'",
    ),
    "a part that nobody gave": spoiled(
        "I6", "dispatch", "late", "D-AGRI is there, nobody said so",
        "INSERT INTO dispatch.task (case_id, version, unit_code, round, role, status, given_at)"
        " SELECT case_id, 1, 'D-AGRI', 1, 'support', 'given', registered_at FROM dispatch.work WHERE case_id = {late}",
    ),
    "a decision that nobody took": spoiled(
        "I6", "dispatch", "late", "decision 9 is there, nobody said so",
        "INSERT INTO dispatch.decision SELECT case_id, 9, rule, lead_unit, support_units, category_code, candidates,"
        " explanation, pack_version FROM dispatch.decision WHERE case_id = {late}",
    ),
    "a request that nobody made": spoiled(
        "I6", "dispatch", "late", "request 9 is there, nobody said so",
        "INSERT INTO dispatch.request (case_id, version, round, kind, reason_code, note, asked_by, asked_unit,"
        " asked_at, state) SELECT {late}, 9, 1, 'return', reason_code, note, asked_by, asked_unit, asked_at, 'pending'"
        " FROM dispatch.request WHERE case_id = {return_asked}",
    ),
    "a middle step with the units lost": spoiled(
        "I6", "dispatch", "passed_on", "transition 2 is not there",
        "DELETE FROM dispatch.transition WHERE case_id = {passed_on} AND version = 2",
    ),
    "a step with the units that nobody took": spoiled(
        "I6", "dispatch", "answered", "transition 7 is there, nobody said so",
        "INSERT INTO dispatch.transition (case_id, version, round, action, from_status, to_status, who, at, why)"
        " SELECT case_id, 7, 1, 'close', 'answered', 'closed', 'system', now(), '' FROM dispatch.work"
        " WHERE case_id = {answered}",
    ),
}  # fmt: skip

FOLLOWUP: dict[str, Spoiled] = {
    **_columns("followup", "matter", "named", """
        case_no = '9990012603020999990'
        status = 'callback'
        round = 2
        lead_unit = 'D-AGRI'
        left_units = '{{D-AGRI}}'
        area_code = '999001101000'
        kind = 'help'
        urgency = 'urgent'
        category_code = '1003'
        title = '没事'
        accused_unit = 'D-AGRI'
        callback_wanted = false
        registered_at = registered_at + interval '1 hour'
        pack_version = 2
        clocks = 99
        triage_due_at = now()
        handle_due_at = handle_due_at + interval '1 day'
        overdue = '{{handle}}'
        sent_back = 1
        closing = 'unverified'
        satisfaction = 'satisfied'
        closed_by_attempt = 1
        version = 9
    """),
    **_columns("followup", "matter", "passed_on", """
        left_units = '{{}}'
        overdue = '{{}}'
    """),
    **_columns("followup", "callback", "third_round", """
        handling_unit = 'D-AGRI'
        answered_by = 'operator-county'
        area_code = '999001101000'
        tries = 1
        attempts = 3
        next_try_at = next_try_at + interval '1 day'
        opened_at = opened_at + interval '1 hour'
        state = 'due'
        version = 9
    """, where="round = 1", invariant="I7"),
    **_columns("followup", "callback", "asked_all_the_same", """
        next_try_at = next_try_at + interval '1 minute'
        tries = 0
    """, invariant="I7"),
    **_columns("followup", "attempt", "third_round", """
        words = '满意'
        at = at + interval '1 hour'
        caller = 'somebody else'
        caller_unit = 'D-AGRI'
        reached = 'refused'
        valid = false
        contacted = true
        solved = true
        satisfaction = 'satisfied'
    """, where="round = 2"),
    **_columns("followup", "supervision", "named", """
        round = 2
        level = 'reminder'
        unit_code = 'D-AGRI'
        area_code = '999001101000'
        accused_unit = 'D-AGRI'
        reason = '没事'
        issued_by = 'somebody else'
        issued_at = issued_at + interval '1 hour'
        reply_due = '2026-05-01'
        state = 'replied'
        reply = '没事'
        version = 9
    """, where="by_rule = false"),
    **_columns("followup", "supervision", "late", """
        rule_code = 'another'
        replied_by = 'somebody else'
        replied_at = replied_at + interval '1 hour'
    """, where="state = 'replied'"),
    **_columns("followup", "transition", "solved_in_two_rounds", """
        action = 'give_up'
        from_status = 'review'
        to_status = 'review'
        round = 1
        who = 'somebody else'
        at = at + interval '1 hour'
        why = '满意'
    """, where="version = 4"),
    **_columns("followup", "clock", "named", """
        round = 2
        what = 'triage'
        unit_code = 'D-AGRI'
        starts_at = starts_at - interval '1 hour'
        warn_at = warn_at - interval '1 hour'
        due_at = due_at + interval '1 day'
        next_at = next_at + interval '1 day'
        step = 'ladder:9'
        pack_version = 2
        state = 'fired'
        about = 'another'
    """, where="clock_id LIKE '%.3'", invariant="I7"),
    **_columns("followup", "clock", "overdue", """
        next_at = next_at + interval '1 day'
        unit_code = 'D-AGRI'
    """, where="step LIKE 'ladder:%' AND state = 'pending'", invariant="I7"),
    "the clock of an order lost": spoiled(
        "I7", "followup", "named", "is not there, the events say",
        "DELETE FROM followup.clock WHERE case_id = {named} AND about NOT IN ('', 'another')",
    ),
    "a clock that nobody set": spoiled(
        "I7", "followup", "late", ".99 is there, nobody said so",
        "INSERT INTO followup.clock SELECT case_id || '.99', case_id, round, what, about, unit_code, starts_at,"
        " warn_at, due_at, step, next_at, pack_version, 'cancelled', error FROM followup.clock"
        " WHERE case_id = {late} AND what = 'handle'",
    ),
    **_columns("followup", "transition", "unreachable", """
        who = 'somebody else'
        unit_code = 'D-AGRI'
    """, where="action = 'close_unverified'"),
    "a middle step of a promise lost": spoiled(
        "I6", "followup", "unasked", "transition 2 is not there",
        "DELETE FROM followup.transition WHERE case_id = {unasked} AND version = 2",
    ),
    "an order that nobody gave": spoiled(
        "I6", "followup", "waiting", "supervision forged is there, nobody said so",
        "INSERT INTO followup.supervision (supervision_id, case_id, round, level, area_code, reason, by_rule,"
        " issued_by, issued_at, state, version) SELECT 'forged', case_id, 1, 'reminder', area_code, '没事', true,"
        " 'system', now(), 'issued', 1 FROM followup.matter WHERE case_id = {waiting}",
    ),
    "a callback that nobody owes": spoiled(
        "I7", "followup", "fresh", "callback 1 first is there, nobody said so",
        "INSERT INTO followup.callback SELECT 'forged', {fresh}, round, state, handling_unit, area_code, tries,"
        " attempts, next_try_at, opened_at, version FROM followup.callback WHERE case_id = {waiting}",
    ),
}  # fmt: skip

ROWS: dict[str, Spoiled] = INTAKE | DISPATCH | FOLLOWUP | LIBRARY
