"""A round that is well on its way, put into intake past its services: teams, a plan of each town, visits and places.

Over the door 160,000 visits would take hours. Analytics hears nothing of these, and the ledger has none of them; the
numbers that intake keeps by class and by contact person are added here, those it knows to count anew it counts itself.
"""

from datetime import date

from bench.drive.database import connected

_A_NIGHT = 15
"""Households that a team has on one day."""
_LEFT, _MISSED = 9, 5
"""Of so many one is in no plan; of so many one is not reached."""
_WRITING = {
    "session_replication_role": "replica",
    "synchronous_commit": "off",
    "work_mem": "256MB",
    "jit": "off",
    "timezone": "UTC",
}
_HOMES = f"""
    CREATE TEMP TABLE home AS
    WITH numbered AS (
        SELECT *, row_number() OVER (PARTITION BY area_code ORDER BY household_id) - 1 AS number
        FROM intake.round_household WHERE round_id = $1 AND stands AND outcome IS NULL
    )
    SELECT round_id, household_id, area_code, household_class, coalesce(contact_staff_id, '') AS contact, number,
        $2::date AS begins_on, rpad(left(area_code, 9), 12, '0') AS town, number / $3 % {_A_NIGHT} + 1 AS place,
        $2::date + (number / $3 / {_A_NIGHT})::int AS on_day, md5(area_code || number % $3)::uuid::text AS team_id,
        ARRAY['W-' || substr(area_code, 7) || '-' || number % $3 * 2,
              'W-' || substr(area_code, 7) || '-' || number % $3 * 2 + 1] AS pair
    FROM numbered;
"""  # noqa: S608 - numbers of ours
_PLAN = """
    ALTER TABLE home ADD COLUMN plan_id text;
    UPDATE home SET plan_id = '01900000-0000-7000-8000-' || left(md5(town), 12);
    ANALYZE home;
    INSERT INTO intake.team (team_id, rule, area_code, status, from_day, until_day, guide, formed_at, updated_at,
        version)
    SELECT DISTINCT team_id, 'night', area_code, 'formed', begins_on, begins_on + 60, '', now(), now(), 1 FROM home;
    INSERT INTO intake.team_member (team_id, staff_id, from_day, until_day, part)
    SELECT DISTINCT team_id, unnest(pair), begins_on, begins_on + 60, 'village' FROM home;
    INSERT INTO intake.visit_plan (plan_id, round_id, area_code, left_out, made_at, made_by, version)
    SELECT DISTINCT plan_id, round_id, town, 0, now(), 'stock', 1 FROM home;
    INSERT INTO intake.plan_turn (plan_id, on_day, team_id) SELECT DISTINCT plan_id, on_day, team_id FROM home;
    INSERT INTO intake.planned_household (plan_id, household_id, on_day, team_id, place)
    SELECT plan_id, household_id, on_day, team_id, place FROM home WHERE number % {left} <> 0;
"""
_VISITS = """
    DELETE FROM home WHERE number % {missed} = 0;
    ALTER TABLE home ADD COLUMN visit_id text, ADD COLUMN started_at timestamptz;
    UPDATE home SET visit_id = md5('visit' || household_id)::uuid::text,
        started_at = on_day + place * interval '20 minutes';
    ANALYZE home;
    INSERT INTO intake.visit (visit_id, household_id, status, day, started_at, ended_at, slot, outcome, area_code,
        staff_ids, purposes, materials, topics, findings, quantities, photos, rounds, entered_by, entered_on,
        recorded_at, version)
    SELECT visit_id, household_id, 'recorded', on_day, started_at, started_at + interval '20 minutes', 'night',
        'reached', area_code, pair, '{}', '{}', '{}', '{}', '[]', '{}', ARRAY[round_id], 'stock', on_day, now(), 1
    FROM home;
    INSERT INTO intake.visit_worker (visit_id, staff_id, started_at)
    SELECT visit_id, unnest(pair), started_at FROM home;
"""
_PLACES = """
    UPDATE intake.round_household AS place SET outcome = 'reached', reached_on = on_day, reached_by = visit_id,
        tries = 1, last_visited_on = on_day
    FROM home WHERE (place.round_id, place.household_id) = (home.round_id, home.household_id);
    UPDATE intake.round_tally AS tally SET reached = tally.reached + made.many
    FROM (
        SELECT round_id, view, cut, member, area_code, count(*) AS many
        FROM home CROSS JOIN (VALUES ('then'), ('now')) AS views(view)
        CROSS JOIN LATERAL (VALUES ('class', household_class), ('person', contact)) AS cuts(cut, member)
        GROUP BY 1, 2, 3, 4, 5
    ) AS made
    WHERE (tally.round_id, tally.view, tally.cut, tally.member, tally.area_code)
        = (made.round_id, made.view, made.cut, made.member, made.area_code);
"""
_LAID = "SELECT EXISTS (SELECT FROM intake.visit_plan WHERE round_id = $1)"
_FILLED = "round_household round_tally visit visit_worker team team_member visit_plan plan_turn planned_household"


async def lay_round(url: str, round_id: str, begins_on: date, workers: int) -> None:
    """Plan most households of a round, and reach four of five; a village has ``workers``, two of them a team.

    The house must not run meanwhile. Where the round has a plan nothing is done.
    """
    async with connected(url, **_WRITING) as connection:
        if await connection.fetchval(_LAID, round_id):
            return
        async with connection.transaction():
            await connection.execute(_HOMES, round_id, begins_on, max(1, workers // 2))
            await connection.execute(_PLAN.replace("{left}", str(_LEFT)).replace("{missed}", str(_MISSED)))
            await connection.execute(_VISITS.replace("{missed}", str(_MISSED)))
            await connection.execute(_PLACES)
        for table in _FILLED.split():
            await connection.execute(f"VACUUM (ANALYZE) intake.{table}")
