"""翠屏街道's Tuesdays by HTTP on either bus: twenty patches, 22 Tuesdays of which one is a holiday, 420 area days
and 419 gone to; what is raised at a collection point and at a forum; and the same place by the other holiday rule.
"""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from libs.common.bus.flow import Service
from libs.common.pack.areas import AreaLevel
from libs.common.pack.loader import load_pack
from tests.conftest import MakeDatabase
from tests.journeys.county import DEMO, SATISFIED, County, open_county
from tests.journeys.visits import HOUSEHOLDS, VISITS, many, visit
from tests.support.eventually import eventually

PLACE = DEMO.parent / "dachuan-cuiping"
IN_THE_PLACE = ZoneInfo("Asia/Shanghai")
START = datetime(2019, 7, 1, 1, tzinfo=UTC)
FIRST, LAST = "2019-07-01", "2019-11-30"
SEASON = {"from_day": FIRST, "until_day": LAST}
MISSED, HOLIDAY, NEXT = "2019-08-13", "2019-10-01", "2019-10-08"
TEAMS, POINTS, OCCASIONS = "/intake/v1/teams", "/intake/v1/points", "/intake/v1/occasions"
AREA_DAYS, VISIT_DAYS = "/intake/v1/area-days", "/intake/v1/visit-days"
TOWN_UNIT = "T-511703002"


@asynccontextmanager
async def street(url: str, folder: Path, pack: Path, **bus: Any) -> AsyncIterator[County]:
    """The street, on the first day of its season, audited at the end."""
    async with open_county(url, folder, pack=pack, start=START, **bus) as county:
        yield county
        await county.check()


@pytest.fixture
async def town(either_bus: dict[str, Any], make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[County]:
    async with street(await make_database("template0"), tmp_path, PLACE, **either_bus) as county:
        yield county


@dataclass(frozen=True)
class Patch:
    """A patch with its people: one stationed cadre and three to five members of its community."""

    code: str
    name: str
    community: str
    head: str
    members: tuple[str, ...]

    @property
    def people(self) -> tuple[str, ...]:
        return (self.head, *self.members)

    def team(self, members: int | None = None, **fields: Any) -> dict[str, Any]:
        seats = [{"staff_id": self.head, "part": "head"}]
        seats += [{"staff_id": one, "part": "member"} for one in self.members[:members]]
        return {"rule": "patch", "area_code": self.code, **SEASON, "members": seats} | fields


def patches() -> Iterator[Patch]:
    sizes = cycle((3, 4, 5))
    areas = (area for area in load_pack(PLACE).areas if area.level is AreaLevel.GRID)
    for number, area in enumerate(areas):
        members = tuple(f"M-{number:02}-{one}" for one in range(next(sizes)))
        yield Patch(area.code, area.name, area.code[:12], f"P-{number:02}", members)


async def appoint(town: County, everybody: list[Patch], *also: str) -> None:
    """They hold their posts since a month; further members are of the first patch's community."""
    begun = (START - timedelta(days=30)).isoformat()

    def person(staff_id: str, **term: str) -> dict[str, Any]:
        return {"staff_id": staff_id, "name": "干部", "terms": [term | {"begins_at": begun}]}

    records = [
        person(one.head, post_code="stationed_cadre", unit_code=TOWN_UNIT, area_code=one.community) for one in everybody
    ]
    members = [(one.community, staff_id) for one in everybody for staff_id in one.members]
    members += [(everybody[0].community, staff_id) for staff_id in also]
    records += [person(staff_id, post_code="member", unit_code=f"V-{where}") for where, staff_id in members]
    await many(town.admin.do("/dispatch/v1/staff", record) for record in records)
    await town.house.settle()
    known = town.house.services[Service.INTAKE].runtime.door_database.staff

    async def are_known() -> bool:
        return all(known.member(record["staff_id"]) is not None for record in records)

    await eventually(are_known)


async def until(town: County, day: str, hour: int = 19) -> datetime:
    at = datetime.combine(date.fromisoformat(day), datetime.min.time(), IN_THE_PLACE) + timedelta(hours=hour)
    await town.admin.do("/followup/ops/clock/advance", {"to": at.isoformat()})
    return at


def attendance(patch: Patch, day: str) -> dict[str, Any]:
    """Everybody was there, but for one patch on one day."""
    if day == MISSED and patch.code.endswith("003002"):
        return {"on_day": day, "absent": [{"staff_id": one, "reason": "other_duty"} for one in patch.people]}
    return {"on_day": day, "present": [*patch.people]}


async def test_twenty_patches_go_out_on_21_tuesdays_and_one_of_them_misses_one(town: County) -> None:
    everybody = [*patches()]
    people = sum(len(patch.people) for patch in everybody)
    assert (len(everybody), 80 <= people <= 120) == (20, True)
    first, second, *_ = everybody
    extra = [f"X-{number}" for number in range(3)]
    await appoint(town, everybody, *extra)
    six = Patch(first.code, first.name, first.community, first.head, (*first.members, *extra))
    for wrong in (first.team(2), six.team(6)):
        refused = await town.operator.post(TEAMS, wrong)
        assert (refused.status_code, refused.json()["type"]) == (422, "urn:huiyin:problem:team-rule")
    formed = await many(town.operator.do(TEAMS, patch.team()) for patch in everybody)
    teams = dict(zip(everybody, [one["team_id"] for one in formed], strict=True))
    one_day = {"rule": "patch", "area_code": second.code, "on": MISSED, "members": first.team()["members"]}
    twice = await town.operator.post(TEAMS, one_day)
    assert (twice.status_code, twice.json()["type"]) == (409, "urn:huiyin:problem:in-another-team")
    told = await town.leader.ask(VISIT_DAYS, **SEASON, days="tuesdays")
    tuesdays = [one["day"] for one in told["items"]]
    assert [(one["day"], one["moved_to"]) for one in told["on_holidays"]] == [(HOLIDAY, None)]
    assert (len(tuesdays), HOLIDAY in tuesdays, "2019-09-29" in tuesdays) == (21, False, False)
    for day in tuesdays:
        await until(town, day)
        await many(
            town.supervisor.do(f"{TEAMS}/{team_id}/attendance", attendance(patch, day))
            for patch, team_id in teams.items()
        )
    await until(town, "2019-12-01")
    season = await town.leader.ask(AREA_DAYS, **SEASON)
    assert (season["went"], season["expected"], season["share"], season["ahead"]) == (419, 420, "99.8 %", 0)
    assert {day["members"] for day in season["days"]} == {people}
    week = await town.leader.ask(AREA_DAYS, from_day="2019-08-12", until_day="2019-08-18")
    assert (week["went"], week["expected"]) == (19, 20)
    (missing,) = week["days"][0]["missing"]
    assert (missing["area_name"], missing["state"]) == ("滨河社区第二片区", "nobody_came")
    assert [area["missing"] for area in season["areas"] if area["missing"]] == [[MISSED]]
    community = await town.leader.ask(AREA_DAYS, **SEASON, area_code=everybody[4].community)
    assert (community["went"], community["expected"]) == (41, 42)


async def test_what_is_raised_at_a_point_and_at_a_forum_becomes_cases_that_say_where(town: County) -> None:
    first, *others = patches()
    await appoint(town, [first, *others[:1]])
    told = {"code": "yangliu-square", "kind": "square", "name": "杨柳广场收集点", "place": "广场东门", "days": "points"}
    hours = {"area_code": first.community, "opens_at": "09:00", "closes_at": "11:30"}
    point = (await town.operator.do(POINTS, told | hours))["point_id"]
    duty = {"from_day": FIRST, "until_day": LAST, "staff_ids": [first.head]}
    await town.supervisor.do(f"{POINTS}/{point}/duty", duty)
    roster = await town.supervisor.ask(f"{POINTS}/{point}/duty", **SEASON)
    assert (len(roster["open_on"]), HOLIDAY in roster["open_on"], len(roster["items"])) == (21, False, 21)
    started = await until(town, "2019-07-02", hour=9)
    await until(town, "2019-07-02", hour=12)
    (open_then,) = (await town.supervisor.ask(POINTS, on="2019-07-02"))["items"]
    assert [one["staff_id"] for one in open_then["on_duty"]] == [first.head]
    span = {"started_at": started.isoformat(), "ended_at": (started + timedelta(hours=1)).isoformat()}
    who = {"requester": {"name": "张三", "phone": "13812341234"}}
    card = {"what": "solved_on_the_spot", "text": "不会缴医保。", "answer": "现场协助缴费，已成功。"} | who
    lamp = {"what": "becomes_case", "text": "小区路灯坏了。", "category_code": "0501"} | who
    collected = {
        "kind": "collection",
        "point_id": point,
        "staff_ids": [first.head],
        "citizens": 9,
    }
    made = await town.operator.do(OCCASIONS, collected | span | {"matters": [card, lamp]})
    assert made["at_hours"] == "within"
    begun, ended = started + timedelta(minutes=150), started + timedelta(minutes=170)
    late = {"started_at": begun.isoformat(), "ended_at": ended.isoformat()}
    again = await town.operator.do(OCCASIONS, collected | late)
    assert again["at_hours"] == "outside"
    forum = {"kind": "forum", "area_code": town.place, "place": "街道会议室", "topic": "路灯", "citizens": 20}
    heard = {"staff_ids": [first.head, others[0].head], "unit_codes": ["D-LAMPS", "E-POWER"], "matters": [lamp]}
    await town.operator.do(OCCASIONS, forum | heard | span)
    await town.house.settle()
    items = (await town.supervisor.ask(OCCASIONS))["items"]
    counted = sorted((one["kind"], one["matters"], one["solved_on_the_spot"], one["carried"]) for one in items)
    assert counted == [("collection", 0, 0, 0), ("collection", 2, 1, 1), ("forum", 1, 0, 1)]
    card_id, lamp_id = (one["case_id"] for one in made["matters"])
    for case_id in (card_id, lamp_id):
        case = await town.case(case_id)
        assert case["source_system"] == "huiyin.collection-point"
        assert case["source_no"].startswith("yangliu-square/2019-07-02/")
    assert (await town.work(lamp_id))["lead_unit"] == "D-LAMPS"
    await town.call(card_id, SATISFIED)
    assert (await town.case(card_id))["closing"] == "substantive"
    home = await town.operator.do(HOUSEHOLDS, {"area_code": first.code})
    scattered = visit(home["household_id"], started, first.head, purposes=["filing"], materials={"leaflet_12340": 1})
    assert (await town.operator.do(VISITS, scattered))["materials"] == {"leaflet_12340": 1}


async def test_by_the_next_working_day_the_holiday_moves_onto_a_tuesday_and_is_one_day(
    either_bus: dict[str, Any], make_database: MakeDatabase, tmp_path: Path
) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(PLACE, pack)
    settings = (pack / "pack.yaml").read_text(encoding="utf-8")
    assert "on_holiday: skip" in settings
    (pack / "pack.yaml").write_text(settings.replace("on_holiday: skip", "on_holiday: next_working_day"), "utf-8")
    async with street(await make_database("template0"), tmp_path, pack, **either_bus) as town:
        told = await town.leader.ask(VISIT_DAYS, **SEASON, days="tuesdays")
        assert len(told["items"]) == 21
        assert [one["day"] for one in told["items"] if one["instead_of"] == [HOLIDAY]] == [NEXT]
        assert [(one["day"], one["moved_to"]) for one in told["on_holidays"]] == [(HOLIDAY, NEXT)]
        season = await town.leader.ask(AREA_DAYS, **SEASON)
        assert (season["expected"], season["ahead"]) == (0, 420)
        await until(town, "2019-12-01")
        season = await town.leader.ask(AREA_DAYS, **SEASON)
        assert (season["went"], season["expected"], season["ahead"]) == (0, 420, 0)
        (moved,) = (day for day in season["days"] if day["day"] == NEXT)
        assert (moved["instead_of"], moved["expected"]) == ([HOLIDAY], 20)
