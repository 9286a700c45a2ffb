"""A case among the levels: who works, who is accountable, to whom it may go, and what counts as giving up."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.errors import Invalid
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.passing import gave_up
from libs.common.pack.codes import KnownCodes
from libs.common.pack.directory import Directory
from libs.common.pack.schema import Area, AreaLevel, Unit, UnitLevel
from libs.common.rules.machine import SYSTEM, Actor, NotTheirs, OutOfTurn, Refused
from services.dispatch.cases.actions.events import events_of
from services.dispatch.cases.domain import transitions
from services.dispatch.cases.domain.evolving import evolve
from services.dispatch.cases.domain.state import Ask, Left, Return, Said, State, What
from services.dispatch.cases.domain.terms import OPEN, Action, Status
from services.dispatch.passing.domain import PassOn, chain_today, decide
from services.dispatch.routing.domain import choosing
from services.dispatch.routing.domain.choosing import Wish
from services.dispatch.routing.domain.today import Today
from tests.support.service import LIGHTS, PACK, TOWN, VILLAGE

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)
GRID_AREA = f"{VILLAGE}001"
G, V, T, H, S, D = "G-1", "V-999001101201", "T-999001101", "H-12345", "S-GOV", "D-HOUSING"
_GRID = Area(code=GRID_AREA, name="一组", level=AreaLevel.GRID, parent=VILLAGE)
_WORKER = Unit(code=G, name="一组网格员", level=UnitLevel.GRID, area_code=GRID_AREA, parent=V)
LEVELS = PACK.model_copy(update={"areas": (*PACK.areas, _GRID), "units": (*PACK.units, _WORKER)})
DIRECTORY = Directory(LEVELS)


def today(accused: str | None = None, directory: Directory = DIRECTORY, codes: KnownCodes | None = None) -> Today:
    """The pack in force for a case that happened in the grid."""
    return Today(directory, 1, codes or KnownCodes(), GRID_AREA, () if accused is None else (accused,))


def signed(lead: str, *delegates: str, **changes: Any) -> State:
    """A case that the last of these units has signed."""
    given = State(NOW, 1, LIGHTS, Status.SIGNED, lead_unit=lead, delegates=delegates, assigned_at=NOW, signed_at=NOW)
    return replace(given, version=4, **changes)


def passed(state: State, action: Action, by: str, to_unit: str | None = None, **more: Any) -> State:
    """The case once the unit has passed it on."""
    wish = PassOn("说明", to_unit, "beyond_power" if action is Action.RAISE else "")
    return evolve(state, decide(state, action, Actor("li", by), NOW, today=today(**more), wish=wish))


def chain(state: State) -> tuple[str | None, ...]:
    return state.lead_unit, *state.delegates


def test_it_goes_down_several_steps_and_the_first_stays_accountable() -> None:
    state = signed(D)
    for by, to_unit in ((D, T), (T, V), (V, G)):
        state = passed(replace(state, status=Status.SIGNED), Action.DELEGATE, by, to_unit)
        assert (state.lead_unit, state.working_unit, state.status) == (D, to_unit, Status.ASSIGNED)
        assert (state.signed_at, state.sign_due_at, state.assigned_at) == (None, None, NOW)
    assert chain(state) == (D, T, V, G)
    assert chain(passed(state, Action.RECALL, T)) == (D, T)
    assert chain(passed(replace(state, status=Status.SIGNED), Action.RAISE, G)) == (D, T, V)


def test_what_nobody_delegated_makes_the_receiver_accountable_level_by_level() -> None:
    state = signed(G)
    for by, to_unit in ((G, None), (V, None), (T, H), (H, D)):
        state = passed(replace(state, status=Status.SIGNED), Action.RAISE, by, to_unit)
        assert chain(state) == (state.working_unit,)
    assert state.lead_unit == D
    assert chain(passed(signed(T), Action.RAISE, T)) == (S,)


def test_raised_past_who_delegated_it_the_nearest_above_the_receiver_stays_accountable() -> None:
    assert chain(passed(signed(D, V), Action.RAISE, V, T)) == (D, T)
    assert chain(passed(signed(D, V), Action.RAISE, V)) == (D,)
    assert chain(passed(signed(T, V), Action.RAISE, V, S)) == (S,)


@pytest.mark.parametrize(
    ("state", "by", "to_unit", "why"),
    [
        (signed(T), T, T, "your own unit"),
        (signed(T), T, D, "is not below T"),
        (signed(V), V, T, "is not below V"),
        (signed(D, T), T, D, "raise it instead"),
        (signed(T), T, "V-999001102201", "does not contain the place"),
        (signed(T), T, "V-NOWHERE", "not in the county pack"),
        (signed(T, open_support=(V,), support_units=(V,)), T, V, "let it off its part"),
    ],
)
def test_down_it_goes_to_a_unit_below_that_may_have_it(state: State, by: str, to_unit: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        passed(state, Action.DELEGATE, by, to_unit)
    assert [fault.field for fault in refused.value.fields] == ["to_unit"]


def test_up_it_goes_to_a_unit_above_or_of_the_next_level_and_says_which_there_are() -> None:
    with pytest.raises(Invalid, match=f"may raise it to {V}, {T}, {S}$"):
        passed(signed(G), Action.RAISE, G, D)
    with pytest.raises(Invalid, match="your own unit"):
        passed(signed(G), Action.RAISE, G, G)
    with pytest.raises(Invalid, match="name one of D-HOUSING, D-WATER"):
        passed(signed(H, open_support=(S,)), Action.RAISE, H)
    with pytest.raises(Invalid, match="name one of none"):
        passed(signed(S), Action.RAISE, S)


def test_nobody_of_the_unit_complained_about_gets_it_either_way() -> None:
    with pytest.raises(Invalid, match="complained about"):
        passed(signed(D), Action.DELEGATE, D, V, accused=V)
    with pytest.raises(Invalid, match="complained about"):
        passed(signed(D), Action.DELEGATE, D, G, accused=V)
    with pytest.raises(Invalid, match="complained about"):
        passed(signed(H), Action.RAISE, H, D, accused=D)


def test_the_next_superior_that_is_not_complained_about_gets_what_is_raised() -> None:
    """The grid's worker is not of the village that is complained about, though his grid lies in it."""
    lone = Directory(LEVELS.model_copy(update={"units": tuple(_without_parent(one) for one in LEVELS.units)}))
    assert chain(passed(signed(G), Action.RAISE, G, directory=lone)) == (V,)
    assert chain(passed(signed(G), Action.RAISE, G, accused=V, directory=lone)) == (T,)
    with pytest.raises(Invalid, match="complained about"):
        passed(signed(G), Action.RAISE, G, V, accused=V, directory=lone)


def _without_parent(unit: Unit) -> Unit:
    return unit.model_copy(update={"parent": None}) if unit.code == G else unit


def test_who_has_not_signed_passes_nothing_on_and_who_does_not_work_neither() -> None:
    with pytest.raises(OutOfTurn):
        passed(signed(T, status=Status.ASSIGNED), Action.DELEGATE, T, V)
    with pytest.raises(OutOfTurn):
        passed(signed(V, status=Status.ASSIGNED), Action.RAISE, V)
    for action, by in ((Action.DELEGATE, T), (Action.RAISE, T), (Action.RECALL, V), (Action.RECALL, D)):
        with pytest.raises(NotTheirs):
            passed(signed(T, V), action, by, G)


def test_a_delegate_gives_nothing_back_but_raises_it_and_the_lead_takes_it_back_first() -> None:
    state, back = signed(T, V), Ask(Action.ASK_RETURN, Return("wrong_area", ""))
    with pytest.raises(NotTheirs):
        transitions.decide(state, back, Actor("li", V), NOW)
    with pytest.raises(OutOfTurn, match=f"delegated to {V}"):
        transitions.decide(state, back, Actor("li", T), NOW)


def test_the_successor_of_a_merged_unit_takes_its_place_or_the_work_is_its_delegators_again() -> None:
    left = tuple(unit for unit in LEVELS.units if unit.code not in (V, G))
    codes, now = KnownCodes(), Directory(LEVELS.model_copy(update={"units": left}))
    codes.learn(1, {"units": [{"code": one.code, "name": one.name} for one in LEVELS.units], "areas": []})
    merged = [{"code": V, "name": "东坡村", "successor": "V-999001101202"}, {"code": G, "name": "一组", "successor": T}]
    codes.learn(2, {"units": [], "areas": [], "merged": {"units": merged, "areas": []}})
    passing = chain_today(Today(now, 2, codes, TOWN), signed(D, T, V, G))
    assert passing is not None
    assert (passing.lead_unit, passing.delegates, passing.working_unit) == (D, (T,), T)
    assert chain_today(today(), signed(D, T, V, G)) is None


UNITS = (G, V, T, H, S, D)
PASSED = (Action.DELEGATE, Action.RECALL, Action.RAISE)


@dataclass(frozen=True)
class Try:
    """Somebody of a unit tries something, with another unit in mind."""

    action: Action
    by: str
    to_unit: str | None
    for_cause: bool


TRIES = st.builds(
    Try,
    st.sampled_from((*PASSED, *PASSED, Action.SIGN, Action.SIGN, Action.ASK_RETURN, Action.HAND_ON, Action.TAKE_BACK,
                     Action.REASSIGN, Action.ASSIGN, Action.REFUSE_RETURN)),
    st.sampled_from(UNITS), st.one_of(st.none(), st.sampled_from(UNITS)), st.booleans(),
)  # fmt: skip


def attempt(state: State, tried: Try, now: datetime) -> Said:
    """What is said of it; Refused or Invalid when it may not be."""
    action, by = tried.action, Actor("li" if tried.action is Action.ASK_RETURN else "wang", tried.by)
    if action in PASSED:
        on = PassOn("说明", tried.to_unit, "risk" if action is Action.RAISE else "")
        return decide(state, action, by, now, today=today(), wish=on)
    if action in (Action.REASSIGN, Action.ASSIGN, Action.HAND_ON):
        reason = ("could_not" if tried.for_cause else "our_mistake") if action is Action.REASSIGN else None
        wish = Wish(tried.to_unit or D, (), LIGHTS, "说明", reason)
        return choosing.decide(state, (), Ask(action), by, now, today=today(), wish=wish)
    what: dict[Action, What] = {Action.ASK_RETURN: Return("wrong_area", ""), Action.TAKE_BACK: Left(1, "")}
    return transitions.decide(state, Ask(action, what.get(action)), by, now)


@given(st.lists(TRIES, max_size=80))
def test_on_every_walk_one_unit_works_one_above_it_is_accountable_and_only_two_things_are_giving_up(
    tries: list[Try],
) -> None:
    state, now, done, said_of_it = replace(signed(G), version=1), NOW, Counter[str](), list[Event]()
    for tried in tries:
        now += timedelta(minutes=1)
        try:
            said = attempt(state, tried, now)
        except (Refused, Invalid):
            continue
        before, state = state, evolve(state, said)
        said_of_it += events_of("case", before, state, said)
        done["givings up"] += tried.action in (Action.HAND_ON, Action.TAKE_BACK) or (
            tried.action is Action.REASSIGN and tried.for_cause
        )
        assert (state.working_unit is not None) == (state.lead_unit is not None) == (state.status in OPEN)
        units = [code for code in chain(state) if code is not None]
        assert len(set(units)) == len(units)
        assert all(DIRECTORY.is_above(upper, lower) for upper, lower in pairwise(units))
        assert tried.action is not Action.DELEGATE or state.lead_unit == before.lead_unit
        if tried.action in PASSED:
            assert (state.returns, state.round, state.handle_due_at) == (before.returns, 1, before.handle_due_at)
    left = [gave_up(one) for one in said_of_it if isinstance(one, cases.CaseReassigned)]
    queued = sum(isinstance(one, cases.TriageQueued) for one in said_of_it)
    assert sum(unit is not None for unit in left) + queued == done["givings up"]


def test_what_the_system_does_for_a_unit_that_is_gone_is_nobodys_giving_up() -> None:
    state = signed(T, V)
    choice = choosing.by_hand(today(), Wish(D, (), LIGHTS, ""), lead_unit=T, category_code=LIGHTS)
    said = Said(Action.REASSIGN, NOW, replace(choice, delegates=(V,)), SYSTEM, "")
    after = evolve(state, said)
    (event,) = events_of("case", state, after, said)
    assert isinstance(event, cases.CaseReassigned)
    assert (gave_up(event), event.delegates, after.working_unit, after.lead_unit) == (None, (V,), V, D)
