"""Rows of intake that are not what the ledgers say."""

from tests.integration.audit.damage.form import Spoiled, columns, spoiled

INTAKE: dict[str, Spoiled] = {
    **columns("intake", "cases", "named", """
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
    **columns("intake", "cases", "not_accepted", """
        not_accepted_for = 'arbitration'
        go_to = '没事'
        notice = '没事'
    """),
    **columns("intake", "cases", "objected_to", """
        objection_id = 'none'
        objection_state = 'granted'
    """),
    **columns("intake", "timeline", "named", """
        at = at - interval '1 hour'
        unit_code = 'D-AGRI'
        note = '没事'
        round = 2
        status = 'closed'
        version = version + 7
    """, where="what = 'assigned'"),
    **columns("intake", "timeline", "withdrawn", """
        by = 'somebody else'
        unit_code = 'D-AGRI'
    """, where="what = 'withdrawal_wished'"),
    **columns("intake", "supplement", "solved", """
        by = 'somebody else'
        at = at - interval '1 hour'
        text = '没事了'
        what = 'urged'
        sealed_text = NULL
    """),
    **columns("intake", "reveal", "named", """
        who = 'somebody else'
        unit_code = 'D-AGRI'
        by_staff = 'S-9999'
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
    **columns("intake", "upper_order", "ordered", """
        body = '省信访局'
        number = 'SX-9'
        due_at = due_at + interval '1 day'
        edition = 9
    """),
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
