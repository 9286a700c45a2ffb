"""How PostgreSQL answers lists of matches and of policies, and whether bytes are a visit's photo."""

from dataclasses import replace

import pytest

from libs.common.security.policy import Scope
from libs.common.web.cursors import PageQuery
from services.intake.attachments.queries import _IN_USE
from services.intake.households.tables import PolicyStatus
from services.intake.matches.queries import list_statement as matches_statement
from services.intake.policies.queries import PolicyFilter
from services.intake.policies.queries import list_statement as policies_statement
from tests.integration.intake.door import COUNTY, NOW, TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import fill
from tests.support.plans import plan_of

VILLAGES, OF_EACH, PEOPLE = 50, 400, 500
HOUSEHOLDS = VILLAGES * OF_EACH
SIZE = 50
ROUND = "0" * 35 + "r"
_FILL = (
    # Some give much: a keen one stands in many matches, and so does somebody in need.
    """
    INSERT INTO household_match (match_id, household_id, giver_id, resource, need, status, confirmed_at, confirmed_by,
                                 why, ended_why)
    SELECT lpad(n::text, 36, '0'), household_id, CASE WHEN n % 10 = 0 THEN first ELSE previous END, 'jobs', 'jobs',
           'confirmed', '2026-01-01', 'x', '', ''
    FROM (SELECT household_id, lag(household_id) OVER sorted AS previous, min(household_id) OVER () AS first,
                 row_number() OVER sorted AS n FROM household WINDOW sorted AS (ORDER BY household_id)) AS one
    WHERE previous IS NOT NULL AND (n % 10 > 0 OR household_id <> first)
    """,
    """
    INSERT INTO household_policy (household_id, version, policy, holds_from, matched_at, status, answered_at, why)
    SELECT household_id, 1, policy, '2026-01-01', timestamptz '2026-01-01' + n * interval '1 minute',
           CASE WHEN n % 4 = 0 THEN 'due' ELSE 'granted' END, CASE WHEN n % 4 > 0 THEN timestamptz '2026-02-01' END, ''
    FROM (SELECT household_id, row_number() OVER (ORDER BY md5(household_id)) AS n FROM household) AS one
    CROSS JOIN unnest('{orphan,elderly}'::text[]) AS policy
    """,
    """
    INSERT INTO visit_round (round_id, name, status, area_code, begins_on, ends_on, classes, kinds, purposes, gap_days,
                             slots, entered_to, opened_at, opened_by, version)
    VALUES ('{round}', '一', 'open', '999001000000', '2026-03-01', '2026-03-31', '{resident}', '{}', '{}', 1, 'any', '',
            '2026-03-01', 'x', 2)
    """,
    """
    INSERT INTO round_household (round_id, household_id, stands, area_code, household_class, now_area_code,
        now_household_class, outcome, tries, late, purposes, rank, last_visited_on, updated_at)
    SELECT '{round}', household_id, true, area_code, household_class, area_code, household_class, NULL, 0, false, '{}',
           1, '1970-01-01', '2026-03-01' FROM household
    """,
    """
    INSERT INTO visit (visit_id, household_id, status, day, started_at, ended_at, slot, outcome, area_code, staff_ids,
                       purposes, materials, topics, findings, quantities, photos, rounds, entered_by, entered_on,
                       recorded_at, version)
    SELECT lpad('v' || right(household_id, 20), 36, '0'), household_id, 'recorded', '2026-03-02', '2026-03-02',
           '2026-03-02', 'day', 'reached', area_code, '{S-1}', '{}', '{}', '{}', '{}', '[]', '{}', '{}', 'x',
           '2026-03-02', '2026-03-02', 1
    FROM household
    """,
    """
    INSERT INTO visit_photo (visit_id, digest, size, media_type, scan, added_at, added_by)
    SELECT visit_id, md5(visit_id) || md5('x' || visit_id), 9, 'image/jpeg', 'clean', '2026-03-02', 'x' FROM visit
    """,
)


@pytest.fixture
async def filled(intake: IntakeDoor) -> IntakeDoor:
    """Twenty thousand households, each with a match, two policies, a place in a round and a photo of a visit."""
    await fill(intake, VILLAGES, OF_EACH, PEOPLE)
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        for statement in _FILL:
            await session.fetch(statement.replace("{round}", ROUND))
        await session.fetch("ANALYZE")
    return intake


async def test_lists_of_matches_and_policies_read_little_more_than_they_show(filled: IntakeDoor) -> None:
    database, county, page = filled.service.runtime.work_database, Scope(COUNTY[:6]), PageQuery(limit=SIZE)
    rows = await filled.rows("SELECT giver_id, count(*) FROM household_match GROUP BY 1 ORDER BY 2 DESC, 1")
    for giver_id in (rows[0].giver_id, rows[-1].giver_id):
        plan = await plan_of(database, matches_statement(giver_id, page))
        assert not plan.walked, plan
        assert plan.rows_read <= 30 * SIZE, f"{plan.rows_read} read:\n{plan}"
    due, orphan = PolicyFilter(status=PolicyStatus.DUE), PolicyFilter(policy="orphan")
    for name, reach, query, most in (
        ("all", county, PolicyFilter(), 4 * SIZE),
        ("due", county, due, 4 * SIZE),
        ("granted", county, PolicyFilter(status=PolicyStatus.GRANTED), 4 * SIZE),
        ("one policy", county, orphan, 4 * SIZE),
        ("a town's", Scope(TOWN[:9]), due, 4 * SIZE),
        ("a household's", county, PolicyFilter(household_id=rows[0].giver_id), 4 * SIZE),
        # What one village has lies among that of all: a fraction of the matches is passed over, by an index.
        ("a village's", Scope(VILLAGE), PolicyFilter(), HOUSEHOLDS),
        ("due in a village", county, replace(due, area_code=VILLAGE), HOUSEHOLDS),
    ):
        plan = await plan_of(database, policies_statement(reach, query, page))
        assert not plan.walked, f"{name}:\n{plan}"
        assert plan.rows_read <= most, f"{name} reads {plan.rows_read}:\n{plan}"


async def test_bytes_of_a_photo_are_found_by_their_digest(filled: IntakeDoor) -> None:
    """Whoever removes bytes asks of each whether it is one."""
    (some,) = await filled.rows("SELECT digest FROM visit_photo LIMIT 1")
    plan = await plan_of(filled.service.runtime.work_database, _IN_USE, [some.digest, "a" * 64])
    assert {"visit_photo_digest_idx", "attachment_digest_idx"} <= plan.indexes, plan
    assert not plan.walked, plan
    assert plan.rows_read <= 4, plan
