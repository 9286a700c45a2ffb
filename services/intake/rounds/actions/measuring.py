"""Intake's own gauges: how far the open rounds of visits have come, town by town, and rounds that were left open."""

from collections import Counter

from libs.common import metrics, visit_metrics
from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.pack.areas import AreaLevel
from libs.common.time.moments import local_day
from services.intake.rounds.queries.figures import left_open, open_by_town


async def measure(session: Session) -> None:
    """By town, those of the pack in force; what stands in no such town is told together. Nothing without a pack."""
    if not session.packs.usable:
        return
    directory = session.packs.current(session.now).directory
    towns = {area.code for area in directory.pack.areas if area.level is AreaLevel.TOWN}
    stand, visited = Counter[str](), Counter[str]()
    for row in await open_by_town(session):
        area = row.town if row.town in towns else metrics.OTHER
        stand[area] += row.households
        visited[area] += row.visited
    for area in (*towns, metrics.OTHER):
        visit_metrics.VISIT_ROUND_HOUSEHOLDS.labels(Service.INTAKE, area).set(stand[area])
        visit_metrics.VISIT_ROUND_HOUSEHOLDS_VISITED.labels(Service.INTAKE, area).set(visited[area])
    today = local_day(session.now, directory.calendar().time_zone)
    visit_metrics.VISIT_ROUNDS_LEFT_OPEN.labels(Service.INTAKE).set(await left_open(session, today))
