"""A risk has a clock of its own: whoever is on duty acknowledges it in time, or the supervisors hear of it."""

from datetime import timedelta

from bench.said import said
from libs.common.events.cases import DeadlineMissed, deadlines_in
from libs.common.events.risks import RiskAcknowledged, RiskReported
from libs.common.events.terms import Deadline
from tests.integration.followup.office import T0, Office

MINUTES = timedelta(minutes=30)


def reported(case_id: str, risk_id: str) -> RiskReported:
    return said(
        RiskReported, case_id, round=1, occurred_at=T0, risk_id=risk_id, kind="group", told=(), due_at=T0 + MINUTES
    )


async def missed(office: Office, case_id: str) -> list[str]:
    late = [event for event in await office.said(case_id) if isinstance(event, DeadlineMissed)]
    return [event.about for event in late if event.deadline is Deadline.RISK]


async def test_only_what_nobody_acknowledged_is_late(office: Office) -> None:
    case_id = await office.open_case()
    await office.hear(reported(case_id, "first"), reported(case_id, "second"))
    set_then = [one for event in await office.said(case_id) for one in deadlines_in(event)]
    ends = {one.about: (one.unit_code, one.due_at) for one in set_then if one.deadline is Deadline.RISK}
    assert ends == dict.fromkeys(("first", "second"), (None, T0 + MINUTES))
    await office.hear(said(RiskAcknowledged, case_id, round=1, occurred_at=T0, risk_id="second"))
    await office.advance(T0 + 2 * MINUTES)
    assert await missed(office, case_id) == ["first"]


async def test_what_is_heard_of_when_its_minutes_are_over_is_late_at_once(office: Office) -> None:
    case_id = await office.open_case()
    await office.advance(T0 + 3 * MINUTES)
    await office.hear(reported(case_id, "first"))
    await office.advance(T0 + 4 * MINUTES)
    assert await missed(office, case_id) == ["first"]
