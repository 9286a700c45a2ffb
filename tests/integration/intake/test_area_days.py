"""Recurring days, and which areas went out on them by what was kept of their teams."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from libs.common.security.principal import Role
from services.intake.days.queries import _STANDING
from tests.integration.intake.door import NOW, OTHER_TOWN, TOWN, VILLAGE, IntakeDoor
from tests.integration.intake.homes import Visitors, appoint
from tests.support.plans import plan_of

AREA_DAYS, VISIT_DAYS, TEAMS = "/intake/v1/area-days", "/intake/v1/visit-days", "/intake/v1/teams"
TOWN_UNIT, TODAY, NEXT = "T-999001101", "2026-03-04", "2026-03-11"


@pytest.fixture
async def office(intake: IntakeDoor) -> Visitors:
    await appoint(intake, "L-1", post="town_leader", unit=TOWN_UNIT)
    await appoint(intake, "D-1", "D-2", post="duty_cadre", unit=TOWN_UNIT)
    await appoint(intake, "V-1", "V-2")
    return Visitors(intake)


async def team_of(office: Visitors, until: str = NEXT) -> str:
    parts = {"leader": ["L-1"], "duty": ["D-1", "D-2"], "village": ["V-1", "V-2"]}
    people = [{"staff_id": one, "part": part} for part, staff in parts.items() for one in staff]
    body = {"rule": "night", "area_code": VILLAGE, "from_day": TODAY, "until_day": until, "members": people}
    return str((await office.done(TEAMS, body))["team_id"])


async def kept(office: Visitors, team: str, *present: str, **fields: Any) -> None:
    people = {"L-1", "D-1", "D-2", "V-1", "V-2"}
    absent = [{"staff_id": one, "reason": "leave"} for one in sorted(people - {*present})]
    body = {"on_day": TODAY, "present": [*present], "absent": absent, **fields}
    await office.done(f"{TEAMS}/{team}/attendance", body)


async def counted(office: Visitors, first: str = TODAY, last: str = TODAY, **query: Any) -> dict[str, Any]:
    asked = {"from_day": first, "until_day": last, **query}
    found: dict[str, Any] = await office.door.get(AREA_DAYS, office.headers, asked)
    return found


async def standing(office: Visitors) -> str | None:
    (day,) = (await counted(office, area_code=VILLAGE))["days"]
    return day["missing"][0]["state"] if day["missing"] else None


async def test_an_area_went_when_somebody_of_its_team_was_there_as_somebody_else_said(office: Visitors) -> None:
    assert await standing(office) == "no_team"
    team = await team_of(office)
    assert await standing(office) == "not_kept"
    await kept(office, team)
    assert await standing(office) == "nobody_came"
    await kept(office, team, "L-1", "D-1", "V-1", why="更正")
    assert await standing(office) is None
    found = await counted(office, area_code=VILLAGE)
    assert (found["expected"], found["went"], found["share"], found["ahead"]) == (1, 1, "100.0 %", 0)
    (day,) = found["days"]
    assert (day["members"], day["present"]) == (5, 3)
    assert [(one["area_name"], one["present"], one["members"]) for one in day["short"]] == [("东坡村", 3, 5)]
    assert found["areas"] == [{"area_code": VILLAGE, "area_name": "东坡村", "expected": 1, "went": 1, "missing": []}]


async def test_whoever_was_there_does_not_say_so_and_the_area_stays_missing(office: Visitors) -> None:
    team = await team_of(office)
    herself = office.by(Role.OPERATOR, subject="v1", staff="V-1")
    body = {"on_day": TODAY, "present": ["L-1", "D-1", "D-2", "V-1", "V-2"]}
    assert (await herself.post(f"{TEAMS}/{team}/attendance", body)).status_code == 403
    assert await standing(office) == "not_kept"


async def test_numbers_are_of_the_reach_and_days_ahead_are_in_none(office: Visitors) -> None:
    team = await team_of(office)
    await kept(office, team, "L-1", "D-1", "D-2", "V-1")
    whole = await counted(office, "2026-03-01", "2026-03-31")
    assert (whole["went"], whole["expected"], whole["ahead"]) == (1, 9, 27)
    assert whole["share"] == "11.1 %"
    assert len(whole["days"][0]["missing"]) == 8
    town = await counted(office, area_code=TOWN)
    there = await counted(office.by(Role.SUPERVISOR, subject="s1", area=TOWN))
    assert (there["went"], there["expected"]) == (town["went"], town["expected"])
    assert town["expected"] < 9
    elsewhere = await counted(office.by(Role.SUPERVISOR, subject="s2", area=OTHER_TOWN), area_code=VILLAGE)
    assert (elsewhere["expected"], elsewhere["days"]) == (0, [])
    assert (await counted(office, "2026-03-05", "2026-03-10"))["share"] == "—"


async def test_a_team_that_was_dissolved_stands_for_no_day_after(office: Visitors) -> None:
    team = await team_of(office)
    await office.done(f"{TEAMS}/{team}/dissolution", {"holds_from": NEXT, "why": "工作结束"})
    office.door.move_clock(datetime(2026, 3, 11, 6, tzinfo=UTC))
    (row,) = (await counted(office, NEXT, NEXT, area_code=VILLAGE))["days"]
    assert row["missing"][0]["state"] == "no_team"


async def test_days_and_what_holidays_make_of_them(office: Visitors) -> None:
    asked = {"from_day": "2026-09-28", "until_day": "2026-10-12"}
    found = await office.door.get(VISIT_DAYS, office.headers, asked)
    days = [(one["day"], one["instead_of"]) for one in found["items"]]
    assert days == [("2026-09-30", []), ("2026-10-08", ["2026-10-07"])]
    assert [(one["day"], one["moved_to"]) for one in found["on_holidays"]] == [("2026-10-07", "2026-10-08")]
    none = await office.door.get(VISIT_DAYS, office.headers, asked | {"days": "tuesdays"})
    assert (none["items"], none["on_holidays"]) == ([], [])


@pytest.mark.parametrize(("first", "last"), [(TODAY, "2026-03-03"), (TODAY, "2027-03-05")])
@pytest.mark.parametrize("path", [AREA_DAYS, VISIT_DAYS])
async def test_a_span_that_cannot_be_is_refused_by_its_field(
    office: Visitors, path: str, first: str, last: str
) -> None:
    answer = await office.door.http.get(path, params={"from_day": first, "until_day": last}, headers=office.headers)
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "until_day")


async def test_who_was_there_is_found_by_team_and_day(office: Visitors) -> None:
    database = office.door.service.runtime.work_database
    async with database.transaction(NOW) as session:
        await session.fetch(_FILL)
        await session.fetch("ANALYZE team")
        await session.fetch("ANALYZE attendance")
    plan = await plan_of(database, _STANDING, [date(2026, 3, 4)], "999001")
    assert {"attendance_pkey", "team_days_idx"} <= plan.indexes
    assert not plan.walked & {"team", "attendance"}


_FILL = """
    WITH made AS (
        INSERT INTO team (team_id, rule, area_code, status, from_day, until_day, guide, formed_at, updated_at, version)
        SELECT lpad(number::text, 36, '0'), 'night', '999001101201', 'formed', day, day, '', now(), now(), 1
        FROM generate_series(0, 9999) AS number, LATERAL (SELECT date '2020-01-01' + number / 4 AS day) AS days
        RETURNING team_id, from_day
    )
    INSERT INTO attendance (team_id, on_day, correction, present, absent, who, at, why)
    SELECT team_id, from_day, 0, '{L-1}', '[]', 'somebody', now(), '' FROM made
"""
