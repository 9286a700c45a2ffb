"""A step that was decided becomes the row, one line of its history, and what is said of it: all at once, or none of it.

A matter's ``domain`` gives the state after the step; nothing else moves its row. So the history shows what the row is
after the step, and what is said agrees with both, whatever the order of an action's lines.
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
"""A frozen dataclass."""
RowT = TypeVar("RowT", bound=SQLModel)


@dataclass(frozen=True)
class Taken(Generic[ActionT, StateT]):
    """What a step makes of a matter: its state afterwards, what is said of it, and why it was taken."""

    action: ActionT
    state: StateT
    says: tuple[Event, ...] = ()
    why: str = ""


class Kept(Generic[RowT, StateT]):
    """How a matter is kept: a row that has every field of its state, and a history with one line a step.

    The row has a ``status`` and a ``version``, which grows by one with every step. A line of the history has, beside
    what every step has, the columns ``also`` of the row as they are after it.
    """

    def __init__(self, state: type[StateT], history: type[SQLModel], *, also: tuple[str, ...]) -> None:
        self._state = state
        self._history = history
        self._also = also
        self._fields = tuple(field.name for field in fields(cast("Any", state)))

    def state_of(self, row: RowT) -> StateT:
        """What the rules see of the row."""
        return self._state(**{name: getattr(row, name) for name in self._fields})

    def apply(self, session: Session, row: RowT, taken: Taken[ActionT, StateT], *, by: Actor) -> None:
        """Take the step."""
        kept = cast("Any", row)
        source = kept.status
        for name in self._fields:
            setattr(kept, name, getattr(taken.state, name))
        kept.version += 1
        self._keep(session, kept, taken, source, by)

    def begin(self, session: Session, row: RowT, taken: Taken[ActionT, StateT], *, by: Actor) -> None:
        """The first step of a row that was just made, with the state that it has after it."""
        self._keep(session, cast("Any", row), taken, None, by)

    def _keep(
        self, session: Session, row: Any, taken: Taken[ActionT, StateT], source: StrEnum | None, by: Actor
    ) -> None:
        line = {name: getattr(row, name) for name in self._also} | {
            "version": row.version,
            "action": taken.action,
            "from_status": source,
            "to_status": row.status,
            "who": by.subject,
            "unit_code": by.unit_code,
            "at": session.now,
            "why": taken.why,
        }
        session.insert(self._history, line)
        for event in taken.says:
            session.publish(event)
