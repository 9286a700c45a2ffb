"""What is shown without changing anything: one case as a promise, one callback with its tries."""

from libs.common.database.session import Session
from libs.common.security.policy import Right, Scope, has_right
from libs.common.security.principal import Principal
from services.followup.queries import showing as queries
from services.followup.schemas import (
    CallbackOut,
    CallbackWithQuestions,
    CaseOut,
    QuestionOut,
    SupervisionOut,
    TimerOut,
    TransitionOut,
)
from services.followup.tables import Matter


async def show_case(session: Session, scope: Scope, principal: Principal, case_id: str) -> CaseOut:
    """A case with its clocks, callbacks, orders and steps, as far as the caller may see them."""
    matter = await queries.visible_matter(session, scope, case_id)
    timers = callbacks = supervisions = None
    if has_right(principal, Right.TIMER_READ):
        rows = await queries.timers_of_case(session, case_id)
        timers = [TimerOut.model_validate(row, from_attributes=True) for row in rows]
    if has_right(principal, Right.CALLBACK_READ):
        callbacks = await _callbacks(session, matter)
    if has_right(principal, Right.SUPERVISION_READ):
        orders = await queries.supervisions_of_case(session, case_id)
        supervisions = [SupervisionOut.model_validate(row, from_attributes=True) for row in orders]
    steps = await queries.steps_of_case(session, case_id)
    fields = {name: getattr(matter, name) for name in CaseOut.model_fields if hasattr(matter, name)}
    return CaseOut(
        **fields,
        timers=timers,
        callbacks=callbacks,
        supervisions=supervisions,
        transitions=[TransitionOut.model_validate(step, from_attributes=True) for step in steps],
    )


async def show_callback(session: Session, scope: Scope, callback_id: str) -> CallbackWithQuestions:
    """A callback with its tries, and what to ask. Raises PackMissing when this release cannot read the case's pack."""
    matter, callback = await queries.visible_callback(session, scope, callback_id)
    attempts = await queries.attempts_of(session, [callback_id])
    shown = CallbackOut.of(matter, callback, attempts[callback_id])
    questions = session.packs.version(matter.pack_version).callback.questions
    return CallbackWithQuestions(**shown.model_dump(), questions=[QuestionOut.of(question) for question in questions])


async def _callbacks(session: Session, matter: Matter) -> list[CallbackOut]:
    rows = await queries.callbacks_of_case(session, matter.case_id)
    attempts = await queries.attempts_of(session, [row.callback_id for row in rows])
    return [CallbackOut.of(matter, row, attempts[row.callback_id]) for row in rows]
