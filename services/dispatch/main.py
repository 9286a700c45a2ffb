"""Dispatch as a process: ``python -m services.dispatch.main api|worker``."""

from pathlib import Path

from libs.common.bus.flow import Service
from libs.common.host.process import run_service
from libs.common.run.spec import ServiceSpec
from services.dispatch.api import cases_router, directory_router
from services.dispatch.handlers import REACTIONS, prepare_door
from services.dispatch.settings import Settings

SPEC = ServiceSpec(
    service=Service.DISPATCH,
    title="Huiyin dispatch 派单",
    description="Finds the unit for every case by the duty directory, and follows it until the unit says it is done.",
    routers=(cases_router, directory_router),
    reactions=REACTIONS,
    migrations=Path(__file__).parent / "migrations",
    prepare=prepare_door,
)

if __name__ == "__main__":
    run_service(SPEC, Settings())
