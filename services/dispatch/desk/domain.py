"""What may be done now (可办事项), pure: a step with what stands against it, and how requests are decided."""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.common.events.asking_terms import RequestKind
from libs.common.rules.machine import Label
from services.dispatch.cases.domain.terms import Action

ANSWERS: Mapping[RequestKind, tuple[Action, ...]] = {
    RequestKind.RETURN: (Action.HAND_ON, Action.TAKE_BACK, Action.REFUSE_RETURN),
    RequestKind.NONACCEPTANCE: (Action.NOT_ACCEPT, Action.REFUSE_NONACCEPTANCE),
    RequestKind.EXTENSION: (Action.GRANT, Action.REFUSE),
    RequestKind.SUSPENSION: (Action.GRANT, Action.REFUSE),
    RequestKind.TERMINATION: (Action.TERMINATE, Action.REFUSE),
    RequestKind.STAGED: (Action.GRANT, Action.REFUSE),
}
"""How each kind of request is decided."""


@dataclass(frozen=True, slots=True)
class PossibleStep:
    """A step that is somebody's to take; ``unit_code`` is whose part or task it is of, where it is of one."""

    action: Action
    unit_code: str | None = None
    against: Label | None = None
    """What stands against it now, in Chinese and English; None: nothing does."""
