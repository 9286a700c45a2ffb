"""What a support unit does with its part (协办): sign, report, say it is done; and letting it off."""

from dataclasses import replace

from libs.common.database.session import Session
from libs.common.rules.machine import NotTheirs
from libs.common.rules.requests import Request
from libs.common.rules.versions import ANY_VERSION
from libs.common.security.masking import mask_text
from services.dispatch.cases.actions.naming import check_person, say_named
from services.dispatch.cases.actions.steps import CASES, check_length, load_for, shown
from services.dispatch.cases.domain.naming import check_may_name
from services.dispatch.cases.domain.state import Ask, SupportPart
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.cases.tables import Case
from services.dispatch.tasks.actions.keeping import apply, tasks_for
from services.dispatch.tasks.domain import OPEN_TASKS, decide, part_of
from services.dispatch.tasks.queries import tasks_of
from services.dispatch.tasks.schemas import CancelTask, FinishTask, ReportProgress, Sign


async def sign(session: Session, asked: Request, case_id: str, unit_code: str, body: Sign) -> WorkOut:
    """The support unit takes its part on."""
    part = SupportPart(unit_code, mask_text(body.note or ""))
    answer = await _step(session, asked, case_id, Action.SUPPORT_SIGN, part)
    if body.responsible is not None:
        case = await load_for(session, replace(asked, expected=ANY_VERSION), case_id, Action.SUPPORT_SIGN)
        await _name(session, case, unit_code, body.responsible)
    return answer


async def name(session: Session, asked: Request, case_id: str, unit_code: str, staff_id: str) -> WorkOut:
    """The support unit names who of its people answers for its part."""
    case = await load_for(session, asked, case_id, Action.SUPPORT_SIGN)
    if unit_code != asked.actor.unit_code:
        raise NotTheirs("A unit acts for itself alone", "仅可操作本单位的协办")
    await _name(session, case, unit_code, staff_id)
    return shown(session, case, asked.actor)


async def _name(session: Session, case: Case, unit_code: str, staff_id: str) -> None:
    check_may_name(CASES.state_of(case))
    part_of(await tasks_for(session, case), case.round, unit_code)
    check_person(session, case, unit_code, staff_id)
    for task in await tasks_of(session, case.case_id):
        if (task.unit_code, task.round) == (unit_code, case.round) and task.status in OPEN_TASKS:
            task.responsible_staff, task.responsible_at = staff_id, session.now
            say_named(session, case, unit_code, staff_id)


async def report(session: Session, asked: Request, case_id: str, unit_code: str, body: ReportProgress) -> WorkOut:
    """The support unit says how far it is: for the units of the case, in its history."""
    part = SupportPart(unit_code, mask_text(body.note))
    return await _step(session, asked, case_id, Action.SUPPORT_REPORT, part, "note")


async def finish(session: Session, asked: Request, case_id: str, unit_code: str, body: FinishTask) -> WorkOut:
    """The support unit has done its part; the lead unit waits for it no longer."""
    part = SupportPart(unit_code, mask_text(body.result), evidence=tuple(dict.fromkeys(body.evidence)))
    return await _step(session, asked, case_id, Action.SUPPORT_DONE, part, "result")


async def cancel(session: Session, asked: Request, case_id: str, unit_code: str, body: CancelTask) -> WorkOut:
    """The lead unit or a dispatcher lets a support unit off, and says why."""
    return await _step(session, asked, case_id, Action.SUPPORT_CANCEL, SupportPart(unit_code, mask_text(body.reason)))


async def _step(
    session: Session, asked: Request, case_id: str, action: Action, part: SupportPart, limited: str | None = None
) -> WorkOut:
    """Take it; ``limited`` is the field whose length the county pack limits."""
    case = await load_for(session, asked, case_id, action)
    why = f"{part.unit_code}: {part.text}" if action is Action.SUPPORT_CANCEL else part.text
    tasks = await tasks_for(session, case)
    said = decide(CASES.state_of(case), tasks, Ask(action, part, why), asked.actor, session.now)
    if limited is not None:
        texts = session.packs.current(session.now).directory.pack.texts
        check_length(limited, part.text, 1, texts.note_max if limited == "note" else texts.result_max)
    await apply(session, case, said)
    return shown(session, case, asked.actor)
