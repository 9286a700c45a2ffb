"""The rules of arbitration and of duty rules, by plain and hypothesis tests."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn
from services.dispatch.disputes.domain import (
    Arbitration,
    HearingEntry,
    check_apart,
    check_heard,
    check_somebody_else_leads_it_next,
    enough_gave_it_back,
)
from services.dispatch.duty_rules.domain import DutyRuleState, SettledDuty, narrowest
from services.dispatch.requests.domain import check_raised

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
UNITS = st.sampled_from(["A", "B", "C", "D"])


@given(st.lists(UNITS, unique=True), UNITS, st.integers(2, 4))
def test_the_last_unit_is_never_followed_by_another_without_a_ruling(before: list[str], lead: str, after: int) -> None:
    last = len({*before, lead}) >= after
    if last:
        with pytest.raises(OutOfTurn):
            check_somebody_else_leads_it_next(before, lead, after)
    else:
        check_somebody_else_leads_it_next(before, lead, after)
    assert not enough_gave_it_back(before, None)


@given(st.lists(UNITS, min_size=2, unique=True), st.lists(UNITS))
def test_it_is_ruled_on_exactly_when_each_was_heard(units: list[str], heard: list[str]) -> None:
    session = Arbitration(4, 1, by_rule=False, units=tuple(units), question="", opened_at=NOW, opened_by="x")
    hearings = [HearingEntry(5 + n, 4, unit, n % 2 == 0, "", NOW, "x") for n, unit in enumerate(heard)]
    of_another = [HearingEntry(9, 3, unit, absent=False, words="", heard_at=NOW, recorded_by="x") for unit in units]
    if set(units) <= set(heard):
        check_heard(session, [*hearings, *of_another])
    else:
        with pytest.raises(OutOfTurn, match="not heard yet"):
            check_heard(session, [*hearings, *of_another])


@given(UNITS, st.sampled_from([None, "S-1"]), st.booleans())
def test_nobody_of_a_unit_nor_who_gave_it_back_arbitrates(unit: str, staff: str | None, by_post: bool) -> None:
    posts = frozenset({unit}) if by_post else frozenset[str]()
    actor = Actor("zhao", None if by_post else unit, staff, posts)
    with pytest.raises(NotTheirs):
        check_apart(["A", "B", "C", "D"], (), (), actor)
    with pytest.raises(NotTheirs):
        check_apart(["Z"], [unit], (), actor)
    with pytest.raises(NotTheirs):
        check_apart(["Z"], (), actor.names, actor)
    check_apart(["Z"], (), ["somebody"], actor)


@given(st.booleans(), st.booleans())
def test_what_went_up_is_decided_above_alone(went_up: bool, above: bool) -> None:
    raised_at = NOW if went_up else None
    if went_up and not above:
        with pytest.raises(NotTheirs):
            check_raised(raised_at, above=above)
    else:
        check_raised(raised_at, above=above)


def rule(name: str, category: str, area: str, *words: str, **changes: object) -> SettledDuty:
    fields: dict[str, object] = {"state": DutyRuleState.ADOPTED, "effective_from": NOW} | changes
    return SettledDuty(
        rule_id=name,
        case_id="c",
        arbitration=4,
        category_code=category,
        area_code=area,
        words=words,
        lead_unit=name,
        support_units=(),
        basis="",
        proposed_at=NOW,
        proposed_by="x",
        proposed_by_staff=None,
        **fields,  # type: ignore[arg-type]
    )


COUNTY, VILLAGE = "999001000000", "999001101201"


def test_the_narrowest_rule_in_force_settles_a_matter() -> None:
    wide, narrow = rule("wide", "01", COUNTY), rule("narrow", "0101", VILLAGE)
    told, later = (
        rule("told", "0101", VILLAGE, "路灯"),
        rule("later", "0101", VILLAGE, "路灯", state=DutyRuleState.ENDED),
    )
    every = [wide, narrow, told, later]

    def found(category: str | None, text: str, at: datetime = NOW) -> str | None:
        settled = narrowest(every, category, VILLAGE, text, at)
        return None if settled is None else settled.rule_id

    assert [found("0101", "路灯坏了"), found("0101", "井盖"), found("0104", "")] == ["told", "narrow", "wide"]
    assert found("0201", "路灯") is None
    assert found(None, "路灯") is None
    assert found("0101", "路灯", NOW - timedelta(microseconds=1)) is None
    assert narrowest([narrow], "0101", "999001102201", "", NOW) is None
