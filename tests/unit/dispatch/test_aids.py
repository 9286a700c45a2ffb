"""Aid: found and applied for by one unit, decided by another, and never by anybody who asked for it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.events.aid_terms import AidStatus, AidStep
from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn, Refused
from services.dispatch.aids.actions import EVENTS
from services.dispatch.aids.domain import MACHINE, OPEN_AIDS, AidState, decide, evolve

T = datetime(2026, 3, 3, 1, tzinfo=UTC)
FINDER, CLERK = Actor("li", "V-1", "S-1"), Actor("zhao", "V-1", "S-2")
BUREAU, SAME_PERSON = Actor("wang", "D-CIVIL", "S-3"), Actor("li-2", "D-CIVIL", "S-1")
PEOPLE = (FINDER, CLERK, BUREAU, SAME_PERSON)
FOUND = AidState("a1", "c1", 1, "temporary", 2, "房屋受灾", "V-1", "li", "S-1", T)
LATER = [step for step in AidStep if step is not AidStep.FIND]


def facts(step: AidStep) -> dict[str, Any]:
    return {"amount_fen": 300_000} if step is AidStep.GRANT else {}


@given(st.lists(st.tuples(st.sampled_from(LATER), st.sampled_from(PEOPLE)), max_size=20))
def test_whatever_is_tried_nobody_decides_on_what_they_asked_for(tried: list[tuple[AidStep, Actor]]) -> None:
    aid = FOUND
    for step, by in tried:
        before = aid
        try:
            aid = evolve(before, decide(before, step, by, T, "如上", **facts(step)))
        except Refused:
            continue
        assert before.status in OPEN_AIDS
        if step in (AidStep.GRANT, AidStep.REFUSE):
            assert by.unit_code not in (before.found_unit, before.applied_unit)
            assert by.staff_id not in (before.applied_by_staff, before.found_by_staff)
    assert (aid.status in OPEN_AIDS) == (aid.ended_at is None)
    assert (aid.amount_fen is not None) == (aid.status is AidStatus.GRANTED)


def test_a_decision_is_anothers() -> None:
    applied = evolve(FOUND, decide(FOUND, AidStep.APPLY, CLERK, T, "已提交"))
    for by in (FINDER, CLERK, SAME_PERSON):
        with pytest.raises(NotTheirs):
            decide(applied, AidStep.GRANT, by, T, "符合条件", amount_fen=1)
    granted = evolve(applied, decide(applied, AidStep.GRANT, BUREAU, T, "符合条件", amount_fen=300_000))
    assert (granted.status, granted.amount_fen, granted.ended_unit) == (AidStatus.GRANTED, 300_000, "D-CIVIL")


def test_the_unit_that_found_it_does_not_decide_on_what_another_applied_for() -> None:
    applied = evolve(FOUND, decide(FOUND, AidStep.APPLY, Actor("sun", "T-1", "S-4"), T, "已提交"))
    with pytest.raises(NotTheirs):
        decide(applied, AidStep.REFUSE, CLERK, T, "不符合条件")


def test_nothing_is_decided_before_it_is_applied_for() -> None:
    with pytest.raises(OutOfTurn, match="not applied for yet") as refused:
        decide(FOUND, AidStep.GRANT, BUREAU, T, "符合条件", amount_fen=1)
    assert refused.value.extra == {"state": "found"}


def test_every_step_is_told_and_what_ended_goes_on_no_more() -> None:
    assert set(EVENTS) == set(AidStep)
    assert {line.source for line in MACHINE.steps} == {None, *OPEN_AIDS}
