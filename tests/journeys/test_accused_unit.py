"""The unit complained about (被反映单位), and those below it: never chosen, and blind to the case on every route."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest

from huiyin.office.wire import Response
from libs.common.bus.flow import Service
from libs.common.security.principal import Role
from tests.journeys.county import (
    LIGHTS,
    RESULT,
    SATISFIED,
    TOWN_UNIT,
    VILLAGE_UNIT,
    County,
    Person,
    complaint,
)

ACCUSED, BELOW, SUPERIOR = TOWN_UNIT, VILLAGE_UNIT, "S-GOV"
SUPPORT = "D-EDU"
PATH_OF_A_CASE = re.compile(r"\{(case_id|reference|callback_id|supervision_id|attachment_id)\}")
YEAR = {"period": "year"}
BEFORE = "2026-01-05"
"""A day that is past, at whose end none of the cases was known."""
REASON = {"reason": "依规处理，详见记录。"}
TO_WATER = {"lead_unit": "D-WATER", "category_code": "0104", **REASON}
ORDER = {"level": "supervision", **REASON}

UPLOAD = "/intake/v1/cases/{case_id}/attachments"
BODIES: Mapping[str, Any] = {
    UPLOAD: b"\xff\xd8\xff\xe0 a picture",
    "/intake/v1/requesters/{case_id}/reveal": {"fields": ["name", "phone"], **REASON},
    "/dispatch/v1/cases/{case_id}/assignment": TO_WATER,
    "/dispatch/v1/cases/{case_id}/reassignment": TO_WATER,
    "/dispatch/v1/cases/{case_id}/result": RESULT,
    "/dispatch/v1/cases/{case_id}/return": {"reason_code": "not_our_duty", "note": "不属本单位职责"},
    "/dispatch/v1/cases/{case_id}/return/decision": {"approved": False, "note": "请继续办理"},
    "/followup/v1/callbacks/{callback_id}/attempts": SATISFIED,
    "/followup/v1/callbacks/{callback_id}/review": {"decision": "close_unverified", **REASON},
    "/followup/v1/supervisions": ORDER,
}
"""A body for each step whose own schema does not say enough; the others get each field that they demand."""

LISTS: Mapping[str, Mapping[str, Any]] = {
    "/intake/v1/cases": {},
    "/dispatch/v1/work": {},
    "/dispatch/v1/triage": {},
    "/followup/v1/callbacks": {},
    "/followup/v1/timers": {},
    "/followup/v1/supervisions": {},
    "/analytics/v1/cases": {},
    "/analytics/v1/figures": {**YEAR, "by": "unit"},
    "/analytics/v1/figures/counts": {**YEAR, "by": "unit"},
    "/analytics/v1/figures/cases": {**YEAR, "counter": "registered", "basis": "registered"},
    "/analytics/v1/figures/changes": {**YEAR, "counter": "registered", "basis": "registered", "since_day": BEFORE},
    "/analytics/county": {"lang": "zh"},
    "/analytics/county/cases": {**YEAR, "counter": "registered", "basis": "registered"},
    "/analytics/county/open": {},
}
"""All that shows or counts cases without naming one. A route that is neither here nor ``ABOUT_NO_CASE`` fails."""

COUNTS = {"/analytics/v1/figures", "/analytics/v1/figures/counts", "/analytics/county"}
"""Those of them that name no case."""

ISSUING = ("POST", "/followup/v1/supervisions")
ABOUT_NO_CASE = re.compile(
    r"\w+ /\w+/ops/.*|\w+ /dispatch/v1/directory/.*|POST /intake/v1/(cases(/batch)?|webhooks/\{source\})"
    # A link opens what whoever made it may see, and the unit can make none.
    r"|GET /intake/v1/downloads/\{link\}|POST /analytics/county/sign-in"
)
NEVER_THE_SAME = re.compile(r'<p class="stamp">.*?</p>|"(as_of|lag_seconds|instance|cut|since_cut|until_cut)":[^,}]*')


_IN_TRIAGE = {"category_code": None}
_UNASKED = {"callback_wanted": False}
_SIGNED = ("signature",)
_HANDLED = ("signature", "result")
WAYS: Mapping[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "/dispatch/v1/cases/{case_id}/assignment": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/progress": ({}, _SIGNED),
    "/dispatch/v1/cases/{case_id}/result": ({}, _SIGNED),
    "/dispatch/v1/cases/{case_id}/return/decision": ({}, ("return",)),
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/signature": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/progress": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/result": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/cancellation": (_IN_TRIAGE, ()),
    "/followup/v1/callbacks/{callback_id}": ({}, _HANDLED),
    "/followup/v1/callbacks/{callback_id}/attempts": ({}, _HANDLED),
    "/followup/v1/callbacks/{callback_id}/review": (_UNASKED, _HANDLED),
}
"""How a case is registered, and what its unit does, until the step can be taken; else registration is enough."""


class Route(NamedTuple):
    """One operation, and what it is asked with."""

    method: str
    template: str
    body: Any = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A case about the town that stands where a step is possible, and what belongs to it."""

    case_id: str
    case_no: str
    callback_id: str
    supervision_id: str
    attachment_id: str

    def path(self, template: str) -> str:
        """The route, about this case."""
        known = template.replace("{unit_code}", SUPPORT)
        return PATH_OF_A_CASE.sub(lambda match: str(getattr(self, match[1].replace("reference", "case_id"))), known)


@pytest.mark.parametrize(
    ("accused", "category", "lead"),
    [
        (BELOW, LIGHTS, ACCUSED),
        (ACCUSED, LIGHTS, SUPERIOR),
        ("D-HOUSING", "0102", SUPERIOR),
        ("D-WATER", LIGHTS, BELOW),
        (SUPERIOR, LIGHTS, None),
    ],
)
async def test_a_case_goes_past_the_unit_that_it_is_about(
    county: County, accused: str, category: str, lead: str | None
) -> None:
    case_id = await county.register(accused_unit=accused, category_code=category)
    work = await county.work(case_id)
    assert (work["lead_unit"], work["accused_unit"]) == (lead, accused)
    assert accused not in work["support_units"]
    assert ("回避" in work["explanation"]) == (lead != BELOW)
    assert (await county.promise(case_id))["accused_unit"] == accused


async def test_a_support_unit_that_is_complained_about_is_left_out(county: County) -> None:
    with_town = await county.register(category_code="0102")
    without = await county.register(category_code="0102", accused_unit=ACCUSED)
    assert (await county.work(with_town))["support_units"] == [ACCUSED]
    assert (await county.work(without))["support_units"] == []


@pytest.mark.parametrize("named", [{"lead_unit": BELOW}, {"lead_unit": ACCUSED}, {"support_units": [BELOW]}])
async def test_no_dispatcher_chooses_it_by_hand(county: County, named: dict[str, Any]) -> None:
    case_id = await county.register(accused_unit=ACCUSED)
    before = await county.prints()
    wish = TO_WATER | {"category_code": LIGHTS} | named
    answer = await county.dispatcher.post(f"/dispatch/v1/cases/{case_id}/reassignment", wish)
    assert answer.status_code == 422
    [error] = answer.json()["fields"]
    assert (error["field"].partition("/")[0], "complained about" in error["message"]) == (*named, True)
    assert await county.prints() == before


async def test_an_order_about_it_goes_to_its_superior(county: County) -> None:
    """The ladder would send the third round's order to the lead, its superior and the supervisor."""
    case_id = await county.register(accused_unit=ACCUSED)
    answer = await county.supervisor.post("/followup/v1/supervisions", ORDER | {"case_id": case_id, "unit_code": BELOW})
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "unit_code")
    own = await county.supervisor.do("/followup/v1/supervisions", ORDER | {"case_id": case_id})
    assert own["unit_code"] == SUPERIOR


async def test_who_takes_a_complaint_about_himself_cannot_answer_it(county: County) -> None:
    clerk = county.person("clerk", Role.OPERATOR, unit=BELOW)
    answered = complaint(accused_unit=ACCUSED, direct_answer="没有这回事。")
    refused = await clerk.post("/intake/v1/cases", answered)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (403, "direct_answer")
    receipt = await clerk.do("/intake/v1/cases", complaint(accused_unit=ACCUSED))
    assert (await clerk.get(f"/intake/v1/cases/{receipt['case_id']}")).status_code == 404
    again = complaint(accused_unit=ACCUSED, source_system="city", source_no="7")
    await county.operator.do("/intake/v1/cases", again)
    known = await clerk.post("/intake/v1/cases", again)
    assert (known.status_code, "case_no" in known.json()) == (409, False)


async def test_no_route_shows_the_case_to_any_role_of_the_unit(county: County) -> None:
    """Every operation of the four services and every page, for all ten roles of the town and of a village below it."""
    routes = await _routes(county)
    people = {(role, unit): county.person("clerk", role, unit=unit) for role in Role for unit in (ACCUSED, BELOW)}
    await county.handle(await county.register())
    before = {who: await _lists(person) for who, person in people.items()}
    subjects = await _subjects(county, routes)
    secrets = {word for subject in subjects.values() for word in (subject.case_id, subject.case_no)}
    prints = await county.prints()
    for who, person in people.items():
        for route in routes:
            if _concerns_a_case(route):
                answer = await _ask(person, route, subjects[route.template])
                assert answer.status_code in (403, 404), (who, route, answer.text)
                said = answer.text.replace(subjects[route.template].path(route.template).partition("?")[0], "")
                assert not [word for word in secrets if word in said]
        assert await _lists(person) == before[who], who
    assert await county.prints() == prints


async def test_all_of_it_is_there_for_whoever_the_case_is_not_about(county: County) -> None:
    """The other half of the test above: each of its requests is answered to somebody, each list has the cases."""
    routes = await _routes(county)
    subjects = await _subjects(county, routes)
    others = county.person("clerk", *Role, unit=SUPPORT), county.person("handler", Role.HANDLER, unit=SUPERIOR)
    lists = await _lists(others[0])
    words = [word for subject in subjects.values() for word in (subject.case_id, subject.case_no)]
    assert {path for path, text in lists.items() if any(word in text for word in words)} == LISTS.keys() - COUNTS
    for route in routes:
        if _concerns_a_case(route):
            answers = [await _ask(person, route, subjects[route.template]) for person in others]
            assert any(answer.is_success for answer in answers), (route, answers[0].text)


async def _routes(county: County) -> list[Route]:
    """What the four services document, and the pages."""
    routes = [Route("GET", path) for path in LISTS if path.startswith("/analytics/county")]
    routes.append(Route("GET", "/analytics/county/cases/{case_id}"))
    for service in Service:
        document = await county.operator.ask(f"/{service}/openapi.json")
        for path, methods in document["paths"].items():
            routes += [Route(method.upper(), path, _body(path, one, document)) for method, one in methods.items()]
    return routes


def _body(path: str, operation: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    """What stands above, or a text for each field that the route demands."""
    sent = operation.get("requestBody")
    if path in BODIES or sent is None or not sent.get("required"):
        return BODIES.get(path)
    [content] = sent["content"].values()
    schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    return dict.fromkeys(schema.get("required", ()), REASON["reason"])


def _concerns_a_case(route: Route) -> bool:
    """Whether the route names a case; every other must be known to name none."""
    method, template, _ = route
    if PATH_OF_A_CASE.search(template) or (method, template) == ISSUING:
        return True
    assert template in LISTS or ABOUT_NO_CASE.fullmatch(f"{method} {template}"), f"{method} {template} is not looked at"
    return False


async def _ask(person: Person, route: Route, subject: Subject) -> Response:
    path, body = subject.path(route.template), route.body
    if route.method == "GET":
        return await person.get(path)
    named = {"case_id": subject.case_id, "unit_code": SUPERIOR} if route[:2] == ISSUING else {}
    if isinstance(body, bytes):
        return await person.post(f"{path}?name={quote('路灯.jpg')}", body, content_type="image/jpeg")
    return await person.post(path, body | named if named else body)


async def _lists(person: Person) -> dict[str, str]:
    """What every list, count and page says, without its times."""
    answers = {path: await person.get(path, **query) for path, query in LISTS.items()}
    return {path: NEVER_THE_SAME.sub("", answer.text) for path, answer in answers.items()}


async def _subjects(county: County, routes: list[Route]) -> dict[str, Subject]:
    """For each route that names a case one about the town, which nobody else uses."""
    return {route.template: await _subject(county, route.template) for route in routes if _concerns_a_case(route)}


async def _subject(county: County, template: str) -> Subject:
    fields, steps = WAYS.get(template, ({}, ()))
    case_id = await county.register(accused_unit=ACCUSED, confidential=True, **fields)
    if "{unit_code}" in template:
        await _give_a_part(county, case_id, template)
    for step in steps:
        await county.lead_does(case_id, step, BODIES.get(f"/dispatch/v1/cases/{{case_id}}/{step}"))
    order = await county.supervisor.do("/followup/v1/supervisions", ORDER | {"case_id": case_id})
    await county.house.settle()
    promise = await county.promise(case_id)
    callback_id = promise["callbacks"][-1]["callback_id"] if promise["callbacks"] else ""
    known = Subject(case_id, promise["case_no"], callback_id, order["supervision_id"], "")
    return replace(known, attachment_id=await _attached(county, known)) if "{attachment_id}" in template else known


async def _attached(county: County, subject: Subject) -> str:
    """A file that the unit of ``others`` below has attached: in a confidential case each unit sees its own."""
    clerk = county.person("clerk", *Role, unit=SUPPORT)
    answer = await _ask(clerk, Route("POST", UPLOAD, BODIES[UPLOAD]), subject)
    return str(answer.json()["attachment_id"])


async def _give_a_part(county: County, case_id: str, template: str) -> None:
    """A support unit beside the lead; signed, for what comes after signing."""
    wish = {"lead_unit": SUPERIOR, "support_units": [SUPPORT], "category_code": "0104", **REASON}
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/assignment", wish)
    if template.endswith(("/progress", "/result")):
        await county.handler(SUPPORT).do(f"/dispatch/v1/cases/{case_id}/tasks/{SUPPORT}/signature")
