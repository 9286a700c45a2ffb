"""Whoever had a hand in a case does not judge it: for random histories no account of a participant passes."""

from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.said import T, said
from libs.common.events import cases, tasks
from libs.common.events.base import Event
from libs.common.rules.apart import Hands, check_apart, check_not_their_own, check_not_worked, names_of
from libs.common.rules.hands import hands_in
from libs.common.rules.machine import Actor, NotTheirs
from services.dispatch.cases.domain import transitions as dispatch
from services.dispatch.cases.domain.state import State as Work
from services.dispatch.cases.domain.terms import Action as Deed
from services.dispatch.cases.domain.terms import Status as WorkStatus
from services.followup.cases.domain import transitions as followup
from services.followup.cases.domain.terms import Action, Asking, CallbackState, State, Status

PEOPLE = st.integers(0, 5)
"""People; each has three accounts, and those of the odd ones name no member of staff."""
UNITS = st.sampled_from(["U-1", "U-2", "U-3", None])
WORK = (
    *(cases.CaseRegistered, cases.CaseAnsweredDirectly, cases.CaseAssigned, cases.CaseReassigned, cases.CaseSigned),
    *(cases.ProgressReported, cases.CaseHandled, tasks.TaskSigned, tasks.TaskReported, cases.TaskDone),
)
NO_WORK = (cases.CaseSupplemented, cases.CaseWithdrawn, cases.ReturnRequested, cases.ReturnDecided)
UNIT_FIELDS = ("unit_code", "lead_unit", "from_unit", "answered_by_unit")


def account(person: int, number: int, unit: str | None = None) -> Actor:
    """One of the accounts of a person."""
    if person % 2:
        return Actor(f"p{person}", unit)
    return Actor(f"p{person}-{number}", unit, f"S-{person}")


def refused(check: Callable[[], None]) -> bool:
    try:
        check()
    except NotTheirs:
        return True
    return False


def told(event: type[Any], by: Actor, unit: str | None) -> Event:
    """The event as it is said by this person of this unit."""
    fields: dict[str, Any] = {name: unit or "U-9" for name in UNIT_FIELDS if name in event.model_fields}
    if event is cases.CaseAnsweredDirectly:
        fields |= {"answered_by": by.subject, "answered_by_staff": by.staff_id}
    else:
        fields |= {"by": by.subject, "by_unit": by.unit_code, "by_staff": by.staff_id}
    known: Event = said(event, "c1", **fields)
    return known


STEPS = st.lists(st.tuples(st.sampled_from([*WORK, *NO_WORK]), PEOPLE, st.integers(0, 2), UNITS), max_size=12)


@given(steps=STEPS, number=st.integers(0, 2), unit=UNITS)
def test_no_participant_passes_by_any_account_and_everybody_else_does(
    steps: list[tuple[type[Any], int, int, str | None]], number: int, unit: str | None
) -> None:
    """Followup's own decision, over what it heard: trying, reviewing, in whatever round."""
    state = State(Status.CALLBACK, version=1)
    for event, person, by, of in steps:
        state = followup.evolve(state, hands_in(told(event, account(person, by), of)))
    worked = [(person, of or "U-9", event) for event, person, _, of in steps if event in WORK]
    people = {person for person, _, _ in worked}
    units = {of for _, of, event in worked if any(name in event.model_fields for name in UNIT_FIELDS)}
    asking = Asking(1, CallbackState.DUE)
    for person in range(6):
        for action in (Action.TRY, Action.CLOSE_UNVERIFIED, Action.TRY_AGAIN):
            actor = account(person, number, unit)
            is_refused = refused(partial(followup.check_party, state, action, asking, actor))
            assert is_refused == (person in people or unit in units), (person, action, unit)


@given(asked=PEOPLE, by=st.integers(0, 2), judges=PEOPLE, other=st.integers(0, 2), unit=UNITS)
def test_whoever_asked_decides_nothing_by_person_and_by_unit(
    asked: int, by: int, judges: int, other: int, unit: str | None
) -> None:
    """Dispatch's own decision on a return."""
    asker, judge = account(asked, by, "U-1"), account(judges, other, unit)
    state = Work(
        T, 1, status=WorkStatus.ASSIGNED, lead_unit="U-1", return_pending=True,
        return_asked_by=asker.subject, return_asked_by_staff=asker.staff_id,
    )  # fmt: skip
    for deed in (Deed.REFUSE_RETURN, Deed.HAND_ON, Deed.TAKE_BACK):
        assert refused(partial(dispatch.check_party, state, deed, judge)) == (asked == judges or unit == "U-1")


def test_a_refusal_names_the_rule_and_nobody() -> None:
    somebody = Actor("zhang-san", "V-1", "S-007")
    hands = Hands(somebody.names, frozenset({"V-1"}))
    checks: tuple[Callable[[], None], ...] = (
        lambda: check_apart(hands, somebody),
        lambda: check_apart(hands, Actor("zhang-san", None, "S-007")),
        lambda: check_apart(hands, Actor("x", "T-1"), ["T-1"]),
        lambda: check_not_their_own(somebody.names, (), somebody),
        lambda: check_not_their_own((), ("V-1",), somebody),
        lambda: check_not_worked(somebody.names, somebody),
    )
    for check in checks:
        with pytest.raises(NotTheirs) as caught:
            check()
        words = f"{caught.value.detail} {caught.value.detail_zh}"
        assert not any(name in words for name in ("zhang-san", "S-007", "V-1", "T-1"))


def test_who_is_known_by_an_account_alone_is_that_account() -> None:
    before = reduce(Hands.__or__, [hands_in(told(cases.CaseSigned, Actor("li"), "U-1"))])
    assert before == Hands(frozenset({"li"}), frozenset({"U-1"}))
    assert names_of(None) == frozenset()
    with pytest.raises(NotTheirs):
        check_apart(before, Actor("li", None, "S-1"))
    check_apart(before, Actor("other", None, "S-1"))


def test_what_followup_hears_of_the_merger_of_a_part_names_its_next_unit() -> None:
    event = said(cases.TaskCancelled, "c1", successor="U-3", by="li")
    assert hands_in(event) == Hands(frozenset(), frozenset({"U-3"}))
