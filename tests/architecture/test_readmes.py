"""The README of a service says what the code does: every route with its right, every event, table and machine."""

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from huiyin.house import SPECS
from libs.common.bus.flow import Service, said
from libs.common.rules.machine import Machine
from libs.common.service.spec import ServiceSpec
from libs.common.web.route_rights import rights_of
from services.intake.tables import Base

ROOT = Path(__file__).parents[2]
WITH_RIGHTS = [spec for spec in SPECS if spec.service in (Service.DISPATCH, Service.FOLLOWUP)]


def readme(spec: ServiceSpec) -> str:
    return (ROOT / "services" / spec.service / "README.md").read_text(encoding="utf-8")


@cache
def machines(service: str) -> frozenset[str]:
    """The diagrams of all tables of steps in a service."""
    package = import_module(f"services.{service}")
    names = [found.name for found in walk_packages(package.__path__, f"services.{service}.")]
    modules = [import_module(name) for name in names if ".migrations" not in name and ".domain" in name]
    return frozenset(one.diagram() for module in modules for one in vars(module).values() if isinstance(one, Machine))


@pytest.mark.parametrize("spec", WITH_RIGHTS, ids=lambda spec: spec.service)
def test_the_case_is_drawn_there_as_it_is_and_every_other_table_beside_it(spec: ServiceSpec) -> None:
    case = import_module(f"services.{spec.service}.cases.domain.transitions").MACHINE
    assert case.diagram() in readme(spec)
    assert "docs/transitions.md" in readme(spec)
    everything = (ROOT / "docs" / "transitions.md").read_text(encoding="utf-8")
    assert [diagram for diagram in machines(spec.service) if diagram not in everything] == []


@pytest.mark.parametrize("spec", WITH_RIGHTS, ids=lambda spec: spec.service)
def test_every_route_stands_there_with_its_right(spec: ServiceSpec) -> None:
    written = set(re.findall(r"\| `([A-Z]+ /[^`]*)`[^|]*\| `([a-z_.]+)` \|", readme(spec)))
    routes = [route for router in spec.routers for route in router.routes if isinstance(route, APIRoute)]
    assert written == {
        (f"{method} {route.path.removeprefix('/v1')}", right.value)
        for route in routes
        for method in route.methods or ()
        for right in rights_of(route)
    }


def test_every_route_event_and_table_of_intake_is_named() -> None:
    spec = next(spec for spec in SPECS if spec.service is Service.INTAKE)
    for router in spec.routers:
        for route in iter_route_contexts(router.routes):
            path = (route.path or "").removeprefix("/v1").replace("{case_id}", "{id}").replace("{reference}", "{id")
            assert f"{min(route.methods or ())} {path.rstrip('}')}" in readme(spec), path
    for event in said(Service.INTAKE):
        assert event.__name__ in readme(spec) or event.__name__ == "ResendRequested"
    for table in Base.metadata.tables:
        assert f"| `{table}` |" in readme(spec)
