"""The transition table: sound as it stands, and refused when somebody breaks it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from libs.common.events.terms import Closing, Reached, Satisfaction
from libs.common.rules.machine import SYSTEM, Actor, NotTheirs, OutOfTurn, Unsound
from services.followup.cases.domain.guards import asked_for_the_end, citizen_is_content, nobody_was_called
from services.followup.cases.domain.terms import (
    ACTION_LABELS,
    STATUS_LABELS,
    Action,
    Answer,
    Asking,
    Lead,
    Party,
    State,
    Status,
    StepInput,
)
from services.followup.cases.domain.transitions import (
    MACHINE,
    STEPS,
    Line,
    believed,
    check_party,
    decide,
    evolve,
)

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)
CALLER = Actor("zhou", "H-12345")
ASKED = State(Status.CALLBACK, round=2, lead_unit="D-WATER", version=7)
SATISFIED = Answer(Reached.ANSWERED, contacted=True, solved=True, satisfaction=Satisfaction.SATISFIED)


def given(answer: Answer | None, by: Actor = CALLER, **changes: object) -> StepInput:
    """A try on the callback of round 2."""
    return StepInput(NOW, replace(Asking(round=2, handling_unit="D-WATER", tries_allowed=3), **changes), answer, by)  # type: ignore[arg-type]


def take(state: State, action: Action, given: StepInput) -> State:
    """The case after the step."""
    return evolve(state, decide(state, action, given))


def test_every_word_has_both_labels() -> None:
    assert set(STATUS_LABELS) == set(Status)
    assert set(ACTION_LABELS) == set(Action)


BROKEN = {
    "is never reached": [step for step in STEPS if step.target is not Status.REVIEW],
    "can never end": [step for step in STEPS if step.target is not Status.CLOSED],
    "stands twice": [*STEPS, STEPS[0]],
    "cannot withdraw": [step for step in STEPS if step.action is not Action.CONFIRM_WISH],
    "leaves the end": [*STEPS, Line(Action.TRY, Status.CLOSED, Status.HANDLING, Party.CALLER)],
    "without the citizen's word": [
        replace(step, guards=()) if step.target is Status.CLOSED else step for step in STEPS
    ],
    "without the word of every requester": [
        replace(step, guards=(citizen_is_content,)) if step.action is Action.SATISFY else step for step in STEPS
    ],
    "close a case by itself": [
        replace(step, who=Party.SYSTEM) if step.action is Action.CLOSE_UNVERIFIED else step for step in STEPS
    ],
    "takes a case back without the guard citizen_takes_it_back": [
        replace(step, guards=()) if step.action is Action.CONFIRM_WISH else step for step in STEPS
    ],
    "on the word about something else": [
        replace(step, guards=tuple(guard for guard in step.guards if guard is not asked_for_the_end))
        if step.action is Action.CLOSE_UNVERIFIED
        else step
        for step in STEPS
    ],
    "without the guard nobody_has_it": [
        replace(step, guards=()) if step.action is Action.NOT_ACCEPT else step for step in STEPS
    ],
    "does not accept what its citizen is being asked about": [
        replace(step, source=Status.CALLBACK) if step.action is Action.NOT_ACCEPT else step for step in STEPS
    ],
    "as unasked whose citizen was asked": [
        replace(step, guards=tuple(guard for guard in step.guards if guard is not nobody_was_called)) for step in STEPS
    ],
    "word of an older round": [replace(step, guards=()) if step.action is Action.TRY else step for step in STEPS],
    "give_up from callback must say how it closes": [
        replace(step, target=Status.CLOSED) if step.action is Action.GIVE_UP else step for step in STEPS
    ],
    "satisfy from callback must say how it closes": [
        replace(step, target=Status.HANDLING) if step.action is Action.SATISFY else step for step in STEPS
    ],
    "must belong to one party": [step for step in STEPS if step.action is not Action.SUPERVISE],
}


@pytest.mark.parametrize("flaw", BROKEN)
def test_a_broken_table_is_found(flaw: str) -> None:
    with pytest.raises(Unsound, match=flaw):
        replace(MACHINE, steps=tuple(BROKEN[flaw]))


@pytest.mark.parametrize(
    "answer",
    [
        None,
        Answer(Reached.REFUSED),
        Answer(Reached.ANSWERED, solved=True),
        replace(SATISFIED, solved=False),
        replace(SATISFIED, satisfaction=Satisfaction.NOT_SATISFIED),
        replace(SATISFIED, reached=Reached.NO_ANSWER),
    ],
)
def test_the_guard(answer: Answer | None) -> None:
    with pytest.raises(OutOfTurn):
        take(ASKED, Action.SATISFY, given(answer))


@pytest.mark.parametrize("satisfaction", [Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED])
def test_the_citizen_closes(satisfaction: Satisfaction) -> None:
    after = take(ASKED, Action.SATISFY, given(replace(SATISFIED, satisfaction=satisfaction), attempts=2))
    closed = replace(ASKED, status=Status.CLOSED, closing=Closing.SUBSTANTIVE, satisfaction=satisfaction, version=8)
    assert after == replace(closed, closed_by_attempt=3)


def test_the_word_of_an_older_round_closes_nothing() -> None:
    with pytest.raises(OutOfTurn, match="round 1"):
        take(ASKED, Action.SATISFY, given(SATISFIED, round=1))


def test_sending_back_opens_the_next_round() -> None:
    unhappy = replace(SATISFIED, satisfaction=Satisfaction.NOT_SATISFIED)
    assert take(ASKED, Action.SEND_BACK, given(unhappy)) == State(Status.HANDLING, round=3, version=8)
    with pytest.raises(OutOfTurn):
        take(ASKED, Action.SEND_BACK, given(SATISFIED))


def test_tries_are_counted_and_kept_apart() -> None:
    nobody = Answer(Reached.NO_ANSWER)
    assert take(ASKED, Action.TRY, given(nobody, tries=1)).status is Status.CALLBACK
    assert take(ASKED, Action.GIVE_UP, given(nobody, tries=2)).status is Status.REVIEW
    for action, tries in ((Action.TRY, 2), (Action.GIVE_UP, 1)):
        with pytest.raises(OutOfTurn):
            take(ASKED, action, given(nobody, tries=tries))
    with pytest.raises(OutOfTurn, match="different times"):
        take(ASKED, Action.TRY, given(nobody, next_try_at=NOW + timedelta(seconds=1)))


@pytest.mark.parametrize("action", [Action.TRY, Action.CLOSE_UNVERIFIED, Action.TRY_AGAIN])
def test_the_handling_unit_asks_and_reviews_nothing(action: Action) -> None:
    asking = Asking(round=2, handling_unit="D-WATER", callers=frozenset({"zhou"}))
    with pytest.raises(NotTheirs):
        check_party(ASKED, action, asking, Actor("li", "D-WATER"))
    check_party(ASKED, action, asking, Actor("li", "H-12345"))
    check_party(ASKED, action, replace(asking, handling_unit=None), Actor("li", None))


@pytest.mark.parametrize("action", [Action.TRY, Action.CLOSE_UNVERIFIED, Action.TRY_AGAIN])
def test_whoever_answered_asks_and_reviews_nothing(action: Action) -> None:
    asking = Asking(round=2, answered_by="wang")
    for unit in (None, "H-12345"):
        with pytest.raises(NotTheirs):
            check_party(ASKED, action, asking, Actor("wang", unit))
    check_party(ASKED, action, asking, Actor("li", None))


@pytest.mark.parametrize("by", [SYSTEM, Actor("li", "D-WATER")])
def test_neither_the_system_nor_the_handling_unit_closes_a_case(by: Actor) -> None:
    for state, action in ((ASKED, Action.SATISFY), (State(Status.REVIEW, 2), Action.CLOSE_UNVERIFIED)):
        with pytest.raises(NotTheirs):
            take(state, action, given(SATISFIED, by))


def test_only_an_open_round_is_believed() -> None:
    handling = State(Status.HANDLING, 2)
    assert [believed(handling, number) for number in (1, 2)] == [False, True]
    assert not believed(ASKED, 2)
    with pytest.raises(ValueError, match="never opened"):
        believed(handling, 3)


def test_who_gives_a_case_up_is_remembered_once() -> None:
    state = State(Status.HANDLING, lead_unit="D-WATER", category_code="0101", pack_version=1, version=3)
    lead = Lead("D-ENV", "0102", pack_version=2, gave_up="D-WATER")
    given = StepInput(NOW, lead=lead)
    handed_on = take(state, Action.REASSIGN, given)
    assert (handed_on.lead_unit, handed_on.category_code, handed_on.pack_version) == ("D-ENV", "0102", 2)
    assert take(handed_on, Action.REASSIGN, given).left_units == handed_on.left_units == ("D-WATER",)
    waiting = take(handed_on, Action.QUEUE, StepInput(NOW, lead=Lead(gave_up="D-ENV")))
    assert (waiting.lead_unit, waiting.category_code, waiting.left_units) == (None, "0102", ("D-WATER", "D-ENV"))


def test_whoever_tried_does_not_review() -> None:
    asking = Asking(round=2, callers=frozenset({"zhou"}))
    with pytest.raises(NotTheirs):
        check_party(ASKED, Action.CLOSE_UNVERIFIED, asking, Actor("zhou", "H-12345"))
    check_party(ASKED, Action.TRY, asking, Actor("zhou", "H-12345"))


def test_a_refusal_says_what_is_possible() -> None:
    with pytest.raises(OutOfTurn) as refused:
        take(State(Status.REVIEW), Action.TRY, given(None))
    assert "try again" in refused.value.detail
    assert "再次回访" in refused.value.detail_zh
    assert MACHINE.possible(Status.CLOSED) == ()
    assert not MACHINE.allows(Status.CLOSED, Action.WITHDRAW)


@pytest.mark.parametrize(
    "lie",
    [
        {"status": Status.CLOSED},
        {"status": Status.HANDLING, "closing": Closing.WITHDRAWN},
        {"status": Status.CLOSED, "closing": Closing.SUBSTANTIVE},
        {"status": Status.CLOSED, "closing": Closing.SUBSTANTIVE, "satisfaction": Satisfaction.NOT_SATISFIED},
        {"status": Status.CLOSED, "closing": Closing.UNVERIFIED, "satisfaction": Satisfaction.SATISFIED},
    ],
)
def test_a_state_that_cannot_be(lie: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="clos"):
        State(**lie)  # type: ignore[arg-type]
