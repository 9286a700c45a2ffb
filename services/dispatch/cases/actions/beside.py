"""A step of what has a small machine of its own beside a case (调解、救助): the case's history and ledger tell it."""

from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from libs.common.database.session import Session
from libs.common.events.cases import RoundEvent
from libs.common.rules.machine import Actor
from services.dispatch.cases.actions.steps import CASES
from services.dispatch.cases.domain.state import Ask
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import decide
from services.dispatch.cases.tables import Case

EventT = TypeVar("EventT", bound=RoundEvent)


class Tells(NamedTuple, Generic[EventT]):
    """The step of the case that a step of a matter is, and the event that tells it."""

    action: Action
    event: type[EventT]


def say_beside(
    session: Session, case: Case, ask: Ask, by: Actor, at: datetime, kind: type[RoundEvent], matter: object, **more: Any
) -> None:
    """Take the case's step; its event tells what it has in common with the matter as it stands now, and ``more``."""
    told: dict[str, Any] = {name: getattr(matter, name) for name in kind.model_fields if hasattr(matter, name)}
    told |= more | {"case_id": case.case_id, "round": case.round, "occurred_at": at}
    CASES.apply(session, case, decide(CASES.state_of(case), ask, by, at), kind.model_validate(told))
