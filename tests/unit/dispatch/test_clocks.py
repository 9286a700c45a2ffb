"""What missed deadlines say about a case."""

from datetime import UTC, datetime, timedelta

import pytest

from libs.common.events.terms import Deadline
from services.dispatch.cases.domain.clocks import concerns_now, list_due, was_met
from services.dispatch.cases.domain.terms import Status

NOON = datetime(2026, 3, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "missed", "concerned"),
    [
        (Status.TRIAGE, [Deadline.TRIAGE], True),
        (Status.ASSIGNED, [Deadline.TRIAGE], False),
        (Status.ASSIGNED, [Deadline.SIGN], True),
        (Status.SIGNED, [Deadline.SIGN], False),
        (Status.SIGNED, [Deadline.SIGN, Deadline.HANDLE], True),
        (Status.TRIAGE, [Deadline.HANDLE], True),
        (Status.HANDLED, [Deadline.HANDLE], True),
        (Status.HANDLED, [Deadline.CALLBACK], False),
        (Status.SIGNED, [], False),
    ],
)
def test_only_what_the_case_waits_for_makes_it_overdue(status: Status, missed: list[Deadline], concerned: bool) -> None:
    assert concerns_now(status, missed) is concerned


def test_done_before_the_instant_is_in_time_and_at_it_is_late() -> None:
    assert was_met(NOON - timedelta(microseconds=1), NOON)
    assert not was_met(NOON, NOON)
    assert not was_met(None, NOON)


def test_a_list_is_sorted_by_the_handling_limit_or_by_when_the_case_came() -> None:
    later, latest = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
    assert list_due(handle_due_at=latest, assigned_at=later, registered_at=NOON) == latest
    assert list_due(handle_due_at=None, assigned_at=later, registered_at=NOON) == later
    assert list_due(handle_due_at=None, assigned_at=None, registered_at=NOON) == NOON
