"""The analytics service as a process: ``python -m services.analytics.main api|worker``."""

from pathlib import Path

from libs.common.bus.flow import Service
from libs.common.host.process import run_service
from libs.common.service.spec import ServiceSpec
from services.analytics.api.county import pages
from services.analytics.api.figures import router
from services.analytics.handlers import REACTIONS
from services.analytics.settings import Settings

SPEC = ServiceSpec(
    service=Service.ANALYTICS,
    title="Huiyin analytics 回音·统计分析",
    description="Exact figures: rates with their numerators and denominators, and the cases behind every number.",
    routers=(router, pages),
    reactions=REACTIONS,
    migrations=Path(__file__).parent / "migrations",
    pace_seconds=0.25,
)

if __name__ == "__main__":
    run_service(SPEC, Settings)
