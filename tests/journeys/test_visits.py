"""Visits by HTTP on either bus: 95 nights in a town, and two rounds in a town of 114 natural villages.

The second has a tenth of its households, 1,280, in the same 114 villages: to enter 12,800 by HTTP takes minutes and
shows nothing more; ``tests/integration/intake/test_coverage.py`` has the figures of 12,792.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from libs.common.bus.flow import Service
from libs.common.events.visits import VisitFacts, VisitRecorded
from libs.common.pack.areas import AreaLevel
from libs.common.pack.loader import load_pack
from libs.common.security.principal import Role
from tests.conftest import MakeDatabase
from tests.journeys.county import DEMO, County, Person, open_county
from tests.support.eventually import eventually

NIGHTS, BY_DAY = DEMO.parent / "taihu-xiaochi", DEMO.parent / "changle-tangwu"
IN_THE_PLACE = ZoneInfo("Asia/Shanghai")
HOUSEHOLDS, VISITS, ROUNDS = "/intake/v1/households", "/intake/v1/visits", "/intake/v1/rounds"
FIGURES = "/analytics/v1/visits"
PEOPLE, A_NIGHT, EVENINGS = 110, 15, 95
AT_ONCE = 40


@pytest.fixture
async def town(
    request: pytest.FixtureRequest, either_bus: dict[str, Any], make_database: MakeDatabase, tmp_path: Path
) -> AsyncIterator[County]:
    """A house on either bus that works by a town's pack."""
    async with open_county(await make_database("template0"), tmp_path, pack=request.param, **either_bus) as county:
        yield county
        await county.check()


async def many(work: Iterable[Awaitable[Any]]) -> list[Any]:
    """All of it, some at a time, in order."""
    waiting, done = [*work], list[Any]()
    for first in range(0, len(waiting), AT_ONCE):
        done += await asyncio.gather(*waiting[first : first + AT_ONCE])
    return done


async def appoint(town: County, staff: Sequence[str], post: str, unit: str) -> None:
    """These people hold a post since a month, and intake knows them."""
    begun = (town.house.clock.now() - timedelta(days=30)).isoformat()
    term = {"post_code": post, "unit_code": unit, "begins_at": begun}
    people = [{"staff_id": one, "name": "干部", "terms": [term]} for one in staff]
    await many(town.admin.do("/dispatch/v1/staff", person) for person in people)
    await town.house.settle()
    known = town.house.services[Service.INTAKE].runtime.door_database.staff

    async def are_known() -> bool:
        return all(known.member(one) is not None for one in staff)

    await eventually(are_known)


def visit(household_id: str, at: datetime, *staff_ids: str, **fields: Any) -> dict[str, Any]:
    span = {"started_at": at.isoformat(), "ended_at": (at + timedelta(minutes=20)).isoformat()}
    return {"household_id": household_id, "staff_ids": [*staff_ids], "outcome": "reached", **span, **fields}


async def told(town: County) -> list[VisitFacts]:
    """Every visit that was told."""
    sql = "SELECT payload::text AS said FROM ledger WHERE type = $1"
    rows = await town.rows(Service.INTAKE, sql, VisitRecorded.type_name)
    return [VisitRecorded.model_validate_json(row.said) for row in rows]


@pytest.mark.parametrize("town", [NIGHTS], ids=lambda folder: folder.name, indirect=True)
async def test_ninety_five_nights_of_fifteen_households(town: County) -> None:
    pack = load_pack(NIGHTS)
    villages = [area.code for area in pack.areas if area.level is AreaLevel.VILLAGE]
    unit = next(unit.code for unit in pack.units if unit.area_code == villages[0])
    people = [f"G-{number:03}" for number in range(PEOPLE)]
    await appoint(town, people, "village_cadre", unit)
    contacts = [people[number % PEOPLE] for number in range(EVENINGS * A_NIGHT)]
    assert Counter(Counter(contacts).values()) == {13: 105, 12: 5}
    homes = zip(contacts, villages * EVENINGS * A_NIGHT, strict=False)
    told_of = [{"area_code": place, "contact_staff_id": contact} for contact, place in homes]
    entered = await many(town.operator.do(HOUSEHOLDS, one) for one in told_of)
    ids = [one["household_id"] for one in entered]
    first = town.house.clock.now().astimezone(IN_THE_PLACE).date()
    terms = {"begins_on": first.isoformat(), "ends_on": (first + timedelta(days=EVENINGS)).isoformat()}
    purposes = [purpose.code for purpose in pack.visits.purposes]
    body = {
        "name": "民情夜访",
        "area_code": town.place,
        "slots": "night",
        "purposes": purposes,
        "gap_days": 30,
        **terms,
    }
    round_id = (await town.operator.do(ROUNDS, body | terms))["round_id"]
    by_day = await town.operator.do(VISITS, visit(ids[20], town.house.clock.now() - timedelta(hours=1), contacts[20]))
    assert (by_day["slot"], by_day["rounds"][0]["counts"]) == ("day", False)
    for night in range(EVENINGS):
        day = first + timedelta(days=night)
        at = datetime(day.year, day.month, day.day, 20, tzinfo=IN_THE_PLACE)
        await town.admin.do("/followup/ops/clock/advance", {"to": (at + timedelta(hours=1)).isoformat()})
        tonight = range(night * A_NIGHT, (night + 1) * A_NIGHT)
        leaflets = [{"safety_leaflet": 2 if n < 675 else 1} for n in tonight]
        made = [
            visit(ids[n], at, contacts[n], purposes=purposes, materials=given)
            for n, given in zip(tonight, leaflets, strict=True)
        ]
        await many(town.operator.do(VISITS, one) for one in made)
        if night == 0:
            again = await town.operator.post(VISITS, visit(ids[1], at + timedelta(minutes=30), contacts[1]))
            assert (again.status_code, again.json()["duplicate_of"] is not None) == (201, True)
            await town.operator.do(f"{VISITS}/{again.json()['visit_id']}/voiding", {"why": "同日重复登记"})
        if night == 1:
            soon = await town.operator.post(VISITS, visit(ids[1], at, contacts[1]))
            assert (soon.status_code, soon.json()["type"]) == (409, "urn:huiyin:problem:visit-too-soon")
    found = await town.supervisor.ask(f"{ROUNDS}/{round_id}/coverage", by="person", limit=200)
    whole = found["whole"]
    assert (whole["visited"], whole["households"], whole["visited_share"]) == (1_425, 1_425, "100.0 %")
    assert sorted(Counter(row["visited"] for row in found["rows"]).items()) == [(12, 5), (13, 105)]
    assert f"{whole['visited'] / len(found['rows']):.2f}" == "12.95"
    five = (await town.supervisor.ask(f"{ROUNDS}/{round_id}/coverage", by="purpose"))["purposes"]
    assert [(one["served"], one["share"]) for one in five] == [(1_425, "100.0 %")] * 5
    facts = [one for one in await told(town) if one.duplicate_of is None]
    assert sum(one.materials.get("safety_leaflet", 0) for one in facts) == 2_100
    assert Counter(one.slot.value for one in facts) == {"night": 1_425, "day": 1}
    assert (await town.supervisor.ask(f"{ROUNDS}/{round_id}/gaps"))["items"] == []
    days = {"from_day": first.isoformat(), "until_day": (first + timedelta(days=EVENINGS)).isoformat()}
    await nights_in_analytics(town, round_id, whole, days)
    again_told = await town.supervisor.ask(f"{FIGURES}/list", counter="duplicates", **days)
    assert [one["household_id"] for one in again_told["items"]] == [ids[1]]


async def nights_in_analytics(town: County, round_id: str, whole: dict[str, Any], days: dict[str, str]) -> None:
    """The same nights as figures of analytics: 12.95 to each, and 2,100 leaflets."""
    await town.house.settle()
    await same_in_analytics(town, round_id, whole)
    official = await town.supervisor.ask(f"{FIGURES}/people", round_id=round_id, limit=200, **days)
    assert official["visits_each"] == {"numerator": 1_425, "denominator": 110, "text": "12.95"}
    assert Counter(row["visits"] for row in official["rows"]) == {13: 105, 12: 5}
    assert all(row["coverage"][0]["text"] == "100.0 %" for row in official["rows"])
    found = await town.supervisor.ask(f"{FIGURES}/things", thing="material", **days)
    assert [(row["code"], row["amount"]) for row in found["rows"]] == [("safety_leaflet", "2100")]


async def same_in_analytics(town: County, round_id: str, whole: dict[str, Any]) -> None:
    """Analytics tells of a round what intake does."""
    found = (await town.supervisor.ask(f"{FIGURES}/coverage", round_id=round_id))["whole"]
    told = ("households", "visited", "reached", "refused", "by_phone", "nobody_home", "moved", "untried", "late")
    assert {name: found[name] for name in told} == {name: whole[name] for name in told}
    assert found["visited_share"]["text"] == whole["visited_share"]


async def reach(town: County, ids: Sequence[str], staff_id: str) -> None:
    """Somebody is found in each of them, just now."""
    at = town.house.clock.now() - timedelta(hours=1)
    await many(town.operator.do(VISITS, visit(one, at, staff_id)) for one in ids)


async def counts(person: Person, round_id: str, **query: Any) -> tuple[int, int, str]:
    """Numerator, denominator, and what is printed."""
    whole = (await person.ask(f"{ROUNDS}/{round_id}/coverage", **query))["whole"]
    return whole["visited"], whole["households"], whole["visited_share"]


@pytest.mark.parametrize("town", [BY_DAY], ids=lambda folder: folder.name, indirect=True)
async def test_two_rounds_of_all_resident_households(town: County) -> None:
    pack = load_pack(BY_DAY)
    places = [area.code for area in pack.areas if area.level is AreaLevel.GRID]
    assert len(places) == 114
    unit = next(unit.code for unit in pack.units if unit.area_code == places[0][:12])
    await appoint(town, ["T-1"], "village_head", unit)
    homes = [{"area_code": places[number % 114]} for number in range(1_280)]
    vacant = [{"area_code": places[number], "household_class": "vacant"} for number in range(20)]
    entered = await many(town.operator.do(HOUSEHOLDS, one) for one in homes + vacant)
    ids = [one["household_id"] for one in entered][:1_280]
    today = town.house.clock.now().astimezone(IN_THE_PLACE).date()

    async def opened(name: str, first: int) -> str:
        span = {
            "begins_on": (today + timedelta(days=first)).isoformat(),
            "ends_on": (today + timedelta(days=first + 30)).isoformat(),
        }
        made = await town.operator.do(ROUNDS, {"name": name, "area_code": town.place, "gap_days": 10, **span})
        return str(made["round_id"])

    first = await opened("第一轮", 0)
    await reach(town, ids, "T-1")
    assert await counts(town.supervisor, first) == (1_280, 1_280, "100.0 %")
    await town.supervisor.do(f"{ROUNDS}/{first}/closing")
    for household_id in ids[:12]:
        moved = {"reason": "moved_away", "why": "全家迁往外地"}
        await town.operator.do(f"{HOUSEHOLDS}/{household_id}/muting", moved)
        await town.supervisor.do(f"{HOUSEHOLDS}/{household_id}/muting/decision", {"granted": True})
    for number in range(12, 16):
        new = {"area_code": places[number % 114]}
        await town.operator.do(f"{HOUSEHOLDS}/{ids[number]}/split", {"new": new})
    assert await counts(town.supervisor, first) == (1_280, 1_280, "100.0 %"), "what comes later changes the next only"
    await town.advance(days=40)
    second = await opened("第二轮", 40)
    standing = [one["household_id"] for one in await gaps(town, second)]
    assert len(standing) == 1_272
    missing, refused, nobody = standing[0], standing[1], standing[2]
    for _ in range(2):
        body = visit(nobody, town.house.clock.now() - timedelta(hours=1), "T-1", outcome="nobody_home")
        await town.operator.do(VISITS, body)
    assert (await counts(town.supervisor, second))[0] == 0, "nobody home twice is not reached"
    body = visit(refused, town.house.clock.now() - timedelta(hours=1), "T-1", outcome="refused")
    await town.operator.do(VISITS, body)
    await reach(town, standing[2:], "T-1")
    assert await counts(town.supervisor, second) == (1_271, 1_272, "99.9 %")
    assert [one["household_id"] for one in await gaps(town, second)] == [missing]
    whole = (await town.supervisor.ask(f"{ROUNDS}/{second}/coverage"))["whole"]
    assert (whole["refused"], whole["reached"], whole["nobody_home"]) == (1, 1_270, 0)
    await town.house.settle()
    await same_in_analytics(town, second, whole)
    await same_in_analytics(town, first, (await town.supervisor.ask(f"{ROUNDS}/{first}/coverage"))["whole"])
    villages = await town.leader.ask(f"{ROUNDS}/{second}/coverage", level="grid", limit=200)
    assert (len(villages["rows"]), sum(row["households"] for row in villages["rows"])) == (114, 1_272)
    for view in ("then", "now"):
        assert (await counts(town.supervisor, second, view=view))[:2] == (1_271, 1_272)


async def gaps(town: County, round_id: str) -> list[dict[str, Any]]:
    """All who were not reached, page by page."""
    items: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 200}
    while True:
        page = await town.supervisor.ask(f"{ROUNDS}/{round_id}/gaps", **query)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        query["cursor"] = page["next_cursor"]


async def test_who_visited_never_asks_whether_it_is_solved(county: County) -> None:
    await appoint(county, ["S-1", "S-2"], "village_cadre", "V-999001101201")
    made = await county.operator.do(HOUSEHOLDS, {"area_code": "999001101201", "head": "张三", "phone": "13812341234"})
    at = county.house.clock.now() - timedelta(hours=1)
    solved = {"what": "solved_on_the_spot", "text": "不会缴医保", "answer": "现场协助缴费，已成功"}
    body = visit(made["household_id"], at, "S-1", "S-2", matters=[solved])
    recorded = await county.operator.do(VISITS, body)
    case_id = recorded["matters"][0]["case_id"]
    await county.house.settle()
    callback = await county.callback(case_id)
    answer = {"reached": "answered", "contacted": True, "solved": True, "satisfaction": "satisfied"}
    caller = {"post_code": "caller", "unit_code": "H-12345"}
    for staff_id in ("S-1", "S-2"):
        await county.admin.do(f"/dispatch/v1/staff/{staff_id}/terms", caller)
        await county.house.settle()
        visitor = county.person(f"caller-{staff_id}", Role.CALLER, staff_id=staff_id, unit="H-12345")

        async def is_refused(visitor: Person = visitor) -> bool:
            asked = await visitor.post(f"/followup/v1/callbacks/{callback['callback_id']}/attempts", answer)
            return asked.status_code == 403 and "post" not in asked.json()["type"]

        await eventually(is_refused)
    await county.call(case_id, answer)
    assert (await county.case(case_id))["closing"] == "substantive"
