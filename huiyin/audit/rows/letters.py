"""Letters about a case, as their events tell: each step by their rules, and the step of the case that it is."""

from collections.abc import Mapping
from typing import Any

from libs.common.errors import NotFound
from libs.common.events.letter_terms import LetterStep
from libs.common.events.letters import LetterDrafted, LetterEvent, LetterHandedOn
from libs.common.rules.machine import Actor, OutOfTurn
from services.dispatch.cases.domain.state import Said
from services.dispatch.letters.actions.keeping import EVENTS, case_step
from services.dispatch.letters.domain import LetterSaid, LetterState, evolve

STEPS: Mapping[type[LetterEvent], LetterStep] = {told.event: step for step, told in EVENTS.items()}
_FACTS: Mapping[LetterStep, tuple[str, ...]] = {
    LetterStep.SEND: ("number", "year", "no", "warn_at", "due_at"),
    LetterStep.REPLY: ("reply", "evidence", "late"),
    LetterStep.ACCEPT: ("opinion",),
    LetterStep.SEND_BACK: ("opinion", "warn_at", "due_at"),
    LetterStep.REMIND: ("reminder",),
    LetterStep.WITHDRAW: ("opinion",),
    LetterStep.HAND_ON: ("to_unit",),
}
"""What a step brings, under the names of columns and of its event's fields."""

Letters = Mapping[str, LetterState]
"""Those about one case, by their ids."""


def after_letter(letters: Letters, event: LetterEvent, by: Actor) -> tuple[Letters, Said] | None:
    """The letters after an event, and the step of the case; None for what the letter does not allow."""
    step = STEPS[type(event)]
    try:
        letter = _drafted(event, by) if isinstance(event, LetterDrafted) else _stepped(letters, event, step, by)
    except (OutOfTurn, NotFound):
        return None
    asked = case_step(letter, step)
    said = Said(asked.action, event.occurred_at, asked.what, by, asked.why)
    return {**letters, event.letter_id: letter}, said


def _drafted(event: LetterDrafted, by: Actor) -> LetterState:
    words = {name: getattr(event, name) for name in ("kind", "office", "to_unit", "subject", "body", "days")}
    who: dict[str, Any] = {"drafted_by": by.subject, "drafted_by_staff": by.staff_id, "drafted_at": event.occurred_at}
    return LetterState(letter_id=event.letter_id, case_id=event.case_id, round=event.round, **words, **who)


def _stepped(letters: Letters, event: LetterEvent, step: LetterStep, by: Actor) -> LetterState:
    letter = letters.get(event.letter_id)
    if letter is None:
        raise NotFound("There is no such letter", "函件不存在")
    receiver = event.from_unit if isinstance(event, LetterHandedOn) else event.to_unit
    if (letter.office, letter.to_unit) != (event.office, receiver):
        raise OutOfTurn("It names other units than its draft", "单位与拟稿不符")
    facts = {name: getattr(event, name) for name in _FACTS.get(step, ())}
    return evolve(letter, LetterSaid(step, event.occurred_at, by, facts))
