"""Damage to collection points and occasions: rows that are not what was said, and steps that nobody may take."""

from tests.integration.audit.damage.form import Spoiled, columns, spoiled

_NOBODY = "00000000-0000-7000-8000-00000000000e"


def _lost_and_invented(table: str, key: str, about: str, where: str, invented: str) -> dict[str, Spoiled]:
    """A row of a table that is gone, and one that nobody said: as another, but for what ``invented`` sets in it."""
    row = f"(jsonb_populate_record(one, '{invented}')).*"
    named = f"{key} = {{{about}}} AND {where}"
    return {
        f"{table} that nobody said": spoiled(
            "I6", "intake", _NOBODY if key in invented else about, "is there, nobody said so",
            f"INSERT INTO intake.{table} SELECT {row} FROM intake.{table} AS one WHERE {named} LIMIT 1",  # noqa: S608
        ),
        f"{table} lost": spoiled(
            "I6", "intake", about, f"{table} ", f"DELETE FROM intake.{table} WHERE {named}"  # noqa: S608
        ),
    }  # fmt: skip


ROWS_OF_OCCASIONS: dict[str, Spoiled] = {
    **columns("intake", "collection_point", "point", """
        code = 'another'
        kind = 'market'
        name = '别处'
        place = '西门'
        area_code = '999001101202'
        days = 'tuesdays'
        opens_at = '08:00'
        closes_at = '18:00'
        from_day = from_day - 1
        until_day = '2036-01-01'
        opened_at = opened_at - interval '1 hour'
        updated_at = updated_at + interval '1 hour'
        version = version + 1
        carried_over = 1
    """, key="point_id"),
    **columns("intake", "point_change", "point", """
        action = 'open'
        told = '{{}}'
        who = 'somebody else'
        unit_code = 'D-AGRI'
        staff_id = 'S-1006'
        at = at - interval '1 hour'
        why = '没事'
    """, where="version = 2", key="point_id"),
    **columns("intake", "point_duty", "point", """
        staff_ids = '{{S-1006}}'
        who = 'somebody else'
        unit_code = 'D-AGRI'
        staff_id = 'S-1006'
        at = at - interval '1 hour'
        why = '没事'
    """, where="correction = 1", key="point_id"),
    **columns("intake", "occasion", "collection", """
        kind = 'forum'
        point_id = 'nowhere'
        at_hours = 'within'
    """, key="occasion_id"),
    **columns("intake", "occasion", "forum", """
        area_code = '999001101202'
        day = day - 1
        started_at = started_at - interval '1 hour'
        ended_at = ended_at + interval '1 hour'
        place = '别处'
        topic = '别的'
        staff_ids = '{{S-1006}}'
        unit_codes = '{{}}'
        citizens = 150
        entered_by = 'somebody else'
        entered_on = entered_on - 1
        recorded_at = recorded_at - interval '1 hour'
        version = version + 1
        carried_over = 1
    """, key="occasion_id"),
    **columns("intake", "occasion_change", "forum", """
        action = 'record'
        before = '{{}}'
        who = 'somebody else'
        unit_code = 'D-AGRI'
        staff_id = 'S-1006'
        at = at - interval '1 hour'
        why = '没事'
    """, where="version = 2", key="occasion_id"),
    **columns("intake", "occasion_matter", "forum", """
        ended = 'becomes_case'
        kind = 'praise'
        category_code = '0101'
        case_id = 'nobody'
    """, where="number = 2", key="occasion_id"),
    "what was explained at an occasion written over": spoiled(
        "I6", "intake", "forum", "occasion_matter 2: words is",
        "UPDATE intake.occasion_matter SET answer = '没有说过' WHERE occasion_id = {forum} AND number = 2",
    ),
    **_lost_and_invented("collection_point", "point_id", "other_point", "true",
        f'{{{{"point_id": "{_NOBODY}", "code": "x"}}}}'),
    **_lost_and_invented("point_change", "point_id", "other_point", "version = 1", '{{"version": 9}}'),
    **_lost_and_invented("point_duty", "point_id", "point", "correction = 0", '{{"correction": 9}}'),
    **_lost_and_invented("occasion", "occasion_id", "other_collection", "true", f'{{{{"occasion_id": "{_NOBODY}"}}}}'),
    **_lost_and_invented("occasion_change", "occasion_id", "other_collection", "version = 1", '{{"version": 9}}'),
    **_lost_and_invented("occasion_matter", "occasion_id", "other_collection", "number = 1", '{{"number": 9}}'),
}  # fmt: skip
