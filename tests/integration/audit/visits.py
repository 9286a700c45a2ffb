"""Rounds, visits and teams of the small county: all that can become of one, once."""

from datetime import date, timedelta
from typing import Any

from libs.common.security.principal import Role
from tests.integration.audit.county import VILLAGE, County
from tests.integration.audit.occasions import listen

HOUSEHOLDS = "/intake/v1/households"
ROUNDS, VISITS, TEAMS = "/intake/v1/rounds", "/intake/v1/visits", "/intake/v1/teams"
WORKER, OTHER_WORKER = "S-1005", "S-1006"


async def go_about(county: County, homes: dict[str, str]) -> None:
    """Rounds, visits to the households in ``homes``, and teams; their ids are kept there, too."""
    await county.wait(hours=3)
    await _rounds(county, homes)
    await _visits(county, homes)
    await _teams(county, homes)
    await _given_and_owed(county, homes)
    await county.wait(minutes=1)
    await county.call("POST", f"{ROUNDS}/{homes['closed round']}/closing", Role.OPERATOR, {})
    late = await _record(county, homes, "visit entered late", "part of a home", minutes=90)
    await _void(county, late, granted=False)
    await listen(county, homes)


def _today(county: County) -> date:
    return (county.house.clock.now() + timedelta(hours=8)).date()


async def _rounds(county: County, homes: dict[str, str]) -> None:
    today = _today(county)
    span = {"begins_on": today.isoformat(), "ends_on": (today + timedelta(days=30)).isoformat()}
    for name, more in (
        ("open round", {"purposes": ["policy", "service"], "classes": ["resident", "vacant"]}),
        ("closed round", {"area_code": VILLAGE, "kinds": ["well_off"], "gap_days": 0}),
    ):
        body = {"name": name, "area_code": county.people.place, **span, **more}
        homes[name] = (await county.call("POST", ROUNDS, Role.OPERATOR, body))["round_id"]


async def _visits(county: County, homes: dict[str, str]) -> None:
    matters = [
        {"what": "becomes_case", "text": "村口路灯坏了三天"},
        {"what": "explained", "text": "问医保，电话13912345678", "answer": "已告知"},
    ]
    full: dict[str, Any] = {
        "guide": "三组组长",
        "purposes": ["policy"],
        "materials": {"policy_leaflet": 2},
        "topics": ["jobs"],
        "findings": {"gas": True, "surroundings": "整洁"},
        "quantities": [{"what": "清运垃圾", "number": "3.5", "unit": "吨"}],
        "photos": ["ab" * 32],
        "matters": matters,
    }
    visit = await _record(county, homes, "full visit", "plain home", minutes=60, **full)
    fix = {"purposes": ["policy", "service"], "staff_ids": [WORKER, OTHER_WORKER], "why": "补记，电话13912345678"}
    await county.call("POST", f"{VISITS}/{visit}/correction", Role.OPERATOR, fix)
    second = await _record(county, homes, "second of a day", "plain home", minutes=40)
    await _record(county, homes, "first of a day", "home not muted", minutes=80)
    await _record(county, homes, "one with the first", "home not muted", minutes=30)
    await _void(county, homes["first of a day"], granted=True)
    await _record(county, homes, "visit in vain", "split home", minutes=30, outcome="nobody_home")
    await _record(county, homes, "muted and found", "muted home", minutes=30)
    waits = {"why": "记错户"}
    await county.call("POST", f"{VISITS}/{second}/voiding", Role.OPERATOR, waits)
    gone = {"household_class": "shop"}
    await county.call("POST", f"/intake/v1/households/{homes['unmuted home']}/change", Role.OPERATOR, gone)


async def _given_and_owed(county: County, homes: dict[str, str]) -> None:
    """What is for few, corrected; a match that was ended, and one that stands; policies answered, and not."""
    for name, fields in (
        ("poor home", {"kinds": ["out_of_poverty"]}),
        ("giving home", {"resources": ["machinery", "crafts"]}),
    ):
        made = await county.call("POST", HOUSEHOLDS, Role.OPERATOR, {"area_code": VILLAGE, **fields})
        homes[name] = made["household_id"]
    poor = f"{HOUSEHOLDS}/{homes['poor home']}"
    for field, text in (("income", "月入三百二十元"), ("health", "无"), ("income", None)):
        await county.call("POST", f"{poor}/notes", Role.OPERATOR, {"field": field, "text": text})
    for resource in ("machinery", "crafts"):
        match = {"giver_id": homes["giving home"], "resource": resource, "need": "out_of_poverty", "why": "春耕"}
        made = await county.call("POST", f"{poor}/matches", Role.OPERATOR, match)
        homes[f"match of {resource}"] = made["match_id"]
    end = f"{poor}/matches/{homes['match of machinery']}/end"
    await county.call("POST", end, Role.OPERATOR, {"why": "已不需要，电话13912345678"})
    away = {"away": True, "how": "by_phone", "to_code": "440300", "expected_back": "2026-12-20", "why": "去深圳务工"}
    await county.call("POST", f"{poor}/away-looks", Role.OPERATOR, away)
    at_home = {"away": False, "how": "at_home"}
    await county.call("POST", f"{HOUSEHOLDS}/{homes['giving home']}/away-looks", Role.OPERATOR, at_home)
    await _dossier(county, homes)
    worse = {"kinds": ["orphan", "out_of_poverty", "seriously_ill"]}
    await county.call("POST", f"{poor}/change", Role.OPERATOR, worse)
    for answer in ({"answer": "explained", "why": "手续未齐，电话13912345678"}, {"answer": "granted"}):
        await county.call("POST", f"{poor}/policies/orphan_allowance/answer", Role.OPERATOR, answer)


async def _dossier(county: County, homes: dict[str, str]) -> None:
    """An entry that was changed, looked at again, and taken out."""
    entries = "/intake/v1/dossier-entries"
    pond = {"area_code": VILLAGE, "kind": "water", "name": "村东水塘", "text": "约两亩"}
    made = await county.call("POST", entries, Role.OPERATOR, pond)
    entry = homes["dossier entry"] = made["entry_id"]
    for step, body in (("change", {"text": "护栏破损"}), ("change", {}), ("removal", {"why": "已填平"})):
        await county.call("POST", f"{entries}/{entry}/{step}", Role.OPERATOR, body)


async def _record(
    county: County, homes: dict[str, str], name: str, home: str, *, minutes: int, outcome: str = "reached", **more: Any
) -> str:
    began = county.house.clock.now() - timedelta(minutes=minutes)
    body = {
        "household_id": homes[home],
        "staff_ids": [WORKER],
        "outcome": outcome,
        "started_at": began.isoformat(),
        "ended_at": (began + timedelta(minutes=10)).isoformat(),
        **more,
    }
    visit = await county.call("POST", VISITS, Role.OPERATOR, body)
    county.cases.update({f"{name} {one['number']}": one["case_id"] for one in visit["matters"] if one["case_id"]})
    homes[name] = visit["visit_id"]
    return homes[name]


async def _void(county: County, visit_id: str, *, granted: bool) -> None:
    await county.call("POST", f"{VISITS}/{visit_id}/voiding", Role.OPERATOR, {"why": "记错户"})
    answer = {"granted": granted, "why": "已核对"}
    await county.call("POST", f"{VISITS}/{visit_id}/voiding/decision", Role.SUPERVISOR, answer)


async def _teams(county: County, homes: dict[str, str]) -> None:
    today = _today(county)
    posts = {"L-1": "town_leader", "D-1": "duty_cadre", "D-2": "duty_cadre", "D-3": "duty_cadre"}
    for staff_id, post in posts.items():
        terms = [{"post_code": post, "unit_code": "T-999001101"}]
        await county.call(
            "POST", "/dispatch/v1/staff", Role.ADMIN, {"staff_id": staff_id, "name": "周测试", "terms": terms}
        )
    await county.wait(days=1)
    first = today + timedelta(days=1)
    parts = {"L-1": "leader", "D-1": "duty", "D-2": "duty", WORKER: "village"}
    members = [{"staff_id": staff_id, "part": part} for staff_id, part in parts.items()]
    days = {"from_day": first.isoformat(), "until_day": (first + timedelta(days=20)).isoformat()}
    form = {"rule": "night", "area_code": VILLAGE, "members": members, "guide": "三组组长", **days}
    team = homes["team"] = (await county.call("POST", TEAMS, Role.OPERATOR, form))["team_id"]
    other = [one if one["staff_id"] != "D-2" else {"staff_id": "D-3", "part": "duty"} for one in members]
    later = {"holds_from": (first + timedelta(days=5)).isoformat(), "members": other}
    await county.call("POST", f"{TEAMS}/{team}/change", Role.OPERATOR, later)
    longer = {"until_day": (first + timedelta(days=25)).isoformat()}
    await county.call("POST", f"{TEAMS}/{team}/change", Role.OPERATOR, longer)
    kept = {"on_day": first.isoformat(), "present": ["L-1", "D-1"]}
    absent = [{"staff_id": "D-2", "reason": "ill"}, {"staff_id": WORKER, "reason": "leave"}]
    await county.call("POST", f"{TEAMS}/{team}/attendance", Role.OPERATOR, kept | {"absent": absent})
    again = {**kept, "present": ["L-1", "D-1", "D-2"], "absent": absent[1:], "why": "补记"}
    await county.call("POST", f"{TEAMS}/{team}/attendance", Role.OPERATOR, again)
    until = {"holds_from": (first + timedelta(days=10)).isoformat(), "why": "任务完成"}
    await county.call("POST", f"{TEAMS}/{team}/dissolution", Role.OPERATOR, until)
