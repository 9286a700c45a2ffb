"""A transition table: what is wrong with one is found, whatever it looks like, and a refusal names what is possible."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.errors import Conflict, Forbidden
from libs.common.rules.machine import (
    Machine,
    NotTheirs,
    OutOfTurn,
    Refused,
    Transition,
    Unsound,
    asks,
    whose_is_checked,
)


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"


class Action(StrEnum):
    BEGIN = "begin"
    PUT_OFF = "put_off"
    RESUME = "resume"
    FINISH = "finish"


class Party(StrEnum):
    SYSTEM = "system"
    CLERK = "clerk"


Line = Transition[Status, Action, Party, [int]]
Table = Machine[Status, Action, Party, [int]]

STATUSES = {status: (f"{status}状态", status.value) for status in Status}
ACTIONS = {action: (f"{action}操作", action.value) for action in Action}


def not_negative(number: int) -> None:
    if number < 0:
        raise OutOfTurn("It is negative", "为负数")


STEPS = (
    Line(Action.BEGIN, None, Status.NEW, Party.SYSTEM),
    Line(Action.PUT_OFF, Status.NEW, Status.WAITING, Party.CLERK, (not_negative,)),
    Line(Action.RESUME, Status.WAITING, Status.OPEN, Party.CLERK),
    *Line.each((Status.NEW, Status.OPEN), Action.FINISH, Party.CLERK, to=Status.DONE),
)


def machine(steps: Iterable[Line] = STEPS, **changes: object) -> Table:
    given = {"people": (Party.CLERK,), "ends": (Status.DONE,), **changes}
    return Machine(tuple(steps), STATUSES, ACTIONS, **given)  # type: ignore[arg-type]


def flaws_of(steps: Iterable[Line], **changes: object) -> list[str]:
    try:
        machine(steps, **changes)
    except Unsound as unsound:
        return str(unsound).removeprefix("the transition table is not sound: ").split("; ")
    return []


def test_a_step_leads_where_the_table_says() -> None:
    assert machine().target(None, Action.BEGIN, 0) is Status.NEW
    assert machine().target(Status.OPEN, Action.FINISH, 0) is Status.DONE
    assert machine().allows(Status.NEW, Action.PUT_OFF)
    assert not machine().allows(Status.DONE, Action.BEGIN)
    assert machine().who[Action.RESUME] is Party.CLERK


def test_a_guard_is_asked_only_where_it_stands() -> None:
    assert machine().target(Status.NEW, Action.PUT_OFF, 1) is Status.WAITING
    assert machine().target(Status.WAITING, Action.RESUME, -1) is Status.OPEN
    with pytest.raises(OutOfTurn, match="negative"):
        machine().target(Status.NEW, Action.PUT_OFF, -1)


@pytest.mark.parametrize(
    ("status", "english", "chinese"),
    [
        (
            Status.NEW,
            "'resume' is not possible: the case is new; possible now: put_off, finish",
            "put_off操作、finish操作",
        ),
        (Status.DONE, "'resume' is not possible: the case is done; possible now: nothing", "可进行：无"),
        (None, "'resume' is not possible: the case is not open yet; possible now: nothing", "当前状态“未登记”"),
    ],
)
def test_a_refusal_names_what_is_possible_in_both_languages(status: Status | None, english: str, chinese: str) -> None:
    with pytest.raises(OutOfTurn) as refused:
        machine().target(status, Action.RESUME, 0)
    assert refused.value.detail == english
    assert chinese in refused.value.detail_zh


def test_a_refusal_is_the_problem_that_the_caller_gets() -> None:
    theirs, turn = NotTheirs("not yours", "非本人"), OutOfTurn("not now", "不可")
    assert (theirs.status, theirs.type) == (Forbidden.status, Forbidden.type)
    assert (turn.status, turn.type) == (Conflict.status, Conflict.type)
    assert issubclass(NotTheirs, Refused)
    assert issubclass(OutOfTurn, Refused)


@pytest.mark.parametrize(
    ("steps", "flaw"),
    [
        ((*STEPS, STEPS[0]), "begin from None stands twice"),
        ((*STEPS, Line(Action.BEGIN, Status.OPEN, Status.NEW, Party.CLERK)), "begin must belong to one party, not"),
        ([step for step in STEPS if step.action is not Action.RESUME], "resume must belong to one party, not none"),
        ([step for step in STEPS if step.action is not Action.RESUME], "open is never reached"),
        ([step for step in STEPS if step.source is not Status.OPEN], "waiting can never end"),
        ((*STEPS, Line(Action.RESUME, Status.DONE, Status.OPEN, Party.CLERK)), "resume leaves the end done"),
    ],
)
def test_a_flawed_table_cannot_be_made(steps: Sequence[Line], flaw: str) -> None:
    assert any(found.startswith(flaw) for found in flaws_of(steps))


def test_a_matter_may_begin_without_a_step() -> None:
    steps = tuple(step for step in STEPS if step.source is not None)
    later = Line(Action.BEGIN, Status.OPEN, Status.WAITING, Party.SYSTEM)
    begun = machine((*steps, later), begins=(Status.NEW,))
    assert begun.diagram().splitlines()[:2] == ["stateDiagram-v2", "    [*] --> new"]


def test_a_service_says_what_else_its_table_must_hold() -> None:
    def nobody_finishes(steps: tuple[Line, ...]) -> Iterable[str]:
        return [f"{step.action} from {step.source} ends it" for step in steps if step.target is Status.DONE]

    assert flaws_of(STEPS, must=(nobody_finishes,)) == ["finish from new ends it", "finish from open ends it"]


def test_whose_a_step_is_and_what_it_asks_can_be_demanded() -> None:
    wanted = asks(Party.CLERK, (Action.PUT_OFF, Action.BEGIN), not_negative)
    assert flaws_of(STEPS, must=(wanted,)) == [
        "begin from None is not left to clerk",
        "begin from None does not ask not_negative",
    ]
    assert flaws_of(STEPS, must=(asks(Party.CLERK, (Action.PUT_OFF,), not_negative),)) == []


def test_nobody_takes_a_step_without_being_told_apart() -> None:
    unchecked = "begin from None is anybody's: nobody checks who is system"
    assert flaws_of(STEPS, must=(whose_is_checked((Party.CLERK,)),)) == [unchecked]
    assert flaws_of(STEPS, must=(whose_is_checked(tuple(Party)),)) == []


def test_a_refusal_says_where_the_matter_stands() -> None:
    with pytest.raises(OutOfTurn) as refused:
        machine().target(Status.DONE, Action.RESUME, 0)
    assert refused.value.extra == {"state": "done"}


def test_the_diagram_shows_every_step_once() -> None:
    assert machine().diagram().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> new: begin",
        "    new --> waiting: put_off",
        "    waiting --> open: resume",
        "    new --> done: finish",
        "    open --> done: finish",
        "    done --> [*]",
    ]


LINES = st.builds(
    Line,
    action=st.sampled_from(Action),
    source=st.sampled_from([None, *Status]),
    target=st.sampled_from(Status),
    who=st.sampled_from(Party),
)


def walks(steps: Sequence[Line], beginning: Status | None) -> set[Status | None]:
    """Every status on some walk of at most as many steps as there are statuses."""
    found = {beginning}
    for _ in Status:
        found |= {step.target for step in steps if step.source in found}
    return found


@given(st.lists(LINES, max_size=12))
def test_any_table_is_found_sound_exactly_when_it_is(steps: list[Line]) -> None:
    found = flaws_of(steps)
    for status in Status:
        assert (f"{status} is never reached" in found) is (status not in walks(steps, None))
        assert (f"{status} can never end" in found) is (Status.DONE not in walks(steps, status))
    for action in Action:
        one_party = len({step.who for step in steps if step.action is action}) == 1
        assert any(flaw.startswith(f"{action} must belong to one party") for flaw in found) is not one_party
    twice = len({(step.source, step.action) for step in steps}) < len(steps)
    assert any(flaw.endswith("stands twice") for flaw in found) is twice
    assert any("leaves the end" in flaw for flaw in found) is any(step.source is Status.DONE for step in steps)


@given(st.sampled_from([None, *Status]), st.sampled_from(Action), st.integers(-1, 1))
def test_what_is_possible_is_what_is_not_refused(status: Status | None, action: Action, number: int) -> None:
    table = machine()
    try:
        target = table.target(status, action, number)
    except OutOfTurn:
        assert not table.allows(status, action) or number < 0
    else:
        assert target is table.table[status, action].target
        assert (action in table.possible(status)) is (table.who[action] is Party.CLERK)
