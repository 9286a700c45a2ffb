"""Followup as a process: ``python -m services.followup.main api|worker``."""

from pathlib import Path

from libs.common.bus.flow import Service
from libs.common.host.process import run_service
from libs.common.service.spec import Loop, ServiceSpec
from services.followup.actions.measuring import measure
from services.followup.actions.watching import fire_timers
from services.followup.api import router
from services.followup.handlers import REACTIONS, prepare_door
from services.followup.settings import Settings

SPEC = ServiceSpec(
    service=Service.FOLLOWUP,
    title="Huiyin followup 回访督办",
    description="Keeps every promised time, asks the citizen, and closes no case without the citizen being satisfied.",
    routers=(router,),
    reactions=REACTIONS,
    migrations=Path(__file__).parent / "migrations",
    prepare=prepare_door,
    measure=measure,
    loops=(Loop("timers", fire_timers),),
)

if __name__ == "__main__":
    run_service(SPEC, Settings)
