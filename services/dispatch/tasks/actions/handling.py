"""What the lead unit does: sign (签收), report progress (办理进展), hand in the result (办结反馈)."""

from libs.common.database.session import Session
from libs.common.events.task_terms import Before
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from libs.common.web.fields import not_in_future
from services.dispatch.calls.actions import check_none_open
from services.dispatch.cases.actions.naming import name_by_post, name_for_worker
from services.dispatch.cases.actions.steps import CASES, check_length, load_for, shown
from services.dispatch.cases.domain.state import Ask, Result
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import decide
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.lists.actions import check_lists
from services.dispatch.tasks.actions.keeping import apply, tasks_for
from services.dispatch.tasks.domain import decide_result
from services.dispatch.tasks.schemas import HandIn, ReportProgress, Sign


async def sign(session: Session, asked: Request, case_id: str, body: Sign) -> WorkOut:
    """The unit takes the case on."""
    case = await load_for(session, asked, case_id, Action.SIGN)
    ask = Ask(Action.SIGN, why=mask_text(body.note or ""))
    said = decide(CASES.state_of(case), ask, asked.actor, session.now)
    await check_lists(session, case, Before.SIGNING)
    await apply(session, case, said)
    if body.responsible is not None:
        name_for_worker(session, case, body.responsible)
    else:
        name_by_post(session, case)
    return shown(session, case, asked.actor)


async def report(session: Session, asked: Request, case_id: str, body: ReportProgress) -> WorkOut:
    """The unit says how far it is."""
    case = await load_for(session, asked, case_id, Action.REPORT)
    note = mask_text(body.note)
    said = decide(CASES.state_of(case), Ask(Action.REPORT, why=note), asked.actor, session.now)
    check_length("note", note, 1, session.packs.current(session.now).directory.pack.texts.note_max)
    await apply(session, case, said)
    return shown(session, case, asked.actor)


async def hand_in(session: Session, asked: Request, case_id: str, body: HandIn) -> WorkOut:
    """The unit says that it is done; the citizen will be asked.

    It waits for its support units, or lets them off and says why.
    """
    case = await load_for(session, asked, case_id, Action.HAND_IN)
    text, without = mask_text(body.result), mask_text(body.without_support or "")
    state, directory = CASES.state_of(case), session.packs.current(session.now).directory
    level = directory.level_of(state.working_unit)
    level = level or session.packs.version(case.pack_version).level_of(state.working_unit)
    ask = Ask(Action.HAND_IN, Result(body.result_kind, text, body.contacted_at, without, level), why=text)
    await check_none_open(session, case)
    said = decide_result(state, await tasks_for(session, case), ask, asked.actor, session.now)
    await check_lists(session, case, Before.RESULT)
    texts = directory.pack.texts
    check_length("result", text, texts.result_min, texts.result_max)
    if body.contacted_at is not None:
        not_in_future(body.contacted_at, session.now, "contacted_at")
    await apply(session, case, said)
    return shown(session, case, asked.actor)
