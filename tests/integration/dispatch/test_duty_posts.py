"""责任岗位: whoever holds it is named when its unit signs, and their own duties are told (个人权责清单)."""

from copy import deepcopy
from typing import Any

import pytest

from bench.said import said
from libs.common.events.cases import CaseSentBack
from libs.common.events.responsible import ResponsibleNamed
from libs.common.pack.loader import document
from libs.common.security.principal import Role
from tests.integration.dispatch.office import COUNTY, HOUR, LIGHTS, PACK, TOWN_UNIT, VILLAGE, VILLAGE_UNIT, Office, only
from tests.integration.dispatch.test_handling import RESULT
from tests.integration.dispatch.test_responsible import named
from tests.integration.dispatch.test_succession import load

WATER, IRRIGATION = "D-WATER", "1003"
GRID, OTHER_GRID = "999001101201001", "999001101201002"
WORKER = {"post_code": "case_worker", "unit_code": WATER}
GRID_WORKER = {"post_code": "grid_worker", "unit_code": VILLAGE_UNIT, "area_code": GRID}
IN_HALF_AN_HOUR = "2026-03-03T01:30:00Z"


def with_posts() -> dict[str, Any]:
    """The demo pack, where whoever works on cases of water answers for them, and the grid's worker for its lights."""
    plain = deepcopy(document(PACK)) | {"version": "with posts"}
    (water,) = (duty for duty in plain["duties"] if duty["category"] == IRRIGATION)
    water["post"] = "case_worker"
    lights = next(duty for duty in plain["duties"] if (duty["category"], duty["area_level"]) == (LIGHTS, "village"))
    plain["duties"].append({**lights, "area_level": "grid", "post": "grid_worker"})
    return plain


@pytest.fixture
async def office(office: Office) -> Office:
    """The service, with posts in its duty directory."""
    await load(office, with_posts())
    return office


async def enter(office: Office, staff_id: str, *terms: dict[str, Any]) -> None:
    body = {"staff_id": staff_id, "name": f"测试{staff_id}", "terms": list(terms)}
    answer = await office.person("root", Role.ADMIN).post("/staff", body)
    assert answer.status_code == 201, answer.text


async def water(office: Office, **more: Any) -> str:
    return await office.register(category_code=IRRIGATION, area_code=COUNTY, **more)


async def sign(office: Office, case_id: str, body: object = None) -> Any:
    """The unit that works signs; who answers for the case then."""
    signed = await office.handler((await office.work(case_id))["lead_unit"]).do(case_id, "signature", body)
    return None if signed["responsible"] is None else signed["responsible"]["staff_id"]


async def test_the_holder_of_the_post_is_named_when_the_unit_signs(office: Office) -> None:
    await enter(office, "S-1", WORKER)
    await enter(office, "S-2", {**WORKER, "post_code": "leader"}, {**WORKER, "unit_code": "D-AGRI"})
    case_id = await water(office)
    assert await named(office, case_id) == []
    assert await sign(office, case_id) == "S-1"
    event = only(await office.said(case_id), ResponsibleNamed)
    assert (event.unit_code, event.staff_id, event.by, event.by_unit) == (WATER, "S-1", "li", WATER)
    row = await office.work(case_id)
    assert (row["responsible_staff"], row["responsible_at"]) == ("S-1", row["signed_at"])


async def test_the_word_of_whoever_signs_wins_and_so_does_a_name_that_was_given_before(office: Office) -> None:
    await enter(office, "S-1", WORKER)
    await enter(office, "S-2", {**WORKER, "post_code": "leader"})
    by_word, before = await water(office), await water(office)
    assert await sign(office, by_word, {"responsible": "S-2"}) == "S-2"
    await office.handler(WATER).do(before, "responsible", {"responsible": "S-2"})
    assert await sign(office, before) == "S-2"
    for case_id in (by_word, before):
        assert await named(office, case_id) == [(WATER, "S-2")]
    # Afterwards, too: the rule is asked at the signature alone.
    by_rule = await water(office)
    assert await sign(office, by_rule) == "S-1"
    await office.handler(WATER).do(by_rule, "responsible", {"responsible": "S-2"})
    assert await named(office, by_rule) == [(WATER, "S-1"), (WATER, "S-2")]


@pytest.mark.parametrize("others", [[], [WORKER, WORKER], [WORKER, {**WORKER, "stand_in_for": "S-0"}]])
async def test_where_nobody_or_more_than_one_holds_it_nobody_is_named(
    office: Office, others: list[dict[str, Any]]
) -> None:
    """None; two; the holder and a stand-in, whom the register does not rank."""
    for number, term in enumerate(others):
        await enter(office, f"S-{number}", term)
    case_id = await water(office)
    assert await sign(office, case_id) is None
    assert await named(office, case_id) == []


async def test_a_stand_in_is_named_once_nobody_else_holds_it_and_nobody_after_the_term(office: Office) -> None:
    await enter(office, "S-1", {**WORKER, "ends_at": IN_HALF_AN_HOUR})
    await enter(office, "S-2", {**WORKER, "stand_in_for": "S-1", "ends_at": "2026-03-03T02:30:00Z"})
    expected = (None, "S-2", None)
    for staff_id in expected:
        assert await sign(office, await water(office)) == staff_id
        office.later(HOUR)


async def test_nobody_whom_the_case_is_about_is_named(office: Office) -> None:
    """Accused by name, or in office at an accused unit too; and of two holders the other one is not guessed either."""
    await enter(office, "S-1", WORKER, {"post_code": "leader", "unit_code": "D-EDU"})
    assert await sign(office, await water(office)) == "S-1"
    for about in ({"accused_staff": ("S-1",)}, {"accused_units": ("D-EDU",)}):
        case_id = await water(office, **about)
        assert await sign(office, case_id) is None
        assert await named(office, case_id) == []
    await enter(office, "S-2", WORKER)
    assert await sign(office, await water(office, accused_staff=("S-1",))) is None


async def test_a_post_for_an_area_is_held_where_the_case_lies(office: Office) -> None:
    await enter(office, "S-1", GRID_WORKER)
    assert await sign(office, await office.register(area_code=GRID)) == "S-1"
    assert await sign(office, await office.register(area_code=OTHER_GRID)) is None
    # Of the village as a whole there is another row.
    assert await sign(office, await office.register(area_code=VILLAGE)) is None
    await enter(office, "S-2", {**GRID_WORKER, "area_code": OTHER_GRID})
    assert await sign(office, await office.register(area_code=OTHER_GRID)) == "S-2"


async def test_only_the_unit_that_leads_by_the_row_has_it_named(office: Office) -> None:
    """Not one that a dispatcher chose, not a support unit, not one that the work was delegated to."""
    for staff_id, unit in (("S-1", WATER), ("S-2", "D-AGRI"), ("S-3", TOWN_UNIT), ("S-4", VILLAGE_UNIT)):
        await enter(office, staff_id, {**WORKER, "unit_code": unit})
    by_hand = await water(office)
    to = {"lead_unit": "D-AGRI", "category_code": IRRIGATION, "reason": "涉及农田", "support_units": [WATER]}
    await office.dispatcher.do(by_hand, "reassignment", to)
    await office.handler(WATER).do(by_hand, f"tasks/{WATER}/signature")
    assert await sign(office, by_hand) is None
    assert await named(office, by_hand) == []


async def test_who_works_for_the_lead_names_its_own(office: Office) -> None:
    plain = with_posts()
    for duty in plain["duties"]:
        if (duty["category"], duty["area_level"]) == (LIGHTS, "village"):
            duty["lead"], duty["post"] = "@town", "case_worker"
    await load(office, plain | {"version": "led by towns"})
    for staff_id, unit in (("S-3", TOWN_UNIT), ("S-4", VILLAGE_UNIT)):
        await enter(office, staff_id, {**WORKER, "unit_code": unit})
    case_id = await office.register(pack_version=3)
    assert await sign(office, case_id) == "S-3"
    await office.handler(TOWN_UNIT).do(case_id, "delegation", {"to_unit": VILLAGE_UNIT, "note": "请先到户调解"})
    assert (await office.handler(VILLAGE_UNIT).do(case_id, "signature"))["responsible"] is None
    assert await named(office, case_id) == [(TOWN_UNIT, "S-3"), (TOWN_UNIT, None)]


async def test_every_round_asks_anew_who_holds_it(office: Office) -> None:
    await enter(office, "S-1", {**WORKER, "ends_at": IN_HALF_AN_HOUR})
    case_id = await water(office)
    assert await sign(office, case_id) == "S-1"
    await office.handler(WATER).do(case_id, "result", RESULT)
    office.later(HOUR)
    await enter(office, "S-2", WORKER)
    await office.hear(said(CaseSentBack, case_id, occurred_at=office.clock.now()))
    assert await sign(office, case_id) == "S-2"


async def duties(office: Office, staff_id: str, query: str = "") -> Any:
    answer = await office.dispatcher.get(f"/staff/{staff_id}/duties{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_everybodys_duties_are_told_with_their_areas(office: Office) -> None:
    await enter(office, "S-1", {**WORKER, "ends_at": IN_HALF_AN_HOUR}, GRID_WORKER)
    await enter(office, "S-2", {**WORKER, "unit_code": "D-AGRI"})
    lights, irrigation = (await duties(office, "S-1"))["items"]
    assert lights == {
        "category_code": LIGHTS,
        "category_name": next(one.name for one in PACK.categories if one.code == LIGHTS),
        "area_level": "grid",
        "lead_unit": VILLAGE_UNIT,
        "lead_unit_name": "东坡村村民委员会",
        "post_code": "grid_worker",
        "post_name": "网格员",
        "areas": [{"area_code": GRID, "area_name": "东坡村第一网格"}],
        "limit": {"value": 5, "unit": "work_day", "counts_first_day": False},
        "basis": "镇履职事项清单·村庄保洁与路灯",
    }
    assert (irrigation["category_code"], irrigation["lead_unit"], irrigation["area_level"]) == (
        IRRIGATION,
        WATER,
        "county",
    )
    assert (irrigation["areas"], irrigation["limit"]) == (None, None)
    assert await duties(office, "S-2") == {"items": [], "next_cursor": None}
    # Terms are compared with the clock at each request.
    office.later(HOUR)
    assert [one["category_code"] for one in (await duties(office, "S-1"))["items"]] == [LIGHTS]


async def test_the_list_goes_by_the_pack_in_force(office: Office) -> None:
    await enter(office, "S-1", WORKER)
    assert len((await duties(office, "S-1"))["items"]) == 1
    await load(office, document(PACK) | {"version": "without posts"})
    assert (await duties(office, "S-1"))["items"] == []
    assert await sign(office, await water(office)) is None


async def test_the_list_has_pages_and_takes_no_cursor_of_another(office: Office) -> None:
    await enter(office, "S-1", WORKER, GRID_WORKER)
    first = await duties(office, "S-1", "?limit=1")
    second = await duties(office, "S-1", f"?limit=1&cursor={first['next_cursor']}")
    assert [one["category_code"] for page in (first, second) for one in page["items"]] == [LIGHTS, IRRIGATION]
    assert second["next_cursor"] is None
    await enter(office, "S-2")
    people = (await office.dispatcher.get("/staff?limit=1")).json()
    refused = await office.dispatcher.get(f"/staff/S-1/duties?cursor={people['next_cursor']}")
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "cursor")


async def test_whoever_may_see_people_sees_their_duties_and_nobody_else(office: Office) -> None:
    await enter(office, "S-1", WORKER)
    for role in Role:
        reader = office.person("reader", role, COUNTY, WATER if role is Role.HANDLER else None)
        answers = [await reader.get(path) for path in ("/staff/S-1/duties", "/staff/S-1")]
        expected = 403 if role is Role.INTEGRATOR else 200
        assert [answer.status_code for answer in answers] == [expected, expected], role
    unknown, neighbour = [await office.dispatcher.get(path) for path in ("/staff/S-9/duties", "/staff/S-9")]
    assert (unknown.status_code, unknown.json()["title"]) == (404, neighbour.json()["title"])
