"""What the audit calls legal of withdrawals that the citizen is asked about, and of cases that nobody asks about."""

import pytest

from libs.common.events import cases, citizens
from libs.common.events.terms import Closing
from tests.unit.audit.story import Story, handled, signed, wished

LEGAL = {
    "withdrawn as the citizen confirmed": wished()
    .followup(citizens.WithdrawalTried, reached="no_answer", withdraws=None, ends=False)
    .followup(citizens.WithdrawalTried, attempt=2)
    .followup(cases.CaseClosed, closing=Closing.WITHDRAWN, satisfaction=None),
    "withdrawn as the citizen confirmed by a link": wished()
    .followup(citizens.WithdrawalTried, by_link=True)
    .followup(cases.CaseClosed, closing=Closing.WITHDRAWN, satisfaction=None),
    "wished, denied, and solved all the same": wished()
    .followup(citizens.WithdrawalTried, withdraws=False)
    .dispatch(cases.CaseHandled)
    .followup(cases.CallbackDue)
    .followup(cases.CallbackTried)
    .followup(cases.CaseClosed),
    "unasked": Story()
    .intake(cases.CaseRegistered, callback_wanted=False)
    .dispatch(cases.CaseAssigned)
    .dispatch(cases.CaseSigned)
    .dispatch(cases.CaseHandled)
    .followup(cases.CaseClosed, closing=Closing.UNASKED, satisfaction=None),
}
ILLEGAL = {
    "withdrawn by nobody": (
        signed().followup(cases.CaseClosed, closing=Closing.WITHDRAWN, satisfaction=None),
        "though the citizen had not confirmed it",
    ),
    "withdrawn on a wish alone": (
        wished().followup(cases.CaseClosed, closing=Closing.WITHDRAWN, satisfaction=None),
        "though the citizen had not confirmed it",
    ),
    "withdrawn though he said no": (
        wished()
        .followup(citizens.WithdrawalTried, withdraws=False)
        .followup(cases.CaseClosed, closing=Closing.WITHDRAWN, satisfaction=None),
        "though the citizen had not confirmed it",
    ),
    "asked about a wish that nobody had": (
        signed().followup(citizens.WithdrawalTried),
        "nobody had said in this round that the citizen takes it back",
    ),
    "confirmed by whoever said so": (
        wished().followup(citizens.WithdrawalTried, caller="op"),
        "whoever said that the citizen takes it back confirms it",
    ),
    "confirmed by the link of whoever said so": (
        wished().followup(citizens.WithdrawalTried, caller="op", by_link=True),
        "whoever said that the citizen takes it back confirms it",
    ),
    "answered by a link that nobody answered by": (
        wished().followup(citizens.WithdrawalTried, by_link=True, reached="no_answer", withdraws=None, ends=False),
        "nobody answered by the link that it is said to have come by",
    ),
    "tried about the wish as if before": (
        wished().followup(citizens.WithdrawalTried, attempt=2),
        "it is try 2 about the withdrawal after 0",
    ),
    "unasked though he wanted to be": (
        handled().followup(cases.CaseClosed, closing=Closing.UNASKED, satisfaction=None),
        "though the citizen wanted a callback",
    ),
    "unasked though nobody did anything": (
        signed().followup(cases.CaseClosed, closing=Closing.UNASKED, satisfaction=None),
        "closed as unasked, though nobody had handled or answered it",
    ),
}


@pytest.mark.parametrize("name", LEGAL)
def test_legal(name: str) -> None:
    assert not LEGAL[name].problems()


@pytest.mark.parametrize("name", ILLEGAL)
def test_illegal(name: str) -> None:
    story, says = ILLEGAL[name]
    problems = story.problems()
    assert any(says in problem for problem in problems), problems
