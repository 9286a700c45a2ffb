"""A part that a support unit has by an assignment ends when somebody said so, with a clock of its own."""

from libs.common.events.cases import DeadlineMissed, deadlines_in
from libs.common.events.task_parts import AssignedPart
from libs.common.events.terms import Deadline
from tests.integration.followup.office import DAY, HOUR, OTHER, T0, Office, assigned


async def test_the_end_that_was_named_is_the_parts_own_and_its_unit_is_late_by_it(office: Office) -> None:
    case_id, due = await office.register(), T0 + DAY
    task, part = f"1.{OTHER}", AssignedPart(unit_code=OTHER, what="配合断电", due_at=due)
    beside = {"support_units": (OTHER,), "tasks": (task,), "parts": (part,)}
    await office.hear(assigned(case_id, T0).model_copy(update=beside))
    set_then = [one for event in await office.said(case_id) for one in deadlines_in(event)]
    of_parts = [(one.about, one.unit_code, one.due_at) for one in set_then if one.deadline is Deadline.TASK]
    assert of_parts == [(task, OTHER, due)]
    await office.advance(due + HOUR)
    missed = [event for event in await office.said(case_id) if isinstance(event, DeadlineMissed)]
    assert [(one.unit_code, one.due_at) for one in missed if one.about == task] == [(OTHER, due)]
