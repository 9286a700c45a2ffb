"""A request is answered once, and every answer ends it; who asks that a case be not accepted never decides it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from libs.common.events.asking_terms import RequestKind
from libs.common.events.reasons import NotAcceptedFor
from libs.common.events.terms import Closing
from libs.common.events.whistle_terms import ClaimState
from libs.common.rules.machine import SYSTEM, Actor, NotTheirs, OutOfTurn, Unsound
from services.dispatch.appraisals.domain.state import CLAIMS
from services.dispatch.asks.domain import (
    ANSWERED_BY,
    NO_REASONS,
    STATE_LABELS,
    RequestState,
    RequestStep,
    UnitAsk,
    check_gave_nothing_back,
    evolve,
)
from services.dispatch.asks.domain import MACHINE as REQUESTS
from services.dispatch.cases.domain.evolving import evolve as case_after
from services.dispatch.cases.domain.state import Ask, Assignment, Nonacceptance, Said, State, What
from services.dispatch.cases.domain.terms import Action, Party, Status
from services.dispatch.cases.domain.transitions import MACHINE, STEPS, decide
from tests.support.service import PACK


@pytest.mark.parametrize("answer", [RequestStep.GRANT, RequestStep.REFUSE, RequestStep.LAPSE])
def test_a_pending_request_takes_any_answer_and_no_second_one(answer: RequestStep) -> None:
    of_a_unit, of_a_call = REQUESTS.target(RequestState.PENDING, answer), CLAIMS.target(ClaimState.PENDING, answer)
    for again in (RequestStep.GRANT, RequestStep.REFUSE, RequestStep.LAPSE):
        with pytest.raises(OutOfTurn, match="possible now: nothing"):
            REQUESTS.target(of_a_unit, again)
        with pytest.raises(OutOfTurn, match="possible now: nothing"):
            CLAIMS.target(of_a_call, again)


def test_whoever_decides_a_request_is_apart_by_the_table_of_its_case() -> None:
    apart = (Party.JUDGE, Party.APPROVER, Party.DECIDER)
    assert {MACHINE.who[action] for action in ANSWERED_BY} == set(apart)
    assert {action for action, party in MACHINE.who.items() if party in apart} == set(ANSWERED_BY)


def test_every_state_has_both_labels() -> None:
    assert set(STATE_LABELS) == set(RequestState)
    assert all(zh and en for zh, en in STATE_LABELS.values())


NEW = datetime(2026, 3, 3, 1, tzinfo=UTC)
WANTED = Nonacceptance(NotAcceptedFor.LITIGATION, "县人民法院立案庭", "该纠纷已由法院立案。")
ASKER, JUDGE = Actor("qian", "H-12345", "S-1"), Actor("sun", "H-12345", "S-2")
TRIAGE = State(NEW, pack_version=1, status=Status.TRIAGE, version=1)


def after(state: State, action: Action, by: Actor = ASKER, what: What = None) -> tuple[State, Said]:
    """The case after a step that somebody takes, as the rules decide and fold it."""
    said = decide(state, Ask(action, what, why="why"), by, NEW)
    return case_after(state, said), said


def test_a_second_person_of_the_same_office_approves_what_the_first_asked_for() -> None:
    asked, said = after(TRIAGE, Action.ASK_NONACCEPTANCE, what=WANTED)
    requests = evolve((), TRIAGE, asked, said)
    assert (asked.status, asked.nonacceptance_pending, asked.go_to) == (Status.TRIAGE, True, None)
    ended, said = after(asked, Action.NOT_ACCEPT, JUDGE, WANTED)
    assert (ended.status, ended.not_accepted_for, ended.go_to) == (
        Status.NOT_ACCEPTED,
        WANTED.reason_code,
        WANTED.go_to,
    )
    [request] = evolve(requests, asked, ended, said)
    assert (request.kind, request.state, request.decided_by_staff) == ("nonacceptance", RequestState.GRANTED, "S-2")


@pytest.mark.parametrize("again", [ASKER, Actor("qian"), Actor("another", None, "S-1")])
def test_whoever_asked_decides_nothing_by_whatever_account(again: Actor) -> None:
    asked, _ = after(TRIAGE, Action.ASK_NONACCEPTANCE, what=WANTED)
    for action in (Action.NOT_ACCEPT, Action.REFUSE_NONACCEPTANCE):
        with pytest.raises(NotTheirs):
            after(asked, action, again, WANTED)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.TRIAGE])
def test_only_what_no_unit_has_is_not_accepted(status: Status) -> None:
    led = replace(TRIAGE, status=status, lead_unit="D-A", nonacceptance_asked_by="x")
    for action in (Action.ASK_NONACCEPTANCE, Action.NOT_ACCEPT):
        with pytest.raises(OutOfTurn):
            after(led, action, JUDGE, WANTED)


@pytest.mark.parametrize("changes", [{"round": 2}, {"held": True}, {"nonacceptance_pending": True}])
def test_nor_what_was_taken_on_before_or_says_nothing_yet(changes: dict[str, Any]) -> None:
    with pytest.raises(OutOfTurn):
        after(replace(TRIAGE, **changes), Action.ASK_NONACCEPTANCE, what=WANTED)


def test_while_it_is_decided_no_unit_gets_it_and_refused_one_does() -> None:
    asked, _ = after(TRIAGE, Action.ASK_NONACCEPTANCE, what=WANTED)
    given = Assignment("D-A", (), "0101", 1, by_rule=False, explanation="")
    with pytest.raises(OutOfTurn):
        after(asked, Action.ASSIGN, what=given)
    refused, _ = after(asked, Action.REFUSE_NONACCEPTANCE, JUDGE)
    assert replace(refused, version=1, stepped_at=None) == TRIAGE
    led, _ = after(refused, Action.ASSIGN, what=given)
    assert led.lead_unit == "D-A"


@pytest.mark.parametrize(
    ("action", "why", "holds"),
    [
        (Action.CLOSE, Closing.NOT_ACCEPTED, True),
        (Action.CLOSE, Closing.WITHDRAWN, False),
        (Action.ANSWER, "已答复", False),
        (Action.WITHDRAW, "", False),
    ],
)
def test_what_crossed_the_approval_holds_in_its_place(action: Action, why: str, holds: bool) -> None:
    asked, _ = after(TRIAGE, Action.ASK_NONACCEPTANCE, what=WANTED)
    approved, _ = after(asked, Action.NOT_ACCEPT, JUDGE, WANTED)
    then = case_after(approved, decide(approved, Ask(action, why=why), SYSTEM, NEW))
    assert (then.go_to is not None) is holds
    assert then.status in (Status.CLOSED, Status.ANSWERED)


@pytest.mark.parametrize(
    "by", [Actor("li"), Actor("li-2", None, "S-9"), Actor("x", "V-1"), Actor("x", posts=frozenset({"V-1"}))]
)
def test_whoever_gave_it_back_has_no_say(by: Actor) -> None:
    gave_back = UnitAsk(2, 1, "not_our_duty", "", "li", "V-1", NEW, asked_by_staff="S-9")
    with pytest.raises(NotTheirs):
        check_gave_nothing_back([gave_back], by)
    check_gave_nothing_back([gave_back], ASKER)
    check_gave_nothing_back([replace(gave_back, kind=RequestKind.NONACCEPTANCE)], by)


@pytest.mark.parametrize("code", [*sorted(NO_REASONS), *(reason.code for reason in PACK.returns.reasons)])
def test_a_units_reason_to_give_it_back_is_none_not_to_accept_it(code: str) -> None:
    assert code not in set(NotAcceptedFor)


def test_a_table_by_which_one_person_ends_a_case_cannot_be_made() -> None:
    for broken in (
        {"guards": ()},
        {"source": Status.SIGNED},
        {"who": Party.DISPATCHER},
    ):
        steps = tuple(replace(step, **broken) if step.action is Action.NOT_ACCEPT else step for step in STEPS)
        with pytest.raises(Unsound):
            replace(MACHINE, steps=steps)
