"""In which order a service heard of two others, where only its own rows say so."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from huiyin.audit.packs import Packs
from huiyin.audit.rows.dispatch import rows_of_dispatch
from huiyin.audit.rows.followup import rows_of_followup
from libs.common.events import cases
from tests.unit.audit.story import DUE, Story, T, assigned, signed, solved

LATER = T + timedelta(hours=1)
BEFORE = ("route", "sign", "hand_in")
ALL_STEPS = (*BEFORE, "supplement", "close")


def with_units(story: Story, *kept: str, **work: Any) -> list[list[Any]]:
    """The rows of work and history that should stand, when these steps are kept, and these columns of the case."""
    view = story.view
    view.marks = {("dispatch", source): len(view.said[source]) for source in ("intake", "followup")}
    history = [{"version": n, "action": action, "who": "x", "at": T} for n, action in enumerate(kept, start=1)]
    view.rows = {**view.rows, "dispatch.transition": history, "work": [work]}
    return [list(wanted.rows) for wanted in rows_of_dispatch(view, Packs({}))][:2]


def actions(*kept: str) -> list[str]:
    """The steps of a case whose supplement crossed its closing."""
    _, steps = with_units(solved().intake(cases.CaseSupplemented, deaf=True), *kept)
    return [step["action"] for step in steps]


@pytest.mark.parametrize("kept", [ALL_STEPS, (*BEFORE, "close")])
def test_either_order_is_right_when_the_history_says_so(kept: tuple[str, ...]) -> None:
    assert actions(*kept) == list(kept)


@pytest.mark.parametrize("kept", [(), BEFORE, ("route", "sign", "close")])
def test_a_history_that_lacks_steps_excuses_nothing(kept: tuple[str, ...]) -> None:
    assert set(actions(*kept)) >= {*BEFORE, "close"}


@pytest.mark.parametrize(("stands", "should"), [(DUE, DUE), (None, None), (LATER, None)])
def test_a_limit_that_crossed_the_withdrawal_stands_or_not(stands: datetime | None, should: datetime | None) -> None:
    story = assigned().intake(cases.CaseWithdrawn, deaf=True)
    (work,), _ = with_units(story, "route", "withdraw", handle_due_at=stands)
    assert (work["status"], work["handle_due_at"]) == ("closed", should)


@pytest.mark.parametrize(("opened_at", "unit"), [(T, "D-A"), (LATER, "D-DOOR")])
def test_of_an_answer_and_a_result_that_crossed_the_callback_says_which_came_first(
    opened_at: datetime, unit: str
) -> None:
    answer = {"answered_by": "x", "answered_by_unit": "D-DOOR", "occurred_at": LATER}
    view = signed().dispatch(cases.CaseHandled).intake(cases.CaseAnsweredDirectly, deaf=True, **answer).view
    view.marks = {("followup", source): len(view.said[source]) for source in ("intake", "dispatch")}
    history = [{"version": n, "action": action} for n, action in enumerate(("open", "assign", "ask"), start=1)]
    callback = {"round": 1, "requester": "first", "purpose": "closing", "callback_id": "c", "opened_at": opened_at}
    view.rows = {**view.rows, "followup.transition": history, "callback": [callback]}
    (should,) = [w.rows for w in rows_of_followup(view, Packs({})) if w.table == "callback"]
    assert [row["handling_unit"] for row in should] == [unit]
