"""What operations people see of followup: open cases by state, and promises that are broken now."""

from datetime import datetime, timedelta

from prometheus_client import REGISTRY

from services.followup.overview.actions.measuring import measure
from tests.integration.followup.office import Office


async def gauges(office: Office) -> tuple[float | None, float | None, float | None]:
    async with office.database.reading() as session:
        session.now = office.runtime.clock.now()
        await measure(session)
    return (
        REGISTRY.get_sample_value("huiyin_complaints_open", {"service": "followup", "state": "handling"}),
        REGISTRY.get_sample_value("huiyin_complaints_open", {"service": "followup", "state": "callback"}),
        REGISTRY.get_sample_value("huiyin_deadlines_overdue", {"service": "followup", "deadline": "handle"}),
    )


async def test_the_gauges_show_what_is_open_and_overdue(office: Office) -> None:
    assert await gauges(office) == (0, 0, 0)
    await office.open_case()
    await office.handled_case()
    assert await gauges(office) == (1, 1, 0)
    await office.advance(office.runtime.clock.now() + timedelta(days=60))
    assert await gauges(office) == (1, 1, 1)


async def test_how_late_the_earliest_timer_is(office: Office) -> None:
    await gauges(office)
    assert REGISTRY.get_sample_value("huiyin_timers_late_seconds", {"service": "followup"}) == 0
    case_id = await office.open_case()
    first = min(timer["fires_at"] for timer in (await office.case(case_id))["timers"] if timer["state"] == "pending")
    office.skip(datetime.fromisoformat(first) + timedelta(minutes=2))
    await gauges(office)
    assert REGISTRY.get_sample_value("huiyin_timers_late_seconds", {"service": "followup"}) == 120
