"""What the audit asks of the promises of one case."""

from collections.abc import Sequence

import pytest

from huiyin.audit.promises import Promises
from huiyin.audit.report import Findings
from libs.common.events import cases
from tests.unit.audit.story import CASE, T, sent_back

DONE = {"case_id": CASE, "round": 1, "state": "done", "attempts": 1}
DUE = {"case_id": CASE, "round": 2, "state": "due", "attempts": 0}


def problems(callbacks: Sequence[dict[str, object]]) -> list[str]:
    """What is found of a case that was handled again, with these callbacks as the database happens to give them."""
    view = sent_back().dispatch(cases.CaseHandled, round=2).followup(cases.CallbackDue, round=2).view
    matter = {"case_id": CASE, "round": 2, "status": "callback"}
    view.rows = {**view.rows, "matter": [matter], "callback": list(callbacks)}
    findings = Findings()
    Promises(findings, T).check(view)
    return [found.message for found in findings.violations if "callback" in found.message]


@pytest.mark.parametrize("callbacks", [(DONE, DUE), (DUE, DONE)])
def test_the_order_of_callbacks_says_nothing(callbacks: Sequence[dict[str, object]]) -> None:
    assert problems(callbacks) == []


def test_of_two_callbacks_of_a_round_the_round_is_named() -> None:
    assert problems([DONE, DUE, DUE]) == ["round 2 has 2 callbacks"]


def test_the_callback_of_an_older_round_is_not_due() -> None:
    found = problems([DONE | {"state": "due"}, DUE])
    assert found == ["the callback of round 1 is due, the case is callback in round 2"]
