"""No route shows a case to the units complained about (被反映单位), those below them, nor the people (被反映人).

Asked of every operation and every page of the four services, by whatever account and role.
"""

import dataclasses
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from huiyin.office.wire import Response
from libs.common.bus.flow import Service
from libs.common.security.principal import Role
from tests.journeys.beside_cases import MEDIATES, elder, on_duty, stands_beside
from tests.journeys.case_routes import (
    ABOUT_NO_CASE,
    ACCUSED,
    ANOTHER,
    ANSWERS,
    ARBITRATION,
    BELOW,
    BODIES,
    COUNTS,
    DUTY_RULES,
    GRANTED,
    IN_THE_BODY,
    LISTS,
    NEVER_THE_SAME,
    NOBODYS,
    NOT_TO_COUNT,
    OBJECTIONS,
    ORDER,
    PATH_BESIDE_A_CASE,
    PATH_OF_A_CASE,
    REASON,
    STAFF,
    SUPERIOR,
    SUPPORT,
    UPLOAD,
    Route,
    Subject,
    answered_above,
    body_of,
    way_to,
)
from tests.journeys.county import SATISFIED, VILLAGE, County, Person


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
    clerk, handler = county.person("clerk", *Role, unit=SUPPORT), county.person("handler", Role.HANDLER, unit=SUPERIOR)
    # What is in dispute is nobody's yet, and who rules on it is of no unit in it.
    others = (
        clerk,
        handler,
        county.person("hotline", Role.DISPATCHER),
        county.person("chief", Role.SUPERVISOR),
        elder(county),
        on_duty(county),
    )
    lists = [await _lists(person) for person in others]
    words = [word for subject in subjects.values() for word in (subject.case_id, subject.case_no)]
    shown = {path for told in lists for path, text in told.items() if any(word in text for word in words)}
    assert shown == LISTS.keys() - COUNTS
    for route in routes:
        if _concerns_a_case(route):
            answers = [await _ask(person, route, subjects[route.template]) for person in others]
            there = [answer for answer in answers if answer.is_success or _is_too_early(route, answer)]
            assert there, (route, [answer.text for answer in answers])


def _is_too_early(route: Route, answer: Response) -> bool:
    """Whether an agreement was kept is not said on the day on which it was signed."""
    return route.template.endswith("/follow-up") and answer.status_code == 409


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


def _concerns_a_case(route: Route) -> bool:
    """Whether the route names a case; every other must be known to name none."""
    method, template, _ = route
    if PATH_OF_A_CASE.search(template) or PATH_BESIDE_A_CASE.search(template) or (method, template) in IN_THE_BODY:
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
    if route.template == DUTY_RULES:
        body |= {"arbitration": int(subject.arbitration)}
    return await person.post(path, body if named is None else body | named | {"case_id": subject.case_id})


async def _lists(person: Person) -> dict[str, str]:
    """What every list, count and page says, without its times."""
    answers = {path: await person.get(path, **query) for path, query in LISTS.items()}
    return {path: NEVER_THE_SAME.sub("", answer.text) for path, answer in answers.items()}


async def _subjects(county: County, routes: list[Route]) -> dict[str, Subject]:
    """For each route that names a case one about the town, which nobody else uses."""
    terms = [{"post_code": "case_worker", "unit_code": unit} for unit in (SUPERIOR, SUPPORT)]
    terms += [{"post_code": "leader", "unit_code": SUPERIOR}, {"post_code": "mediator", "unit_code": MEDIATES}]
    await county.admin.do("/dispatch/v1/staff", {"staff_id": ANSWERS, "name": "郑测试", "terms": terms})
    return {route.template: await _subject(county, route.template) for route in routes if _concerns_a_case(route)}


async def _subject(county: County, template: str) -> Subject:
    fields, steps = way_to(template)
    about: dict[str, Any] = {"accused_unit": ACCUSED, "accused_units": [ANOTHER], "accused_staff": [STAFF]}
    late = len(template) % 2 == 0
    if template.endswith("/repeats"):
        fields = {"repeat_of": await county.register(confidential=True, **about)}
    # Of a confidential one the parties do not meet.
    confidential = "mediation" not in template
    case_id = await county.register(confidential=confidential, **({} if late else about), **fields)
    if late:
        named = {"accused_units": [ANOTHER, ACCUSED], "accused_staff": [STAFF], **REASON}
        await county.operator.do(f"/intake/v1/cases/{case_id}/accused", named)
        await county.house.settle()
    if confidential and not template.endswith("/wording"):
        await county.word(case_id)
    if template.endswith("/reveal"):
        await county.operator.do(template.format(case_id=case_id), BODIES[template])
    await _bring_others_in(county, case_id, template)
    for step in steps:
        await county.lead_does(case_id, step, BODIES.get(f"/dispatch/v1/cases/{{case_id}}/{step}"))
    if template.endswith("/nonacceptance/decision"):
        asked = template.removesuffix("/decision")
        await county.dispatcher.do(asked.format(case_id=case_id), BODIES[asked])
    if template.endswith("/lifting"):
        granted = "/dispatch/v1/cases/{case_id}/suspension/decision"
        await county.dispatcher.do(granted.format(case_id=case_id), BODIES[granted])
    if template.endswith("/raising"):
        await county.handler(SUPPORT).do(f"/dispatch/v1/cases/{case_id}/signature")
    await answered_above(county, case_id, fields.get("upper_no", ""))
    order = await county.supervisor.do("/followup/v1/supervisions", ORDER | {"case_id": case_id})
    await county.house.settle()
    objection_id = await _ended_or_taken_back(county, case_id, template)
    promise = await county.promise(case_id)
    callback_id = promise["callbacks"][-1]["callback_id"] if promise["callbacks"] else ""
    exclusion_id = await _asked_not_to_count(county, case_id, template) if "{exclusion_id}" in template else ""
    known = Subject(case_id, promise["case_no"], callback_id, order["supervision_id"], "", exclusion_id, objection_id)
    known = replace(known, **await _numbers(county, case_id), **await stands_beside(county, case_id, template))
    return replace(known, attachment_id=await _attached(county, known)) if "{attachment_id}" in template else known


async def _numbers(county: County, case_id: str) -> dict[str, str]:
    """The case's whistle, claim and arbitration, where it has them."""
    found: dict[str, str] = {}
    for one in (await county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/whistles"))["items"]:
        found["whistle"] = str(one["whistle"])
        if one["claims"]:
            found["claim"] = str(one["claims"][-1]["claim"])
    for one in (await county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/arbitrations"))["items"]:
        found["arbitration"] = str(one["version"])
    return found


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


async def _bring_others_in(county: County, case_id: str, template: str) -> None:
    """Who has a task beside the lead, for what is of such a unit."""
    if "/calls/" in template or "/whistles" in template.removesuffix("/whistles") or "{claim}" in template:
        await _summon(county, case_id, template)
    elif "{unit_code}" in template:
        await _give_a_part(county, case_id, template)
    elif f"{ARBITRATION}/" in template or template == DUTY_RULES:
        await _dispute(county, case_id, template)


async def _dispute(county: County, case_id: str, template: str) -> None:
    """Two units are in dispute; heard, for the ruling; ruled on, for what that leads to."""
    about, units = ARBITRATION.format(case_id=case_id), BODIES[ARBITRATION]["units"]
    await county.dispatcher.do(about, BODIES[ARBITRATION])
    for unit in () if template.endswith("/hearings") else units:
        await county.dispatcher.do(f"{about}/hearings", BODIES[f"{ARBITRATION}/hearings"] | {"unit_code": unit})
    if template == DUTY_RULES:
        await county.person("arbiter", Role.SUPERVISOR).do(f"{about}/ruling", BODIES[f"{ARBITRATION}/ruling"])


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
    support = county.handler(SUPPORT)
    if template.endswith(("/progress", "/result", "/consultations", "/done", "/scores/{unit_code}")):
        await support.do(f"/dispatch/v1/calls/{case_id}/arrival", {"area_code": VILLAGE})
    if template.endswith(("/done", "/scores/{unit_code}")):
        await support.do(f"/dispatch/v1/calls/{case_id}/result", {"result": "已修复"})
    if "{claim}" in template:
        claims = "/dispatch/v1/calls/{case_id}/claims"
        await support.do(claims.format(case_id=case_id), BODIES[claims])


async def _asked_not_to_count(county: County, case_id: str, template: str) -> str:
    """The unit that handled it asks that it be not counted; granted, for what comes after."""
    asked = await county.handler(SUPERIOR).do("/followup/v1/exclusions", NOT_TO_COUNT | {"case_id": case_id})
    exclusion_id = str(asked["exclusion_id"])
    if template.endswith("/revocation"):
        await county.supervisor.do(f"/followup/v1/exclusions/{exclusion_id}/decision", GRANTED)
    return exclusion_id
