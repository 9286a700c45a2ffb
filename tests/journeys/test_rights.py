"""Every route of all four applications names a right, and whoever has not that right is refused before all else."""

import re

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute

from libs.common.security.principal import Role
from libs.common.security.right import Right
from libs.common.security.rights import RIGHTS
from libs.common.web.door import BEARER
from libs.common.web.route_rights import needs_of, rights_of, unguarded_routes
from services.analytics.pages.api import PageNeeds, SignInNeeds
from services.dispatch.rights import DECIDES_RAISED
from tests.journeys.county import VILLAGE_UNIT, County, Person

OPEN = (
    *("openapi.json", "docs", "healthz", "readyz", "metrics"),
    *("visits", "visits/overview", "visits/{name}", "units", "units/{name}"),
)
"""What everybody may ask: the interface, whether the process is well, and pages in which nothing of anybody stands."""
SIGN_IN = (
    "v1/accounts/jwks.json",
    *(f"account{page}" for page in ("", "/sign-in", "/step", "/unit", "/renew", "/second-factor")),
    *(f"POST /dispatch/v1/accounts/{step}" for step in ("sign-in", "token", "sign-out")),
    *(
        f"POST /dispatch/v1/accounts/sign-in/{step}"
        for step in ("code", "password", "second-factor", "second-factor/confirm")
    ),
    *(
        f"POST /dispatch/account/{step}"
        for step in (
            *("sign-in", "code", "first-password", "enrol", "unit", "sessions/end", "password"),
            *("second-factor/confirm", "second-factor/off", "sign-out"),
        )
    ),
)
"""How one comes to a token, and the pages that go by their own cookie: tests of dispatch ask them one by one."""
LINKS = ("/intake/v1/downloads/", "/followup/withdrawal/")
"""Where a link that opens nothing is not found, whoever has it."""


OF_NO_OFFICE = "Your unit writes no letters here"
"""What is said to who has the right, whose unit is none of those that the pack lets write letters: nobody's is here."""
ASKED_BESIDE = {DECIDES_RAISED}
"""Asked of a decision beside the right of its route, once it went up."""


def _routes(app: FastAPI) -> list[APIRoute]:
    return [route for route in app.routes if isinstance(route, APIRoute) and rights_of(route)]


def _takes_a_token(route: APIRoute) -> bool:
    """Not one that a signature or a link opens, where a token opens nothing, nor the form that holds its own."""
    return all(one.proof == BEARER and not isinstance(one, SignInNeeds) for one in needs_of(route))


def _somewhere(route: APIRoute) -> str:
    """The route's path with something in its place for every parameter."""
    known = {"case_id": "01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01", "stream": "cases", "pack_version": "1"}
    return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], known["case_id"]), route.path)


def _kind(answer: httpx.Response) -> str:
    """What was answered: a problem of one type, or a page."""
    media_type = answer.headers["content-type"]
    return str(answer.json()["type"]) if "json" in media_type else answer.text


def _is_page(route: APIRoute) -> bool:
    """A page for people asks for a token instead of refusing."""
    return any(isinstance(part.call, PageNeeds) for part in route.dependant.dependencies)


async def test_every_route_names_a_right_and_every_right_opens_a_route(county: County) -> None:
    used: set[Right] = set()
    for service in county.house.services.values():
        app = service.app()
        names = [re.sub(r"^GET /(\w+/)?", "", name) for name in unguarded_routes(app)]
        assert set(names) <= {*OPEN, *SIGN_IN}, names
        used |= {right for route in _routes(app) for right in rights_of(route)}
    assert used.isdisjoint(ASKED_BESIDE)
    assert used | ASKED_BESIDE == set(Right)


async def test_who_has_not_the_right_is_refused_whatever_is_sent(county: County) -> None:
    # Of the staff, since an account that is nobody's is told nothing of itself.
    people: dict[Role, Person] = {
        role: county.person(f"a-{role}", role, unit=VILLAGE_UNIT, staff_id=f"S-{role}") for role in Role
    }
    for route in (route for service in county.house.services.values() for route in _routes(service.app())):
        rights = rights_of(route)
        for method in sorted(route.methods or ()):
            path = _somewhere(route)
            nobody = await county.http.request(method, path)
            assert nobody.status_code == (404 if path.startswith(LINKS) else 401) or _is_page(route), (method, path)
            for role, person in people.items():
                answer = await county.http.request(method, path, headers=person.headers, content=b"")
                if not _takes_a_token(route):
                    assert (answer.status_code, _kind(answer)) == (nobody.status_code, _kind(nobody))
                    continue
                refused = answer.status_code == 403 and answer.json()["type"].endswith("forbidden")
                refused = refused and OF_NO_OFFICE not in answer.json()["detail"]
                assert refused == (not rights <= RIGHTS[role]), (method, path, role, answer.text)


async def test_a_unit_bound_role_without_a_unit_has_no_right(county: County) -> None:
    handler = county.person("handler-9", Role.HANDLER)
    for service in county.house.services.values():
        for route in _routes(service.app()):
            if rights_of(route) & RIGHTS[Role.HANDLER] - {Right.COUNTY_PAGE} and _takes_a_token(route):
                for method in sorted(route.methods or ()):
                    answer = await county.http.request(method, _somewhere(route), headers=handler.headers)
                    assert answer.status_code == 403, (method, route.path)


async def test_a_token_in_the_form_of_the_county_page_opens_it_to_whom_its_role_lets(county: County) -> None:
    for role in Role:
        token = county.person(f"a-{role}", role, unit=VILLAGE_UNIT).headers["Authorization"].removeprefix("Bearer ")
        answer = await county.http.post("/analytics/county/sign-in", data={"token": token, "to": "/analytics/county"})
        assert answer.status_code == (303 if Right.COUNTY_PAGE in RIGHTS[role] else 403), (role, answer.text)
