"""What is heard after its time is over, as a worker or the bus was down, is missed all the same; no clock is lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bench.said import said
from libs.common.events.base import Event
from libs.common.events.cases import CaseEvent, DeadlineMissed, deadlines_in
from libs.common.events.letter_terms import letter_deadline
from libs.common.events.letters import LetterSent
from libs.common.events.task_terms import task_name
from libs.common.events.tasks import TaskGiven
from libs.common.events.whistle_terms import ClaimKind
from libs.common.events.whistles import ClaimMade, StreetWhistled
from services.followup.ladder.actions.due import fire_due
from tests.integration.followup.office import DAY, OTHER, T0, JumpyClock, Office
from tests.integration.followup.test_claims_in_time import limited

SOON, LATER = T0 + timedelta(minutes=30), T0 + 3 * DAY
TASK = task_name(3, OTHER)
AT_ONCE = {"occurred_at": T0, "round": 1}
LETTER = {"letter_id": "l1", "edition": 1, "to_unit": OTHER, "warn_at": SOON, "due_at": LATER}


@pytest.mark.parametrize(
    ("event", "fields", "ends"),
    [
        (LetterSent, LETTER, {(letter_deadline("l1", 1), LATER)}),
        (
            StreetWhistled,
            {"units": (OTHER,), "tasks": (TASK,), "report_due_at": SOON, "due_at": LATER},
            {(TASK, SOON), (TASK, LATER)},
        ),
        (TaskGiven, {"task": TASK, "unit_code": OTHER, "due_at": LATER}, {(TASK, LATER)}),
    ],
    ids=lambda one: one.__name__ if isinstance(one, type) else None,
)
async def test_a_deadline_that_is_over_when_it_is_heard_of_is_missed(
    office: Office, event: type[CaseEvent], fields: dict[str, object], ends: set[tuple[str, object]]
) -> None:
    case_id = await office.open_case()
    back = await down_for_a_month(office, said(event, case_id, **AT_ONCE, **fields))
    limits = [one for each in await office.said(case_id) for one in deadlines_in(each) if one.about]
    assert {(one.about, one.due_at) for one in limits} == ends
    assert {one.starts_at for one in limits} == {T0}
    assert await missed(back, case_id) == sorted(ends, key=lambda one: str(one[1]))


async def test_what_a_unit_claims_is_late_though_it_is_heard_late(office: Office) -> None:
    case_id = await limited(office)
    claim = said(ClaimMade, case_id, **AT_ONCE, task=TASK, unit_code=OTHER, whistle=3, claim=7, kind=ClaimKind.RETURN)
    back = await down_for_a_month(office, claim)
    assert len(await missed(back, case_id)) == 1


async def down_for_a_month(office: Office, *events: Event) -> Office:
    """The service, by a machine's clock, once it has heard what was said at the beginning of the month."""
    back = replace(office, runtime=replace(office.runtime, clock=JumpyClock(T0 + 30 * DAY)))
    await back.hear(*events)
    await fire_due(back.runtime, back.runtime.clock.now())
    return back


async def missed(office: Office, case_id: str) -> Sequence[tuple[str, object]]:
    """What about something of the case was said to be late, each with the moment at which it was."""
    late = [event for event in await office.said(case_id) if isinstance(event, DeadlineMissed) and event.about]
    assert all(event.occurred_at == event.due_at for event in late)
    return sorted([(event.about, event.due_at) for event in late], key=lambda one: str(one[1]))
