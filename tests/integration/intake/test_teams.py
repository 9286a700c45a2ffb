"""Visiting teams: formed by the pack's rules, nobody in two on one day, and who of them was there."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from libs.common.security.principal import Role
from tests.integration.intake.door import NOW, OTHER_TOWN, TOWN, IntakeDoor
from tests.integration.intake.going_out import (
    OTHER_VILLAGE,
    TEAMS,
    TODAY,
    TOMORROW,
    TOWN_UNIT,
    YESTERDAY,
    form,
    formed,
    listed,
    members,
    night,
    step,
)
from tests.integration.intake.homes import appoint


async def test_a_team_is_formed_by_its_rule_shown_and_told(office: IntakeDoor) -> None:
    made = await form(office, night(guide="三组组长，电话13812345678"))
    team = made.json()
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"{TEAMS}/{team['team_id']}"
    assert made.headers["etag"] == '"1"'
    assert (team["rule_name"], team["shape"], team["area_name"]) == ("夜访工作组", "1+2+N", "东坡村")
    assert Counter(one["part_name"] for one in team["members"]) == {"镇领导": 1, "镇值班干部": 2, "村干部": 3}
    assert (team["from_day"], team["until_day"], team["formed_late"]) == (TODAY, TODAY, False)
    assert team["guide"] == "三组组长，电话138****5678"
    assert await office.get(f"{TEAMS}/{team['team_id']}") == team
    (row,) = await office.rows("SELECT stream, key, type FROM ledger WHERE key = $1", team["team_id"])
    assert (row.stream, row.type) == ("visits", "cn.huiyin.team.formed")
    assert "13812345678" not in await office.payloads()


@pytest.mark.parametrize(
    ("parts", "part", "words"),
    [
        ({"leader": 2, "duty": 2, "village": 3}, "leader", "'Leader' has 2, and is 1"),
        ({"leader": 1, "duty": 2}, "village", "'Cadres of the village' has 0, and is N"),
        ({"leader": 1, "duty": 1, "village": 1}, "duty", "'Cadres on duty' has 1, and is 2"),
    ],
)
async def test_a_part_that_is_not_filled_as_it_says_is_refused_by_rule_and_part(
    office: IntakeDoor, parts: dict[str, int], part: str, words: str
) -> None:
    refused = await form(office, night(members=members(**parts)))
    problem = refused.json()
    assert (refused.status_code, problem["type"], problem["rule"], problem["parts"]) == (
        422,
        "urn:huiyin:problem:team-rule",
        "night",
        [part],
    )
    assert problem["detail"] == f"Night visits (1+2+N): {words}"
    assert (await office.rows("SELECT count(*) AS n FROM team"))[0].n == 0


async def test_whoever_holds_no_post_for_a_part_or_for_the_area_is_named(office: IntakeDoor) -> None:
    wrong = [*members(duty=2), {"staff_id": "D-3", "part": "leader"}, {"staff_id": "W-1", "part": "village"}]
    refused = await form(office, night(members=wrong))
    assert [one["field"] for one in refused.json()["fields"]] == ["members/2/staff_id", "members/3/staff_id"]
    assert (
        await form(office, night(area_code=OTHER_VILLAGE, members=[*members(leader=1, duty=2), wrong[-1]]))
    ).is_success
    whole_town = [*members(leader=0, duty=0, village=2), {"staff_id": "L-2", "part": "leader"}]
    wrong_count = await form(office, night(area_code=TOWN, on=TOMORROW, members=whole_town))
    assert wrong_count.json()["parts"] == ["duty"], "cadres of its villages are of the town"


async def test_a_post_has_to_be_held_on_all_days_of_the_team(office: IntakeDoor) -> None:
    await appoint(office, "V-9", until=NOW + timedelta(days=3))
    several = {
        "on": None,
        "from_day": TODAY,
        "members": [*members(leader=1, duty=2), {"staff_id": "V-9", "part": "village"}],
    }
    refused = await form(office, night(**several, until_day="2026-03-20"))
    assert refused.json()["parts"] == ["village"], refused.text
    assert (await form(office, night(**several, until_day="2026-03-07"))).status_code == 201


@pytest.mark.parametrize(
    ("fields", "status", "named"),
    [
        ({"rule": "day"}, 422, "rule"),
        ({"area_code": "999001101999"}, 422, "area_code"),
        ({"on": None}, 422, "on"),
        ({"from_day": TODAY}, 422, "on"),
        ({"on": None, "from_day": TOMORROW, "until_day": TODAY}, 422, "until_day"),
        ({"on": None, "from_day": TODAY, "until_day": "2027-03-05"}, 422, "until_day"),
        ({"guide_staff_id": "G-1"}, 422, "guide_staff_id"),
        ({"guide_staff_id": "V-1", "guide": "三组组长"}, 422, "guide"),
        ({"members": []}, 422, "members"),
    ],
)
async def test_what_cannot_be_is_named(office: IntakeDoor, fields: dict[str, Any], status: int, named: str) -> None:
    refused = await form(office, night(**fields))
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (status, named), refused.text


async def test_nobody_is_in_two_teams_on_one_day_and_the_other_one_is_named(office: IntakeDoor) -> None:
    first = await formed(office, on=None, from_day=TODAY, until_day="2026-03-10")
    other = [
        *members(duty=0),
        {"staff_id": "L-2", "part": "leader"},
        *members(duty=2),
        {"staff_id": "W-1", "part": "village"},
    ]
    body = night(area_code=OTHER_VILLAGE, on="2026-03-10", members=other)
    refused = await form(office, body)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:huiyin:problem:in-another-team")
    assert (refused.json()["team_id"], refused.json()["on_day"]) == (first["team_id"], "2026-03-10")
    assert "D-1" in refused.json()["detail"]
    away = office.token(Role.OPERATOR, subject="village", area=OTHER_VILLAGE)
    hidden = await form(office, body, away)
    assert hidden.status_code == 409
    assert first["team_id"] not in hidden.text
    assert (await form(office, {**body, "on": "2026-03-11"})).status_code == 201
    longer = await step(office, first, "change", until_day="2026-03-11")
    assert (longer.status_code, longer.json()["on_day"]) == (409, "2026-03-11")
    assert (await step(office, first, "dissolution", why="并入他队", holds_from="2026-03-10")).status_code == 200
    assert (await form(office, body)).status_code == 201


async def test_two_who_form_a_team_of_one_person_at_once_form_one(office: IntakeDoor) -> None:
    twin = office.another_process()
    await twin.learn_staff()
    answers = await asyncio.gather(*(form(door, night()) for door in (office, office, twin, twin)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}
    assert (await office.rows("SELECT count(*) AS n FROM team"))[0].n == 1


async def test_a_change_holds_from_its_day_and_the_record_keeps_what_was(office: IntakeDoor) -> None:
    team = await formed(office, on=None, from_day=TODAY, until_day="2026-03-10")
    ill = [one for one in members(leader=1, duty=3, village=3) if one["staff_id"] != "D-1"]
    stale = await step(office, team, "change", version='"7"', members=ill)
    assert stale.status_code == 412
    changed = await step(office, team, "change", version='"1"', members=ill, holds_from="2026-03-06")
    assert changed.status_code == 200, changed.text
    spans = {one["staff_id"]: (one["from_day"], one["until_day"]) for one in changed.json()["members"]}
    assert (spans["D-1"], spans["D-3"]) == ((TODAY, TOMORROW), ("2026-03-06", "2026-03-10"))
    assert spans["L-1"] == (TODAY, "2026-03-10")
    refused = await step(office, team, "change", members=ill[1:], holds_from="2026-03-07")
    assert (refused.status_code, refused.json()["parts"]) == (422, ["leader"])
    assert (await step(office, team, "change", members=ill, holds_from="2026-03-06")).status_code == 422
    guided = await step(office, team, "change", guide_staff_id="V-1")
    assert (guided.json()["guide"], guided.json()["version"]) == ("干部1", 3)
    steps = (await office.get(f"{TEAMS}/{team['team_id']}/changes"))["items"]
    assert [(one["action_zh"], one["holds_from"], len(one["seats"])) for one in steps] == [
        ("组队", TODAY, 6),
        ("变更", "2026-03-06", 7),
        ("变更", TODAY, 7),
    ]
    assert [one["team_id"] for one in await listed(office, staff_id="D-1", on=TOMORROW)] == [team["team_id"]]
    assert await listed(office, staff_id="D-1", on="2026-03-06") == []


async def test_days_that_are_over_are_changed_with_a_reason_by_somebody_else(office: IntakeDoor) -> None:
    team = await formed(office, on=None, from_day="2026-03-02", until_day="2026-03-10")
    assert team["formed_late"]
    more = {"members": members(leader=1, duty=2, village=2), "holds_from": YESTERDAY}
    assert (await step(office, team, "change", **more)).json()["fields"][0]["field"] == "why"
    himself = office.token(Role.OPERATOR, subject="as V-3", staff="V-3")
    await appoint(office, "V-3", post="duty_cadre", version=2)
    refused = await step(office, team, "change", himself, **more, why="我没有去")
    assert refused.status_code == 403, refused.text
    assert (await step(office, team, "change", **more, why="V-3 没有去")).status_code == 200
    late = night(on=YESTERDAY, members=[*members(leader=0), *team_of("L-2", "D-3", "V-3")])
    assert (await form(office, late, himself)).status_code in (403, 422)


def team_of(leader: str, duty: str, village: str) -> list[dict[str, str]]:
    return [
        {"staff_id": leader, "part": "leader"},
        {"staff_id": duty, "part": "duty"},
        {"staff_id": village, "part": "village"},
    ]


THERE = ["D-1", "L-1", "V-1", "V-2", "V-3"]


async def test_attendance_is_kept_and_corrected_with_what_was_said_before_kept(office: IntakeDoor) -> None:
    team = await formed(office)
    ill = [{"staff_id": "D-2", "reason": "ill"}]
    for body, field in (
        ({"on_day": TODAY, "present": THERE}, "present"),
        ({"on_day": TODAY, "present": [*THERE, "D-1"], "absent": ill}, "present"),
        ({"on_day": TODAY, "present": [*THERE, "S-9"], "absent": ill}, "present"),
        ({"on_day": TOMORROW, "present": THERE, "absent": ill}, "on_day"),
        ({"on_day": YESTERDAY, "present": THERE, "absent": ill}, "on_day"),
    ):
        refused = await step(office, team, "attendance", **body)
        assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, field), refused.text
    kept = await step(office, team, "attendance", on_day=TODAY, present=THERE, absent=ill)
    assert (kept.status_code, kept.json()["version"]) == (200, 2)
    (roster,) = await listed(office, on=TODAY)
    (day,) = roster["attendance"]
    assert (day["present"], day["absent"]) == (THERE, [{"staff_id": "D-2", "name": "干部2", "reason": "ill"}])
    assert day["short"] == [{"part": "duty", "part_name": "镇值班干部", "present": 1, "fewest": 2}]
    everybody = {"on_day": TODAY, "present": [*THERE, "D-2"]}
    assert (await step(office, team, "attendance", on_day=TODAY, present=THERE, absent=ill)).status_code == 422
    assert (await step(office, team, "attendance", **everybody)).json()["fields"][0]["field"] == "why"
    assert (await step(office, team, "attendance", **everybody, why="后来赶到")).status_code == 200
    (day,) = (await listed(office, from_day="2026-03-01", until_day=TODAY))[0]["attendance"]
    assert (day["correction"], day["absent"], day["short"], day["why"]) == (1, [], [], "后来赶到")
    all_words = await office.get(f"{TEAMS}/{team['team_id']}/attendance", None, {"from_day": TODAY, "until_day": TODAY})
    assert [(one["correction"], len(one["absent"]), one["by"]) for one in all_words["items"]] == [
        (0, 1, "operator-1"),
        (1, 0, "operator-1"),
    ]
    rows = await office.rows("SELECT type FROM ledger WHERE key = $1 ORDER BY seq", team["team_id"])
    assert [row.type.rpartition(".")[2] for row in rows] == ["formed", "attendance_kept", "attendance_kept"]


async def test_nobody_says_of_themself_that_they_were_there(office: IntakeDoor) -> None:
    team = await formed(office)
    himself = office.token(Role.OPERATOR, subject="second account", unit=TOWN_UNIT, area=TOWN, staff="D-1")
    refused = await step(office, team, "attendance", himself, on_day=TODAY, present=[*THERE, "D-2"])
    assert refused.status_code == 403, refused.text
    away = {"staff_id": "D-1", "reason": "other_duty"}
    rest = {"on_day": TODAY, "present": [*THERE[1:], "D-2"], "absent": [away]}
    assert (await step(office, team, "attendance", himself, **rest)).status_code == 200
    back = await step(office, team, "attendance", himself, on_day=TODAY, present=[*THERE, "D-2"], why="其实到了")
    assert back.status_code == 403


async def test_lists_are_of_the_callers_reach_and_of_the_days_asked_for(office: IntakeDoor) -> None:
    first = await formed(office)
    second = await formed(office, on=None, from_day=TOMORROW, until_day="2026-03-20")
    never = await formed(office, on="2026-03-25")
    assert (await step(office, never, "dissolution", why="取消")).json()["dissolved_from"] == "2026-03-25"
    assert [one["team_id"] for one in await listed(office)] == [each["team_id"] for each in (first, second, never)]
    for query, expected in (
        ({"on": TODAY}, [first]),
        ({"on": "2026-03-15"}, [second]),
        ({"on": "2026-03-25"}, []),
        ({"from_day": TODAY, "until_day": TOMORROW}, [first, second]),
        ({"area_code": OTHER_TOWN}, []),
        ({"rule": "area"}, []),
        ({"staff_id": "L-1"}, [first, second]),
    ):
        assert [one["team_id"] for one in await listed(office, **query)] == [each["team_id"] for each in expected], (
            query
        )
    for query in (
        {"on": TODAY, "from_day": TODAY},
        {"from_day": TODAY},
        {"from_day": TODAY, "until_day": "2026-05-30"},
    ):
        assert (await office.http.get(TEAMS, headers=office.operator, params=query)).status_code == 422
    elsewhere = office.token(Role.VISITOR, subject="visitor", area=OTHER_TOWN)
    assert await listed(office, elsewhere) == []
    for path in ("", "/changes", f"/attendance?from_day={TODAY}&until_day={TODAY}"):
        hidden = await office.http.get(f"{TEAMS}/{first['team_id']}{path}", headers=elsewhere)
        assert hidden.status_code == 404, path
    town = office.token(Role.OPERATOR, subject="other", area=OTHER_TOWN)
    assert (await form(office, night(on="2026-03-28"), town)).status_code == 403
    assert (await step(office, first, "dissolution", town, why="x y")).status_code == 404
    leader = office.token(Role.LEADER, subject="leader")
    assert len(await listed(office, leader)) == 3
    for headers in (leader, office.token(Role.VISITOR, subject="visitor")):
        assert (await form(office, night(on="2026-03-28"), headers)).status_code == 403
        assert (await step(office, first, "attendance", headers, on_day=TODAY, present=THERE)).status_code == 403


async def test_whoever_left_office_stands_in_the_team_as_such(office: IntakeDoor) -> None:
    team = await formed(office, on=None, from_day=TODAY, until_day="2026-03-10")
    await appoint(office, "V-2", until=NOW - timedelta(hours=1), version=2)
    shown = await office.get(f"{TEAMS}/{team['team_id']}")
    assert [one["staff_id"] for one in shown["members"] if not one["in_office"]] == ["V-2"]
    assert (await step(office, team, "change", guide="二组组长")).status_code == 200, (
        "the guide has nothing to do with it"
    )
    rest = [one for one in members(leader=1, duty=2, village=3) if one["staff_id"] != "V-2"]
    assert (await step(office, team, "change", members=rest)).status_code == 200


async def test_what_was_told_of_teams_stays(office: IntakeDoor) -> None:
    await formed(office)
    for change in ("UPDATE team_change SET why = 'x'", "DELETE FROM team_change", "TRUNCATE attendance"):
        with pytest.raises(Exception, match="stay as they were told"):
            await office.rows(change)
