"""No route shows a case to the units complained about (被反映单位), those below them, nor the people (被反映人).

Asked of every operation and every page of the four services, by whatever account and role.
"""

import dataclasses
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import quote

from huiyin.office.wire import Response
from libs.common.bus.flow import Service
from libs.common.security.principal import Role
from tests.journeys.county import (
    NO_CALLBACK,
    NOT_HERE,
    OBJECTION,
    RESULT,
    SATISFIED,
    TOWN_UNIT,
    VILLAGE,
    VILLAGE_UNIT,
    County,
    Person,
)

ACCUSED, BELOW, SUPERIOR = TOWN_UNIT, VILLAGE_UNIT, "S-GOV"
SUPPORT = "D-EDU"
ANOTHER = "D-CIVIL"
STAFF = "S-0031"
"""A member of staff of the superior, with two accounts: the case is about him, and not about his unit."""
ANSWERS = "S-0032"
"""A member of staff whom a unit may name as who answers for a case."""
PATH_OF_A_CASE = re.compile(r"\{((?:case|callback|supervision|attachment|exclusion|objection)_id|reference)\}")
YEAR = {"period": "year"}
BEFORE = "2026-01-05"
"""A day that is past, at whose end none of the cases was known."""
REASON = {"reason": "依规处理，详见记录。"}
TO_WATER = {"lead_unit": "D-WATER", "category_code": "0104", **REASON}
ORDER = {"level": "supervision", **REASON}
NOT_TO_COUNT = {"reason_code": "force_majeure", "evidence": "洪水冲毁道路，附气象证明。"}
GRANTED = {"granted": True, "note": "情况属实，同意。"}

OBJECTIONS = "/intake/v1/cases/{case_id}/objections"
UPLOAD = "/intake/v1/cases/{case_id}/attachments"
BODIES: Mapping[str, Any] = {
    UPLOAD: b"\xff\xd8\xff\xe0 a picture",
    "/intake/v1/visits/{visit_id}/photos": b"\xff\xd8\xff\xe0 a picture",
    "/intake/v1/requesters/{case_id}/reveal": {"fields": ["name", "phone"], **REASON},
    "/intake/v1/cases/{case_id}/repeats": {"repeat_of": None, **REASON},
    "/intake/v1/cases/{case_id}/accused": {"accused_units": ["D-ENV"], **REASON},
    "/dispatch/v1/cases/{case_id}/assignment": TO_WATER,
    "/dispatch/v1/cases/{case_id}/reassignment": TO_WATER,
    "/dispatch/v1/cases/{case_id}/result": RESULT,
    "/dispatch/v1/cases/{case_id}/return": {"reason_code": "not_our_duty", "note": "不属本单位职责"},
    "/dispatch/v1/cases/{case_id}/return/decision": {"approved": False, "note": "请继续办理"},
    "/dispatch/v1/cases/{case_id}/nonacceptance": NOT_HERE,
    "/dispatch/v1/cases/{case_id}/nonacceptance/decision": {"approved": False, "note": "应予受理"},
    "/dispatch/v1/cases/{case_id}/delegation": {"to_unit": SUPPORT, "note": "请到户调解"},
    "/dispatch/v1/cases/{case_id}/raising": {"reason_code": "several_units", "note": "涉及两个单位"},
    "/dispatch/v1/cases/{case_id}/tasks": {"unit_code": "D-WATER", "what": "关阀配合抢修"},
    "/dispatch/v1/cases/{case_id}/whistles": {
        "kind": "emergency",
        "units": ["D-WATER"],
        "place": "村口",
        "what": "查明断水原因",
    },
    "/dispatch/v1/calls/{case_id}/arrival": {"area_code": VILLAGE},
    "/dispatch/v1/cases/{case_id}/responsible": {"responsible": ANSWERS},
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/responsible": {"responsible": ANSWERS},
    "/followup/v1/callbacks/{callback_id}/attempts": SATISFIED,
    "/followup/v1/callbacks/{callback_id}/review": {"decision": "close_unasked", **REASON},
    "/followup/v1/supervisions": ORDER,
    "/followup/v1/cases/{case_id}/petition": {"petition": "first_visit", **REASON},
    "/followup/v1/cases/{case_id}/merit": {"merit": "reasonable", **REASON},
    "/followup/v1/exclusions": NOT_TO_COUNT,
    "/followup/v1/exclusions/{exclusion_id}/decision": GRANTED,
    OBJECTIONS: OBJECTION,
    "/followup/v1/objections/{objection_id}/decision": {"granted": False, **REASON},
}
"""A body for each step whose own schema does not say enough; the others get each field that they demand."""

LISTS: Mapping[str, Mapping[str, Any]] = {
    "/intake/v1/cases": {},
    "/intake/v1/wordings": {},
    "/intake/v1/reveals": {},
    "/dispatch/v1/work": {},
    "/dispatch/v1/triage": {},
    "/dispatch/v1/whistles": {},
    "/dispatch/v1/calls": {},
    "/followup/v1/callbacks": {},
    "/followup/v1/timers": {},
    "/followup/v1/supervisions": {},
    "/followup/v1/exclusions": {},
    "/followup/v1/objections": {},
    "/analytics/v1/cases": {},
    "/analytics/v1/figures": {**YEAR, "by": "unit"},
    "/analytics/v1/figures/counts": {**YEAR, "by": "unit"},
    "/analytics/v1/figures/cases": {**YEAR, "counter": "registered", "basis": "registered"},
    "/analytics/v1/figures/changes": {**YEAR, "counter": "registered", "basis": "registered", "since_day": BEFORE},
    "/analytics/v1/publications": {},
    "/analytics/county": {"lang": "zh"},
    "/analytics/county/cases": {**YEAR, "counter": "registered", "basis": "registered"},
    "/analytics/county/open": {},
}
"""All that shows or counts cases without naming one. A route that is neither here nor ``ABOUT_NO_CASE`` fails."""

COUNTS = {f"/analytics/{path}" for path in ("v1/figures", "v1/figures/counts", "v1/publications", "county")}
"""Those of them that name no case."""

IN_THE_BODY: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("POST", "/followup/v1/supervisions"): {"unit_code": SUPERIOR},
    ("POST", "/followup/v1/exclusions"): {},
}
"""The steps whose body names the case, and what it names besides."""
ABOUT_NO_CASE = re.compile(
    r"\w+ /\w+/ops/.*|\w+ /dispatch/v1/(directory/.*|(accounts|staff|staff-looks|staff-coverage)(/.*)?)"
    r"|POST /intake/v1/(cases(/batch)?|webhooks/\{source\})"
    # A visit names no case that is about whoever looks, as its own tests ask.
    r"|\w+ /intake/v1/(households|household-looks|household-policies)(/.*)?"
    r"|\w+ /intake/v1/(contacts|teams|rounds|plans|visits|visit-words|devices)(/.*)?"
    r"|\w+ /intake/v1/(points|occasions|visit-days|area-days)(/.*)?|GET /analytics/v1/visits/.*"
    # A link opens what whoever made it may see, and the unit can make none.
    r"|GET /intake/v1/downloads/\{link\}|(GET|POST) /followup/withdrawal/\{link\}|POST /analytics/county/sign-in"
)
NEVER_THE_SAME = re.compile(r'<p class="stamp">.*?</p>|"(as_of|lag_seconds|instance|cut|since_cut|until_cut)":[^,}]*')


_IN_TRIAGE = {"category_code": None}
_UNASKED = NO_CALLBACK
_SIGNED = ("signature",)
_HANDLED = ("signature", "result")
_DELEGATED = ("signature", "delegation")
WAYS: Mapping[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "/dispatch/v1/cases/{case_id}/assignment": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/progress": ({}, _SIGNED),
    "/dispatch/v1/cases/{case_id}/result": ({}, _SIGNED),
    "/dispatch/v1/cases/{case_id}/return/decision": ({}, ("return",)),
    "/dispatch/v1/cases/{case_id}/nonacceptance": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/nonacceptance/decision": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/delegation": ({}, _SIGNED),
    "/dispatch/v1/cases/{case_id}/delegation/recall": ({}, _DELEGATED),
    "/dispatch/v1/cases/{case_id}/raising": ({}, _DELEGATED),
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/responsible": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/signature": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/progress": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/result": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/cancellation": (_IN_TRIAGE, ()),
    "/followup/v1/callbacks/{callback_id}": ({}, _HANDLED),
    "/followup/v1/callbacks/{callback_id}/attempts": ({}, _HANDLED),
    "/followup/v1/callbacks/{callback_id}/review": (_UNASKED, _HANDLED),
    "/followup/v1/exclusions": ({}, _HANDLED),
    "/followup/v1/exclusions/{exclusion_id}/decision": ({}, _HANDLED),
    "/followup/v1/exclusions/{exclusion_id}/revocation": ({}, _HANDLED),
    OBJECTIONS: ({}, _HANDLED),
    "/followup/v1/objections/{objection_id}": ({}, _HANDLED),
    "/followup/v1/objections/{objection_id}/decision": ({}, _HANDLED),
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
    exclusion_id: str
    objection_id: str

    def path(self, template: str) -> str:
        """The route, about this case."""
        known = template.replace("{unit_code}", SUPPORT).replace("{list_code}", "problem")
        return PATH_OF_A_CASE.sub(lambda match: str(getattr(self, match[1].replace("reference", "case_id"))), known)


async def test_no_route_shows_the_case_to_any_role_of_the_unit_nor_to_the_person(county: County) -> None:
    """Every operation of the four services and every page, for all ten roles of the town, of a village below it, and of
    the two accounts of the person that it is about, too. Half of the cases name them when they have the case already.
    """
    routes = await _routes(county)
    people = {(role, unit): county.person("clerk", role, unit=unit) for role in Role for unit in (ACCUSED, BELOW)}
    for number, role in enumerate(Role):
        account, unit = (("chief", SUPERIOR), ("chief-2", None))[number % 2 and role is not Role.HANDLER]
        people[role, account] = county.person(account, role, unit=unit, staff_id=STAFF)
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
                if answer.status_code == 404 and who[0] is Role.AUDITOR:
                    missing = await _ask(person, route, NOBODYS)
                    assert _told(answer, subjects[route.template]) == _told(missing, NOBODYS), (who, route)
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


NOBODYS = Subject(*(str(uuid.UUID(int=(7 << 76) | (2 << 62) | number)) for number in (1, 1, 2, 3, 4, 5, 6)))
"""What is not there."""


def _told(answer: Response, subject: Subject) -> tuple[int, Any, Any]:
    """All that an answer says, but for what was asked for and when."""
    ids = {str(getattr(subject, field.name)) for field in dataclasses.fields(subject)}
    text = answer.text
    for one in ids - {""}:
        text = text.replace(one, "it")
    headers = {
        name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id", "content-length")
    }
    return answer.status_code, headers, NEVER_THE_SAME.sub("", text)


async def _routes(county: County) -> list[Route]:
    """What the four services document, and the pages."""
    routes = [Route("GET", path) for path in LISTS if path.startswith("/analytics/county")]
    routes.append(Route("GET", "/analytics/county/cases/{case_id}"))
    for service in Service:
        document = await county.operator.ask(f"/{service}/openapi.json")
        for path, methods in document["paths"].items():
            routes += [Route(method.upper(), path, body_of(path, one, document)) for method, one in methods.items()]
    return routes


def body_of(path: str, operation: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    """What stands above, or a text for each field that the route demands."""
    sent = operation.get("requestBody")
    if path in BODIES or sent is None or not sent.get("required"):
        return BODIES.get(path)
    [content] = sent["content"].values()
    if "$ref" not in content["schema"]:
        return b""  # A table, about no case: what takes files of a case stands above.
    schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    return dict.fromkeys(schema.get("required", ()), REASON["reason"])


def _concerns_a_case(route: Route) -> bool:
    """Whether the route names a case; every other must be known to name none."""
    method, template, _ = route
    if PATH_OF_A_CASE.search(template) or (method, template) in IN_THE_BODY:
        return True
    assert template in LISTS or ABOUT_NO_CASE.fullmatch(f"{method} {template}"), f"{method} {template} is not looked at"
    return False


async def _ask(person: Person, route: Route, subject: Subject) -> Response:
    path, body = subject.path(route.template), route.body
    if route.method == "GET":
        return await person.get(path)
    named = IN_THE_BODY.get(route[:2])
    if isinstance(body, bytes):
        return await person.post(f"{path}?name={quote('路灯.jpg')}", body, content_type="image/jpeg")
    return await person.post(path, body if named is None else body | named | {"case_id": subject.case_id})


async def _lists(person: Person) -> dict[str, str]:
    """What every list, count and page says, without its times."""
    answers = {path: await person.get(path, **query) for path, query in LISTS.items()}
    return {path: NEVER_THE_SAME.sub("", answer.text) for path, answer in answers.items()}


async def _subjects(county: County, routes: list[Route]) -> dict[str, Subject]:
    """For each route that names a case one about the town, which nobody else uses."""
    terms = [{"post_code": "case_worker", "unit_code": unit} for unit in (SUPERIOR, SUPPORT)]
    await county.admin.do("/dispatch/v1/staff", {"staff_id": ANSWERS, "name": "郑测试", "terms": terms})
    return {route.template: await _subject(county, route.template) for route in routes if _concerns_a_case(route)}


async def _subject(county: County, template: str) -> Subject:
    fields, steps = WAYS.get(template, ({}, ()))
    about: dict[str, Any] = {"accused_unit": ACCUSED, "accused_units": [ANOTHER], "accused_staff": [STAFF]}
    late = len(template) % 2 == 0
    if template.endswith("/repeats"):
        fields = {"repeat_of": await county.register(confidential=True, **about)}
    case_id = await county.register(confidential=True, **({} if late else about), **fields)
    if late:
        named = {"accused_units": [ANOTHER, ACCUSED], "accused_staff": [STAFF], **REASON}
        await county.operator.do(f"/intake/v1/cases/{case_id}/accused", named)
        await county.house.settle()
    if not template.endswith("/wording"):
        await county.word(case_id)
    if template.endswith("/reveal"):
        await county.operator.do(template.format(case_id=case_id), BODIES[template])
    if "/calls/" in template:
        await _summon(county, case_id, template)
    elif "{unit_code}" in template:
        await _give_a_part(county, case_id, template)
    for step in steps:
        await county.lead_does(case_id, step, BODIES.get(f"/dispatch/v1/cases/{{case_id}}/{step}"))
    if template.endswith("/nonacceptance/decision"):
        asked = template.removesuffix("/decision")
        await county.dispatcher.do(asked.format(case_id=case_id), BODIES[asked])
    if template.endswith("/raising"):
        await county.handler(SUPPORT).do(f"/dispatch/v1/cases/{case_id}/signature")
    order = await county.supervisor.do("/followup/v1/supervisions", ORDER | {"case_id": case_id})
    await county.house.settle()
    objection_id = await _ended_or_taken_back(county, case_id, template)
    promise = await county.promise(case_id)
    callback_id = promise["callbacks"][-1]["callback_id"] if promise["callbacks"] else ""
    exclusion_id = await _asked_not_to_count(county, case_id, template) if "{exclusion_id}" in template else ""
    known = Subject(case_id, promise["case_no"], callback_id, order["supervision_id"], "", exclusion_id, objection_id)
    return replace(known, attachment_id=await _attached(county, known)) if "{attachment_id}" in template else known


async def _attached(county: County, subject: Subject) -> str:
    """A file that the unit of ``others`` below has attached: in a confidential case each unit sees its own."""
    clerk = county.person("clerk", *Role, unit=SUPPORT)
    answer = await _ask(clerk, Route("POST", UPLOAD, BODIES[UPLOAD]), subject)
    return str(answer.json()["attachment_id"])


async def _ended_or_taken_back(county: County, case_id: str, template: str) -> str:
    """The citizen was called and is satisfied, or wishes to take it back; gives his objection, where there is one."""
    if template.endswith("/links"):
        await county.operator.do(f"/intake/v1/cases/{case_id}/withdrawal", {"reason": "已自行解决，不再反映。"})
        await county.house.settle()
    if "/objections" not in template:
        return ""
    await county.call(case_id, SATISFIED)
    if template == OBJECTIONS:
        return ""
    return str((await county.object_to(case_id))["objection_id"])


async def _give_a_part(county: County, case_id: str, template: str) -> None:
    """A support unit beside the lead; signed, for what comes after signing."""
    wish = {"lead_unit": SUPERIOR, "support_units": [SUPPORT], "category_code": "0104", **REASON}
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/assignment", wish)
    if template.endswith(("/progress", "/result")):
        await county.handler(SUPPORT).do(f"/dispatch/v1/cases/{case_id}/tasks/{SUPPORT}/signature")


async def _summon(county: County, case_id: str, template: str) -> None:
    """A unit that is summoned; there, for what comes after that."""
    called = BODIES["/dispatch/v1/cases/{case_id}/whistles"] | {"units": [SUPPORT]}
    await county.handler(SUPERIOR).do(f"/dispatch/v1/cases/{case_id}/whistles", called)
    if template.endswith(("/progress", "/result")):
        await county.handler(SUPPORT).do(f"/dispatch/v1/calls/{case_id}/arrival", {"area_code": VILLAGE})


async def _asked_not_to_count(county: County, case_id: str, template: str) -> str:
    """The unit that handled it asks that it be not counted; granted, for what comes after."""
    asked = await county.handler(SUPERIOR).do("/followup/v1/exclusions", NOT_TO_COUNT | {"case_id": case_id})
    exclusion_id = str(asked["exclusion_id"])
    if template.endswith("/revocation"):
        await county.supervisor.do(f"/followup/v1/exclusions/{exclusion_id}/decision", GRANTED)
    return exclusion_id
