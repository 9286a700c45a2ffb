"""Rows of followup that are not what the ledgers say."""

from tests.integration.audit.damage.form import Spoiled, columns, spoiled

FOLLOWUP: dict[str, Spoiled] = {
    **columns("followup", "matter", "named", """
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
    **columns("followup", "matter", "passed_on", """
        left_units = '{{}}'
        overdue = '{{}}'
    """),
    **columns("followup", "objection", "objected_to", """
        round = 2
        channel = 'visit'
        text = '没事'
        raised_by = 'somebody else'
        raised_by_unit = 'D-AGRI'
        raised_by_staff = 'S-1001'
        raised_at = raised_at + interval '1 hour'
        closed_at = closed_at + interval '1 hour'
        last_day = last_day + 1
        due_at = due_at + interval '1 day'
        decided_by = 'nobody'
        decided_by_unit = 'D-AGRI'
        decided_by_staff = 'S-1001'
        decided_at = decided_at + interval '1 hour'
        reason = '没事'
        version = 9
    """),
    **columns("followup", "matter", "ordered", """
        upper_due_at = upper_due_at + interval '1 day'
    """),
    **columns("followup", "upper_order", "ordered", """
        body = '省信访局'
        number = 'SX-9'
        received_at = received_at + interval '1 hour'
        due_at = due_at + interval '1 day'
        edition = 9
        draft = 9
        unit_code = 'D-AGRI'
        findings = '没事'
        measures = '没事'
        opinion = '没事'
        evidence = '{{}}'
        written_by = 'somebody else'
        written_by_staff = 'S-1001'
        written_at = written_at + interval '1 hour'
        decided_by = 'nobody'
        decided_by_staff = 'S-1001'
        decided_at = decided_at + interval '1 hour'
        reason = '没事'
        sent_by = 'somebody else'
        sent_by_staff = 'S-1001'
        sent_at = sent_at + interval '1 hour'
        how = '没事'
        on_time = false
        version = 99
    """),
    **columns("followup", "upper_deadline", "ordered", """
        due_at = due_at + interval '1 day'
        before = before + interval '1 day'
        at = at + interval '1 hour'
        who = 'somebody else'
    """),
    **columns("followup", "responsible", "answered_for", """
        staff_id = 'S-1001'
        named_at = named_at + interval '1 hour'
    """),
    **columns("followup", "callback", "third_round", """
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
    **columns("followup", "callback", "asked_all_the_same", """
        next_try_at = next_try_at + interval '1 minute'
        tries = 0
    """, invariant="I7"),
    **columns("followup", "attempt", "third_round", """
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
    **columns("followup", "supervision", "named", """
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
    **columns("followup", "supervision", "late", """
        rule_code = 'another'
        replied_by = 'somebody else'
        replied_at = replied_at + interval '1 hour'
    """, where="state = 'replied'"),
    **columns("followup", "transition", "solved_in_two_rounds", """
        action = 'give_up'
        from_status = 'review'
        to_status = 'review'
        round = 1
        who = 'somebody else'
        at = at + interval '1 hour'
        why = '满意'
    """, where="version = 4"),
    **columns("followup", "clock", "named", """
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
    **columns("followup", "clock", "overdue", """
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
    **columns("followup", "transition", "unreachable", """
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
        "I7", "followup", "fresh", "callback 1 first closing is there, nobody said so",
        "INSERT INTO followup.callback SELECT 'forged', {fresh}, round, state, handling_unit, area_code, tries,"
        " attempts, next_try_at, opened_at, version FROM followup.callback WHERE case_id = {waiting}",
    ),
}  # fmt: skip
