"""Plans of visits on random villages: each household once, needs first, equal within one, in walking order."""

from collections import Counter
from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.intake.plans.domain.planning import PlannedTurns, TeamTurn, ToVisit, plan, walk_of
from services.intake.plans.domain.routing import PIECE, Spot, length_of, walked

MONDAY = date(2026, 3, 2)
VILLAGE, OTHER = "999001101201", "999001101202"
WALKS = [walk_of(VILLAGE, f"{group}组{door}号") for group in (1, 2, 12) for door in (1, 9, 15)]


@st.composite
def villages(draw: st.DrawFn) -> tuple[list[ToVisit], list[TeamTurn]]:
    days = draw(st.integers(1, 6))
    candidates = [
        ToVisit(
            f"h{number}",
            draw(st.sampled_from((VILLAGE, f"{VILLAGE}001", OTHER))),
            draw(st.sampled_from(WALKS)),
            draw(st.integers(0, 2)),
            draw(st.sampled_from((date.min, *(MONDAY + timedelta(days=day) for day in range(days + 1))))),
        )
        for number in range(draw(st.integers(0, 20)))
    ]
    turns = draw(
        st.lists(
            st.builds(
                TeamTurn,
                st.integers(0, days - 1).map(lambda day: MONDAY + timedelta(days=day)),
                st.sampled_from(("a", "b")),
                st.sampled_from((VILLAGE[:9], VILLAGE)),
            ),
            max_size=8,
            unique=True,
        )
    )
    return candidates, turns


def places(planned: PlannedTurns) -> dict[str, TeamTurn]:
    return {one: turn for turn, households in planned.turns.items() for one in households}


@given(villages(), st.randoms(use_true_random=False))
def test_each_household_is_in_one_turn_or_left_and_never_before_its_day(
    village: tuple[list[ToVisit], list[TeamTurn]], random: Random
) -> None:
    candidates, turns = village
    planned = plan(candidates, turns)
    counted = Counter(one for households in planned.turns.values() for one in households) + Counter(planned.left)
    assert counted == Counter(one.household_id for one in candidates)
    where = places(planned)
    for one in candidates:
        turn = where.get(one.household_id)
        assert turn is None or (turn.on >= one.not_before and one.area_code.startswith(turn.area_prefix))
    random.shuffle(candidates)
    random.shuffle(turns)
    again = plan(candidates, turns)
    assert (places(again), again.left) == (where, planned.left)


@given(villages())
def test_who_could_come_somewhere_comes_and_in_walking_order(village: tuple[list[ToVisit], list[TeamTurn]]) -> None:
    candidates, turns = village
    planned = plan(candidates, turns)
    by_id = {one.household_id: one for one in candidates}
    for household_id in planned.left:
        one = by_id[household_id]
        prefixes = [turn.area_prefix for turn in turns if one.area_code.startswith(turn.area_prefix)]
        nearest = max(prefixes, key=len, default=None)
        assert not [turn for turn in turns if turn.area_prefix == nearest and turn.on >= one.not_before]
    for households in planned.turns.values():
        walks = [by_id[one].walk for one in households]
        assert walks == sorted(walks)


@given(villages())
def test_loads_are_equal_within_one_unless_nobody_more_may_come(village: tuple[list[ToVisit], list[TeamTurn]]) -> None:
    candidates, turns = village
    planned = plan(candidates, turns)
    by_id = {one.household_id: one for one in candidates}
    for light, few in planned.turns.items():
        for heavy, many in planned.turns.items():
            if heavy.area_prefix == light.area_prefix and len(many) > len(few) + 1:
                assert not [one for one in many if by_id[one].not_before <= light.on], "one of them could have come"


@given(villages())
def test_need_comes_first(village: tuple[list[ToVisit], list[TeamTurn]]) -> None:
    candidates, turns = village
    planned = plan(candidates, turns)
    by_id, where = {one.household_id: one for one in candidates}, places(planned)
    for early, first in where.items():
        for late, second in where.items():
            if first.area_prefix == second.area_prefix and first.on < second.on:
                urgent = by_id[late].need > by_id[early].need and by_id[late].not_before <= first.on
                assert not urgent, f"{late} could have come with {early}"


SPOTS = st.none() | st.builds(Spot, st.floats(30.40, 30.45), st.floats(116.30, 116.35))


@given(st.lists(SPOTS, max_size=30), st.randoms(use_true_random=False))
def test_a_list_is_walked_by_where_its_households_are_whatever_order_they_come_in(
    spots: list[Spot | None], random: Random
) -> None:
    homes = [
        ToVisit(f"h{number:02}", VILLAGE, walk_of(VILLAGE, f"三组{number}号"), spot=spot)
        for number, spot in enumerate(spots)
    ]
    turn = TeamTurn(MONDAY, "a", VILLAGE)
    (way,) = plan(homes, [turn]).turns.values()
    assert sorted(way) == [one.household_id for one in homes]
    random.shuffle(homes)
    assert plan(homes, [turn]).turns[turn] == way
    by_id = {one.household_id: one.spot for one in homes}
    by_door = [spot for spot in spots if spot is not None]
    as_walked = [spot for one in way if (spot := by_id[one]) is not None]
    assert length_of(as_walked) <= length_of(by_door) + 1e-3
    if len(by_door) * 3 < len(spots) * 2:
        assert way == tuple(sorted(way)), "too few say where they are"


def test_two_sides_of_a_street_are_one_way_and_back_and_who_says_no_place_follows_the_door_before() -> None:
    """Doors alternate over a road that nobody crosses for each."""
    doors = [Spot(30.42 + (door % 2) * 0.01, 116.30 + door * 0.0005) for door in range(10)]
    assert walked(doors) == [0, 2, 4, 6, 8, 9, 7, 5, 3, 1]
    assert walked([*doors[:3], None, *doors[3:]]) == [0, 2, 3, 5, 7, 9, 10, 8, 6, 4, 1]
    assert length_of([doors[place] for place in walked(doors)]) < length_of(doors) / 3
    assert walked([None, *doors[:2]]) == [0, 1, 2]
    assert walked([]) == walked([])[:0]


def test_a_long_list_is_walked_piece_by_piece() -> None:
    random = Random(7)
    spots = [Spot(30.4 + random.random() / 20, 116.3 + random.random() / 20) for _ in range(PIECE * 3)]
    way = walked(spots)
    assert sorted(way) == [*range(PIECE * 3)]
    assert [*map(sorted, (way[:PIECE], way[PIECE : 2 * PIECE]))] == [[*range(PIECE)], [*range(PIECE, 2 * PIECE)]]
    assert length_of([spots[place] for place in way]) < length_of(spots) / 2


def test_ninety_five_nights_take_fifteen_each() -> None:
    candidates = [
        ToVisit(f"h{number}", VILLAGE, walk_of(VILLAGE, f"{number % 19}组{number}号")) for number in range(1_425)
    ]
    turns = [TeamTurn(MONDAY + timedelta(days=night), "a", VILLAGE[:9]) for night in range(95)]
    planned = plan(candidates, turns)
    assert {len(households) for households in planned.turns.values()} == {15}
    after_forty = [one for turn in turns[:40] for one in planned.turns[turn]]
    assert len(after_forty) == 600
    rest = plan([one for one in candidates if one.household_id not in set(after_forty)], turns[41:])
    assert {len(households) for households in rest.turns.values()} == {15, 16}
    assert sum(map(len, rest.turns.values())) == 825


def test_groups_and_doors_are_walked_in_their_order() -> None:
    doors = ["十组1号", "三组15号", "三组9号", "2组", "二十一组3号", "三组九号院"]
    assert sorted(doors, key=lambda door: walk_of(VILLAGE, door)) == [
        "2组",
        "三组9号",
        "三组九号院",
        "三组15号",
        "十组1号",
        "二十一组3号",
    ]
