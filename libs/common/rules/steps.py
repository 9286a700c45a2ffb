"""A step that was decided becomes the row, one line of its history, and what is said of it: all at once, or none of it.

A matter's ``evolve`` gives the state after the step, and nothing else moves what that state has of its row. So the
history shows the row as it is after the step, whatever the order of an action's lines.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any, Generic, TypeVar, cast

from sqlmodel import SQLModel

from libs.common.database.session import Session
from libs.common.events.base import Event
from libs.common.rules.machine import Said

StateT = TypeVar("StateT")
"""A frozen dataclass with a ``version``, and a ``status`` that is None before the matter began."""
HeardT = TypeVar("HeardT")
RowT = TypeVar("RowT", bound=SQLModel)


class Kept(Generic[RowT, StateT, HeardT]):
    """How a matter is kept: a row that has every field of its state, and a history with one line a step.

    The ``version`` of a row that has not begun is 0. A line of the history has, beside what every step has, the columns
    ``also`` of the row as they are after it, and the properties ``told`` of the state; ``derived`` are columns of the
    row that are properties of the state.
    """

    def __init__(
        self,
        state: type[StateT],
        evolve: Callable[[StateT, HeardT], StateT],
        history: type[SQLModel],
        *,
        also: tuple[str, ...],
        told: tuple[str, ...] = (),
        derived: tuple[str, ...] = (),
    ) -> None:
        self._state = state
        self._evolve = evolve
        self._history = history
        self._also = also
        self._told = told
        self._derived = derived

    def state_of(self, row: RowT) -> StateT:
        """What the rules see of the row."""
        seen = seen_of(self._state, row)
        return seen if cast("Any", seen).version else cast("StateT", replace(cast("Any", seen), status=None))

    def note(self, row: RowT, heard: HeardT) -> tuple[StateT, StateT]:
        """What was heard moves the row, and is no step of it; the state before, and after."""
        before = self.state_of(row)
        after = self._evolve(before, heard)
        move(row, before, after)
        for name in self._derived:
            setattr(row, name, getattr(after, name))
        return before, after

    def apply(self, session: Session, row: RowT, said: HeardT, *says: Event) -> tuple[StateT, StateT]:
        """Take the step, and say what there is to say of it, in this order; the state before, and after."""
        before, after = self.note(row, said)
        step = cast("Said[Any, Any]", said)
        line = {name: getattr(row, name) for name in self._also} | {name: getattr(after, name) for name in self._told}
        line |= {
            "version": cast("Any", after).version,
            "action": step.action,
            "from_status": cast("Any", before).status,
            "to_status": cast("Any", after).status,
            "who": step.by.subject,
            "unit_code": step.by.unit_code,
            "staff_id": step.by.staff_id,
            "at": step.at,
            "why": step.why,
        }
        session.insert(self._history, line)
        for event in says:
            session.publish(event)
        return before, after


def seen_of(state: type[StateT], row: SQLModel) -> StateT:
    """The state whose fields are the row's columns of the same names; a list of the row is a tuple in the state."""
    _, values_of = _layout(state)
    seen = (tuple(value) if value.__class__ is list else value for value in values_of(row))
    return cast("StateT", cast("Any", state)(*seen))


def move(row: SQLModel, before: Any, after: Any) -> None:
    """Bring the row from one state to another."""
    names, values_of = _layout(type(after))
    for name, old, new in zip(names, values_of(before), values_of(after), strict=True):
        if new is not old:
            setattr(row, name, list(new) if new.__class__ is tuple else new)


_Layout = tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]
_LAYOUTS: dict[object, _Layout] = {}


def _layout(state: type[Any]) -> _Layout:
    """The names of a state's fields, in order, and what gets them all; worked out once."""
    found = _LAYOUTS.get(state)
    if found is None:
        names = tuple(field.name for field in fields(state))
        found = _LAYOUTS[state] = names, attrgetter(*names)
    return found


def keep_beside(
    session: Session, table: type[RowT], rows: Sequence[RowT], before: Sequence[Any], after: Sequence[Any], **of: Any
) -> None:
    """Bring the rows beside a matter to their states, which stand in the same order, new ones behind; ``of`` whom."""
    for row, old, new in zip(rows, before, after, strict=False):
        move(row, old, new)
    for new in after[len(before) :]:
        names, values_of = _layout(type(new))
        values = (list(value) if value.__class__ is tuple else value for value in values_of(new))
        session.new(table, **of, **dict(zip(names, values, strict=True)))
