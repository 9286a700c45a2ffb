"""Visits by HTTP: 95 nights in a town on either bus, and who may ask whether what a visit heard is solved."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from libs.common.bus.flow import Service
from libs.common.events.visits import VisitFacts, VisitRecorded
from libs.common.pack.areas import AreaLevel
from libs.common.pack.loader import load_pack
from libs.common.security.principal import Role
from tests.journeys.county import DEMO, VILLAGE_UNIT, County, Person
from tests.journeys.visits import (
    FIGURES,
    HOUSEHOLDS,
    IN_THE_PLACE,
    ROUNDS,
    VISITS,
    appoint,
    many,
    same_in_analytics,
    visit,
)
from tests.support.eventually import eventually

NIGHTS = DEMO.parent / "taihu-xiaochi"
PEOPLE, A_NIGHT, EVENINGS = 110, 15, 95


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
    await appoint(town, "village_cadre", dict.fromkeys(people, unit))
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


async def test_who_visited_never_asks_whether_it_is_solved(county: County) -> None:
    await appoint(county, "village_cadre", dict.fromkeys(("S-1", "S-2"), VILLAGE_UNIT))
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
