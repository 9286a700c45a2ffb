"""What the receiver of a letter does: acknowledge it, and reply."""

from typing import Any

from libs.common.database.session import Session
from libs.common.events.letter_terms import LetterStep
from libs.common.rules.requests import Request
from libs.common.rules.steps import seen_of
from libs.common.security.masking import mask_text
from services.dispatch.cases.actions.steps import check_length
from services.dispatch.letters import domain
from services.dispatch.letters.actions.keeping import load, take
from services.dispatch.letters.actions.showing import shown
from services.dispatch.letters.domain import LetterState
from services.dispatch.letters.schemas import LetterOut, ReplyToLetter


async def acknowledge(session: Session, asked: Request, letter_id: str) -> LetterOut:
    """签收: the receiver has it."""
    row, case = await load(session, asked, letter_id)
    said = domain.decide(seen_of(LetterState, row), LetterStep.ACKNOWLEDGE, asked.actor, session.now)
    take(session, row, case, said)
    return shown(session, row, case)


async def reply(session: Session, asked: Request, letter_id: str, body: ReplyToLetter) -> LetterOut:
    """复函: late from the moment on at which it was due."""
    row, case = await load(session, asked, letter_id)
    text, letter = mask_text(body.reply), seen_of(LetterState, row)
    facts: dict[str, Any] = {"reply": text, "evidence": tuple(dict.fromkeys(body.evidence))}
    said = domain.decide(letter, LetterStep.REPLY, asked.actor, session.now, **facts)
    check_length("reply", text, 1, session.packs.current(session.now).directory.pack.texts.result_max)
    take(session, row, case, said)
    return shown(session, row, case)
