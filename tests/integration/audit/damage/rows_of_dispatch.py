"""Rows of dispatch that are not what the ledgers say."""

from tests.integration.audit.damage.form import Spoiled, columns, spoiled

DISPATCH: dict[str, Spoiled] = {
    **columns("dispatch", "work", "named", """
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
    **columns("dispatch", "work", "return_asked", """
        return_pending = false
        return_reason = 'not_our_duty'
        return_note = '没事'
        return_asked_by = 'somebody else'
        return_asked_at = return_asked_at + interval '1 hour'
    """),
    **columns("dispatch", "work", "not_accepted", """
        not_accepted_for = 'arbitration'
        go_to = '没事'
        notice = '没事'
    """),
    **columns("dispatch", "work", "acceptance_asked", """
        nonacceptance_pending = false
        nonacceptance_asked_by = 'somebody else'
        nonacceptance_asked_by_staff = 'S-1001'
    """),
    **columns("dispatch", "request", "acceptance_asked", """
        go_to = '没事'
    """),
    **columns("dispatch", "work", "more_time_asked", """
        asked = 'suspension'
        asked_by = 'somebody else'
        asked_by_staff = 'S-1001'
    """),
    **columns("dispatch", "work", "suspended", """
        suspended_until = suspended_until + interval '1 day'
    """),
    **columns("dispatch", "request", "more_time", """
        until = until + interval '1 day'
        days = 2
        unit = 'calendar_day'
        told = '没事'
    """),
    **columns("dispatch", "request", "ended", """
        evidence = '没事'
    """),
    **columns("dispatch", "work", "solved", """
        supplements = '[]'
        result = '没事'
    """),
    **columns("dispatch", "work", "late", """
        overdue = false
        warned = false
        misses = '{{}}'
        supervised = 99
    """),
    **columns("dispatch", "transition", "by_hand", """
        action = 'report'
        from_status = 'triage'
        to_status = 'handled'
        round = 2
        lead_unit = 'D-AGRI'
        unit_code = 'D-AGRI'
        at = at + interval '1 hour'
        who = 'somebody else'
    """, where="version = 3"),
    **columns("dispatch", "transition", "passed_on", """
        who = 'somebody else'
        unit_code = 'D-AGRI'
    """, where="action = 'hand_on'"),
    **columns("dispatch", "transition", "given_back", """
        why = '没事'
        who = 'somebody'
    """, where="version = 1"),
    **columns("dispatch", "work", "supported", """
        open_support = '{{D-AGRI}}'
    """),
    **columns("dispatch", "work", "answered_for", """
        responsible_staff = 'S-1001'
        responsible_at = responsible_at + interval '1 hour'
    """),
    **columns("dispatch", "task", "answered_for", """
        responsible_staff = 'S-1001'
        responsible_at = responsible_at + interval '1 hour'
    """),
    **columns("dispatch", "task", "supported", """
        round = 2
        role = 'lead'
        status = 'given'
        given_at = given_at - interval '1 hour'
        signed_at = signed_at + interval '1 hour'
        ended_at = ended_at + interval '1 hour'
        result = '没事'
        evidence = '{{}}'
        what = '没事'
        measures = '没事'
    """, where="unit_code = 'D-HOUSING'"),
    **columns("dispatch", "decision", "named", """
        rule = 'dispatcher'
        lead_unit = 'D-AGRI'
        support_units = '{{D-AGRI}}'
        category_code = '1003'
        explanation = '没事'
        pack_version = 2
    """),
    **columns("dispatch", "request", "passed_on", """
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
    **columns("dispatch", "work", "summoned", """
        open_called = '{{D-AGRI}}'
        asked = 'suspension'
    """),
    **columns("dispatch", "task", "summoned", """
        what = '没事'
        measures = '没事'
        due_at = due_at + interval '1 hour'
    """),
    **columns("dispatch", "call", "summoned", """
        round = 2
        status = 'arrived'
        kind = 'enforcement'
        street_unit = 'D-AGRI'
        area_code = '999001101000'
        place = '没事'
        what = '没事'
        called_at = called_at - interval '1 hour'
        times = 2
        report_due_at = report_due_at + interval '1 hour'
        due_at = due_at + interval '1 hour'
        acknowledged_at = acknowledged_at + interval '1 minute'
        arrived_at = arrived_at + interval '1 minute'
        arrived_area = '999001101000'
        arrived_place = '没事'
        late = true
        ended_at = ended_at + interval '1 hour'
        result = '没事'
        worked_by = '{{somebody}}'
        responsible_staff = 'S-1001'
        responsible_at = responsible_at + interval '1 hour'
    """, where="unit_code = 'D-HOUSING'"),
    **columns("dispatch", "work", "ruled_on", """
        given_back = '{{D-EDU}}'
        designated_unit = 'D-EDU'
    """),
    **columns("dispatch", "work", "in_dispute", """
        disputing = '{{D-AGRI}}'
    """),
    **columns("dispatch", "request", "decided_above", """
        due_at = due_at + interval '1 hour'
        raised_at = raised_at + interval '1 hour'
    """),
    **columns("dispatch", "arbitration", "ruled_on", """
        round = 2
        by_rule = true
        units = '{{D-AGRI,D-EDU}}'
        question = '没事'
        opened_at = opened_at + interval '1 hour'
        opened_by = 'somebody'
        ended_at = ended_at + interval '1 hour'
        lead_unit = 'D-EDU'
        support_units = '{{D-AGRI}}'
        minutes = '没事'
        files = '{{}}'
        ruling = '没事'
        ruled_by = 'somebody'
        ruled_unit = 'D-AGRI'
    """),
    **columns("dispatch", "hearing", "in_dispute", """
        unit_code = 'D-AGRI'
        absent = true
        words = '没事'
        heard_at = heard_at + interval '1 hour'
        recorded_by = 'somebody'
    """),
    **columns("dispatch", "case_list", "summoned", """
        list_code = 'task'
        edition = 9
        text = '没事'
        filled_by = 'somebody'
        filled_by_unit = 'D-AGRI'
        filled_at = filled_at + interval '1 hour'
    """, where="version = 4"),
    **columns("dispatch", "work", "lettered", """
        open_letters = '{{}}'
    """),
    **columns("dispatch", "letter", "lettered", """
        round = 2
        kind = 'assignment'
        office = 'D-AGRI'
        to_unit = 'D-WATER'
        subject = '没事'
        body = '没事'
        days = 9
        number = 99
        year = 2020
        no = '没事'
        drafted_by = 'somebody'
        drafted_by_staff = 'S-0'
        drafted_at = drafted_at - interval '1 hour'
        sent_by = 'somebody'
        sent_by_staff = 'S-0'
        sent_at = sent_at - interval '1 hour'
        edition = 9
        warn_at = warn_at - interval '1 hour'
        due_at = due_at + interval '1 hour'
        acknowledged_at = acknowledged_at - interval '1 hour'
        reply = '没事'
        evidence = '{{}}'
        replied_by = 'somebody'
        replied_at = replied_at - interval '1 hour'
        late = true
        opinion = '没事'
        reminder = '没事'
        reminders = 9
        reminded_at = reminded_at - interval '1 hour'
        ended_at = ended_at + interval '1 hour'
        worked_by = '{{}}'
        version = 99
    """, where="status = 'accepted'"),
    "a letter lost": spoiled(
        "I6", "dispatch", "lettered", "is not there, the events say",
        "DELETE FROM dispatch.letter WHERE case_id = {lettered} AND status = 'sent'",
    ),
    "a call lost": spoiled(
        "I6", "dispatch", "summoned", "is not there, the events say",
        "DELETE FROM dispatch.call WHERE case_id = {summoned} AND unit_code = 'D-EDU'",
    ),
    "an edition of a list lost": spoiled(
        "I6", "dispatch", "summoned", "is not there, the events say",
        "DELETE FROM dispatch.case_list WHERE case_id = {summoned} AND version = 3",
    ),
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
