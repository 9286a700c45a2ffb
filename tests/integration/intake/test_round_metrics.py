"""What is told of visits as metrics: by what came of them, how far open rounds have come, and what was left open."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from services.intake.rounds.actions.measuring import measure
from tests.integration.intake.door import NOW, TOWN, IntakeDoor
from tests.integration.intake.homes import Homes, Visitors, with_visitors


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    return await with_visitors(intake)


def told(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"huiyin_{name}", {"service": "intake", **labels}) or 0.0


async def measured(intake: IntakeDoor) -> None:
    async with intake.service.runtime.work_database.reading() as session:
        session.now = intake.service.runtime.clock.now()
        await measure(session)


async def test_visits_are_counted_once_and_open_rounds_by_town(
    intake: IntakeDoor, homes: Homes, visitors: Visitors
) -> None:
    before = told("visits_total", outcome="reached")
    ids = [(await homes.register())["household_id"] for _ in range(3)]
    round_id = await visitors.open()
    visit = visitors.visit(ids[0], visit_id="0198ffff-0000-7000-8000-000000000001")
    for _ in range(2):
        assert (await visitors.post("/intake/v1/visits", visit)).is_success
    assert (await visitors.post("/intake/v1/visits", visit, key="the-same")).is_success
    await visitors.refused(ids[1], staff_ids=["nobody"])
    assert told("visits_total", outcome="reached") - before == 1
    await measured(intake)
    numbers = [
        *(told("visit_round_households", area=TOWN), told("visit_round_households_visited", area=TOWN)),
        told("visit_round_households", area="other"),
    ]
    assert numbers == [3, 1, 0]
    assert told("visit_rounds_left_open") == 0
    intake.move_clock(NOW + timedelta(days=40))
    await measured(intake)
    assert told("visit_rounds_left_open") == 1
    await visitors.close(round_id)
    await measured(intake)
    assert (told("visit_rounds_left_open"), told("visit_round_households", area=TOWN)) == (0, 0)
