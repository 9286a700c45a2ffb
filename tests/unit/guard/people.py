"""Who does something to a case of the guard, what there is to do, and what citizens answer."""

from hypothesis import strategies as st

from libs.common.events.terms import FIRST_REQUESTER, Reached, Satisfaction
from libs.common.rules.machine import Actor
from services.dispatch.cases.domain.terms import Action as Deed
from services.dispatch.cases.domain.terms import Party as Who
from services.dispatch.cases.domain.transitions import MACHINE as DEED_TABLE
from services.followup.cases.domain.terms import Action, Answer, Party
from services.followup.cases.domain.transitions import MACHINE
from tests.unit.guard.delivery import UNITS

SUBJECTS = {"li": "L", "li-too": "L", "wang": None}
"""Accounts, and the member of staff whose each is: two are of one person."""
REQUESTERS = (FIRST_REQUESTER, "second", "third")
ACTORS = [Actor(subject, unit, staff_id) for subject, staff_id in SUBJECTS.items() for unit in (None, *UNITS)]
NEUTRAL, DISPATCHER = Actor("zhao"), Actor("qian")
"""Who has nothing to do with any unit; the first has no hand in any case."""
REVIEWER, JUDGE = Actor("chen"), Actor("wu")
"""Who looks at whom nobody reached; and who does nothing but decide."""


def person(account: str | None, staff_id: str | None) -> str | None:
    """Who it is: the member of staff, or the account where nobody knows whose it is."""
    return staff_id or account


CITIZENS = st.builds(
    Answer,
    st.sampled_from(Reached),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, *Satisfaction]),
    st.sampled_from([None, True, False]),
)
"""Also what no form would take, such as a satisfied citizen whom nobody reached."""
DEEDS = [deed for deed in Deed if DEED_TABLE.who[deed] is not Who.SYSTEM]
STEPS = [action for action in Action if MACHINE.who[action] is not Party.SYSTEM]
USUAL = [
    Answer(Reached.ANSWERED, contacted=True, solved=True, satisfaction=Satisfaction.SATISFIED),
    Answer(Reached.ANSWERED, contacted=True, solved=False, satisfaction=Satisfaction.SATISFIED),
    Answer(Reached.ANSWERED, contacted=True, solved=False, satisfaction=Satisfaction.NOT_SATISFIED),
    Answer(Reached.ANSWERED),
    Answer(Reached.NO_ANSWER),
]
ON_WISHES = [
    Answer(Reached.ANSWERED, withdraws=True),
    Answer(Reached.ANSWERED, withdraws=True),
    Answer(Reached.ANSWERED, withdraws=False),
    Answer(Reached.ANSWERED),
    Answer(Reached.NO_ANSWER),
]
"""What a citizen says who is asked whether he takes it back."""
NOT_WITHDRAWN = [*ON_WISHES[2:], Answer(Reached.REFUSED, withdraws=True), Answer(Reached.ANSWERED, solved=True)]
NOT_CONTENT = [*USUAL[1:], Answer(Reached.NO_ANSWER, satisfaction=Satisfaction.SATISFIED)]
ANSWERS = st.one_of(st.sampled_from(USUAL), CITIZENS)
SELDOM = st.integers(0, 9).map(lambda number: number == 7)
