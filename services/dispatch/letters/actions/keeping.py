"""A step of a letter with the case that it is about: row, history, ledger, and what the case's result waits for."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from libs.common.database.session import Session
from libs.common.events import letters as said_of_letters
from libs.common.events.letter_terms import LetterStep
from libs.common.events.letters import LetterEvent, LetterSheet, OfficeLetterKept
from libs.common.rules.machine import Actor
from libs.common.rules.requests import Request
from libs.common.rules.steps import move, seen_of
from services.dispatch.cases.actions.beside import Tells
from services.dispatch.cases.actions.steps import CASES
from services.dispatch.cases.domain.lettered import LetterPart
from services.dispatch.cases.domain.state import Ask
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import decide as decide_case
from services.dispatch.cases.tables import Case
from services.dispatch.letters import domain
from services.dispatch.letters.domain import LetterSaid, LetterState
from services.dispatch.letters.queries import visible_letter
from services.dispatch.letters.tables import Letter

EVENTS: Mapping[LetterStep, Tells[LetterEvent]] = {
    LetterStep.DRAFT: Tells(Action.LETTER_DRAFT, said_of_letters.LetterDrafted),
    LetterStep.SEND: Tells(Action.LETTER_SEND, said_of_letters.LetterSent),
    LetterStep.ACKNOWLEDGE: Tells(Action.LETTER_ACKNOWLEDGE, said_of_letters.LetterAcknowledged),
    LetterStep.REPLY: Tells(Action.LETTER_REPLY, said_of_letters.LetterReplied),
    LetterStep.ACCEPT: Tells(Action.LETTER_ACCEPT, said_of_letters.LetterAccepted),
    LetterStep.SEND_BACK: Tells(Action.LETTER_SEND_BACK, said_of_letters.LetterSentBack),
    LetterStep.REMIND: Tells(Action.LETTER_REMIND, said_of_letters.LetterReminded),
    LetterStep.HAND_ON: Tells(Action.LETTER_HAND_ON, said_of_letters.LetterHandedOn),
    LetterStep.WITHDRAW: Tells(Action.LETTER_WITHDRAW, said_of_letters.LetterWithdrawn),
}
"""Each step of a letter about a case."""


def case_step(letter: LetterState, step: LetterStep) -> Ask:
    """The step of the case. Its history names the letter and says nothing of it: that is its two units' alone."""
    why = f"{letter.no or letter.kind} -> {letter.to_unit}"
    return Ask(EVENTS[step].action, LetterPart(letter.no, letter.to_unit), why)


async def load(session: Session, asked: Request, letter_id: str) -> tuple[Letter, Case | None]:
    """The letter with its case, when the caller may see it and knows how it stands."""
    row, case = await visible_letter(session, asked.scope, asked.actor, letter_id)
    asked.check_version(row.version)
    if case is not None:
        session.now = max(session.now, CASES.state_of(case).last_at)
    return row, case


def keep_new(session: Session, case: Case | None, letter: LetterState, by: Actor) -> Letter:
    """A letter that was drafted."""
    _say(session, case, letter, LetterSaid(LetterStep.DRAFT, letter.drafted_at, by))
    return session.new(Letter, **asdict(letter) | {"evidence": [], "worked_by": []})


def take(session: Session, row: Letter, case: Case | None, said: LetterSaid) -> LetterState:
    """Take the step; the letter after it."""
    before = seen_of(LetterState, row)
    after = domain.evolve(before, said)
    _say(session, case, after, said, before)
    move(row, before, after)
    return after


def _say(
    session: Session, case: Case | None, letter: LetterState, said: LetterSaid, before: LetterState | None = None
) -> None:
    if case is None:
        sheet = LetterSheet.model_validate(letter, from_attributes=True)
        kept = OfficeLetterKept(occurred_at=said.at, letter_id=letter.letter_id, step=said.step, letter=sheet)
        session.publish(kept)
        return
    kind = EVENTS[said.step].event
    told: dict[str, Any] = {name: getattr(letter, name) for name in kind.model_fields if hasattr(letter, name)}
    if said.step is LetterStep.HAND_ON and before is not None:
        told["from_unit"] = before.to_unit
    event = kind.model_validate(told | {"case_id": case.case_id, "round": case.round, "occurred_at": said.at})
    CASES.apply(
        session,
        case,
        decide_case(CASES.state_of(case), case_step(letter, said.step), said.by, said.at),
        event,
    )
