"""The analytics service as a process: ``python -m services.analytics.main api|worker``."""

from pathlib import Path

from libs.common.bus.flow import Service
from libs.common.database.migrate import History
from libs.common.host.process import run_service
from libs.common.service.spec import Loop, ServiceSpec
from services.analytics.changes import api as changes
from services.analytics.drilldown import api as drilldown
from services.analytics.figures import api as figures
from services.analytics.handlers import REACTIONS
from services.analytics.pages import api as pages
from services.analytics.publications import api as publications
from services.analytics.publications.actions import publish_for_ever
from services.analytics.rollups.tables import TABLES
from services.analytics.settings import Settings
from services.analytics.visits import api as visits

SPEC = ServiceSpec(
    service=Service.ANALYTICS,
    title="Huiyin analytics 回音·统计分析",
    description="Exact figures: rates with their numerators and denominators, and the cases behind every number.",
    routers=(figures.router, drilldown.router, changes.router, publications.router, visits.router, pages.router),
    reactions=REACTIONS,
    migrations=History(Path(__file__).parent / "migrations", growing=tuple(TABLES.values())),
    loops=(Loop("publications", publish_for_ever),),
    pace_seconds=0.25,
)

if __name__ == "__main__":
    run_service(SPEC, Settings)
