"""What the audit calls legal of households is what the rules allow, neither more nor less."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from huiyin.audit.case import INTAKE, CaseView, LedgerSaid
from huiyin.audit.households.histories import check_history
from huiyin.audit.report import Findings
from libs.common.errors import Invalid
from libs.common.events.household_terms import HouseholdFact, HouseholdStep, MutedFor
from libs.common.events.households import HouseholdRecorded
from libs.common.rules.machine import Actor, Refused
from services.intake.households.domain import Said, State, What, decide, evolve

HOME, NOON, TODAY = "h1", datetime(2026, 3, 4, 4, tzinfo=UTC), date(2026, 3, 4)
PEOPLE = [Actor("a", staff_id="S-1"), Actor("a2", staff_id="S-1"), Actor("b", staff_id="S-2"), Actor("c")]
STEPS = [step for step in HouseholdStep if step is not HouseholdStep.REGISTER]
CONTACT = HouseholdFact.CONTACT_STAFF_ID


def what_of(step: HouseholdStep, contact: str | None, days: int) -> What:
    """What somebody wants; days from the first on, so that it was there already."""
    facts: dict[HouseholdFact, Any] = {}
    if step in (HouseholdStep.CHANGE, HouseholdStep.ASSIGN):
        facts[CONTACT] = contact
    wished = MutedFor.REFUSED if step is HouseholdStep.ASK_MUTE else None
    into = "h2" if step is HouseholdStep.MERGE else None
    return What(TODAY - timedelta(days=days), facts, wished=wished, merged_into=into)


def event_of(said: Said, version: int) -> HouseholdRecorded:
    """As it is told."""
    what, facts = said.what, {fact.value: value for fact, value in said.what.facts.items()}
    return HouseholdRecorded(
        **({"area_code": "999001101201"} | facts),
        occurred_at=said.at,
        by=said.by.subject,
        by_staff=said.by.staff_id,
        household_id=HOME,
        version=version,
        step=said.action,
        holds_from=what.holds_from,
        changed=tuple(what.facts),
        wished=what.wished,
        merged_into=what.merged_into,
    )


def problems(events: list[HouseholdRecorded]) -> list[str]:
    """What the audit finds."""
    view = CaseView(HOME, {})
    view.said[INTAKE] = [LedgerSaid(INTAKE, seq, {}, event, NOON) for seq, event in enumerate(events, start=1)]
    findings = Findings()
    check_history(view, findings)
    return [one.message for one in findings.violations]


FIRST = What(TODAY - timedelta(days=30), {CONTACT: None, HouseholdFact.MUTED_FOR: None})
wants = st.tuples(
    st.sampled_from(STEPS), st.sampled_from(PEOPLE), st.sampled_from([None, "S-1", "S-2"]), st.integers(0, 20)
)


@given(wanted=st.lists(wants, max_size=12))
def test_the_audit_and_the_rules_agree_on_every_step(
    wanted: list[tuple[HouseholdStep, Actor, str | None, int]],
) -> None:
    said = decide(State(), HouseholdStep.REGISTER, FIRST, PEOPLE[0], NOON, TODAY)
    state, told = evolve(State(), said), [event_of(said, 1)]
    for step, by, contact, days in wanted:
        what = what_of(step, contact, days)
        try:
            said = decide(state, step, what, by, NOON, TODAY)
        except Refused:
            if step is HouseholdStep.ASSIGN and days == 1:
                # Where it is yesterday still the audit does not know: of the place's day it knows what is sure.
                continue
            forced = event_of(Said(step, NOON, what, by), state.version + 1)
            assert problems([*told, forced]), f"{step} by {by.subject} of {state.status}"
            continue
        except Invalid:
            # A day that the rules refuse, of which the audit knows less.
            continue
        state = evolve(state, said)
        told.append(event_of(said, state.version))
    assert problems(told) == []


def test_a_household_that_nobody_registered_has_no_history() -> None:
    orphan = event_of(Said(HouseholdStep.CHANGE, NOON, FIRST, PEOPLE[0]), 1)
    assert problems([orphan]) == ["event 1 (HouseholdRecorded): change follows nothing"]
