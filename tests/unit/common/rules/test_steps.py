"""A step that was decided: the row, its history and what is said agree, whatever the state of a matter is."""

from dataclasses import dataclass, field
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
from libs.common.rules.machine import SYSTEM, Actor
from libs.common.rules.steps import Kept, Taken

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


class Line(SQLModel):
    """A line of the history."""


@dataclass
class Transaction:
    """As much of a transaction as a step needs."""

    now: datetime = NOW
    lines: list[tuple[type[SQLModel], dict[str, Any]]] = field(default_factory=list)
    said: list[Event] = field(default_factory=list)

    def insert(self, table: type[SQLModel], values: dict[str, Any]) -> None:
        self.lines.append((table, values))

    def publish(self, event: Event) -> None:
        self.said.append(event)


KEPT = Kept[Any, State](State, Line, also=("case_id", "unit_code"))
STATES = st.builds(
    State, st.sampled_from(Status), st.none() | st.sampled_from(["D-A", "D-B"]), st.none() | st.just(NOW)
)


def row_of(state: State, version: int = 1) -> Any:
    return SimpleNamespace(case_id="c1", version=version, title="untouched", **vars(state))


@given(STATES, STATES, st.integers(1, 9))
def test_row_history_and_ledger_say_the_same(before: State, after: State, version: int) -> None:
    row, transaction, event = (
        row_of(before, version),
        Transaction(),
        ResendRequested(occurred_at=NOW, source="intake", stream="cases", about="c1", from_seq=1),
    )
    taken = Taken(Action.FINISH, after, (event,), "because")
    KEPT.apply(cast("Session", transaction), row, taken, by=Actor("li", "D-X"))
    assert KEPT.state_of(row) == after
    assert (row.version, row.title) == (version + 1, "untouched")
    assert transaction.lines == [
        (
            Line,
            {
                "case_id": "c1",
                "version": version + 1,
                "action": Action.FINISH,
                "from_status": before.status,
                "to_status": after.status,
                # The actor's, not the row's: ``also`` may not hide who took the step.
                "unit_code": "D-X",
                "who": "li",
                "at": NOW,
                "why": "because",
            },
        )
    ]
    assert transaction.said == [event]


@given(STATES)
def test_the_first_step_comes_from_nowhere(state: State) -> None:
    row, transaction = row_of(state), Transaction()
    KEPT.begin(cast("Session", transaction), row, Taken(Action.BEGIN, state), by=SYSTEM)
    line = transaction.lines[0][1]
    assert (row.version, line["version"], line["from_status"], line["to_status"]) == (1, 1, None, state.status)
    assert (line["who"], line["unit_code"], transaction.said) == ("system", None, [])
