"""Collection points: opened on days of the pack at their hours, changed with the old kept, with who is on duty."""

from typing import Any

import pytest

from libs.common.security.policy import Scope
from libs.common.security.principal import Role
from libs.common.web.cursors import PageQuery
from services.intake.points.queries import _DUTY, _ELSEWHERE, PointFilter, list_statement
from tests.integration.intake.door import COUNTY, NOW, OTHER_TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import Visitors, appoint
from tests.support.plans import plan_of

POINTS = "/intake/v1/points"
TODAY, NEXT, AFTER = "2026-03-04", "2026-03-11", "2026-03-18"


def a_point(**fields: Any) -> dict[str, Any]:
    told = {"code": "dongpo-square", "kind": "square", "name": "东坡广场收集点", "place": "广场东门"}
    return told | {"area_code": VILLAGE, "days": "wednesdays", "opens_at": "09:00", "closes_at": "11:30"} | fields


@pytest.fixture
async def office(intake: IntakeDoor) -> Visitors:
    await appoint(intake, "S-1", "S-2")
    return Visitors(intake)


async def opened(office: Visitors, **fields: Any) -> str:
    return str((await office.done(POINTS, a_point(**fields)))["point_id"])


async def test_a_point_is_opened_changed_and_shown_with_what_it_was(office: Visitors) -> None:
    point = await opened(office, place="广场东门，找王大妈13812345678")
    shown = await office.door.get(f"{POINTS}/{point}", office.headers)
    assert (shown["area_name"], shown["days_name"], shown["opens_at"]) == ("东坡村", "周三走访日", "09:00")
    assert "13812345678" not in shown["place"]
    changed = await office.done(f"{POINTS}/{point}/change", {"closes_at": "12:00", "why": "群众要求延长"})
    assert (changed["closes_at"], changed["version"]) == ("12:00", 2)
    steps = (await office.door.get(f"{POINTS}/{point}/changes", office.headers))["items"]
    assert [(one["action"], one["told"]["closes_at"]) for one in steps] == [("open", "11:30"), ("change", "12:00")]
    same = await office.post(f"{POINTS}/{point}/change", {"closes_at": "12:00", "why": "再说一遍"})
    assert same.status_code == 422
    stale = await office.post(f"{POINTS}/{point}/change", {"closes_at": "12:30", "why": "再延长"}, version=1)
    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"days": "tuesdays"}, "days"),
        ({"closes_at": "09:00"}, "closes_at"),
        ({"closes_at": "24:00"}, "closes_at"),
        ({"until_day": "2026-03-03"}, "until_day"),
        ({"area_code": "999001101999"}, "area_code"),
        ({"code": "p-13812345678"}, "code"),
        ({"code": "广场"}, "code"),
        ({"kind": "river"}, "kind"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_field(office: Visitors, fields: dict[str, Any], field: str) -> None:
    refused = await office.post(POINTS, a_point(**fields))
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, field)
    assert (await office.door.get(POINTS, office.headers))["items"] == []


async def test_a_code_stands_once_and_a_point_out_of_reach_is_not_there(office: Visitors) -> None:
    point = await opened(office)
    again = await office.post(POINTS, a_point(name="另一个"))
    assert (again.status_code, again.json()["type"]) == (409, "urn:huiyin:problem:point-known")
    elsewhere = office.by(Role.OPERATOR, subject="o2", area=OTHER_TOWN)
    assert (await elsewhere.post(POINTS, a_point(code="other"))).status_code == 403
    assert (await elsewhere.post(f"{POINTS}/{point}/change", {"name": "改", "why": "改名"})).status_code == 404
    assert (await office.door.get(POINTS, elsewhere.headers))["items"] == []
    visitor = office.by(Role.VISITOR, subject="v1")
    assert (await visitor.post(POINTS, a_point(code="other"))).status_code == 403


async def test_who_is_on_duty_stands_on_the_days_on_which_it_is_open(office: Visitors) -> None:
    point = await opened(office)
    body = {"from_day": TODAY, "until_day": AFTER, "staff_ids": ["S-1"]}
    await office.done(f"{POINTS}/{point}/duty", body)
    await office.done(f"{POINTS}/{point}/duty", {"from_day": NEXT, "until_day": NEXT, "staff_ids": ["S-2"]})
    span = {"from_day": TODAY, "until_day": AFTER}
    duty = await office.door.get(f"{POINTS}/{point}/duty", office.headers, span)
    assert duty["open_on"] == [TODAY, NEXT, AFTER]
    said = [(one["on_day"], one["correction"], [who["staff_id"] for who in one["staff"]]) for one in duty["items"]]
    assert said == [(TODAY, 0, ["S-1"]), (NEXT, 0, ["S-1"]), (NEXT, 1, ["S-2"]), (AFTER, 0, ["S-1"])]
    (item,) = (await office.door.get(POINTS, office.headers, {"on": NEXT}))["items"]
    assert [who["name"] for who in item["on_duty"]] == ["干部2"]
    assert (await office.door.get(POINTS, office.headers, {"on": "2026-03-05"}))["items"] == []
    assert (await office.door.get(POINTS, office.headers))["items"][0]["on_duty"] is None


async def test_duty_that_cannot_be_is_refused(office: Visitors) -> None:
    point = await opened(office)
    path = f"{POINTS}/{point}/duty"

    async def refused(**fields: Any) -> tuple[int, str]:
        body = {"from_day": TODAY, "until_day": TODAY, "staff_ids": ["S-1"], **fields}
        answer = await office.post(path, body)
        problem = answer.json()
        wrong = problem.get("fields") or [{"field": problem["type"].rpartition(":")[2]}]
        return answer.status_code, wrong[0]["field"]

    assert await refused(from_day="2026-03-05", until_day="2026-03-10") == (422, "from_day")
    assert await refused(until_day="2026-03-03") == (422, "until_day")
    assert await refused(staff_ids=["S-1", "S-7"]) == (422, "staff_ids/1")
    assert await refused(staff_ids=["S-1", "S-1"]) == (422, "staff_ids/1")
    other = await opened(office, code="market", opens_at="11:00", closes_at="12:00")
    await office.done(f"{POINTS}/{other}/duty", {"from_day": TODAY, "until_day": TODAY, "staff_ids": ["S-1"]})
    assert await refused() == (409, "at-another-point")
    later = await opened(office, code="later", opens_at="12:00", closes_at="13:00")
    await office.done(f"{POINTS}/{later}/duty", {"from_day": TODAY, "until_day": TODAY, "staff_ids": ["S-1"]})


async def test_of_a_day_that_is_over_somebody_else_says_and_says_why(office: Visitors) -> None:
    point = await opened(office, from_day="2026-02-01")
    body = {"from_day": "2026-02-25", "until_day": "2026-02-25", "staff_ids": ["S-1"]}
    path = f"{POINTS}/{point}/duty"
    assert (await office.post(path, body)).json()["fields"][0]["field"] == "why"
    herself = office.by(Role.OPERATOR, subject="s1", staff="S-1")
    assert (await herself.post(path, body | {"why": "补登"})).status_code == 403
    await office.done(path, body | {"why": "补登"})


async def test_lists_of_points_go_by_indexes(office: Visitors) -> None:
    database = office.door.service.runtime.work_database
    async with database.transaction(NOW) as session:
        for statement in _FILL.split(";")[:-1]:
            await session.fetch(statement)
    county = Scope(COUNTY[:6])
    for asked in (PointFilter(), PointFilter(area_code=VILLAGE), PointFilter(on=NOW.date(), days=["wednesdays"])):
        plan = await plan_of(database, list_statement(county, asked, PageQuery()))
        assert not plan.walked, plan
        assert plan.rows_read <= 200, plan
    duty = await plan_of(database, _DUTY, ["7".rjust(36, "0")], NOW.date(), NOW.date())
    elsewhere = await plan_of(database, _ELSEWHERE, [NOW.date()], "x", ["S-7"], *_HOURS)
    for plan in (duty, elsewhere):
        assert "point_duty" not in plan.walked, plan


_HOURS = tuple(NOW.replace(hour=hour, tzinfo=None).time() for hour in (9, 11))
_FILL = """
    INSERT INTO collection_point (point_id, code, kind, name, place, area_code, days, opens_at, closes_at, from_day,
        opened_at, updated_at, version)
    SELECT lpad(n::text, 36, '0'), 'p-' || n, 'estate', '点', '门口', '999001' || 101 + n / 100 % 16 || 201 + n % 100,
        'wednesdays', '09:00', '11:00', '2026-01-01', now(), now(), 1 FROM generate_series(1, 3000) AS n;
    INSERT INTO point_duty (point_id, on_day, correction, staff_ids, who, at, why)
    SELECT lpad(n::text, 36, '0'), date '2026-03-04' + 7 * week, 0, ARRAY['S-' || n], 'x', now(), ''
    FROM generate_series(1, 3000) AS n, generate_series(0, 9) AS week;
    ANALYZE collection_point;
    ANALYZE point_duty;
"""
