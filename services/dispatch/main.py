"""Dispatch as a process: ``python -m services.dispatch.main api|worker``."""

from pathlib import Path

from libs.common.bus.flow import Service
from libs.common.host.process import run_service
from libs.common.run.spec import ServiceSpec
from services.dispatch.api import cases_router, directory_router
from services.dispatch.handlers import REACTIONS, prepare_door
from services.dispatch.settings import Settings

LARGEST_PACK = 8 * 1024 * 1024
"""A county with all its grids; what the directory topic carries."""

SPEC = ServiceSpec(
    service=Service.DISPATCH,
    title="Huiyin dispatch 派单",
    description="Finds the unit for every case by the duty directory, and follows it until the unit says it is done.",
    routers=(cases_router, directory_router),
    reactions=REACTIONS,
    migrations=Path(__file__).parent / "migrations",
    prepare=prepare_door,
    body_limits={"/v1/directory/packs": LARGEST_PACK},
)

if __name__ == "__main__":
    run_service(SPEC, Settings())
