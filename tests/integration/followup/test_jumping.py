"""However the clock on the wall jumps: each timer fires once, as soon as a clock has shown its time."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.common.bus.port import Bus
from libs.common.events.cases import DeadlineMissed, DeadlineWarned
from libs.common.events.supervision import SupervisionIssued
from libs.common.events.terms import Urgency
from libs.common.run.supervise import LoopProgress
from services.followup.ladder.actions.watching import GRACE, CaughtUp, _round
from tests.integration.followup.office import DAY, HOUR, T0, JumpyClock, Office
from tests.integration.followup.test_watching import Backlog

JUMPS = st.one_of(
    st.sampled_from([HOUR, -HOUR, DAY, -DAY, 7 * DAY, -7 * DAY, timedelta(0)]),
    st.timedeltas(min_value=-2 * DAY, max_value=3 * DAY),
)
URGENCIES = st.sampled_from(list(Urgency))
DAYS = st.lists(st.tuples(JUMPS, st.lists(URGENCIES, max_size=2)), min_size=2, max_size=8)
_CLOCKS = "SELECT step, what, due_at, next_at, state FROM clock WHERE case_id = $1"


@settings(
    max_examples=25,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(days=DAYS)
async def test_every_timer_fires_once_whichever_way_the_clock_jumps(
    office: Office, days: list[tuple[timedelta, list[Urgency]]]
) -> None:
    clock = JumpyClock(T0)
    runtime = replace(office.runtime, clock=clock, bus=cast("Bus", Backlog()))
    reading = CaughtUp(runtime)
    highest = dict[str, datetime]()
    for jump, urgencies in days:
        clock.moment = max(T0, clock.moment + jump)
        for urgency in urgencies:
            now = clock.moment
            case_id = await office.register(registered_at=now, occurred_at=now, urgency=urgency)
            highest[case_id] = now
        await _round(runtime, reading, LoopProgress())
        for case_id in highest:
            highest[case_id] = max(highest[case_id], clock.moment)
            await _is_fired_until(office, case_id, highest[case_id] - GRACE)


async def _is_fired_until(office: Office, case_id: str, until: datetime) -> None:
    async with office.database.reading() as session:
        clocks = await session.fetch(_CLOCKS, case_id)
    assert clocks
    for clock in clocks:
        assert clock.state == ("fired" if clock.next_at <= until else "pending")
    events = await office.said(case_id)
    missed = [clock for clock in clocks if clock.step.startswith("ladder") or clock.state == "fired"]
    for kind, fired in ((DeadlineWarned, [c for c in clocks if c.step != "warn"]), (DeadlineMissed, missed)):
        said = Counter((event.deadline.value, event.due_at) for event in events if isinstance(event, kind))
        assert said == Counter((clock.what, clock.due_at) for clock in fired)
    orders = [event.supervision_id for event in events if isinstance(event, SupervisionIssued)]
    assert len(orders) == len(set(orders))
