"""The README says what the code does: every route with its right, every event, the diagram of the transition table."""

import re
from pathlib import Path

from fastapi.routing import APIRoute

from libs.common.bus.flow import Service, said
from libs.common.events.ops import ResendRequested
from libs.common.web.guarded import rights_of
from services.dispatch.cases.domain.transitions import MACHINE
from services.dispatch.handlers import HANDLERS
from services.dispatch.main import SPEC

README = (Path(__file__).parents[3] / "services" / "dispatch" / "README.md").read_text()


def test_every_route_stands_there_with_its_right() -> None:
    written = set(re.findall(r"\| `([A-Z]+ /[^`]*)`[^|]*\| `([a-z_.]+)` \|", README))
    routes = [r for router in SPEC.routers for r in router.routes if isinstance(r, APIRoute)]
    real = {
        (f"{method} {route.path.removeprefix('/v1')}", right.value)
        for route in routes
        for method in route.methods or ()
        for right in rights_of(route)
    }
    assert written == real


def test_every_event_stands_there() -> None:
    hears, says = re.findall(r"(?:Hears|Says) ([^.]*)\.", README)
    assert set(re.findall(r"\w+", hears)) == {handler.event.__name__ for handler in HANDLERS}
    assert set(re.findall(r"\w+", says)) == {e.__name__ for e in said(Service.DISPATCH)} - {ResendRequested.__name__}


def test_the_diagram_is_the_table() -> None:
    assert MACHINE.diagram() in README
