"""A confidential case (保密件) tells the units that handle it nothing of where to ask who spoke.

Asked of every GET route of the four services, by everybody of these units: source and number, who took it in, the
minute, the grid. Whoever is of none of them sees what a case holds.
"""

import re
from base64 import b64decode
from typing import Any
from uuid import UUID

from libs.common.bus.flow import Service
from libs.common.security.principal import Role
from libs.common.web.cursors import encode_cursor
from tests.journeys.county import NOT_HERE, RESULT, SATISFIED, VILLAGE_UNIT, County, Person, complaint

GRID = "999001101201002"
SOURCE, NUMBER = "mailbox", "GD202611280042"
VISITOR, DESK = "cadre-wang-9", "clerk-zhou-7"
SUPPORT = "D-EDU"
WHY = {"reason": "依规处理，详见记录。"}
IN_PATH = re.compile(r"\{(\w+)\}")
QUERIES = {
    "/intake/v1/cases": ({}, {"source_no": NUMBER}, {"source_system": SOURCE}, {"area_code": GRID}),
    "/dispatch/v1/work": ({}, {"area_code": GRID}, {"role": "support"}),
}


async def _register(county: County) -> str:
    """A visitor takes it in at 7 minutes and 13 seconds past, of what was said 17 seconds before; his desk adds to it
    and has it worded later. A unit has it by then, and another supports it."""
    await county.advance(minutes=7, seconds=13)
    now = county.house.clock.now()
    visitor = county.person(VISITOR, Role.VISITOR, unit="D-CIVIL")
    said_at = now.replace(second=now.second - 6).isoformat()
    about = {"area_code": GRID, "source_system": SOURCE, "source_no": NUMBER, "occurred_at": said_at}
    receipt = await visitor.do(
        "/intake/v1/cases", complaint(channel="visit", category_code=None, confidential=True, **about)
    )
    case_id = str(receipt["case_id"])
    await county.house.settle()
    desk = county.person(DESK, Role.OPERATOR)
    added = {"text": "灯杆也歪了。"}
    await desk.do(f"/intake/v1/cases/{case_id}/supplements", added)
    await county.house.settle()
    await county.advance(hours=1, minutes=3, seconds=5)
    await desk.do(f"/intake/v1/cases/{case_id}/wording", {})
    await county.house.settle()
    return case_id


async def _handled(county: County, case_id: str) -> dict[str, str]:
    """What happens to it, up to an objection that the desk takes, and the ids of what belongs to it."""
    desk, work = county.person(DESK, Role.OPERATOR), f"/dispatch/v1/cases/{case_id}"
    await county.advance(minutes=9)
    await desk.do(f"{work}/nonacceptance", NOT_HERE)
    await county.house.settle()
    await county.advance(hours=1, minutes=2)
    await county.dispatcher.do(f"{work}/nonacceptance/decision", {"approved": False, "note": "应予受理"})
    await county.house.settle()
    wish = {"lead_unit": VILLAGE_UNIT, "support_units": [SUPPORT], "category_code": "0104", **WHY}
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/assignment", wish)
    await county.house.settle()
    order = await county.supervisor.do("/followup/v1/supervisions", {"level": "supervision", "case_id": case_id, **WHY})
    await county.house.settle()
    await county.lead_does(case_id, "signature")
    support = county.handler(SUPPORT)
    for step, body in (("signature", None), ("result", {"result": "已配合查看线路，无其他问题。"})):
        await support.do(f"/dispatch/v1/cases/{case_id}/tasks/{SUPPORT}/{step}", body)
        await county.house.settle()
    await county.lead_does(case_id, "result", RESULT)
    evidence = {"reason_code": "force_majeure", "evidence": "洪水冲毁道路，附气象证明。"}
    asked = await county.handler(VILLAGE_UNIT).do("/followup/v1/exclusions", {"case_id": case_id, **evidence})
    await county.house.settle()
    await county.call(case_id, SATISFIED)
    await county.advance(hours=1, minutes=4, seconds=9)
    objection = await county.object_to(case_id, desk)
    await county.advance(hours=2, minutes=6)
    # As of when figures are is the moment of what was heard last, of whatever case.
    await county.register(category_code=None)
    await county.house.settle()
    ids = {"case_id": case_id, "reference": case_id, "supervision_id": order["supervision_id"]}
    return ids | {"exclusion_id": asked["exclusion_id"], "objection_id": objection["objection_id"]}


async def _paths(county: County, ids: dict[str, str]) -> list[str]:
    """Every GET route that needs nothing else than these."""
    found = []
    for service in Service:
        document = await county.operator.ask(f"/{service}/openapi.json")
        for path, methods in document["paths"].items():
            # The directory is the same for all cases.
            of_a_case = set(IN_PATH.findall(path)) <= ids.keys() and "/directory/" not in path
            if "get" in methods and of_a_case:
                found.append(path.format(**ids))
    return found


async def _words(county: County, ids: dict[str, str]) -> list[str]:
    """What tells where to ask, as it would stand in an answer."""
    case = await county.case(ids["case_id"])
    [asked] = (await county.dispatcher.ask(f"/dispatch/v1/cases/{ids['case_id']}/requests"))["items"]
    objection = await county.supervisor.ask(f"/followup/v1/objections/{ids['objection_id']}")
    moments = [case["registered_at"], case["occurred_at"], asked["asked_at"], objection["raised_at"]]
    assert (asked["asked_by"], objection["raised_by"]) == (DESK, DESK)
    return [SOURCE, NUMBER, VISITOR, DESK, GRID, ids["objection_id"], *(f"T{moment[11:16]}" for moment in moments)]


async def _told(county: County, person: Person, paths: list[str], words: list[str]) -> tuple[set[str], set[str]]:
    """Which words somebody reads anywhere, and where he reads of anything."""
    seen, answered = set(), set()
    for path in paths:
        for query in QUERIES.get(path, ({},)):
            answer = await person.get(path, **query)
            assert answer.status_code < 500, (path, answer.text)
            if answer.status_code == 200:
                answered.add(path)
                seen |= {f"{path} {query}: {word}" for word in words if word in answer.text}
    return seen, answered


async def test_its_own_units_read_nowhere_where_to_ask_who_spoke(county: County) -> None:
    case_id = await _register(county)
    ids = await _handled(county, case_id)
    words = await _words(county, ids)
    paths = await _paths(county, ids)
    people = [county.handler(VILLAGE_UNIT), county.handler(SUPPORT)]
    people += [county.person("boss", role, unit=VILLAGE_UNIT) for role in (Role.SUPERVISOR, Role.DISPATCHER)]
    for person in people:
        seen, answered = await _told(county, person, paths, words)
        assert seen == set()
        assert f"/dispatch/v1/cases/{case_id}/transitions" in answered
    lead = people[0]
    _, answered = await _told(county, lead, paths, [])
    assert {f"/intake/v1/cases/{case_id}/timeline", f"/followup/v1/cases/{case_id}"} <= answered
    mine = await lead.get(f"/intake/v1/cases/{case_id}")
    assert (mine.json()["area_code"], mine.json()["source_no"]) == (GRID[:12], None)
    for query in ({"source_no": NUMBER}, {"area_code": GRID}, {"registered_from": "2026-03-03T00:00:00Z"}):
        assert (await lead.ask("/intake/v1/cases", **query))["items"] == [], query
    timeline = f"/intake/v1/cases/{case_id}/timeline"
    whole = (await lead.ask(timeline))["items"]
    paged: list[Any] = []
    cursor: dict[str, str] = {}
    while not paged or cursor:
        page = await lead.ask(timeline, limit=2, **cursor)
        paged += page["items"]
        cursor = {} if page["next_cursor"] is None else {"cursor": page["next_cursor"]}
        held = b64decode(page["next_cursor"] + "==", altchars=b"-_") if cursor else b""
        assert not [word for word in words if word.encode() in held]
    assert paged == whole
    made_up = encode_cursor("intake.timeline", [county.house.clock.now(), 1])
    assert (await lead.get(timeline, cursor=made_up)).status_code == 422
    made_up = encode_cursor("intake.cases", [county.house.clock.now(), case_id])
    assert (await lead.get("/intake/v1/cases", cursor=made_up)).status_code == 422
    stamp = int(UUID(case_id).hex[:12], 16) / 1000
    told = (await county.case(case_id))["registered_at"]
    assert abs(stamp - county.house.clock.now().timestamp()) < 86_400, told


async def test_whoever_is_of_none_of_its_units_sees_what_it_holds(county: County) -> None:
    case_id = await _register(county)
    ids = await _handled(county, case_id)
    words = await _words(county, ids)
    paths = await _paths(county, ids)
    seen, _ = await _told(county, county.person("observer", Role.AUDITOR), paths, words)
    assert {one.rpartition(": ")[2] for one in seen} == set(words)
    await county.check()
