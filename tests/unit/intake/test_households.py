"""Who gives a household away: from which day, and not while its muting waits."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from libs.common.events.household_terms import HouseholdFact, HouseholdStep, MutedFor
from libs.common.rules.machine import Actor
from services.intake.households.domain import NotByThem, State, Status, What, decide, evolve

TODAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 4, 2, tzinfo=UTC)
HELD = State(Status.REGISTERED, "999001101201", contact_staff_id="S-1", contact_since=TODAY, version=1)
WAITING = replace(HELD, status=Status.MUTE_ASKED, mute_asked_for=MutedFor.REFUSED, mute_asked_from=TODAY)


def given(state: State, to: str | None, by: str | None, day: date = TODAY) -> Any:
    what = What(day, {HouseholdFact.CONTACT_STAFF_ID: to})
    said = decide(state, HouseholdStep.ASSIGN, what, Actor("desk", None, by), NOW, TODAY)
    return evolve(state, said).contact_staff_id


@pytest.mark.parametrize("by", ["S-1", "S-2"])
def test_for_days_that_are_over_neither_who_gets_it_nor_who_gives_it_away_says_so(by: str) -> None:
    yesterday = TODAY - timedelta(days=1)
    assert given(HELD, "S-2", by) == "S-2"
    with pytest.raises(NotByThem):
        given(HELD, "S-2", by, yesterday)
    earlier = replace(HELD, contact_since=yesterday)
    assert given(earlier, "S-2", "S-3", yesterday) == "S-2"
    assert given(earlier, "S-2", None, yesterday) == "S-2", "an account that nobody's name stands behind"


def test_a_household_that_waits_to_be_muted_is_not_given_away_by_its_contact_person() -> None:
    with pytest.raises(NotByThem):
        given(WAITING, "S-2", "S-1")
    assert given(WAITING, "S-2", "S-3") == "S-2"
    assert given(replace(HELD, status=Status.MUTED, muted_for=MutedFor.REFUSED), "S-2", "S-1") == "S-2"
