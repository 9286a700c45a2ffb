"""The rows of a case of two requesters, as the audit works them out from what followup said."""

import pytest

from huiyin.audit.packs import Packs
from huiyin.audit.rows.followup import rows_of_followup
from libs.common.events import cases
from libs.common.events.terms import Closing
from tests.unit.audit.story import ANGRY, NOBODY, Story, of_two


def heard() -> Story:
    """The first of two is satisfied."""
    return of_two().followup(cases.CallbackTried, waits_for=("second",))


TOLD: dict[str, tuple[Story, str, list[str], list[str]]] = {
    "one is heard": (heard(), "callback", ["done", "due"], ["hear"]),
    "both are satisfied": (
        heard().followup(cases.CallbackTried, requester="second").followup(cases.CaseClosed),
        "closed",
        ["done", "done"],
        ["hear", "satisfy"],
    ),
    "the second is not": (
        heard().followup(cases.CallbackTried, requester="second", **ANGRY).followup(cases.CaseSentBack),
        "handling",
        ["done", "done"],
        ["hear", "send_back"],
    ),
    "the first is not": (
        of_two().followup(cases.CallbackTried, **ANGRY).followup(cases.CaseSentBack),
        "handling",
        ["done", "cancelled"],
        ["send_back"],
    ),
    "the second is not reached": (
        heard().followup(cases.CallbackTried, requester="second", **NOBODY),
        "callback",
        ["done", "due"],
        ["hear", "try"],
    ),
    "withdrawn meanwhile": (
        heard().intake(cases.CaseWithdrawn).followup(cases.CaseClosed, closing=Closing.WITHDRAWN, satisfaction=None),
        "closed",
        ["done", "cancelled"],
        ["hear", "withdraw"],
    ),
}


@pytest.mark.parametrize("told", TOLD)
def test_the_rows_follow_from_what_was_said(told: str) -> None:
    story, status, states, actions = TOLD[told]
    view = story.view
    view.marks = {("followup", source): len(view.said[source]) for source in ("intake", "dispatch")}
    view.rows = {**view.rows, **dict.fromkeys(("followup.transition", "attempt", "supervision"), ())}
    rows = {wanted.table: list(wanted.rows) for wanted in rows_of_followup(view, Packs({}))}
    (matter,) = rows["matter"]
    assert (matter["status"], [row["state"] for row in rows["callback"]]) == (status, states)
    assert [row["action"] for row in rows["followup.transition"] if row["from_status"] == "callback"] == actions
    assert [row["attempt"] for row in rows["attempt"]] == [1] * len(rows["attempt"])
