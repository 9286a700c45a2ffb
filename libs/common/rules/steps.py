"""A step that was decided becomes the row, one line of its history, and what is said of it: all at once, or none of it.

A matter's rules give the state after the step, and nothing else moves what that state has of its row. So the history
shows the row as it is after the step, whatever the order of an action's lines.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Generic, TypeVar, cast

from sqlmodel import SQLModel

from libs.common.database.session import Session
from libs.common.events.base import Event
from libs.common.rules.machine import Actor

ActionT = TypeVar("ActionT", bound=StrEnum)
StateT = TypeVar("StateT")
"""A frozen dataclass with a ``status``, None before the matter began."""
RowT = TypeVar("RowT", bound=SQLModel)


@dataclass(frozen=True)
class Taken(Generic[ActionT, StateT]):
    """A step that may be taken: what it makes of the matter, who takes it, and why."""

    action: ActionT
    state: StateT
    by: Actor
    why: str = ""


class Kept(Generic[RowT, StateT]):
    """How a matter is kept: a row that has every field of its state, and a history with one line a step.

    The row's ``version`` grows by one with every step, from 0, which it has until the matter began. A line of the
    history has, beside what every step has, the columns ``also`` of the row as they are after it.
    """

    def __init__(self, state: type[StateT], history: type[SQLModel], *, also: tuple[str, ...]) -> None:
        self._state = state
        self._history = history
        self._also = also
        self._fields = tuple(field.name for field in fields(cast("Any", state)))

    def state_of(self, row: RowT) -> StateT:
        """What the rules see of the row."""
        seen = {name: getattr(row, name) for name in self._fields}
        return self._state(**(seen if cast("Any", row).version else seen | {"status": None}))

    def apply(self, session: Session, row: RowT, taken: Taken[ActionT, StateT], *says: Event) -> None:
        """Take the step, and say what there is to say of it, in this order."""
        kept = cast("Any", row)
        source = kept.status if kept.version else None
        for name in self._fields:
            setattr(kept, name, getattr(taken.state, name))
        kept.version += 1
        line = {name: getattr(kept, name) for name in self._also} | {
            "version": kept.version,
            "action": taken.action,
            "from_status": source,
            "to_status": kept.status,
            "who": taken.by.subject,
            "unit_code": taken.by.unit_code,
            "at": session.now,
            "why": taken.why,
        }
        session.insert(self._history, line)
        for event in says:
            session.publish(event)
