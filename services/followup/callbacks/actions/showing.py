"""Callbacks as they are shown, with their tries and the questions to ask."""

from collections.abc import Collection

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from services.followup.callbacks import queries
from services.followup.callbacks.schemas import WITHDRAWS, CallbackOut, CallbackWithQuestions, QuestionOut, veiled
from services.followup.cases.domain.terms import Purpose
from services.followup.cases.queries import veil_of
from services.followup.cases.tables import Case


async def show_callback(
    session: Session, scope: Scope, callback_id: str, own: Collection[str]
) -> CallbackWithQuestions:
    """A callback with its tries, and what to ask. Raises PackMissing when this release cannot read the case's pack."""
    case, callback = await queries.visible_callback(session, scope, callback_id)
    attempts = await queries.attempts_of(session, [callback_id])
    shown = veiled(CallbackOut.of(case, callback, attempts[callback_id]), veil_of(session, case, own))
    if callback.purpose is Purpose.WITHDRAWAL:
        return CallbackWithQuestions(**shown.model_dump(), questions=[WITHDRAWS])
    questions = session.packs.version(case.pack_version).callback.questions
    return CallbackWithQuestions(**shown.model_dump(), questions=[QuestionOut.of(question) for question in questions])


async def show_callbacks(session: Session, case: Case, own: Collection[str]) -> list[CallbackOut]:
    """All callbacks of a case with their tries, by round."""
    rows = await queries.callbacks_of_case(session, case.case_id)
    attempts = await queries.attempts_of(session, [row.callback_id for row in rows])
    veil = veil_of(session, case, own)
    return [veiled(CallbackOut.of(case, row, attempts[row.callback_id]), veil) for row in rows]
