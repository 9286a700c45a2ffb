"""A visit: recorded once with its cases, kept apart by the gap, and told apart by what came of it."""

import uuid
from datetime import timedelta
from typing import Any

import orjson
import pytest

from libs.common.events.visits import VisitRecorded
from libs.common.security.principal import Role
from tests.integration.intake.door import NOW, OTHER_TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import (
    NIGHT,
    VILLAGE_UNIT,
    VISITS,
    Homes,
    Visitors,
    said,
    with_visitors,
)
from tests.integration.intake.recounting import recounted, tallied

DAY = timedelta(days=1)
AS_CADRE = {"staff": "S-1", "unit": VILLAGE_UNIT, "area": VILLAGE}


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    return await with_visitors(intake)


async def test_a_visit_is_kept_told_and_counted(intake: IntakeDoor, home: str, visitors: Visitors) -> None:
    round_id = await visitors.open(purposes=["policy", "service"])
    told: dict[str, Any] = {
        "purposes": ["policy"],
        "materials": {"safety_leaflet": 2},
        "topics": ["jobs", "school"],
        "findings": {"gas": True, "plots": 3, "surroundings": "欧阳金丝雀家门前整洁"},
        "quantities": [{"what": "清理垃圾", "number": 3.5, "unit": "吨"}],
        "photos": ["a" * 64],
        "guide": "村民组长欧阳小雀带路",
        "place_code": VILLAGE,
        "staff_ids": ["S-1", "S-2"],
    }
    made = await visitors.record(home, **told)
    assert (made["day"], made["slot"], made["status"], made["version"]) == ("2026-03-04", "day", "recorded", 1)
    assert made["rounds"] == [{"round_id": round_id, "counts": True, "late": False, "early": False}]
    assert made["quantities"] == [{"what": "清理垃圾", "number": "3.5", "unit": "吨"}]
    assert "金丝雀" not in made["findings"]["surroundings"]
    assert "小雀" not in made["guide"]
    assert await intake.get(f"{VISITS}/{made['visit_id']}", visitors.headers) == made
    (event,) = await said(intake, home, VisitRecorded)
    assert (event.materials, event.staff_ids, event.rounds) == ({"safety_leaflet": 2}, ("S-1", "S-2"), (round_id,))
    everything = await intake.payloads()
    assert not [word for word in ("欧阳", "金丝雀", "小雀", "13812345678", "13987654321", "15号") if word in everything]
    assert await visitors.counts(round_id) == (1, 1)
    (policy, service) = (await visitors.coverage(round_id, by="purpose"))["purposes"]
    assert (policy["served"], policy["households"], policy["share"]) == (1, 1, "100.0 %")
    assert (service["served"], service["share"]) == (0, "0.0 %")
    for query in ({"staff_id": "S-2"}, {"household_id": home}, {"round_id": round_id}, {"on": "2026-03-04"}):
        page = await intake.get(VISITS, visitors.headers, query)
        assert [one["visit_id"] for one in page["items"]] == [made["visit_id"]], query


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"staff_ids": []}, "staff_ids"),
        ({"staff_ids": ["S-9"]}, "staff_ids/0"),
        ({"staff_ids": ["S-1", "S-1"]}, "staff_ids/1"),
        ({"started_at": NOW + timedelta(hours=1)}, "started_at"),
        ({"started_at": NOW - timedelta(days=60)}, "staff_ids/0"),
        ({"ended_at": (NOW - 2 * DAY).isoformat()}, "ended_at"),
        ({"purposes": ["gold"]}, "purposes"),
        ({"purposes": ["policy"], "outcome": "nobody_home"}, "purposes"),
        ({"materials": {"gold": 1}}, "materials"),
        ({"materials": {"safety_leaflet": -1}}, "materials/safety_leaflet"),
        ({"topics": ["gold"]}, "topics"),
        ({"findings": {"gas": 3}}, "findings/gas"),
        ({"findings": {"plots": True}}, "findings/plots"),
        ({"findings": {"gold": True}}, "findings"),
        ({"place_code": "999009000000"}, "place_code"),
        ({"photos": ["x"]}, "photos/0"),
        ({"household_id": str(uuid.UUID(int=7))}, "household_id"),
        ({"round_id": str(uuid.UUID(int=7))}, "round_id"),
        ({"matters": [{"what": "explained", "text": "问医保"}]}, "matters/0/answer"),
        (
            {"matters": [{"what": "becomes_case", "text": "路灯坏了", "category_code": "9999"}]},
            "matters/0/category_code",
        ),
        ({"outcome": "nobody_home", "matters": [{"what": "becomes_case", "text": "路灯坏了"}]}, "matters"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_cannot_be_is_named_by_its_field_and_changes_nothing(
    intake: IntakeDoor, home: str, visitors: Visitors, fields: dict[str, Any], named: str
) -> None:
    body = visitors.visit(home) | visitors.visit(home, **fields)
    refused = await visitors.post(VISITS, body)
    assert refused.status_code == 422, refused.text
    assert refused.json()["fields"][0]["field"] == named
    counted = await intake.rows("SELECT (SELECT count(*) FROM visit) + (SELECT count(*) FROM cases) AS n")
    assert counted[0].n == 0


async def test_who_records_for_whom(intake: IntakeDoor, home: str, visitors: Visitors) -> None:
    mine = visitors.by(Role.VISITOR, subject="v-1", **AS_CADRE)
    refused = await mine.refused(home, staff_ids=["S-2"])
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "staff_ids")
    assert (await mine.record(home))["entered_by"] == "staff:S-1"
    elsewhere = visitors.by(Role.VISITOR, subject="v-2", area=OTHER_TOWN)
    assert (await elsewhere.refused(home)).status_code == 422, "out of reach"
    leader = visitors.by(Role.LEADER, subject="l")
    assert (await leader.refused(home)).status_code == 403


async def test_the_same_visit_again_is_the_same(intake: IntakeDoor, home: str, visitors: Visitors) -> None:
    visit_id = str(uuid.UUID(int=1))
    matters = [{"what": "becomes_case", "text": "村口路灯坏了"}]
    body = visitors.visit(home, visit_id=visit_id, matters=matters)
    first = await visitors.done(VISITS, body, key="k-1")
    assert await visitors.done(VISITS, body, key="k-1") == first
    assert await visitors.done(VISITS, body) == first
    other = await visitors.post(VISITS, visitors.visit(home, visit_id=visit_id, started_at=NOW - DAY))
    assert (other.status_code, other.json()["type"]) == (409, "urn:huiyin:problem:visit-known")
    assert (await intake.counts())["cases"] == 1


async def test_of_two_visits_of_one_moment_the_one_that_was_there_first_stays_the_first(
    intake: IntakeDoor, home: str, visitors: Visitors
) -> None:
    """Whatever ids their makers gave them, and however the clocks of two processes differ."""
    early, late = ("0" * 8 + "-0000-7000-8000-" + digit * 12 for digit in "0f")
    first = await visitors.record(home, visit_id=late)
    assert (await visitors.record(home, visit_id=early))["duplicate_of"] == late
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch("UPDATE visit SET recorded_at = recorded_at + interval '1 second'")
    assert (await visitors.record(home))["duplicate_of"] == late
    assert (await intake.get(f"{VISITS}/{late}", visitors.headers))["version"] == first["version"]


async def test_a_visit_within_the_gap_names_the_first_and_one_of_the_day_is_its_duplicate(
    intake: IntakeDoor, home: str, visitors: Visitors
) -> None:
    round_id = await visitors.open(gap_days=3)
    first = await visitors.record(home, materials={"safety_leaflet": 1})
    twin = await visitors.record(home, staff_ids=["S-2"])
    assert (twin["duplicate_of"], await visitors.counts(round_id)) == (first["visit_id"], (1, 1))
    found = await intake.get(VISITS, visitors.headers, {"duplicates": True})
    assert [one["visit_id"] for one in found["items"]] == [twin["visit_id"]]
    intake.move_clock(NOW + 2 * DAY)
    refused = await visitors.refused(home)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:huiyin:problem:visit-too-soon")
    assert first["visit_id"] in refused.json()["detail"]
    assert (await visitors.record(home, outcome="nobody_home"))["duplicate_of"] is None, "nobody was bothered"
    intake.move_clock(NOW + 3 * DAY)
    assert (await visitors.record(home))["duplicate_of"] is None
    assert await tallied(intake, round_id) == await recounted(intake, round_id)


async def test_without_a_round_the_place_keeps_its_gap(intake: IntakeDoor, home: str, visitors: Visitors) -> None:
    await visitors.record(home)
    intake.move_clock(NOW + 6 * DAY)
    assert (await visitors.refused(home)).status_code == 409
    intake.move_clock(NOW + 7 * DAY)
    await visitors.record(home)


async def test_a_visit_by_day_does_not_count_where_nights_do(intake: IntakeDoor, home: str, visitors: Visitors) -> None:
    round_id = await visitors.open(slots="night", gap_days=7)
    by_day = await visitors.record(home)
    assert (by_day["slot"], by_day["rounds"][0]["counts"]) == ("day", False)
    assert await visitors.counts(round_id) == (0, 1)
    intake.move_clock(NIGHT + DAY)
    by_night = await visitors.record(home)
    assert (by_night["slot"], await visitors.counts(round_id)) == ("night", (1, 1))


async def test_outcomes_are_told_apart(intake: IntakeDoor, homes: Homes, visitors: Visitors) -> None:
    round_id = await visitors.open()
    for outcome in ("reached", "refused", "by_phone", "nobody_home", "moved"):
        await visitors.record((await homes.register())["household_id"], outcome=outcome)
    await homes.register()
    whole = (await visitors.coverage(round_id))["whole"]
    assert {name: whole[name] for name in ("households", "visited", "contacted", "untried")} == {
        "households": 6,
        "visited": 2,
        "contacted": 3,
        "untried": 1,
    }
    assert [whole[name] for name in ("reached", "refused", "by_phone", "nobody_home", "moved")] == [1] * 5
    assert (whole["visited_share"], whole["contacted_share"]) == ("33.3 %", "50.0 %")


async def test_a_matter_becomes_a_case_with_the_visit_and_its_citizen_is_called_back(
    intake: IntakeDoor, home: str, visitors: Visitors
) -> None:
    mine = visitors.by(Role.VISITOR, subject="v-1", **AS_CADRE)
    matters = [
        {"what": "solved_on_the_spot", "text": "欧阳金丝雀不会缴医保", "answer": "现场协助缴费", "kind": "help"},
        {"what": "becomes_case", "text": "村口路灯坏了三天", "category_code": "0101", "kind": "help"},
        {"what": "explained", "text": "欧阳小雀的低保何时发", "answer": "每月十日发放", "kind": "consult"},
    ]
    made = await mine.record(home, matters=matters)
    solved, becomes, explained = made["matters"]
    assert (explained["case_id"], explained["answer"]) == (None, "每月十日发放")
    assert "小雀" not in explained["text"]
    assert (solved["text"], becomes["text"]) == (None, None)
    rows = await intake.rows("SELECT case_id, status, channel, area_code FROM cases ORDER BY status")
    assert [(row.case_id, row.status, row.channel, row.area_code) for row in rows] == [
        (solved["case_id"], "answered", "visit", VILLAGE),
        (becomes["case_id"], "registered", "visit", VILLAGE),
    ]
    (told,) = await intake.rows(
        "SELECT payload::text AS said FROM ledger WHERE type = 'cn.huiyin.case.answered_directly'"
    )
    answered = orjson.loads(told.said)
    assert (answered["answered_by"], answered["answered_by_staff"]) == ("v-1", "S-1")
    shown = await intake.get(f"/intake/v1/cases/{solved['case_id']}", intake.operator)
    assert shown["requester"]["phone"] == "138****5678", "whom the callback calls"
    assert not [word for word in ("欧阳", "金丝雀", "小雀") if word in await intake.payloads()]
    (event,) = await said(intake, home, VisitRecorded)
    assert [(one.end, one.case_id) for one in event.matters] == [
        ("solved_on_the_spot", solved["case_id"]),
        ("becomes_case", becomes["case_id"]),
        ("explained", None),
    ]


async def test_what_an_operator_writes_down_was_answered_by_who_was_there(
    intake: IntakeDoor, home: str, visitors: Visitors
) -> None:
    matters = [{"what": "solved_on_the_spot", "text": "不会缴医保", "answer": "现场协助缴费"}]
    made = await visitors.record(home, matters=matters, staff_ids=["S-2", "S-1"])
    assert made["entered_by"] == "operator-1"
    (told,) = await intake.rows(
        "SELECT payload::text AS said FROM ledger WHERE type = 'cn.huiyin.case.answered_directly'"
    )
    answered = orjson.loads(told.said)
    assert (answered["answered_by_staff"], answered["answered_by_unit"]) == ("S-2", "V-999001101201")


async def test_a_muted_household_is_unmuted_by_being_found_and_by_nothing_else(
    intake: IntakeDoor, home: str, homes: Homes, visitors: Visitors
) -> None:
    round_id = await visitors.open()
    await homes.done(f"/{home}/muting", {"reason": "moved_away", "why": "外出"})
    confirmer = homes.by(Role.SUPERVISOR, subject="supervisor-1")
    await confirmer.done(f"/{home}/muting/decision", {"granted": True})
    assert await visitors.counts(round_id) == (0, 0)
    assert (await visitors.refused(home, outcome="nobody_home")).status_code == 409
    made = await visitors.record(home)
    assert (made["unmuted"], await visitors.counts(round_id)) == (True, (1, 1))
    household = await homes.one(home)
    assert (household["status"], household["muted_for"]) == ("registered", None)
    ended = (await homes.register())["household_id"]
    await homes.done(f"/{ended}/merge", {"into": home, "why": "并户"})
    assert (await visitors.refused(ended)).status_code == 409


async def test_a_visit_that_comes_late_is_counted_as_late(intake: IntakeDoor, home: str, visitors: Visitors) -> None:
    round_id = await visitors.open(ends_on="2026-03-05")
    intake.move_clock(NOW + 3 * DAY)
    await visitors.close(round_id)
    made = await visitors.record(home, started_at=NOW + timedelta(hours=1))
    assert made["rounds"] == [{"round_id": round_id, "counts": True, "late": True, "early": False}]
    whole = (await visitors.coverage(round_id))["whole"]
    assert (whole["visited"], whole["households"], whole["late"]) == (1, 1, 1)
    assert await tallied(intake, round_id) == await recounted(intake, round_id)
