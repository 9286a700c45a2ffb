"""What holds of a household from which day: whatever the order of the words, and never before it was there."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.errors import Invalid
from libs.common.events.household_terms import HouseholdClass, HouseholdFact, HouseholdStep, MutedFor
from libs.common.rules.machine import Actor, OutOfTurn
from services.intake.households.domain import NotByThem, Said, State, Status, What, decide, evolve

TODAY = date(2026, 3, 4)
NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)
FIRST = date(2026, 1, 1)
KEEPER, OTHER = Actor("a", staff_id="S-1"), Actor("b", staff_id="S-2")
ALL: dict[HouseholdFact, Any] = {
    HouseholdFact.AREA_CODE: "999001101201",
    HouseholdFact.HOUSEHOLD_CLASS: HouseholdClass.RESIDENT,
    HouseholdFact.KINDS: (),
    HouseholdFact.RESOURCES: (),
    HouseholdFact.VISIT_EVERY: None,
    HouseholdFact.CONTACT_STAFF_ID: None,
    HouseholdFact.MUTED_FOR: None,
}
WORDS = {
    HouseholdFact.HOUSEHOLD_CLASS: st.sampled_from(HouseholdClass),
    HouseholdFact.KINDS: st.sampled_from([(), ("well_off",), ("party_elder", "well_off")]),
    HouseholdFact.CONTACT_STAFF_ID: st.sampled_from([None, "S-1", "S-2"]),
}
Word = tuple[HouseholdFact, Any, int]


def step(
    state: State, action: HouseholdStep, day: date, by: Actor = KEEPER, today: date = TODAY, **what: Any
) -> tuple[State, Said]:
    said = decide(state, action, What(day, **what), by, NOON, today)
    return evolve(state, said), said


def registered(**told: Any) -> State:
    facts = ALL | {HouseholdFact(name): value for name, value in told.items()}
    return step(State(), HouseholdStep.REGISTER, FIRST, facts=facts)[0]


words = st.sampled_from(sorted(WORDS)).flatmap(
    lambda fact: st.tuples(st.just(fact), WORDS[fact], st.integers(min_value=0, max_value=40))
)


@given(told=st.lists(words, max_size=8))
def test_of_each_fact_the_word_of_the_latest_day_holds(told: list[Word]) -> None:
    state, known = registered(), {fact: [(FIRST, 0, value)] for fact, value in ALL.items()}
    for place, (fact, value, days) in enumerate(told, start=1):
        day = FIRST + timedelta(days=days)
        state, _ = step(state, HouseholdStep.CHANGE, day, facts={fact: value})
        known[fact].append((day, place, value))
    latest = {fact: max(several, key=lambda one: one[:2])[2] for fact, several in known.items()}
    assert {fact: getattr(state, fact) for fact in HouseholdFact} == latest
    assert state.version == len(told) + 1


@given(told=st.lists(words, max_size=4, unique_by=lambda word: (word[0], word[2])))
def test_words_of_different_days_come_to_the_same_in_any_order(told: list[Word]) -> None:
    def after(order: tuple[Word, ...]) -> State:
        state = registered()
        for fact, value, days in order:
            state, _ = step(state, HouseholdStep.CHANGE, FIRST + timedelta(days=days), facts={fact: value})
        return state

    assert len({after(order) for order in permutations(told)}) == 1


def test_muting_takes_two_people_and_neither_is_the_contact_person() -> None:
    state = registered(contact_staff_id="S-1")
    asked, _ = step(state, HouseholdStep.ASK_MUTE, TODAY, wished=MutedFor.REFUSED)
    assert (asked.status, asked.muted_for) == (Status.MUTE_ASKED, None)
    for who in (KEEPER, Actor("another account", staff_id="S-1")):
        with pytest.raises(NotByThem):
            step(asked, HouseholdStep.CONFIRM_MUTE, TODAY, who)
    muted, said = step(asked, HouseholdStep.CONFIRM_MUTE, TODAY + timedelta(days=3), OTHER, TODAY + timedelta(days=3))
    assert (muted.status, muted.muted_for, said.what.holds_from) == (Status.MUTED, MutedFor.REFUSED, TODAY)
    back, _ = step(muted, HouseholdStep.UNMUTE, TODAY)
    assert (back.status, back.muted_for, back.mute_asked_by) == (Status.REGISTERED, None, None)


@pytest.mark.parametrize("action", [HouseholdStep.ASK_MUTE, HouseholdStep.UNMUTE])
def test_muting_holds_from_no_day_before_what_is_known_of_it(action: HouseholdStep) -> None:
    state = registered()
    if action is HouseholdStep.UNMUTE:
        state, _ = step(state, HouseholdStep.ASK_MUTE, TODAY, wished=MutedFor.DECEASED)
        state, _ = step(state, HouseholdStep.CONFIRM_MUTE, TODAY, OTHER)
    with pytest.raises(Invalid, match="lies before"):
        step(state, action, FIRST - timedelta(days=1), wished=MutedFor.DECEASED)


def test_nothing_is_entered_for_a_day_to_come_and_nothing_of_who_is_no_more() -> None:
    state = registered()
    with pytest.raises(Invalid, match="lies ahead"):
        step(state, HouseholdStep.CHANGE, TODAY + timedelta(days=1), facts={HouseholdFact.KINDS: ("well_off",)})
    with pytest.raises(Invalid, match="otherwise"):
        step(state, HouseholdStep.CHANGE, TODAY)
    asked, _ = step(state, HouseholdStep.ASK_MUTE, TODAY, wished=MutedFor.REFUSED)
    ended, _ = step(asked, HouseholdStep.MERGE, TODAY, merged_into="another")
    assert (ended.status, ended.merged_into) == (Status.ENDED, "another")
    assert (ended.mute_asked_for, ended.mute_asked_from, ended.mute_asked_by) == (None, None, None)
    with pytest.raises(OutOfTurn):
        step(ended, HouseholdStep.CHANGE, TODAY, facts={HouseholdFact.KINDS: ("well_off",)})
