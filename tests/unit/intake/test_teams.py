"""Teams by rule, from day to day, and who may say that somebody was there."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.errors import Invalid
from libs.common.events.team_terms import AbsentFor, TeamStep
from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn
from services.intake.teams.domain.composition import AgainstTheRule, Member, Part, TeamComposition, check_members
from services.intake.teams.domain.course import DayAttendance, Guide, State, Status, TeamWord, decide, evolve

NIGHT = TeamComposition(
    "night",
    "夜访",
    "Night visits",
    (
        Part("leader", "领导", "Leader", 1, 1),
        Part("duty", "值班", "On duty", 2, 2),
        Part("village", "村", "Of the village", 1, None),
    ),
)
PATCH = TeamComposition(
    "patch", "片区", "Patch", (Part("head", "片长", "Head", 1, 1), Part("member", "队员", "Members", 3, 5))
)
TODAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 4, 2, tzinfo=UTC)
DESK = Actor("desk", None, "S-99")


def people(**parts: int) -> list[Member]:
    return [Member(f"{part}-{n}", part) for part, many in parts.items() for n in range(many)]


def fits(_member: Member) -> bool:
    return True


@pytest.mark.parametrize(
    ("rule", "parts", "wrong"),
    [
        (NIGHT, {"leader": 1, "duty": 2, "village": 3}, []),
        (NIGHT, {"leader": 2, "duty": 2, "village": 3}, ["leader"]),
        (NIGHT, {"leader": 1, "duty": 2}, ["village"]),
        (NIGHT, {"leader": 1, "duty": 3, "village": 1}, ["duty"]),
        (NIGHT, {"duty": 1, "village": 1}, ["duty", "leader"]),
        (PATCH, {"head": 1, "member": 2}, ["member"]),
        *((PATCH, {"head": 1, "member": many}, []) for many in (3, 4, 5)),
        (PATCH, {"head": 1, "member": 6}, ["member"]),
        (PATCH, {"member": 3}, ["head"]),
    ],
)
def test_a_team_is_as_its_rule_says_and_a_refusal_names_rule_and_part(
    rule: TeamComposition, parts: dict[str, int], wrong: list[str]
) -> None:
    if not wrong:
        check_members(rule, people(**parts), fits)
        return
    with pytest.raises(AgainstTheRule) as refused:
        check_members(rule, people(**parts), fits)
    assert refused.value.extra == {"rule": rule.code, "parts": wrong}
    assert f"{rule.name_en} ({rule.shape})" in refused.value.detail
    assert rule.shape in refused.value.detail_zh


def test_rules_are_called_as_people_call_them() -> None:
    assert (NIGHT.shape, PATCH.shape) == ("1+2+N", "1+3-5")
    assert Part("x", "x", "x", 2, None).shape == "2+"


def test_whoever_stands_twice_fits_no_part_or_fills_an_unknown_one_is_named() -> None:
    wrong = [*people(leader=1, duty=2, village=1), Member("leader-0", "village"), Member("S-1", "cook")]
    with pytest.raises(AgainstTheRule) as refused:
        check_members(NIGHT, wrong, lambda member: member.part != "duty")
    assert [one.field for one in refused.value.fields] == [
        "members/1/staff_id",
        "members/2/staff_id",
        "members/4/staff_id",
        "members/5/part",
    ]


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def formed(first: int = 0, last: int = 9, members: Sequence[Member] = (), by: Actor = DESK) -> State:
    what = TeamWord(day(first), day(last), tuple(members or people(leader=1, duty=2, village=1)))
    return evolve(State(), decide(State(), TeamStep.FORM, what, by, NOW, TODAY))


def changed(state: State, what: TeamWord, *, by: Actor = DESK, today: date = TODAY, why: str = "") -> State:
    return evolve(state, decide(state, TeamStep.CHANGE, what, by, NOW, today, why))


def names_on(state: State, number: int) -> set[str]:
    return {seat.staff_id for seat in state.on(day(number))}


def test_a_change_holds_from_its_day_and_leaves_what_was_before() -> None:
    team = formed()
    ill = tuple(member for member in people(leader=1, duty=2, village=1) if member.staff_id != "duty-1")
    team = changed(team, TeamWord(day(4), day(9), (*ill, Member("duty-9", "duty"))))
    assert names_on(team, 3) == {"leader-0", "duty-0", "duty-1", "village-0"}
    assert names_on(team, 4) == {"leader-0", "duty-0", "duty-9", "village-0"}
    assert len(team.seats) == 5, "whoever stays has one seat"


def test_another_last_day_or_guide_leaves_what_is_planned() -> None:
    team = changed(formed(), TeamWord(day(4), day(9), tuple(people(leader=1, duty=2, village=2))))
    guided = changed(team, TeamWord(day(0), day(9), guide=Guide("S-7")))
    assert guided.seats == team.seats
    shorter = changed(team, TeamWord(day(0), day(3)))
    assert (names_on(shorter, 3), names_on(shorter, 4)) == (names_on(team, 3), set())
    longer = changed(team, TeamWord(day(0), day(12)))
    assert (names_on(longer, 3), names_on(longer, 12)) == (names_on(team, 3), names_on(team, 9))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), max_size=5), st.integers(0, 9))
def test_each_day_has_the_members_of_the_last_change_that_reaches_it(
    changes: list[tuple[int, int]], asked: int
) -> None:
    team, expected = formed(), dict.fromkeys(range(10), 1)
    for first, village in changes:
        what = TeamWord(day(first), day(9), tuple(people(leader=1, duty=2, village=village)))
        try:
            team = changed(team, what)
        except Invalid:
            assert all(expected[number] == village for number in range(first, 10)), "nothing was otherwise"
        expected |= dict.fromkeys(range(first, 10), village)
    assert names_on(team, asked) == {one.staff_id for one in people(leader=1, duty=2, village=expected[asked])}
    spans = sorted((seat.staff_id, seat.from_day, seat.until_day) for seat in team.seats)
    for (one, _, last), (other, first_day, _) in itertools.pairwise(spans):
        assert one != other or last < first_day, "nobody has two seats on one day"


def test_a_team_that_was_dissolved_stays_what_it_was_until_then() -> None:
    team = formed()
    gone = evolve(team, decide(team, TeamStep.DISSOLVE, TeamWord(day(3), day(9)), DESK, NOW, TODAY, "ill"))
    assert (gone.status, gone.until_day, gone.dissolved_from) == (Status.DISSOLVED, day(2), day(3))
    assert (names_on(gone, 2), names_on(gone, 3)) == (names_on(team, 2), set())
    with pytest.raises(OutOfTurn):
        changed(gone, TeamWord(day(1), day(2)))
    never = evolve(team, decide(team, TeamStep.DISSOLVE, TeamWord(day(0), day(9)), DESK, NOW, TODAY, "ill"))
    assert never.seats == ()
    assert never.from_day <= never.until_day


@pytest.mark.parametrize(
    ("what", "field"),
    [
        (TeamWord(day(10), day(12)), "holds_from"),
        (TeamWord(day(-1), day(9)), "holds_from"),
        (TeamWord(day(5), day(4)), "until_day"),
        (TeamWord(day(0), day(366)), "until_day"),
    ],
)
def test_days_that_cannot_be_are_named(what: TeamWord, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        changed(formed(), replace(what, members=tuple(people(leader=1, duty=2, village=1))))
    assert [one.field for one in refused.value.fields] == [field]


def test_a_year_is_the_longest() -> None:
    assert formed(0, 365).until_day == day(365)
    with pytest.raises(Invalid):
        formed(0, 366)


def test_nothing_otherwise_is_refused_and_another_guide_is_something() -> None:
    team = formed()
    same = TeamWord(day(0), day(9), tuple(people(leader=1, duty=2, village=1)))
    with pytest.raises(Invalid, match="otherwise"):
        changed(team, same)
    assert changed(team, replace(same, guide=Guide(words="三组组长"))).guide.words == "三组组长"


def test_days_that_are_over_need_a_reason_and_somebody_who_is_not_concerned() -> None:
    team = formed()
    later = day(5)
    without = TeamWord(day(2), day(9), tuple(people(leader=1, duty=2, village=2)))
    with pytest.raises(Invalid) as refused:
        changed(team, without, today=later)
    assert refused.value.fields[0].field == "why"
    assert "village-1" in names_on(changed(team, without, today=later, why="he went, too"), 3)
    himself = Actor("account", None, "village-1")
    with pytest.raises(NotTheirs):
        changed(team, without, today=later, why="I went, too", by=himself)
    from_now_on = replace(without, holds_from=later)
    assert "village-1" in names_on(changed(team, from_now_on, today=later, by=himself), 5)
    with pytest.raises(NotTheirs):
        formed(-3, -1, [*people(leader=1, duty=2), Member("S-99", "village")])
    assert formed(-3, -1).version == 1


ABSENT = {"duty-1": AbsentFor.ILL}
THERE = frozenset({"leader-0", "duty-0", "village-0"})


def attend(
    state: State, kept: DayAttendance, *, by: Actor = DESK, before: DayAttendance | None = None, why: str = ""
) -> State:
    what = TeamWord(kept.on_day, state.until_day, attendance=kept, corrects=before)
    return evolve(state, decide(state, TeamStep.ATTEND, what, by, NOW, TODAY, why))


def test_attendance_tells_of_every_member_once_and_of_nobody_else() -> None:
    team = formed()
    assert attend(team, DayAttendance(day(0), THERE, ABSENT)).seats == team.seats
    for kept in (
        DayAttendance(day(0), THERE, {}),
        DayAttendance(day(0), THERE | {"duty-1"}, ABSENT),
        DayAttendance(day(0), THERE | {"S-5"}, ABSENT),
        DayAttendance(day(1), THERE, ABSENT),
        DayAttendance(day(-1), THERE, ABSENT),
    ):
        with pytest.raises(Invalid):
            attend(team, kept)


def test_nobody_says_of_themself_that_they_were_there_only_that_they_were_not() -> None:
    team = formed()
    duty = Actor("whatever account", None, "duty-0")
    with pytest.raises(NotTheirs):
        attend(team, DayAttendance(day(0), THERE, ABSENT), by=duty)
    away = DayAttendance(day(0), THERE - {"duty-0"}, {**ABSENT, "duty-0": AbsentFor.OTHER_DUTY})
    assert attend(team, away, by=duty).version == 2


def test_a_correction_says_something_else_and_why() -> None:
    team = formed()
    first = DayAttendance(day(0), THERE, ABSENT)
    with pytest.raises(Invalid, match="otherwise"):
        attend(team, first, before=first)
    second = DayAttendance(day(0), THERE | {"duty-1"}, {})
    with pytest.raises(Invalid) as refused:
        attend(team, second, before=first)
    assert refused.value.fields[0].field == "why"
    assert attend(team, second, before=first, why="came later").version == 2


def test_a_team_that_goes_out_no_more_keeps_who_was_there_before() -> None:
    team = formed(-2, 9)
    gone = evolve(team, decide(team, TeamStep.DISSOLVE, TeamWord(day(0), day(9)), DESK, NOW, TODAY, "x"))
    assert attend(gone, DayAttendance(day(-1), THERE, ABSENT)).status is Status.DISSOLVED
