"""The page about intake says what the code does."""

from pathlib import Path

from fastapi.routing import iter_route_contexts

from libs.common.bus.flow import Service, said
from services.intake import main
from services.intake.tables import Base

README = (Path(main.__file__).parent / "README.md").read_text()


def test_every_route_event_and_table_is_named() -> None:
    for router in main.SPEC.routers:
        for route in iter_route_contexts(router.routes):
            path = (route.path or "").removeprefix("/v1").replace("{case_id}", "{id}").replace("{reference}", "{id")
            assert f"{min(route.methods or ())} {path.rstrip('}')}" in README, path
    for event in said(Service.INTAKE):
        assert event.__name__ in README or event.__name__ == "ResendRequested"
    for table in Base.metadata.tables:
        assert f"| `{table}` |" in README
