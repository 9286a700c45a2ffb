"""Visits in the small county: rounds open and closed, a team, visits by several, corrected, made twice, and void."""

from datetime import timedelta
from typing import Any

from libs.common.security.principal import Role
from tests.integration.audit.county import VILLAGE, County
from tests.integration.audit.households import CONTACT, OTHER

ROUNDS, VISITS, TEAMS = "/intake/v1/rounds", "/intake/v1/visits", "/intake/v1/teams"
TOWN = "999001101000"


async def visit_homes(county: County, homes: dict[str, str]) -> None:
    """What may become of visits, once; rounds, visits and the team are kept in ``homes``, too."""
    today = (county.house.clock.now() + timedelta(hours=8)).date()
    span = {"begins_on": today.isoformat(), "ends_on": (today + timedelta(days=20)).isoformat(), "gap_days": 0}
    await _form_team(county, homes, span)
    for name, more in (("open round", {"purposes": ["policy"]}), ("closed round", {"slots": "any"})):
        body = {"name": name, "area_code": TOWN, **span, **more}
        homes[name] = (await county.call("POST", ROUNDS, Role.OPERATOR, body))["round_id"]
    found = {
        "materials": {"policy_leaflet": 2},
        "topics": ["jobs"],
        "findings": {"gas": True, "plots": 3, "surroundings": "整洁"},
        "quantities": [{"what": "rubbish", "number": "3.5", "unit": "t"}],
    }
    first = await _visit(county, homes, "visit", "plain home", purposes=["policy"], **found)
    await _visit(county, homes, "visit in vain", "split home", outcome="nobody_home")
    await _visit(county, homes, "visit again", "plain home", staff_ids=[OTHER])
    void = await _visit(county, homes, "void visit", "part of a home")
    await county.call("POST", f"{VISITS}/{void}/voiding", Role.OPERATOR, {"why": "登记错户，并未走访"})
    decided = {"granted": True, "why": "经核实确未走访"}
    await county.call("POST", f"{VISITS}/{void}/voiding/decision", Role.SUPERVISOR, decided)
    await county.call("POST", f"{ROUNDS}/{homes['closed round']}/closing", Role.OPERATOR, {})
    correction = {"why": "补记同行人员", "staff_ids": [CONTACT, OTHER]}
    await county.call("POST", f"{VISITS}/{first}/correction", Role.OPERATOR, correction)


async def _form_team(county: County, homes: dict[str, str], span: dict[str, Any]) -> None:
    posts = {"S-2001": "town_leader", "S-2002": "duty_cadre", "S-2003": "duty_cadre"}
    for staff_id, post in posts.items():
        terms = [{"post_code": post, "unit_code": "T-999001101"}]
        person = {"staff_id": staff_id, "name": "吴测试", "terms": terms}
        await county.call("POST", "/dispatch/v1/staff", Role.ADMIN, person)
    parts = {"S-2001": "leader", "S-2002": "duty", "S-2003": "duty", CONTACT: "village"}
    members = [{"staff_id": staff_id, "part": part} for staff_id, part in parts.items()]
    days = {"from_day": span["begins_on"], "until_day": span["ends_on"]}
    body = {"rule": "night", "area_code": VILLAGE, "members": members, **days}
    homes["team"] = (await county.call("POST", TEAMS, Role.OPERATOR, body))["team_id"]


async def _visit(county: County, homes: dict[str, str], name: str, home: str, **fields: Any) -> str:
    now = county.house.clock.now().isoformat()
    body = {
        "household_id": homes[home],
        "staff_ids": [CONTACT],
        "outcome": "reached",
        "started_at": now,
        "ended_at": now,
        **fields,
    }
    made = await county.call("POST", VISITS, Role.OPERATOR, body)
    homes[name] = str(made["visit_id"])
    return homes[name]
