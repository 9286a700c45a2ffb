"""Whatever anybody tries in whatever order: laws that hold for every walk through the transition table."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from libs.common.rules.machine import Actor, Refused
from services.dispatch.cases.domain.terms import ENDS, OPEN, Action, Party, Standing, Status
from services.dispatch.cases.domain.transitions import MACHINE, check_party

START = datetime(2026, 3, 3, 1, tzinfo=UTC)
UNITS = ("D-WATER", "D-ENV", "T-999001101")
ACTORS = [Actor(subject, unit) for subject in ("li", "wang", "zhao") for unit in (None, *UNITS)]


@dataclass(frozen=True)
class Try:
    """One attempt: somebody, something, with a unit in mind, some minutes after the one before."""

    action: Action
    actor: Actor
    unit: str
    minutes: int


TRIES = st.builds(Try, st.sampled_from(Action), st.sampled_from(ACTORS), st.sampled_from(UNITS), st.integers(0, 600))
NAMES_A_LEAD = (Action.ROUTE, Action.ASSIGN, Action.HAND_ON, Action.REASSIGN, Action.SEND_BACK)


def take(standing: Standing, attempt: Try, now: datetime) -> Standing:
    """The standing after an allowed step, as the actions of the service would leave it."""
    status = MACHINE.target(standing.status, attempt.action, standing, now)
    after = replace(standing, status=status)
    if attempt.action is Action.ASK_RETURN:
        return replace(after, return_pending=True, return_asked_by=attempt.actor.subject)
    if attempt.action in (Action.REPORT, Action.SUPPLEMENT, Action.SIGN):
        return after
    after = replace(after, return_pending=False, return_asked_by=None)
    if attempt.action in NAMES_A_LEAD:
        return replace(after, lead_unit=attempt.unit, return_until=now + timedelta(hours=24))
    return replace(after, lead_unit=None) if status is Status.TRIAGE else after


def walk(attempts: list[Try]) -> list[tuple[Standing, Try, Standing]]:
    """What was really done."""
    standing, now, done = Standing(), START, []
    for attempt in attempts:
        now += timedelta(minutes=attempt.minutes)
        try:
            check_party(standing, attempt.action, attempt.actor)
            after = take(standing, attempt, now)
        except Refused:
            continue
        done.append((standing, attempt, after))
        standing = after
    return done


@given(st.lists(TRIES, max_size=60))
def test_a_unit_at_work_is_named_and_triage_has_none(attempts: list[Try]) -> None:
    for _, _, after in walk(attempts):
        assert after.status is not Status.TRIAGE or after.lead_unit is None
        assert after.status not in OPEN or after.lead_unit is not None


@given(st.lists(TRIES, max_size=60))
def test_a_return_is_pending_only_while_a_unit_has_the_case(attempts: list[Try]) -> None:
    for _, _, after in walk(attempts):
        assert not after.return_pending or after.status in OPEN


@given(st.lists(TRIES, max_size=60))
def test_nobody_decides_on_their_own_return(attempts: list[Try]) -> None:
    for before, attempt, _ in walk(attempts):
        if MACHINE.who[attempt.action] is Party.JUDGE:
            assert before.return_pending
            assert attempt.actor.subject != before.return_asked_by
            assert attempt.actor.unit_code in {None, *UNITS} - {before.lead_unit}


@given(st.lists(TRIES, max_size=60))
def test_only_the_lead_unit_ever_signs_reports_hands_in_or_gives_back(attempts: list[Try]) -> None:
    for before, attempt, _ in walk(attempts):
        if MACHINE.who[attempt.action] is Party.LEAD_UNIT:
            assert attempt.actor.unit_code == before.lead_unit


@given(st.lists(TRIES, max_size=60))
def test_nothing_follows_the_end(attempts: list[Try]) -> None:
    assert all(before.status not in ENDS for before, _, _ in walk(attempts))


@given(st.lists(TRIES, max_size=60))
def test_what_is_handled_was_signed_since_it_was_last_given_to_a_unit(attempts: list[Try]) -> None:
    signed = False
    for _, attempt, after in walk(attempts):
        if after.status is Status.SIGNED:
            signed = True
        elif attempt.action is Action.HAND_IN:
            assert signed
        else:
            signed = False
