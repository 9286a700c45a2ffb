"""Followup as a process: ``python -m services.followup.main api|worker``."""

from pathlib import Path

from libs.common.bus.flow import Service
from libs.common.database.migrate import History
from libs.common.host.process import run_service
from libs.common.service.spec import Loop, ServiceSpec
from services.followup.callbacks.api import router as callbacks
from services.followup.clocks.api import router as timers
from services.followup.handlers import REACTIONS, prepare_door
from services.followup.judgements.api import router as judgements
from services.followup.ladder.actions.watching import fire_timers
from services.followup.ladder.api import router as retries
from services.followup.links.api.making import router as links
from services.followup.links.api.page import pages as link_pages
from services.followup.objections.api import router as objections
from services.followup.overview.actions.measuring import measure
from services.followup.overview.api import router as cases
from services.followup.replies.api import router as replies
from services.followup.settings import Settings
from services.followup.supervision.api import router as supervision
from services.followup.upper_orders.api import router as upper_orders

_ACCUSED = """
    SELECT accused_unit, also_accused FROM matter WHERE case_id = ANY($1::text[]) OR case_id IN (
        SELECT case_id FROM callback WHERE callback_id = ANY($1::text[])
        UNION ALL SELECT case_id FROM supervision WHERE supervision_id = ANY($1::text[])
        UNION ALL SELECT case_id FROM objection WHERE objection_id = ANY($1::text[])
    )
"""

SPEC = ServiceSpec(
    service=Service.FOLLOWUP,
    title="Huiyin followup 回访督办",
    description="Keeps every promised time, asks the citizen, and closes no case without the citizen being satisfied.",
    routers=(
        *(callbacks, cases, retries, timers, supervision, replies, judgements, objections, upper_orders),
        *(links, link_pages),
    ),
    reactions=REACTIONS,
    migrations=History(Path(__file__).parent / "migrations"),
    prepare=prepare_door,
    accused=_ACCUSED,
    measure=measure,
    loops=(Loop("timers", fire_timers),),
)

if __name__ == "__main__":
    run_service(SPEC, Settings)
