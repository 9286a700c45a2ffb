"""The desk (工作台): what is told as possible is what the step's own route takes, and nothing else is told."""

from typing import Any

import pytest

from bench.stock.hands import REQUESTS
from libs.common.events.asking_terms import RequestKind
from libs.common.events.terms import Deadline
from libs.common.security.policy import Scope
from libs.common.security.principal import Role
from libs.common.web.cursors import PageQuery
from services.dispatch.cases.domain.terms import Action, Party
from services.dispatch.cases.domain.transitions import MACHINE
from services.dispatch.desk.queries import waiting_statement
from services.dispatch.rights import STEP_RIGHTS
from tests.integration.dispatch.office import HOUR, T0, TOWN, TOWN_UNIT, VILLAGE_UNIT, Office, Person
from tests.integration.dispatch.test_handling import RESULT
from tests.integration.dispatch.test_hearing import deadline_set
from tests.integration.dispatch.test_schema import fill_hands
from tests.integration.dispatch.test_supporting import PART
from tests.support.plans import plan_of
from tests.support.service import DAY

WHOLE = {key: value for key, value in RESULT.items() if key != "without_support"}
MORE = {"days": 3, "reason_code": "complex", "note": "需多部门现场核查"}
GRANT = {"approved": True, "note": "情况属实", "notice": "办理时间延长三个工作日"}
BACK = {"reason_code": "wrong_area", "note": "不属本村"}
NO = {"approved": False, "note": "请按期办理"}


async def read(person: Person, path: str, **query: Any) -> Any:
    """What somebody is answered."""
    answer = await person.get(path, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def steps(person: Person, case_id: str, of: str = "cases") -> dict[tuple[str, str | None], str | None]:
    """What is theirs to do, of whose part, and what stands against it in English."""
    answer = (await read(person, f"/{of}/{case_id}/steps"))["steps"]
    return {(one["action"], one["unit_code"]): one["against"] and one["against"]["en"] for one in answer}


TOLD_ELSEWHERE = {Action.LETTER_DRAFT, Action.LETTER_SEND, Action.CALL_ARBITRATION, Action.HEAR_UNIT, Action.RULE}
"""Of letters and of arbitrations their own lists tell, and who may take them the pack or the session says."""


def test_every_step_of_a_person_has_the_right_of_its_route() -> None:
    told = {action for action, party in MACHINE.who.items() if party in {*MACHINE.people, Party.RELEASER}}
    assert {Action(word) for word in STEP_RIGHTS} == told - TOLD_ELSEWHERE


async def test_a_unit_is_told_its_own_steps_and_what_stands_against_them(office: Office) -> None:
    case_id = await office.register()
    lead, support = office.handler(VILLAGE_UNIT), office.handler(TOWN_UNIT)
    before = await steps(lead, case_id)
    assert before[("sign", None)] is None
    assert {action for action, _ in before} & {"report", "hand_in", "support_sign", "grant", "refuse_return"} == set()
    assert ("sign", None) not in await steps(support, case_id)
    assert (await steps(support, case_id))[("support_sign", TOWN_UNIT)] is None
    await lead.do(case_id, "signature")
    after = await steps(lead, case_id)
    assert after[("report", None)] is None
    assert TOWN_UNIT in (after["hand_in", None] or "")
    assert after["support_cancel", TOWN_UNIT] is None
    assert ("sign", None) not in after
    await support.do(case_id, f"tasks/{TOWN_UNIT}/signature")
    assert ("support_sign", TOWN_UNIT) not in await steps(support, case_id)
    await support.do(case_id, f"tasks/{TOWN_UNIT}/result", PART)
    assert [key for key in await steps(support, case_id) if key[0].startswith("support")] == []
    assert (await steps(lead, case_id))["hand_in", None] is None
    await lead.do(case_id, "result", WHOLE)
    assert {key for key in await steps(lead, case_id) if not key[0].startswith("call")} == set()


async def test_who_may_not_see_the_case_is_told_nothing(office: Office) -> None:
    case_id = await office.register()
    assert (await office.handler("D-HOUSING").get(f"/cases/{case_id}/steps")).status_code == 404
    assert (await office.person("x", Role.CALLER).get(f"/cases/{case_id}/steps")).status_code == 403
    assert await steps(office.person("a", Role.AUDITOR), case_id) == {}
    assert (await office.handler(VILLAGE_UNIT).get(f"/calls/{case_id}/steps")).status_code == 404


@pytest.mark.parametrize("subject", ["li", "town", "wang", "boss", "alone"])
async def test_what_is_told_is_what_the_route_answers(office: Office, subject: str) -> None:
    """A request for more time: each who could decide is told by the desk what the decision itself then says."""
    case_id = await office.register()
    lead = office.handler(VILLAGE_UNIT)
    await lead.do(case_id, "signature")
    await office.hear(deadline_set(case_id, Deadline.HANDLE, T0 + 5 * DAY))
    people = {
        "li": office.person("li", Role.SUPERVISOR),
        "town": office.person("town", Role.LEADER, TOWN, TOWN_UNIT),
        "wang": office.dispatcher,
        "boss": office.person("boss", Role.SUPERVISOR, unit="S-GOV"),
        "alone": office.person("alone", Role.SUPERVISOR, unit="D-HOUSING"),
    }
    who = people[subject]
    asked = await lead.post(f"/cases/{case_id}/extension", MORE, version="*")
    assert asked.status_code == 200, asked.text
    (waiting,) = (await read(who, "/waiting-requests"))["items"]
    assert (waiting["case"]["case_id"], waiting["request"]["kind"]) == (case_id, "extension")
    told = {one["action"] for one in waiting["steps"] if one["against"] is None}
    answer = await who.post(f"/cases/{case_id}/extension/decision", GRANT, version=waiting["case"]["version"])
    assert (told == {"grant", "refuse"}) == (answer.status_code == 200), (told, answer.text)
    assert told in ({"grant", "refuse"}, set())
    if answer.status_code == 200:
        assert (await read(who, "/waiting-requests"))["items"] == []


async def test_requests_are_listed_oldest_first_page_by_page_of_the_kinds_that_one_decides(office: Office) -> None:
    cases = []
    for _ in range(3):
        case_id = await office.register()
        await office.handler(VILLAGE_UNIT).do(case_id, "return", BACK)
        cases.append(case_id)
        office.later(HOUR)
    first = await read(office.dispatcher, "/waiting-requests", limit=2)
    assert [one["case"]["case_id"] for one in first["items"]] == cases[:2]
    second = await read(office.dispatcher, "/waiting-requests", limit=2, cursor=first["next_cursor"])
    assert ([one["case"]["case_id"] for one in second["items"]], second["next_cursor"]) == (cases[2:], None)
    told = {one["action"] for one in first["items"][0]["steps"]}
    assert told == {"hand_on", "take_back", "refuse_return"}
    leader = office.person("s", Role.LEADER)
    assert (await read(leader, "/waiting-requests"))["items"] == []
    assert (await leader.get("/waiting-requests", kind="return")).status_code == 403
    assert (await office.handler(VILLAGE_UNIT).get("/waiting-requests")).status_code == 403
    assert (await read(office.dispatcher, "/waiting-requests", kind="extension"))["items"] == []
    elsewhere = office.person("x", Role.DISPATCHER, "999001102000")
    assert (await read(elsewhere, "/waiting-requests"))["items"] == []
    await office.dispatcher.do(cases[0], "return/decision", NO)
    assert len((await read(office.dispatcher, "/waiting-requests"))["items"]) == 2


async def test_a_desk_says_who_sits_there(office: Office) -> None:
    desk = await read(office.handler(VILLAGE_UNIT), "/desk")
    assert (desk["unit_code"], desk["units"], desk["name"]) == (VILLAGE_UNIT, [VILLAGE_UNIT], None)
    assert {"dispatch.cases.sign", "intake.attachments.add"} <= {*desk["rights"]}
    assert "dispatch.requests.decide" not in desk["rights"]
    assert (await office.person("i", Role.INTEGRATOR).get("/desk")).status_code == 403


async def test_what_waits_is_found_by_its_own_index_among_60_000_cases(office: Office) -> None:
    await fill_hands(office, [REQUESTS, "ANALYZE work, request"])
    plan = await plan_of(office.database, waiting_statement(Scope("999001"), [*RequestKind], PageQuery(limit=50)))
    assert plan.indexes & {"request_list_idx", "request_state_idx"}, str(plan)
    assert not plan.walked, str(plan)
    assert plan.rows_read < 1000, str(plan)
