"""Mediation: each goes one way, whatever is tried by whom, and nobody says of their own that its agreement is kept."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.events.mediation_terms import MediationStatus, MediationStep
from libs.common.rules.machine import SYSTEM, Actor, NotTheirs, OutOfTurn, Refused
from services.dispatch.cases.domain.evolving import evolve as evolve_case
from services.dispatch.cases.domain.state import State
from services.dispatch.cases.domain.terms import Status
from services.dispatch.cases.domain.transitions import decide as decide_case
from services.dispatch.mediations.actions.keeping import EVENTS, case_step
from services.dispatch.mediations.domain import (
    ENDED,
    MACHINE,
    RUNNING,
    MediationState,
    decide,
    evolve,
    is_due,
)

T = datetime(2026, 3, 3, 1, tzinfo=UTC)
DAY = date(2026, 3, 3)
FOLLOW_UP = DAY + timedelta(days=30)
ELDER = Actor("elder", "V-1", "S-7")
SAME_ELDER = Actor("elder-at-the-desk", "H-1", "S-7")
CLERK, NOBODY = Actor("li", "T-1", "S-1"), Actor("qian", "D-2", "S-4")
PEOPLE = (ELDER, SAME_ELDER, CLERK, NOBODY, SYSTEM)
GIVEN = MediationState("m1", "c1", 1, "neighbours", "争地界", "S-7", "V-1", "mediator", "li", "S-1", "T-1", T)
FACTS: dict[MediationStep, dict[str, Any]] = {
    MediationStep.MEET: {"last_held_at": T},
    MediationStep.AGREE: {"terms": "以老界石为界", "document": "ab" * 32, "follow_up_on": FOLLOW_UP},
    **{
        step: {"note": "如上"}
        for step in (MediationStep.FAIL, MediationStep.KEEP, MediationStep.BREAK, MediationStep.WITHDRAW)
    },
}
LINES = [(line.source, line.target, line.action) for line in MACHINE.steps if line.source is not None]
LATER = [step for step in MediationStep if step is not MediationStep.GIVE]
SIGNED = State(T, 1, "0101", Status.SIGNED, lead_unit="T-1", assigned_at=T, signed_at=T, version=2)


def after(*steps: tuple[MediationStep, Actor], today: date = FOLLOW_UP) -> MediationState:
    mediation = GIVEN
    for step, by in steps:
        mediation = evolve(mediation, decide(mediation, step, by, T, today=today, **FACTS[step]))
    return mediation


MET = (MediationStep.MEET, ELDER)
AGREED = (MET, (MediationStep.AGREE, ELDER))


@given(st.lists(st.tuples(st.sampled_from(LATER), st.sampled_from(PEOPLE), st.integers(0, 20)), max_size=40))
def test_whatever_is_tried_no_mediator_confirms_their_own_and_ends_are_ends(
    tried: list[tuple[MediationStep, Actor, int]],
) -> None:
    mediation, case, today = GIVEN, SIGNED, DAY
    for step, by, days in tried:
        today += timedelta(days=days)
        before = mediation
        try:
            said = decide(mediation, step, by, T, today=today, **FACTS[step])
        except Refused:
            continue
        assert before.status not in ENDED
        mediation = evolve(before, said)
        case = evolve_case(case, decide_case(case, case_step(mediation, step), by, T))
        assert mediation.version == before.version + 1
        if step in (MediationStep.KEEP, MediationStep.BREAK):
            assert by.staff_id != GIVEN.mediator
            assert before.status is MediationStatus.AGREED
        if step is MediationStep.KEEP:
            assert today >= FOLLOW_UP
    assert (mediation.status in ENDED) == (mediation.ended_at is not None)
    assert (mediation.agreed_at is None) == (mediation.document is None)
    assert mediation.sessions > 0 or mediation.status in (*RUNNING, MediationStatus.WITHDRAWN)
    assert case.version == SIGNED.version + mediation.version - 1
    assert case.status is Status.SIGNED


def test_only_who_was_given_it_mediates_by_whatever_account() -> None:
    for by in (CLERK, NOBODY, SYSTEM):
        with pytest.raises(NotTheirs, match="given the mediation"):
            decide(GIVEN, MediationStep.MEET, by, T)
    assert after((MediationStep.MEET, SAME_ELDER)).worked_by == ("elder-at-the-desk", "staff:S-7")


@pytest.mark.parametrize("step", [MediationStep.KEEP, MediationStep.BREAK])
def test_nobody_says_of_their_own_mediation_what_became_of_it(step: MediationStep) -> None:
    agreed = after(*AGREED)
    for by in (ELDER, SAME_ELDER, Actor("elder", "V-1")):
        with pytest.raises(NotTheirs, match="own mediation"):
            decide(agreed, step, by, T, today=FOLLOW_UP)
    assert evolve(agreed, decide(agreed, step, CLERK, T, today=FOLLOW_UP, note="如上")).status in ENDED


def test_an_agreement_is_kept_from_its_day_on_and_broken_on_any() -> None:
    agreed, before = after(*AGREED), FOLLOW_UP - timedelta(days=1)
    with pytest.raises(OutOfTurn, match=FOLLOW_UP.isoformat()):
        decide(agreed, MediationStep.KEEP, CLERK, T, today=before)
    with pytest.raises(OutOfTurn, match=FOLLOW_UP.isoformat()):
        decide(agreed, MediationStep.KEEP, CLERK, T)
    assert decide(agreed, MediationStep.KEEP, CLERK, T, today=FOLLOW_UP).step is MediationStep.KEEP
    assert decide(agreed, MediationStep.BREAK, CLERK, T, today=before).step is MediationStep.BREAK
    assert [is_due(agreed, day) for day in (before, FOLLOW_UP)] == [False, True]
    assert not is_due(GIVEN, FOLLOW_UP)


def test_nothing_is_agreed_or_failed_without_a_session() -> None:
    for step in (MediationStep.AGREE, MediationStep.FAIL):
        with pytest.raises(OutOfTurn, match="not begun yet") as refused:
            decide(GIVEN, step, ELDER, T)
        assert refused.value.extra == {"state": "given"}


def test_every_step_is_told_and_every_status_is_reached_and_ends() -> None:
    assert set(EVENTS) == set(MediationStep)
    assert {line.source for line in MACHINE.steps} == {None, *MediationStatus} - set(ENDED)


def test_the_guide_shows_each_step() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "mediations.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^    (\w+) --> (\w+): (\w+)$", guide, re.MULTILINE))
    assert shown == {(source.value, target.value, step.value) for source, target, step in LINES}
    ends = set(re.findall(r"^    (\w+) --> \[\*\]$", guide, re.MULTILINE))
    assert ends == {status.value for status in ENDED}
