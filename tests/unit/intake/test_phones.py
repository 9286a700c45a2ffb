"""The rules of a phone's branch: its order whatever comes when, whose a household was, what holds an item."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.errors import Conflict, Forbidden
from libs.common.events.household_terms import HouseholdFact, HouseholdStep
from libs.common.events.visit_terms import VisitOutcome
from libs.common.rules.machine import Actor
from libs.common.visits.placing import TakenStep
from services.intake.devices.domain.branch import Branch, give_up_gap, take_turn
from services.intake.devices.domain.items import (
    WAITS,
    FieldConflict,
    Said,
    State,
    applied,
    check_decider,
    evolve,
    held,
    makers_of,
)
from services.intake.devices.domain.judging import (
    HARD,
    MERGED_INTO,
    WHO_LIVES_THERE,
    Corrected,
    Correction,
    check_clock,
    corrected_meanwhile,
    differences,
    hold_for,
    was_theirs,
)

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
WAIT = timedelta(days=5)
TODAY, DAY, HOUR = date(2026, 3, 4), timedelta(days=1), timedelta(hours=1)
CONTACT, AREA = HouseholdFact.CONTACT_STAFF_ID, HouseholdFact.AREA_CODE


@given(st.lists(st.lists(st.integers(1, 12), max_size=5), max_size=12))
def test_each_number_is_taken_once_and_none_before_those_below_it(batches: list[list[int]]) -> None:
    branch, taken = Branch(), list[int]()
    for batch in batches:
        new = {number: NOW for number in batch if number not in taken and number not in branch.waiting}
        turn = take_turn(Branch(branch.mark, {**branch.waiting, **new}))
        taken += turn.ready
        branch = turn.after
        assert taken == [*range(1, branch.mark + 1)]
        assert all(number > branch.mark + 1 for number in branch.waiting)
    came = {number for batch in batches for number in batch}
    assert came == {*taken, *branch.waiting}


@given(st.sets(st.integers(1, 30), min_size=1), st.integers(0, 3))
def test_a_gap_is_given_up_when_it_was_waited_for_and_not_before(numbers: set[int], mark: int) -> None:
    branch = Branch(mark, {number: NOW + number * HOUR for number in numbers if number > mark})
    if branch.until(WAIT) is None:
        assert give_up_gap(branch, NOW + 99 * WAIT, WAIT) == branch
        return
    until = branch.until(WAIT)
    assert until is not None
    assert give_up_gap(branch, until - timedelta(microseconds=1), WAIT) == branch
    turn = take_turn(give_up_gap(branch, until, WAIT))
    assert turn.ready[0] == min(branch.waiting)
    late = take_turn(Branch(turn.after.mark, {min(branch.waiting) - 1: NOW}))
    assert late.ready == (min(branch.waiting) - 1,)


def step(version: int, action: HouseholdStep, at: datetime, day: date = TODAY, **facts: object) -> TakenStep:
    return TakenStep(version, action, day, at, {HouseholdFact(name): value for name, value in facts.items()})


FIRST = step(1, HouseholdStep.REGISTER, NOW - 9 * DAY, date(2026, 1, 1), contact_staff_id="S-1", area_code="A")


def test_whoever_had_begun_before_anybody_said_otherwise_keeps_it() -> None:
    steps = [FIRST, step(2, HouseholdStep.ASSIGN, NOW, TODAY - DAY, contact_staff_id="S-2")]
    assert was_theirs(steps, "S-1", TODAY, NOW - HOUR)
    assert not was_theirs(steps, "S-1", TODAY, NOW + HOUR)
    assert was_theirs(steps, "S-1", TODAY - 2 * DAY, NOW + HOUR)
    assert was_theirs(steps, "S-2", TODAY, NOW - HOUR)
    assert not was_theirs(steps, "S-3", TODAY, NOW)


@pytest.mark.parametrize("outcome", VisitOutcome)
def test_the_table_says_which_conflicts_are_hard(outcome: VisitOutcome) -> None:
    steps = [
        FIRST,
        step(2, HouseholdStep.CHANGE, NOW, area_code="B", household_class="away"),
        step(3, HouseholdStep.CHANGE, NOW),
        step(4, HouseholdStep.MERGE, NOW),
    ]
    found = differences(steps, 1, outcome, {"into": "h-2", MERGED_INTO: "h-1"})
    assert [one.field for one in found] == ["area_code", "household_class", MERGED_INTO, WHO_LIVES_THERE]
    assert [one.hard for one in found] == [outcome in HARD[one.field] for one in found]
    assert (found[0].at_base, found[0].now) == ("A", "B")
    assert (hold_for(found) is None) == (outcome not in (VisitOutcome.NOBODY_HOME, VisitOutcome.MOVED))
    assert differences(steps, 4, outcome, {}) == ()


def test_what_was_changed_and_changed_back_is_no_conflict() -> None:
    steps = [
        FIRST,
        step(2, HouseholdStep.CHANGE, NOW, area_code="B"),
        step(3, HouseholdStep.CHANGE, NOW, area_code="A"),
    ]
    assert differences(steps, 1, VisitOutcome.MOVED, {}) == ()


@pytest.mark.parametrize("outcome", VisitOutcome)
def test_an_area_that_went_up_in_another_moved_nobody(outcome: VisitOutcome) -> None:
    assert differences([FIRST, step(2, HouseholdStep.AREA_MERGED, NOW, area_code="B")], 1, outcome, {}) == ()


def test_every_fact_that_is_looked_at_stands_in_the_table() -> None:
    assert {*HARD} == {*HouseholdFact} - {HouseholdFact.RESOURCES} | {MERGED_INTO, WHO_LIVES_THERE}


@pytest.mark.parametrize(
    ("begun", "made", "code"),
    [
        (-HOUR, -HOUR / 2, None),
        (-HOUR, timedelta(minutes=2), None),
        (-HOUR, timedelta(minutes=3), "clock-ahead"),
        (-HOUR, -2 * HOUR, "clock-backwards"),
        (-30 * DAY, -30 * DAY, None),
        (-31 * DAY, -30 * DAY - HOUR, "too-old"),
    ],
)
def test_times_that_cannot_be_hold_an_item(begun: timedelta, made: timedelta, code: str | None) -> None:
    found = check_clock(NOW + begun, NOW + made, NOW, 30 * DAY)
    assert (None if found is None else found.code) == code


def test_two_corrections_of_one_field_are_a_conflict() -> None:
    steps = [
        Corrected(2, NOW - HOUR, "S-9", {"topics": ["jobs"]}),
        Corrected(3, NOW + HOUR, "S-9", {"topics": [], "guide": None, "duplicate_of": None}),
        Corrected(4, NOW + HOUR, "S-1", {"materials": {}}),
    ]
    is_now = {"topics": ["old_age"], "guide": "组长", "materials": {"leaflet": 2}}
    said = Correction("S-1", NOW, 2, {"topics": ["school"], "materials": {"leaflet": 3}})
    topics, guide = corrected_meanwhile(steps, is_now, said)
    assert topics == FieldConflict("topics", [], ["old_age"], ["school"], hard=True)
    assert guide == FieldConflict("guide", None, "组长", None, hard=False)
    # A clock that runs ahead hides nothing of what came after the version that the phone had.
    ahead = replace(said, made_at=NOW + DAY)
    assert [one.field for one in corrected_meanwhile(steps, is_now, ahead)] == ["topics", "guide"]
    (before, _) = corrected_meanwhile(steps, is_now, replace(said, base=1))
    assert before.at_base == ["jobs"]
    assert corrected_meanwhile(steps, is_now, replace(said, base=3, made_at=NOW + DAY)) == ()


def test_what_both_corrected_alike_or_changed_back_is_no_conflict() -> None:
    steps = [Corrected(2, NOW, "S-9", {"topics": ["jobs"], "guide": None})]
    is_now = {"topics": ["school"], "guide": None}
    assert corrected_meanwhile(steps, is_now, Correction("S-1", NOW - HOUR, 1, {"topics": ["school"]})) == ()


def test_who_has_to_do_with_an_item_decides_nothing_about_it() -> None:
    state = State(makers=makers_of("cadre-1", ("S-1", "S-2")))
    with pytest.raises(Conflict):
        check_decider(state, Actor("chief"))
    waiting = evolve(state, Said(held("too-old", "x", "x"), NOW, Actor("cadre-1")))
    for actor in (Actor("cadre-1"), Actor("other", staff_id="S-1"), Actor("third", staff_id="S-2")):
        with pytest.raises(Forbidden):
            check_decider(waiting, actor)
    check_decider(waiting, Actor("chief", staff_id="S-9"))
    done = evolve(waiting, Said(applied("v"), NOW, Actor("chief")))
    with pytest.raises(Conflict):
        check_decider(done, Actor("chief"))
    with pytest.raises(Conflict):
        evolve(done, Said(WAITS, NOW, Actor("chief")))
