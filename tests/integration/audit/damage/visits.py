"""Damage to visits, rounds and teams: rows that are not what was said, numbers, and steps that nobody may take."""

from tests.integration.audit.damage.form import Spoiled, columns, spoiled

_NOBODY = "00000000-0000-7000-8000-00000000000d"

ROWS_OF_VISITS: dict[str, Spoiled] = {
    **columns("intake", "visit", "plain_home", """
        status = 'void'
        day = day - 1
        started_at = started_at - interval '1 hour'
        ended_at = ended_at - interval '1 minute'
        slot = 'day'
        outcome = 'by_phone'
        area_code = '999001101202'
        place_code = '999001101202'
        staff_ids = '{{S-1005}}'
        guide = '别人'
        purposes = '{{policy}}'
        materials = '{{"policy_leaflet": 3}}'
        topics = '{{school}}'
        findings = '{{"gas": false, "surroundings": "整洁"}}'
        quantities = '[]'
        photos = '{{}}'
        rounds = '{{}}'
        duplicate_of = 'nobody'
        entered_by = 'somebody else'
        entered_on = entered_on - 5
        recorded_at = recorded_at - interval '1 hour'
        version = version + 1
    """, where="visit_id = {full_visit}", key="household_id"),
    **columns("intake", "visit", "plain_home", """
        void_asked_by = 'somebody else'
    """, where="visit_id = {second_of_a_day}", key="household_id"),
    "a worker of a visit lost": spoiled(
        "I6", "intake", "plain_home", "S-1006 is not there",
        "DELETE FROM intake.visit_worker WHERE visit_id = {full_visit} AND staff_id = 'S-1006'",
    ),
    "a worker of a visit invented": spoiled(
        "I6", "intake", "split_home", "S-1006 is there, nobody said so",
        "INSERT INTO intake.visit_worker VALUES ({visit_in_vain}, 'S-1006', now())",
    ),
    "a worker of a visit at another time": spoiled(
        "I6", "intake", "muted_home", ": started_at is ",
        "UPDATE intake.visit_worker SET started_at = started_at - interval '1 hour' WHERE visit_id = {muted_and_found}",
    ),
    **{
        f"intake visit_matter {line.split()[0]}": spoiled(
            "I6", "intake", "plain_home", f"1: {line.split()[0]} is ",
            f"UPDATE intake.visit_matter SET {line} WHERE visit_id = {{full_visit}} AND number = 1",  # noqa: S608
        )
        for line in ("ended = 'solved_on_the_spot'", "kind = 'complaint'", "category_code = '0101'",
                     "case_id = 'nobody'", "text = '路灯'", "answer = '没事'", "sealed_text = 'ab'")
    },
    **{
        f"intake visit_change {line.split()[0]}": spoiled(
            "I6", "intake", "plain_home", f"2: {line.split()[0]} is ",
            f"UPDATE intake.visit_change SET {line} WHERE visit_id = {{full_visit}} AND version = 2",  # noqa: S608
        )
        for line in ("action = 'ask_void'", "from_status = 'void'", "to_status = 'void'", "before = '{{}}'",
                     "who = 'somebody else'", "unit_code = 'D-AGRI'", "staff_id = 'S-1006'",
                     "at = at - interval '1 hour'", "why = '没事'")
    },
    "a step of a visit lost": spoiled(
        "I6", "intake", "home_not_muted", " 3 is not there",
        "DELETE FROM intake.visit_change WHERE visit_id = {first_of_a_day} AND version = 3",
    ),
    "a visit that nobody made": spoiled(
        "I6", "intake", "split_home", f"visit {_NOBODY} is there, nobody said so",
        f"INSERT INTO intake.visit SELECT '{_NOBODY}', household_id, status, day, started_at, ended_at, slot, outcome,"  # noqa: S608
        " area_code, place_code, staff_ids, guide, purposes, materials, topics, findings, quantities, photos, rounds,"
        " duplicate_of, entered_by, entered_on, recorded_at, void_asked_by, version FROM intake.visit"
        " WHERE visit_id = {visit_in_vain}",
    ),
    **columns("intake", "round_household", "plain_home", """
        stands = false
        area_code = '999001101202'
        household_class = 'shop'
        contact_staff_id = 'S-1006'
        now_area_code = '999001101202'
        now_household_class = 'shop'
        now_contact_staff_id = 'S-1006'
        outcome = 'refused'
        reached_on = reached_on - 1
        reached_by = 'nobody'
        reached_staff = '{{S-1006}}'
        tries = tries + 1
        late = true
        purposes = '{{policy}}'
        rank = 1
        last_visited_on = last_visited_on - 1
        updated_at = '2026-01-01Z'
    """, where="round_id = {open_round}", key="household_id"),
    **columns("intake", "round_household", "unmuted_home", """
        left_for = 'area'
        left_on = left_on - 1
        left_version = left_version + 1
    """, where="round_id = {open_round}", key="household_id"),
    "a place in a round lost": spoiled(
        "I6", "intake", "home_not_muted", "round_household",
        "DELETE FROM intake.round_household WHERE household_id = {home_not_muted} AND round_id = {open_round}",
    ),
    "a place in a round invented": spoiled(
        "I6", "intake", "changed_home", "is there, nobody said so",
        "INSERT INTO intake.round_household SELECT {closed_round}, {changed_home}, stands, area_code, household_class,"
        " contact_staff_id, now_area_code, now_household_class, now_contact_staff_id, outcome, reached_on, reached_by,"
        " tries, late, purposes, rank, last_visited_on, left_for, left_on, left_version, updated_at"
        " FROM intake.round_household WHERE household_id = {split_home} AND round_id = {open_round}",
    ),
    **columns("intake", "visit_round", "closed_round", """
        name = 'another'
        status = 'open'
        area_code = '999001101202'
        begins_on = begins_on - 1
        ends_on = ends_on + 1
        classes = '{{shop}}'
        kinds = '{{vulnerable}}'
        visit_every = 'week'
        purposes = '{{policy}}'
        visit_order = 'leaders_first'
        stages = '[{{}}]'
        gap_days = 3
        slots = 'night'
        opened_at = opened_at - interval '1 hour'
        opened_by = 'somebody else'
        closed_at = closed_at + interval '1 hour'
        closed_by = 'somebody else'
        version = version + 1
    """, key="round_id"),
    **{
        f"intake round_tally {measure}": spoiled(
            "I6", "intake", "open_round", f": {measure} is ",
            f"UPDATE intake.round_tally SET {measure} = {measure} + 1 WHERE round_id = {{open_round}}",  # noqa: S608
        )
        for measure in ("households", "reached", "nobody_home", "refused", "moved", "by_phone", "late")
    },
    "a number of a round that nobody counted": spoiled(
        "I6", "intake", "closed_round", "now person ghost 999001101001: households is 4, the recount says 0",
        "INSERT INTO intake.round_tally VALUES"
        " ({closed_round}, 'now', 'person', 'ghost', '999001101001', 4, 0, 0, 0, 0, 0, 0)",
    ),
    "a number of a team to which nobody was given": spoiled(
        "I6", "intake", "closed_round", "now team ghost 999001101001: households is 4, the recount says 0",
        "INSERT INTO intake.round_tally VALUES"
        " ({closed_round}, 'now', 'team', 'ghost', '999001101001', 4, 0, 0, 0, 0, 0, 0)",
    ),
    "a turn that nobody took": spoiled(
        "I6", "intake", "closed_round", "round_turn 2026-03-04 ghost 999001101001: households is 4, the recount says 0",
        "INSERT INTO intake.round_turn VALUES ({closed_round}, '2026-03-04', 'ghost', '999001101001', 4)",
    ),
    "a turn of a plan of which nobody was reached": spoiled(
        "I6", "intake", "closed_round", "plan_turn 2026-03-04 ghost: reached is 4, the recount says 0",
        "WITH plan AS (INSERT INTO intake.visit_plan VALUES"
        " ('ghost', {closed_round}, '999001101001', 0, '2026-03-04', 'ghost', 1) RETURNING plan_id)"
        " INSERT INTO intake.plan_turn SELECT plan_id, '2026-03-04', 'ghost', 0, 4 FROM plan",
    ),
    "a number of a contact person that nobody counted": spoiled(
        "I6", "intake", "ghost", "shop 999001101001: households is 4, the recount says 0",
        "INSERT INTO intake.contact_tally VALUES ('ghost', 'shop', '999001101001', 4)",
    ),
    "numbers of those without a contact person": spoiled(
        "I6", "intake", "nobody", ": households is 1",
        "UPDATE intake.contact_tally SET households = households + 1000 WHERE contact_staff_id = ''",
    ),
    **columns("intake", "team", "team", """
        rule = 'area'
        area_code = '999001101202'
        status = 'formed'
        from_day = from_day - 1
        until_day = until_day + 1
        dissolved_from = dissolved_from + 1
        guide_staff_id = 'S-1006'
        guide = '别人'
        formed_at = formed_at - interval '1 hour'
        updated_at = updated_at - interval '1 hour'
        version = version + 1
    """, key="team_id"),
    **{
        f"intake team_member {column}": spoiled(
            "I6", "intake", "team", says,
            f"UPDATE intake.team_member SET {line} WHERE team_id = {{team}} AND staff_id = '{whose}'",  # noqa: S608
        )
        for column, line, whose, says in (
            ("until_day", "until_day = until_day - 1", "L-1", ": until_day is "),
            ("staff_id", "staff_id = 'D-9'", "D-1", "team_member D-9"),
            ("from_day", "from_day = from_day - 1", "D-3", "team_member D-3"),
        )
    },
    "intake team_member part": spoiled(
        "I6", "intake", "team", ": part is duty, the events say leader",
        "UPDATE intake.team_member SET part = 'duty' WHERE team_id = {team} AND staff_id = 'L-1'",
    ),
    **columns("intake", "team_change", "team", """
        action = 'form'
        from_status = 'dissolved'
        to_status = 'dissolved'
        holds_from = holds_from - 1
        until_day = until_day - 1
        seats = '[]'
        guide_staff_id = 'S-1006'
        guide = '别人'
        who = 'somebody else'
        unit_code = 'D-AGRI'
        staff_id = 'S-1006'
        at = at - interval '1 hour'
        why = '没事'
    """, where="version = 2", key="team_id"),
    **columns("intake", "attendance", "team", """
        present = '{{}}'
        absent = '[]'
        who = 'somebody else'
        unit_code = 'D-AGRI'
        staff_id = 'S-1006'
        at = at - interval '1 hour'
        why = '没事'
    """, where="correction = 1", key="team_id"),
    **columns("intake", "household_note", "poor_home", """
        cleared = false
        sealed = 'ab'
        who = 'somebody else'
        unit_code = 'D-AGRI'
        staff_id = 'S-1006'
        at = at - interval '1 hour'
    """, where="number = 1 AND correction = 1", key="household_id"),
    "a note of a household lost": spoiled(
        "I6", "intake", "poor_home", "household_note 2 0 is not there",
        "DELETE FROM intake.household_note WHERE household_id = {poor_home} AND number = 2",
    ),
    **columns("intake", "household_match", "poor_home", """
        giver_id = 'nobody'
        resource = 'jobs'
        need = 'vulnerable'
        status = 'confirmed'
        confirmed_at = confirmed_at - interval '1 hour'
        confirmed_by = 'somebody else'
        staff_id = 'S-1006'
        why = '没事'
        ended_at = ended_at + interval '1 hour'
        ended_by = 'somebody else'
        ended_why = '没事'
    """, where="status IN ('ended', 'confirmed') AND match_id = {match_of_machinery}", key="household_id"),
    "a match lost": spoiled(
        "I6", "intake", "poor_home", " is not there, the events say",
        "DELETE FROM intake.household_match WHERE match_id = {match_of_crafts}",
    ),
    **columns("intake", "household_away_look", "poor_home", """
        to_code = '110000'
        how = 'at_home'
        on_day = on_day - 1
        since = since - 1
        expected_back = expected_back + 1
        who = 'somebody else'
        unit_code = 'D-AGRI'
        staff_id = 'S-1006'
        at = at - interval '1 hour'
        why = '没事'
    """, key="household_id"),
    "a look for who is away lost": spoiled(
        "I6", "intake", "giving_home", " is not there, the events say",
        "DELETE FROM intake.household_away_look WHERE household_id = {giving_home}",
    ),
    **columns("intake", "household", "poor_home", """
        away_looked_on = away_looked_on - 1
        contacted_on = contacted_on + 1
    """, key="household_id"),
    **columns("intake", "dossier_entry", "dossier_entry", """
        area_code = '999001101202'
        part = 'things'
        kind = 'facility'
        name = '别的'
        text = '没事'
        looked_on = looked_on - 1
        due_on = due_on + 1
        removed = false
        updated_at = updated_at - interval '1 hour'
        version = version + 1
    """, key="entry_id"),
    **columns("intake", "dossier_change", "dossier_entry", """
        action = 'look'
        kind = 'facility'
        name = '别的'
        text = '没事'
        looked_on = looked_on - 1
        due_on = due_on + 1
        who = 'somebody else'
        unit_code = 'D-AGRI'
        staff_id = 'S-1006'
        at = at - interval '1 hour'
        why = '没事'
    """, where="version = 2", key="entry_id"),
    "a step of an entry lost": spoiled(
        "I6", "intake", "dossier_entry", "dossier_change 3 is not there",
        "DELETE FROM intake.dossier_change WHERE entry_id = {dossier_entry} AND version = 3",
    ),
    **columns("intake", "household_policy", "poor_home", """
        holds_from = holds_from - 1
        matched_at = matched_at - interval '1 hour'
        status = 'due'
        answered_on = answered_on - 1
        answered_at = answered_at - interval '1 hour'
        who = 'somebody else'
        unit_code = 'D-AGRI'
        staff_id = 'S-1006'
        why = '没事'
    """, where="policy = 'orphan_allowance'", key="household_id"),
    "a policy that fits lost": spoiled(
        "I6", "intake", "poor_home", "medical_aid is not there",
        "DELETE FROM intake.household_policy WHERE household_id = {poor_home} AND policy = 'medical_aid'",
    ),
    "an attendance lost": spoiled(
        "I6", "intake", "team", " 0 is not there",
        "DELETE FROM intake.attendance WHERE team_id = {team} AND correction = 0",
    ),
}  # fmt: skip


def _said(key: str, kind: str, *, more: str = "true", **fields: str) -> str:
    document = "payload::jsonb"
    for name, value in fields.items():
        document = f"jsonb_set({document}, '{{{{{name}}}}}', '{value}')"
    where = f"key = {{{key}}} AND type = 'cn.huiyin.{kind}' AND {more}"
    return f"UPDATE intake.ledger SET payload = ({document})::json WHERE {where}"  # noqa: S608


_OF_FIRST = "payload ->> 'visit_id' = {first_of_a_day}"
VISITS: dict[str, Spoiled] = {
    "a visit voided by who asked": spoiled(
        "I5", "intake", "home_not_muted", "(VisitVoided): who asked for it decided it",
        "UPDATE intake.ledger SET payload = jsonb_set(payload::jsonb, '{{by}}', (SELECT asked.payload -> 'by'"  # noqa: S608
        " FROM intake.ledger AS asked WHERE asked.key = {home_not_muted}"
        " AND asked.type = 'cn.huiyin.visit.void_requested')::jsonb)::json"
        f" WHERE key = {{home_not_muted}} AND type = 'cn.huiyin.visit.voided' AND {_OF_FIRST}",
    ),
    "a visit voided by who made it": spoiled(
        "I5", "intake", "home_not_muted", "(VisitVoided): who made it or wrote it down decided it",
        _said("home_not_muted", "visit.voided", by_staff='"S-1005"'),
    ),
    "a visit voided that nobody asked for": spoiled(
        "I5", "intake", "home_not_muted", "(VisitVoided): confirm_void follows record",
        "UPDATE intake.ledger SET type = 'cn.huiyin.household.resealed'"
        " WHERE key = {home_not_muted} AND type = 'cn.huiyin.visit.void_requested'",
    ),
    "a visit counted twice": spoiled(
        "I5", "intake", "plain_home", "and of its day it should be with",
        _said("plain_home", "visit.recorded", more="payload ->> 'visit_id' = {second_of_a_day}", duplicate_of="null"),
    ),
    "a visit before its household was there": spoiled(
        "I5", "intake", "split_home", "was on 2025-01-01, before",
        _said("split_home", "visit.recorded", day='"2025-01-01"'),
    ),
    "a visit's steps out of count": spoiled(
        "I5", "intake", "home_not_muted", "(VisitVoided): has version 9 behind 2",
        _said("home_not_muted", "visit.voided", version="9"),
    ),
    "purposes served where nobody was": spoiled(
        "I5", "intake", "split_home", "purposes were served where it was nobody_home",
        _said("split_home", "visit.recorded", purposes='["policy"]'),
    ),
    "a round closed before it was opened": spoiled(
        "I5", "intake", "closed_round", "a round was closed before it was opened",
        _said("closed_round", "round.closed", closed_at='"2020-01-01T00:00:00Z"'),
    ),
    "a round closed by nobody": spoiled(
        "I5", "intake", "closed_round", "nobody said it (RoundClosed)", _said("closed_round", "round.closed", by="null")
    ),
    "a round's event edited": spoiled(
        "I2", "intake", "open_round", "does not fit its hash",
        _said("open_round", "round.opened", gap_days="3"),
    ),
    "a team's seats that its step does not make": spoiled(
        "I5", "intake", "team", "the seats that it tells are not what it makes of them",
        _said("team", "team.dissolved", seats="[]"),
    ),
    "a team's steps out of count": spoiled(
        "I5", "intake", "team", "has version 9 behind 1",
        _said("team", "team.changed", more="payload ->> 'version' = '2'", version="9"),
    ),
    "an attendance kept by who was there": spoiled(
        "I5", "intake", "team", "who was there said so",
        _said("team", "team.attendance_kept", by_staff='"L-1"'),
    ),
    "an attendance of others": spoiled(
        "I5", "intake", "team", "tells of others than were in the team",
        _said("team", "team.attendance_kept", present='["L-1"]'),
    ),
    "somebody in two teams on one day": spoiled(
        "I5", "intake", "team", "team_member: L-1 is in team ffffffff-0000-7000-8000-00000000000e, too, on",
        "INSERT INTO intake.team SELECT 'ffffffff-0000-7000-8000-00000000000e', rule, area_code, status, from_day,"
        " until_day, dissolved_from, guide_staff_id, guide, formed_at, updated_at, version FROM intake.team",
        "INSERT INTO intake.team_member (team_id, staff_id, from_day, until_day, part)"
        " SELECT 'ffffffff-0000-7000-8000-00000000000e', staff_id, from_day, until_day, part FROM intake.team_member"
        " WHERE staff_id = 'L-1'",
    ),
    "a phone in why a visit was corrected": spoiled(
        "I9", "intake", "plain_home", "has what identifies somebody in its field why",
        _said("plain_home", "visit.corrected", why='"电话13912345678"'),
    ),
}  # fmt: skip
