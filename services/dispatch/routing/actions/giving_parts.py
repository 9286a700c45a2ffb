"""Giving one more unit a part of a case that is handled already (增派任务)."""

from datetime import datetime

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.dispatch.cases.actions.steps import CASES, check_length, load_for, shown
from services.dispatch.cases.domain.state import Ask, GivenPart
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.cases.tables import Case
from services.dispatch.routing.actions.giving import today
from services.dispatch.routing.domain.choosing import check_beside
from services.dispatch.routing.schemas import GiveTask
from services.dispatch.tasks.actions.keeping import apply, tasks_for
from services.dispatch.tasks.domain import decide_giving


async def give(session: Session, asked: Request, case_id: str, body: GiveTask) -> WorkOut:
    """The unit has a part from now on, and its clock runs."""
    case = await load_for(session, asked, case_id, Action.SUPPORT_GIVE)
    part = part_of(body)
    ask = Ask(Action.SUPPORT_GIVE, part, f"{part.unit_code}: {part.what}")
    state, tasks = CASES.state_of(case), await tasks_for(session, case)
    said = decide_giving(state, tasks, ask, asked.actor, session.now)
    check_beside(today(session, case), "unit_code", part.unit_code)
    check_part(session, case, part)
    await apply(session, case, said)
    return shown(session, case, asked.actor)


def part_of(body: GiveTask) -> GivenPart:
    """What is said of the part. It leaves this service, so it carries no number of a person."""
    return GivenPart(body.unit_code, mask_text(body.what), mask_text(body.measures or ""), body.due_at)


def check_part(session: Session, case: Case, part: GivenPart, within: str = "") -> None:
    """Invalid for words longer than the pack allows, and for an end that cannot be; ``within`` is put before fields."""
    longest = session.packs.current(session.now).directory.pack.texts.note_max
    check_length(f"{within}what", part.what, 1, longest)
    check_length(f"{within}measures", part.measures, 0, longest)
    check_end(session, case, part.due_at, f"{within}due_at")


def check_end(session: Session, case: Case, due_at: datetime | None, field: str = "due_at") -> None:
    """Invalid unless a named end is still to come, and not after the end of the case itself."""
    if due_at is None:
        return
    if due_at <= session.now:
        raise invalid(field, "must lie in the future", "须晚于当前时间")
    if case.handle_due_at is not None and due_at > case.handle_due_at:
        until = case.handle_due_at.isoformat()
        raise invalid(field, f"must not be after the case's own limit, {until}", f"不得晚于本件办理时限 {until}")
