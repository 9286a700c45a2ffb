"""Rows of mediations, aid and risks that are not what the ledgers say."""

from tests.integration.audit.damage.form import Spoiled, columns, spoiled

HELP: dict[str, Spoiled] = {
    **columns("dispatch", "mediation", "mediated", """
        round = 2
        kind = 'other'
        subject = '没事'
        mediator = 'S-0'
        mediator_unit = 'D-AGRI'
        post = 'case_worker'
        given_by = 'somebody'
        given_by_staff = 'S-0'
        given_by_unit = 'D-AGRI'
        given_at = given_at - interval '1 hour'
        sessions = 9
        last_held_at = last_held_at - interval '1 hour'
        terms = '没事'
        document = '{{digest}}'
        follow_up_on = follow_up_on + 1
        agreed_at = agreed_at - interval '1 hour'
        note = '没事'
        ended_by = 'somebody'
        ended_by_staff = 'S-9'
        ended_at = ended_at + interval '1 hour'
        worked_by = '{{}}'
        version = 99
    """.replace("{{digest}}", "cd" * 32), where="status = 'broken'"),
    **columns("dispatch", "mediation_session", "mediated", """
        held_at = held_at - interval '1 hour'
        venue = 'at_home'
        area_code = '999001101202'
        took_part = '{{}}'
        people = 9
        note = '没事'
        recorded_by = 'somebody'
        recorded_by_staff = 'S-0'
        recorded_at = recorded_at + interval '1 hour'
    """, where="number = 2"),
    **columns("dispatch", "aid", "aided", """
        round = 2
        kind = 'medical'
        persons = 9
        found_note = '没事'
        found_unit = 'D-AGRI'
        found_by = 'somebody'
        found_by_staff = 'S-0'
        found_at = found_at - interval '1 hour'
        applied_note = '没事'
        applied_unit = 'D-AGRI'
        applied_by = 'somebody'
        applied_by_staff = 'S-0'
        applied_at = applied_at - interval '1 hour'
        amount_fen = 9
        end_note = '没事'
        ended_unit = 'D-AGRI'
        ended_by = 'somebody else'
        ended_by_staff = 'S-9'
        ended_at = ended_at + interval '1 hour'
        version = 99
    """, where="status = 'granted'"),
    **columns("dispatch", "risk", "risky", """
        round = 2
        kind = 'money'
        by_rule = false
        why = '没事'
        told = '{{}}'
        reported_by = 'somebody'
        reported_by_staff = 'S-0'
        reported_at = reported_at - interval '1 hour'
        due_at = due_at + interval '1 hour'
        note = '没事'
        acknowledged_by = 'somebody'
        acknowledged_by_staff = 'S-0'
        acknowledged_at = acknowledged_at - interval '1 minute'
        late = true
        version = 99
    """, where="status = 'acknowledged'"),
    "a risk lost": spoiled(
        "I6", "dispatch", "risky", "is not there, the events say",
        "DELETE FROM dispatch.risk WHERE case_id = {risky} AND status = 'reported'",
    ),
    "aid lost": spoiled(
        "I6", "dispatch", "aided", "is not there, the events say",
        "DELETE FROM dispatch.aid WHERE case_id = {aided} AND status = 'dropped'",
    ),
    "a mediation lost": spoiled(
        "I6", "dispatch", "mediated", "is not there, the events say",
        "DELETE FROM dispatch.mediation WHERE case_id = {mediated} AND sessions = 0",
    ),
}  # fmt: skip
