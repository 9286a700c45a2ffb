"""Damage to households: rows that are not what was said, steps that nobody may take, and what is sealed."""

from tests.integration.audit.damage.form import Spoiled, columns, spoiled

_FIRST_LOOK = "look_id = (SELECT min(look_id) FROM intake.household_look WHERE household_id = {plain_home})"

ROWS_OF_HOUSEHOLDS: dict[str, Spoiled] = {
    **columns("intake", "household", "changed_home", """
        status = 'muted'
        area_code = '999001101202'
        area_since = area_since - 1
        household_class = 'shop'
        class_since = class_since + 1
        kinds = '{{well_off}}'
        kinds_since = kinds_since + 1
        resources = '{{jobs}}'
        resources_since = resources_since + 1
        visit_every = 'week'
        every_since = every_since - 1
        contact_staff_id = 'S-1006'
        contact_since = contact_since + 1
        muted_for = 'deceased'
        muted_since = muted_since + 1
        split_from = 'nobody'
        registered_at = registered_at - interval '1 hour'
        updated_at = updated_at + interval '1 hour'
        version = version + 1
    """, key="household_id"),
    **columns("intake", "household", "home_to_be_muted", """
        mute_asked_for = 'refused'
        mute_asked_from = mute_asked_from - 1
        mute_asked_by = 'somebody else'
    """, key="household_id"),
    **columns("intake", "household", "merged_home", """
        merged_into = 'nobody'
    """, key="household_id"),
    **columns("intake", "household_change", "changed_home", """
        action = 'assign'
        from_status = 'muted'
        to_status = 'muted'
        holds_from = holds_from - 1
        changed = '{{kinds}}'
        household_class = 'shop'
        kinds = '{{well_off}}'
        resources = '{{jobs}}'
        visit_every = 'week'
        who = 'somebody else'
        unit_code = 'D-AGRI'
        staff_id = 'S-1006'
        at = at - interval '1 hour'
        why = '没事'
    """, where="version = 2", key="household_id"),
    **columns("intake", "household_change", "plain_home", """
        area_code = '999001101202'
        contact_staff_id = 'S-1006'
    """, where="version = 1", key="household_id"),
    **columns("intake", "household_change", "muted_home", """
        muted_for = 'deceased'
    """, where="version = 3", key="household_id"),
    **columns("intake", "household_look", "plain_home", """
        who = 'somebody else'
        unit_code = 'D-AGRI'
        by_staff = 'S-1006'
        reason = '没事'
        fields = '{{members}}'
        at = at + interval '1 hour'
    """, where=_FIRST_LOOK, key="household_id"),
    "a look at a household lost": spoiled(
        "I6", "intake", "plain_home", "household_look 0",
        "DELETE FROM intake.household_look WHERE look_id ="
        " (SELECT max(look_id) FROM intake.household_look WHERE household_id = {plain_home})",
    ),
    "a look at a household that nobody took": spoiled(
        "I6", "intake", "home_not_muted", "household_look invented is there, nobody said so",
        "INSERT INTO intake.household_look (look_id, household_id, who, reason, fields, at)"
        " VALUES ('invented', {home_not_muted}, 'ghost', '没有这回事', '{{head}}', now())",
    ),
    "a step of a household lost": spoiled(
        "I6", "intake", "unmuted_home", "household_change 4 is not there",
        "DELETE FROM intake.household_change WHERE household_id = {unmuted_home} AND version = 4",
    ),
    "a step of a household that nobody took": spoiled(
        "I6", "intake", "split_home", "household_change 9 is there, nobody said so",
        "INSERT INTO intake.household_change SELECT household_id, 9, action, from_status, to_status, holds_from,"
        " changed, area_code, household_class, kinds, resources, visit_every, contact_staff_id, muted_for, who,"
        " unit_code, staff_id, at, why FROM intake.household_change WHERE household_id = {split_home} AND version = 1",
    ),
    "a household lost": spoiled(
        "I6", "intake", "part_of_a_home", "household is not there",
        "DELETE FROM intake.household WHERE household_id = {part_of_a_home}",
    ),
    "a household that nobody registered": spoiled(
        "I6", "intake", "00000000-0000-7000-8000-00000000000a", "household is there, nobody said so",
        "INSERT INTO intake.household SELECT '00000000-0000-7000-8000-00000000000a', NULL, status, area_code,"
        " area_since, household_class, class_since, kinds, kinds_since, resources, resources_since, visit_every,"
        " every_since, contact_staff_id, contact_since, muted_for, muted_since, mute_asked_for, mute_asked_from,"
        " mute_asked_by, merged_into, split_from, registered_at, updated_at, version FROM intake.household"
        " WHERE household_id = {home_not_muted}",
    ),
    "a number of two households": spoiled(
        "I6", "intake", "changed_home", "household: household_no is that of",
        "DROP INDEX intake.household_no_key",
        "UPDATE intake.household SET household_no = 'H-1' WHERE household_id = {changed_home}",
    ),
    "who lives there written over": spoiled(
        "I6", "intake", "muted_home", "household_identity: what is sealed is",
        "UPDATE intake.household_identity SET sealed_head = sealed_phone WHERE household_id = {muted_home}",
    ),
    "who lives there lost": spoiled(
        "I6", "intake", "unmuted_home", "household_identity is not there",
        "DELETE FROM intake.household_identity WHERE household_id = {unmuted_home}",
    ),
    **columns("intake", "household_identity", "erased_home", """
        wrapped = '\\x00'
        destroyed_at = destroyed_at - interval '1 day'
    """, key="household_id"),
    "a key destroyed that nobody said so": spoiled(
        "I6", "intake", "home_to_be_erased", "destroyed_at is",
        "UPDATE intake.household_identity SET wrapped = NULL, destroyed_at = now()"
        " WHERE household_id = {home_to_be_erased}",
    ),
    "who lived there written over after it was erased": spoiled(
        "I6", "intake", "erased_home", "household_identity: what is sealed is",
        "UPDATE intake.household_identity SET door_index = '\\x00' WHERE household_id = {erased_home}",
    ),
    "a door found by another's index": spoiled(
        "I6", "intake", "home_not_muted", "household_identity: what is sealed is",
        "UPDATE intake.household_identity SET door_index = other.door_index FROM intake.household_identity AS other"
        " WHERE household_identity.household_id = {home_not_muted} AND other.household_id = {plain_home}",
    ),
}  # fmt: skip

_RECORDED = "type = 'cn.huiyin.household.recorded'"
_CONFIRMED = f"key = {{muted_home}} AND {_RECORDED} AND payload ->> 'step' = 'confirm_mute'"


def _said_of(where: str, **fields: str) -> str:
    document = "payload::jsonb"
    for name, value in fields.items():
        document = f"jsonb_set({document}, '{{{{{name}}}}}', '{value}')"
    return f"UPDATE intake.ledger SET payload = ({document})::json WHERE {where}"  # noqa: S608


HOUSEHOLDS: dict[str, Spoiled] = {
    "a household's step edited": spoiled(
        "I2", "intake", "changed_home", "event 2 (cn.huiyin.household.recorded) does not fit its hash",
        "UPDATE intake.ledger SET payload = replace(payload::text, 'away', 'shop')::json"
        " WHERE key = {changed_home} AND seq = 2",
    ),
    "a household's step deleted": spoiled(
        "I2", "intake", "changed_home", "event 4 follows 2: 3 missing",
        "DELETE FROM intake.ledger WHERE key = {changed_home} AND seq = 3",
    ),
    "the end of a household's history cut off": spoiled(
        "I2", "intake", "merged_home", "the head says 2, the last event is 1",
        "DELETE FROM intake.ledger WHERE key = {merged_home} AND seq = 2",
    ),
    "a household's events forgotten by the relay": spoiled(
        "I3", "intake", "visits", "nothing of it is remembered",
        "DELETE FROM intake.relay_mark WHERE topic LIKE '%visits'",
    ),
    "a household muted by who asked": spoiled(
        "I5", "intake", "muted_home", "(HouseholdRecorded): who asked for it decided it",
        "UPDATE intake.ledger SET payload = jsonb_set(payload::jsonb, '{{by}}', (SELECT asked.payload -> 'by'"  # noqa: S608
        " FROM intake.ledger AS asked WHERE asked.key = {muted_home} AND asked.payload ->> 'step' = 'ask_mute')::jsonb)"
        f"::json WHERE {_CONFIRMED}",
    ),
    "a household muted by its contact person": spoiled(
        "I5", "intake", "muted_home", "(HouseholdRecorded): its contact person decided it",
        _said_of(_CONFIRMED, by_staff='"S-1005"'),
    ),
    "a household muted by nobody": spoiled(
        "I5", "intake", "muted_home", "(HouseholdRecorded): nobody decided it", _said_of(_CONFIRMED, by="null")
    ),
    "a household muted for another reason": spoiled(
        "I5", "intake", "muted_home", "is muted for deceased, asked for was moved_away",
        _said_of(_CONFIRMED, muted_for='"deceased"'),
    ),
    "a household muted that nobody asked for": spoiled(
        "I5", "intake", "muted_home", "(HouseholdRecorded): confirm_mute follows register",
        _said_of("key = {muted_home} AND payload ->> 'step' = 'ask_mute'", step='"change"'),
    ),
    "a household merged into one that is not there": spoiled(
        "I5", "intake", "merged_home", "is merged into 00000000-0000-7000-8000-00000000000b, which was not there then",
        _said_of("key = {merged_home} AND seq = 2", merged_into='"00000000-0000-7000-8000-00000000000b"'),
    ),
    "a household merged into one that had ended": spoiled(
        "I5", "intake", "merged_home", "which had ended then",
        _said_of("key = {plain_home} AND seq = 3", step='"merge"', merged_into='"x"'),
        "UPDATE intake.ledger SET type = 'cn.huiyin.household.recorded' WHERE key = {plain_home} AND seq = 3",
    ),
    "a household that is merged into itself": spoiled(
        "I5", "intake", "merged_home", "is merged into nothing but itself",
        "UPDATE intake.ledger SET payload = jsonb_set(payload::jsonb, '{{merged_into}}', to_jsonb(key))::json"
        " WHERE key = {merged_home} AND seq = 2",
    ),
    "a household that holds from before it was there": spoiled(
        "I5", "intake", "changed_home", "holds from 2025-12-31, before 2026-01-01, when it was registered",
        _said_of("key = {changed_home} AND seq = 2", holds_from='"2025-12-31"'),
    ),
    "a household that holds from a day to come": spoiled(
        "I5", "intake", "changed_home", "holds from 2036-01-01, which lay ahead",
        _said_of("key = {changed_home} AND seq = 2", holds_from='"2036-01-01"'),
    ),
    "a household erased by one person alone": spoiled(
        "I5", "intake", "erased_home", "(HouseholdErased): nobody else agreed to it",
        _said_of("key = {erased_home} AND type = 'cn.huiyin.household.erased'", agreed_by='"liu"'),
    ),
    "a household erased while it stood in the register": spoiled(
        "I5", "intake", "erased_home", "was erased while it stood in the register",
        _said_of("key = {erased_home} AND payload ->> 'step' = 'confirm_mute'", step='"refuse_mute"'),
    ),
    "a household's steps out of count": spoiled(
        "I5", "intake", "changed_home", "has version 7 behind 1",
        _said_of("key = {changed_home} AND seq = 2", version="7"),
    ),
    "a phone in why a household is muted": spoiled(
        "I9", "intake", "muted_home", "has what identifies somebody in its field why",
        _said_of("key = {muted_home} AND payload ->> 'step' = 'ask_mute'", why='"电话13912345678"'),
    ),
    "a name in a row of a household": spoiled(
        "I9", "intake", "plain_home", "its row in household_change has what identifies somebody in clear",
        "UPDATE intake.household_change SET why = '邻居说，我叫张三' WHERE household_id = {plain_home}",
    ),
    "a phone as the number of a household": spoiled(
        "I9", "intake", "plain_home", "its row in household has what identifies somebody in clear",
        "UPDATE intake.household SET household_no = '13800138000' WHERE household_id = {plain_home}",
    ),
}  # fmt: skip
