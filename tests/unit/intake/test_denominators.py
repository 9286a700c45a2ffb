"""The one table of denominators: each cell by an example, and the fold of many facts against a plain recount."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.events.household_terms import HouseholdClass, HouseholdFact, HouseholdStep, MutedFor
from libs.common.events.visit_terms import SlotRule, VisitOutcome, VisitSlot
from libs.common.visits.counting import TallyCut, View, counts_of
from libs.common.visits.denominators import CHANGES, EFFECTS, PHASES, TABLE, Change, Phase, RoundEffect
from libs.common.visits.placing import PlaceInRound, SeenVisit, TakenStep, Terms, is_of_round, place_in

BEGIN, END = date(2026, 3, 1), date(2026, 3, 31)
AT = datetime(2026, 3, 1, tzinfo=UTC)
CLOSED = AT + timedelta(days=40)
TERMS = Terms("999001", BEGIN, END, frozenset({HouseholdClass.RESIDENT}), purposes=("policy", "service"))
HERE, THERE, OUTSIDE = "999001101201", "999001102201", "888001101201"
BORN: dict[HouseholdFact, Any] = {
    HouseholdFact.AREA_CODE: HERE,
    HouseholdFact.HOUSEHOLD_CLASS: HouseholdClass.RESIDENT,
    HouseholdFact.KINDS: (),
    HouseholdFact.VISIT_EVERY: None,
    HouseholdFact.CONTACT_STAFF_ID: "S-1",
    HouseholdFact.MUTED_FOR: None,
}
LONG_AGO = date(2020, 1, 1)
REACHED_ON = date(2026, 3, 10)
DAYS: dict[Phase, date] = {
    Phase.BEFORE: BEGIN - timedelta(days=9),
    Phase.NOT_REACHED: BEGIN + timedelta(days=4),
    Phase.REACHED: REACHED_ON + timedelta(days=5),
    Phase.AFTER: END + timedelta(days=1),
}
FACTS: dict[Change, tuple[dict[HouseholdFact, Any], dict[HouseholdFact, Any]]] = {
    Change.BECOMES_ELIGIBLE: (
        {HouseholdFact.HOUSEHOLD_CLASS: HouseholdClass.AWAY},
        {HouseholdFact.HOUSEHOLD_CLASS: HouseholdClass.RESIDENT},
    ),
    Change.NOT_ELIGIBLE: ({}, {HouseholdFact.HOUSEHOLD_CLASS: HouseholdClass.VACANT}),
    Change.MOVED_IN: ({HouseholdFact.AREA_CODE: OUTSIDE}, {HouseholdFact.AREA_CODE: HERE}),
    Change.MOVED_WITHIN: ({}, {HouseholdFact.AREA_CODE: THERE}),
    Change.MOVED_OUT: ({}, {HouseholdFact.AREA_CODE: OUTSIDE}),
    Change.MUTED: ({}, {HouseholdFact.MUTED_FOR: MutedFor.REFUSED}),
    Change.UNMUTED: ({HouseholdFact.MUTED_FOR: MutedFor.REFUSED}, {HouseholdFact.MUTED_FOR: None}),
    Change.CONTACT_CHANGED: ({}, {HouseholdFact.CONTACT_STAFF_ID: "S-2"}),
}
"""What a household is before the change, and what is new by it."""


def born(on: date = LONG_AGO, *, split_off: bool = False, **facts: Any) -> TakenStep:
    told = BORN | {HouseholdFact(name): value for name, value in facts.items()}
    return TakenStep(1, HouseholdStep.REGISTER, on, AT, told, split_off=split_off)


def step(version: int, on: date, facts: dict[HouseholdFact, Any], *, at: datetime = AT) -> TakenStep:
    return TakenStep(version, HouseholdStep.CHANGE, on, at, facts)


def merged(version: int, on: date) -> TakenStep:
    return TakenStep(version, HouseholdStep.MERGE, on, AT)


def seen(on: date, outcome: VisitOutcome = VisitOutcome.REACHED, number: int = 1, **more: Any) -> SeenVisit:
    return SeenVisit(f"visit-{number}", on, outcome, more.pop("slot", VisitSlot.NIGHT), **more)


def placed(steps: Sequence[TakenStep], visits: Sequence[SeenVisit] = (), terms: Terms = TERMS) -> PlaceInRound:
    place = place_in(terms, steps, visits)
    assert place is not None
    return place


def course(change: Change, on: date) -> list[TakenStep]:
    """A household to which this happens on that day."""
    if change in (Change.REGISTERED, Change.SPLIT_OFF):
        return [born(on, split_off=change is Change.SPLIT_OFF)]
    if change is Change.MERGED:
        return [born(), merged(2, on)]
    before, after = FACTS[change]
    return [born(**{fact.value: value for fact, value in before.items()}), step(2, on, after)]


def test_the_table_has_a_cell_for_every_change_at_every_time_and_each_is_called_something() -> None:
    assert set(TABLE) == {(change, phase) for change in Change for phase in Phase}
    assert (set(CHANGES), set(PHASES), set(EFFECTS)) == (set(Change), set(Phase), set(RoundEffect))
    assert {effect for (_, phase), effect in TABLE.items() if phase is Phase.REACHED} == {RoundEffect.STAYS}
    assert {effect for (_, phase), effect in TABLE.items() if phase is Phase.AFTER} == {RoundEffect.NEXT_ROUND}


@pytest.mark.parametrize(("change", "phase"), list(TABLE), ids=lambda each: each.value)
def test_a_household_stands_as_its_cell_says(change: Change, phase: Phase) -> None:
    effect, steps = TABLE[change, phase], course(change, DAYS[phase])
    if phase is Phase.REACHED and change in (Change.REGISTERED, Change.SPLIT_OFF):
        steps = [born(), replace(steps[0], version=2)]
    if phase is Phase.REACHED and change in (Change.BECOMES_ELIGIBLE, Change.MOVED_IN):
        steps = [born(), step(2, DAYS[phase], FACTS[change][1])]
    visits = [seen(REACHED_ON)] if phase is Phase.REACHED else []
    before, after = placed(steps[:1], visits), placed(steps, visits)
    told = FACTS.get(change, ({}, {}))[1]
    if effect is RoundEffect.ENTERS:
        assert after.stands
    elif effect is RoundEffect.LEAVES:
        assert (after.stands, after.left is not None) == (False, True)
    elif effect is RoundEffect.COUNTS_THERE:
        assert after.stands
        assert after.then == after.now
        assert after.then != before.then
    elif effect is RoundEffect.STAYS:
        assert after.stands
        assert (after.then, after.reached_on) == (before.then, REACHED_ON)
    elif len(steps) > 1:
        assert (after.stands, after.then) == (before.stands, before.then)
    else:
        assert not after.stands
    if HouseholdFact.AREA_CODE in told:
        assert after.now.area_code == told[HouseholdFact.AREA_CODE]


def test_what_is_entered_after_the_closing_changes_the_next_round_only() -> None:
    steps = [born(), step(2, date(2026, 3, 5), {HouseholdFact.AREA_CODE: OUTSIDE}, at=CLOSED)]
    assert not placed(steps).stands
    closed = placed(steps, terms=replace(TERMS, closed_at=CLOSED))
    assert (closed.stands, closed.then.area_code, closed.now.area_code) == (True, HERE, OUTSIDE)


def test_reached_before_or_after_it_was_muted() -> None:
    mute = step(2, date(2026, 3, 9), {HouseholdFact.MUTED_FOR: MutedFor.MOVED_AWAY})
    gone = placed([born(), mute], [seen(date(2026, 3, 8), VisitOutcome.NOBODY_HOME)])
    assert (gone.stands, gone.left is not None and gone.left.why.value) == (False, "muted")
    assert placed([born(), mute], [seen(date(2026, 3, 8))]).stands
    assert placed([born(), mute], [seen(date(2026, 3, 12))]).stands, "who was found is not gone"
    assert placed([born(), mute, merged(3, date(2026, 3, 11))], [seen(date(2026, 3, 12))]).stands


def test_nobody_home_twice_is_not_reached_and_who_refused_is() -> None:
    twice = placed([born()], [seen(BEGIN, VisitOutcome.NOBODY_HOME, 1), seen(END, VisitOutcome.NOBODY_HOME, 2)])
    assert (twice.reached_on, twice.outcome, twice.tries) == (None, VisitOutcome.NOBODY_HOME, 2)
    refused = placed([born()], [seen(BEGIN, VisitOutcome.REFUSED)])
    assert (refused.reached_on, refused.outcome) == (BEGIN, VisitOutcome.REFUSED)
    later = placed([born()], [seen(BEGIN, VisitOutcome.REFUSED, 1), seen(END, VisitOutcome.REACHED, 2)])
    assert (later.reached_on, later.outcome) == (BEGIN, VisitOutcome.REACHED)
    phone = placed([born()], [seen(BEGIN, VisitOutcome.BY_PHONE, 1), seen(END, VisitOutcome.NOBODY_HOME, 2)])
    assert (phone.reached_on, phone.outcome) == (None, VisitOutcome.BY_PHONE)


def test_a_visit_by_day_does_not_count_where_nights_do() -> None:
    nights = replace(TERMS, slots=SlotRule.NIGHT)
    day = placed([born()], [seen(BEGIN, slot=VisitSlot.DAY)], nights)
    assert (day.reached_on, day.tries, day.outcome) == (None, 0, None)
    both = placed([born()], [seen(BEGIN, slot=VisitSlot.DAY), seen(BEGIN, number=2, duplicate=True)], nights)
    assert (both.reached_on, both.reached_by) == (BEGIN, "visit-2"), "the one by night reaches it, duplicate or not"


def test_purposes_are_those_of_the_round_and_late_is_told() -> None:
    visits = [seen(BEGIN, purposes=frozenset({"service", "other"}), recorded_at=CLOSED)]
    place = placed([born()], visits, replace(TERMS, closed_at=CLOSED))
    assert (place.purposes, place.late) == (("service",), True)
    on_time = placed([born()], [*visits, seen(END, number=2)], replace(TERMS, closed_at=CLOSED))
    assert not on_time.late


def test_what_holds_from_before_the_first_day_of_a_household_says_nothing() -> None:
    early = step(2, date(2019, 1, 1), {HouseholdFact.HOUSEHOLD_CLASS: HouseholdClass.VACANT})
    assert placed([born(), early]).stands
    assert not is_of_round(TERMS, [born(END)], BEGIN)


_CHANGES: list[dict[HouseholdFact, Any]] = [
    {HouseholdFact.AREA_CODE: HERE},
    {HouseholdFact.AREA_CODE: THERE},
    {HouseholdFact.AREA_CODE: OUTSIDE},
    {HouseholdFact.HOUSEHOLD_CLASS: HouseholdClass.VACANT},
    {HouseholdFact.HOUSEHOLD_CLASS: HouseholdClass.RESIDENT},
    {HouseholdFact.MUTED_FOR: MutedFor.DECEASED},
    {HouseholdFact.MUTED_FOR: None},
    {HouseholdFact.CONTACT_STAFF_ID: "S-2"},
    {HouseholdFact.CONTACT_STAFF_ID: None},
]
_DAY = st.integers(-10, 40).map(lambda many: BEGIN + timedelta(days=many))
_IN_ROUND = st.integers(0, 30).map(lambda many: BEGIN + timedelta(days=many))


@st.composite
def courses(draw: st.DrawFn) -> tuple[list[TakenStep], list[SeenVisit]]:
    """A household's steps, one of a day and fact at most, and its visits."""
    days = draw(st.lists(_DAY, max_size=5, unique=True))
    steps = [born(), *(step(n, day, draw(st.sampled_from(_CHANGES))) for n, day in enumerate(days, start=2))]
    if draw(st.booleans()) and draw(st.booleans()):
        steps.append(merged(len(steps) + 1, draw(_DAY.filter(lambda day: day not in days))))
    visits = [
        seen(draw(_IN_ROUND), draw(st.sampled_from(list(VisitOutcome))), number)
        for number in range(draw(st.integers(0, 3)))
    ]
    return steps, visits


def slow(steps: Sequence[TakenStep], visits: Sequence[SeenVisit]) -> tuple[bool, str | None, date | None]:
    """Day by day, without the table: whether it stands at the end, where, and when it was reached."""
    facts, ended, reached = dict(BORN), False, None
    day = min([BEGIN, *(one.holds_from for one in steps[1:])])
    while day <= END:
        for one in steps[1:] if reached is None else ():
            if one.holds_from == day:
                facts |= one.facts
                ended |= one.action is HouseholdStep.MERGE
        eligible = facts[HouseholdFact.HOUSEHOLD_CLASS] is HouseholdClass.RESIDENT
        eligible &= facts[HouseholdFact.AREA_CODE] != OUTSIDE
        found = any(one.day == day and one.outcome in ("reached", "refused") for one in visits)
        if reached is None and found and eligible:
            reached = day
        day += timedelta(days=1)
    stands = reached is not None or (eligible and facts[HouseholdFact.MUTED_FOR] is None and not ended)
    return stands, facts[HouseholdFact.AREA_CODE] if stands else None, reached


@given(courses())
def test_the_fold_is_what_a_recount_day_by_day_finds(told: tuple[list[TakenStep], list[SeenVisit]]) -> None:
    steps, visits = told
    place = placed(steps, visits)
    assert (place.stands, place.then.area_code if place.stands else None, place.reached_on) == slow(steps, visits)


@given(courses(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_come_changes_nothing(
    told: tuple[list[TakenStep], list[SeenVisit]], random: Any
) -> None:
    steps, visits = told
    shuffled, doubled = [*steps], [*visits]
    random.shuffle(shuffled)
    random.shuffle(doubled)
    renumbered = [
        replace(one, version=place) if one.version > 1 else one for place, one in enumerate(shuffled, start=2)
    ]
    before, after = placed(steps, visits), placed(renumbered, doubled)
    assert replace(before, left=None) == replace(after, left=None)


@given(st.lists(courses(), max_size=8))
def test_then_and_now_add_up_to_the_same(told: list[tuple[list[TakenStep], list[SeenVisit]]]) -> None:
    counts: Counter[Any] = Counter()
    for steps, visits in told:
        counts += counts_of(placed(steps, visits))

    def whole(view: View, cut: TallyCut, measure: str) -> int:
        return sum(many for (cell, what), many in counts.items() if (*cell[:2], what) == (view, cut, measure))

    stand = sum(placed(*each).stands for each in told)
    for view in View:
        assert (whole(view, TallyCut.CLASS, "households"), whole(view, TallyCut.PERSON, "households")) == (stand, stand)
    for outcome in VisitOutcome:
        assert whole(View.THEN, TallyCut.CLASS, outcome) == whole(View.NOW, TallyCut.PERSON, outcome)


def test_every_order_of_a_move_a_muting_and_a_visit_comes_to_the_same() -> None:
    move: tuple[date, dict[HouseholdFact, Any]] = (date(2026, 3, 5), {HouseholdFact.AREA_CODE: THERE})
    mute: tuple[date, dict[HouseholdFact, Any]] = (date(2026, 3, 20), {HouseholdFact.MUTED_FOR: MutedFor.MOVED_AWAY})
    places = set()
    for first, second in permutations([move, mute]):
        places.add(placed([born(), step(2, *first), step(3, *second)], [seen(REACHED_ON)]))
    (place,) = places
    assert (place.stands, place.then.area_code) == (True, THERE)
