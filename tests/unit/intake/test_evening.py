"""Evening out: loads equal within one, as few moves as can be, groups kept together, one answer to a question."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.contacts.domain import Home, even_out

PEOPLE = st.lists(st.sampled_from([f"S-{n}" for n in range(12)]), min_size=1, max_size=8, unique=True)
CONTACTS = st.sampled_from([None, "S-90", *(f"S-{n}" for n in range(12))])


@st.composite
def villages(draw: st.DrawFn, most: int = 60) -> list[Home]:
    contacts = draw(st.lists(CONTACTS, max_size=most))
    return [
        Home(
            f"h{place:03}", f"99900110120100{draw(st.integers(1, 4))}", draw(st.sampled_from([None, f"H-{place}"])), one
        )
        for place, one in enumerate(contacts)
    ]


def moved(homes: Sequence[Home], chosen: dict[str, str]) -> int:
    return sum(chosen[home.household_id] != home.contact for home in homes)


def loads(chosen: dict[str, str], people: Sequence[str]) -> list[int]:
    many = Counter(chosen.values())
    return [many[person] for person in people]


@given(villages(), PEOPLE)
def test_everybody_is_given_to_one_of_them_and_loads_are_equal_within_one(homes: list[Home], people: list[str]) -> None:
    chosen = even_out(homes, people)
    assert chosen.keys() == {home.household_id for home in homes}
    assert set(chosen.values()) <= set(people)
    assert max(loads(chosen, people)) - min(loads(chosen, people)) <= 1


@settings(max_examples=200)
@given(villages(most=6), st.lists(st.sampled_from(["S-0", "S-1", "S-2"]), min_size=1, max_size=3, unique=True))
def test_no_even_sharing_moves_fewer(homes: list[Home], people: list[str]) -> None:
    def is_even(sharing: Sequence[str]) -> bool:
        many = [sharing.count(person) for person in people]
        return max(many) - min(many) <= 1

    ids = [home.household_id for home in homes]
    sharings = [dict(zip(ids, one, strict=True)) for one in product(people, repeat=len(ids)) if is_even(one)]
    assert moved(homes, even_out(homes, people)) == min(moved(homes, sharing) for sharing in sharings)


@given(villages(), PEOPLE, st.randoms(use_true_random=False))
def test_one_answer_in_whatever_order_it_is_asked_and_none_to_ask_again(
    homes: list[Home], people: list[str], random: Random
) -> None:
    chosen = even_out(homes, people)
    mixed_homes, mixed_people = [*homes], [*people]
    random.shuffle(mixed_homes)
    random.shuffle(mixed_people)
    assert even_out(mixed_homes, mixed_people) == chosen
    settled = [Home(one.household_id, one.area_code, one.household_no, chosen[one.household_id]) for one in homes]
    assert moved(settled, even_out(settled, people)) == 0


@given(villages(), PEOPLE)
def test_where_nobody_has_any_yet_groups_are_cut_as_seldom_as_can_be(homes: list[Home], people: list[str]) -> None:
    fresh = [Home(home.household_id, home.area_code, home.household_no, None) for home in homes]
    chosen = even_out(fresh, people)
    parts = {(chosen[home.household_id], home.area_code) for home in fresh}
    groups = {home.area_code for home in fresh}
    assert len(parts) <= max(0, len(groups) + len(people) - 1)


@pytest.mark.parametrize(("households", "people"), [(1_425, 110), (110, 110), (7, 110), (12_800, 150)])
def test_1425_households_among_110_people_are_105_times_13_and_5_times_12(households: int, people: int) -> None:
    homes = [Home(f"{n:05}", f"3408251032{n % 14:02}", f"H-{n}", f"S-{n % 97}") for n in range(households)]
    many = Counter(loads(even_out(homes, [f"S-{n}" for n in range(people)]), [f"S-{n}" for n in range(people)]))
    fewest, left = divmod(households, people)
    assert many == {fewest: people - left} | ({fewest + 1: left} if left else {})
    if (households, people) == (1_425, 110):
        assert many == {13: 105, 12: 5}


def test_neighbours_stay_together_as_the_office_counts_them() -> None:
    homes = [Home(f"h{number}", "999001101201001", f"H-{number}", None) for number in (1, 2, 9, 10, 11, 12)]
    chosen = even_out([*reversed(homes)], ["S-2", "S-1"])
    assert [person for person, _ in groupby(chosen[home.household_id] for home in homes)] == ["S-1", "S-2"]


def homes_of(group: str, contact: str | None, *names: str) -> list[Home]:
    return [Home(name, f"99900110120100{group}", None, contact) for name in names]


def test_whoever_has_others_of_the_group_gets_its_new_ones() -> None:
    held = [*homes_of("1", "S-1", "a1", "a2", "a3"), *homes_of("2", "S-2", "b1", "b2", "b3")]
    chosen = even_out([*held, *homes_of("1", None, "a9"), *homes_of("2", None, "b9")], ["S-1", "S-2"])
    assert (chosen["a9"], chosen["b9"]) == ("S-1", "S-2")


def test_whoever_has_too_many_gives_away_where_he_has_fewest() -> None:
    held = [*homes_of("1", "S-1", "a1", "a2", "a3", "a4"), *homes_of("2", "S-1", "b1", "b2")]
    chosen = even_out([*held, *homes_of("2", "S-2", "b3", "b4")], ["S-1", "S-2"])
    assert {name for name, person in chosen.items() if person == "S-1"} == {"a1", "a2", "a3", "a4"}
