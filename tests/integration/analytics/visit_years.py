"""A county's visits in bulk: 200,000 households of one round, and what 1,500 people did in two months."""

from datetime import date, timedelta

from libs.common.database.session import Database
from tests.integration.analytics.county import NOW

HOUSEHOLDS, PEOPLE, DAYS, VILLAGES = 200_000, 1_500, 60, 400
ROUND = "00000000-0000-4000-8000-00000000000a"
FIRST = date(2026, 4, 1)
LAST = FIRST + timedelta(days=DAYS - 1)
TEAM = "00000000-0000-4000-9000-000000000007"
_AREA = "'999001' || lpad((101 + {0} / 20)::text, 3, '0') || (201 + {0} % 20)"
_VILLAGE = _AREA.format("(n % 400)")
_DAY = "('2026-04-01'::date + (n / 1500) % 60)"
# Names and numbers of ours alone stand in these statements.
_FILL = (
    f"""
    INSERT INTO visit_place (round_id, household_id, area_code, household_class, contact_staff_id, now_area_code,
        now_household_class, now_contact_staff_id, outcome, reached_on, reached_by, late, purposes, teams)
    SELECT '{ROUND}', lpad(n::text, 36, '0'), {_VILLAGE}, 'resident', 'S-' || n % 1500, {_VILLAGE}, 'resident',
           'S-' || n % 1500, CASE WHEN n % 3 > 0 THEN 'reached' ELSE '' END, CASE WHEN n % 3 > 0 THEN {_DAY} END,
           CASE WHEN n % 3 > 0 THEN '1' || lpad(n::text, 35, '0') END, false, '{{}}', '{{}}'
    FROM generate_series(1, 200000) AS n
    """,  # noqa: S608
    f"""
    INSERT INTO coverage (round_id, view, cut, member, area_code, households, reached)
    SELECT '{ROUND}', view, cut, CASE cut WHEN 'class' THEN 'resident' ELSE 'S-' || n % 1500 END, {_VILLAGE},
           count(*), count(*) FILTER (WHERE n % 3 > 0)
    FROM generate_series(1, 200000) AS n, unnest('{{then,now}}'::text[]) AS view,
         unnest('{{class,person}}'::text[]) AS cut
    GROUP BY 1, 2, 3, 4, 5
    """,  # noqa: S608
    f"""
    INSERT INTO visit_fact (visit_id, household_id, version, day, area_code, outcome, counts, staff_ids, rounds, teams,
        doc)
    SELECT '1' || lpad(n::text, 35, '0'), lpad(n::text, 36, '0'), 1, {_DAY}, {_VILLAGE}, 'reached', true,
           ARRAY['S-' || n % 1500], ARRAY['{ROUND}'],
           CASE WHEN n % 1500 < 4 THEN ARRAY['{TEAM}'] ELSE '{{}}'::text[] END, '{{}}'
    FROM generate_series(1, 200000) AS n
    """,  # noqa: S608
    """
    INSERT INTO visit_person (staff_id, day, visit_id, household_id, area_code, outcome, counts, rounds)
    SELECT unnest(staff_ids), day, visit_id, household_id, area_code, outcome, counts, rounds FROM visit_fact
    """,
    """
    INSERT INTO visits_made (round_id, cut, member, day, area_code, visits, reached)
    SELECT of_round, cut, CASE cut WHEN 'all' THEN '' ELSE staff_id END, day, area_code, count(*), count(*)
    FROM visit_person, unnest(ARRAY['', rounds[1]]) AS of_round, unnest('{all,person}'::text[]) AS cut
    GROUP BY 1, 2, 3, 4, 5
    """,
    """
    INSERT INTO visit_things (round_id, cut, member, day, area_code, thing, code, unit, visits, amount)
    SELECT round_id, cut, member, day, area_code, 'material', 'leaflet', '', visits, visits FROM visits_made
    """,
    f"""
    INSERT INTO visit_household (household_id, area_code, moved, last_at, version, steps)
    SELECT lpad(n::text, 36, '0'), {_VILLAGE}, n % 100 = 0, '2026-03-01', 1, '[]' FROM generate_series(1, 200000) AS n
    """,  # noqa: S608
    """
    INSERT INTO visit_round (round_id, area_prefix, name, area_code, begins_on, ends_on, terms)
    SELECT 'round-' || n, '999001' || lpad((101 + n % 20)::text, 3, '0'), '第一轮', '999001101000',
           '2024-01-01'::date + n, '2024-01-14'::date + n, 'null' FROM generate_series(1, 2000) AS n
    """,
    "ANALYZE visit_place, coverage, visit_fact, visit_person, visits_made, visit_things, visit_household, visit_round",
)


async def fill_visits(url: str) -> None:
    """Into a database that has the tables of analytics."""
    database = Database(url, "analytics", command_seconds=300.0)
    try:
        for statement in _FILL:
            async with database.transaction(NOW) as session:
                await session.fetch(statement)
    finally:
        await database.close()
