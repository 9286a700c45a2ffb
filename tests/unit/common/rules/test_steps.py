"""A step that was decided: the row, its history and what is said agree, whatever the state of a matter is."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import SQLModel

from libs.common.database.session import Session
from libs.common.events.base import Event
from libs.common.events.ops import ResendRequested
from libs.common.rules.machine import SYSTEM, Actor, Said
from libs.common.rules.steps import Kept, keep_beside, move, seen_of

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)


class Status(StrEnum):
    OPEN = "open"
    DONE = "done"


class Action(StrEnum):
    BEGIN = "begin"
    FINISH = "finish"


@dataclass(frozen=True)
class State:
    status: Status | None = None
    unit_code: str | None = None
    done_at: datetime | None = None
    others: tuple[str, ...] = ()
    version: int = 1

    @property
    def many(self) -> bool:
        """A derived column."""
        return len(self.others) > 1


class Line(SQLModel):
    """A line of the history."""


@dataclass
class Transaction:
    """As much of a transaction as a step needs."""

    now: datetime = NOW
    lines: list[tuple[type[SQLModel], dict[str, Any]]] = field(default_factory=list)
    made: list[tuple[type[SQLModel], dict[str, Any]]] = field(default_factory=list)
    said: list[Event] = field(default_factory=list)

    def insert(self, table: type[SQLModel], values: dict[str, Any]) -> None:
        self.lines.append((table, values))

    def new(self, table: type[SQLModel], **values: Any) -> None:
        self.made.append((table, values))

    def publish(self, event: Event) -> None:
        self.said.append(event)


def evolve(_state: State, said: Said[Action, State]) -> State:
    """What was said is the state itself."""
    return said.what


KEPT = Kept[Any, State, Said[Action, State]](State, evolve, Line, also=("case_id", "unit_code"), derived=("many",))
STATES = st.builds(
    State,
    st.sampled_from(Status),
    st.none() | st.sampled_from(["D-A", "D-B"]),
    st.none() | st.just(NOW),
    st.lists(st.sampled_from(["D-C", "D-D"])).map(tuple),
    st.integers(1, 9),
)


def row_of(state: State) -> Any:
    return SimpleNamespace(case_id="c1", title="untouched", **(vars(state) | {"others": list(state.others)}))


@given(STATES, STATES)
def test_row_history_and_ledger_say_the_same(before: State, after: State) -> None:
    row, transaction, event = (
        row_of(before),
        Transaction(),
        ResendRequested(occurred_at=NOW, source="intake", stream="cases", about="c1", from_seq=1),
    )
    said = Said(Action.FINISH, NOW, after, Actor("li", "D-X", "S-1"), "because")
    assert KEPT.apply(cast("Session", transaction), row, said, event) == (before, after)
    assert KEPT.state_of(row) == after
    assert (row.title, row.others, row.many) == ("untouched", list(after.others), after.many)
    assert transaction.lines == [
        (
            Line,
            {
                "case_id": "c1",
                "version": after.version,
                "action": Action.FINISH,
                "from_status": before.status,
                "to_status": after.status,
                # The actor's, not the row's: ``also`` may not hide who took the step.
                "unit_code": "D-X",
                "who": "li",
                "staff_id": "S-1",
                "at": NOW,
                "why": "because",
            },
        )
    ]
    assert transaction.said == [event]


@given(STATES, STATES)
def test_the_first_step_comes_from_nowhere(made: State, state: State) -> None:
    row, transaction = row_of(replace(made, version=0)), Transaction()
    assert KEPT.state_of(row).status is None
    KEPT.apply(cast("Session", transaction), row, Said(Action.BEGIN, NOW, state, SYSTEM))
    line = transaction.lines[0][1]
    assert (line["from_status"], line["to_status"]) == (None, state.status)
    assert (line["who"], line["unit_code"], transaction.said) == ("system", None, [])


@given(STATES, STATES)
def test_what_is_noted_is_no_step(before: State, after: State) -> None:
    row = row_of(before)
    KEPT.note(row, Said(Action.FINISH, NOW, after))
    assert KEPT.state_of(row) == after


@given(STATES, STATES, STATES)
def test_rows_beside_a_matter_follow_their_states_and_new_ones_are_made(old: State, moved: State, made: State) -> None:
    row, transaction = row_of(old), Transaction()
    keep_beside(cast("Session", transaction), Line, [row], [old], [moved, made], case_id="c1")
    assert seen_of(State, row) == moved
    assert transaction.made == [(Line, {"case_id": "c1", **vars(made), "others": list(made.others)})]


@given(STATES)
def test_what_did_not_move_is_not_written(state: State) -> None:
    row = row_of(state)
    others = row.others
    move(row, state, replace(state, done_at=NOW))
    assert row.others is others
