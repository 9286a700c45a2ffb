"""Who may approve that the handling of a case ends, as followup has it behind dispatch's own rules (终止办理)."""

from datetime import UTC, datetime

import pytest

from libs.common.rules.machine import Actor, OutOfTurn
from services.followup.cases.domain.terms import Action, State, Status, StepInput, Terminated
from services.followup.cases.domain.transitions import decide

NOW = datetime(2026, 3, 2, tzinfo=UTC)
STATE = State(Status.HANDLING, lead_unit="S-GOV", delegate_unit="V-1", version=3)
WANTED = Terminated("in_court", "受理通知书", frozenset({"li"}), frozenset({"S-GOV", "T-1", "V-1"}))


@pytest.mark.parametrize("unit", ["S-GOV", "T-1", "V-1"])
def test_no_unit_of_the_chain_ends_it_the_middle_one_included(unit: str) -> None:
    with pytest.raises(OutOfTurn):
        decide(STATE, Action.TERMINATE, StepInput(NOW, by=Actor("wang", unit), terminated=WANTED))


def test_somebody_of_another_unit_ends_it() -> None:
    assert (
        decide(STATE, Action.TERMINATE, StepInput(NOW, by=Actor("wang", "H-1"), terminated=WANTED)).by.subject == "wang"
    )
