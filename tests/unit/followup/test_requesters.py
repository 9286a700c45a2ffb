"""THE GUARD over the list of a merged case's requesters, called in any order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from libs.common.events.terms import Closing, Reached, Satisfaction
from libs.common.rules.machine import Actor
from services.followup.callbacks.domain import OPEN_STATES, evolve, others_after, verdict
from services.followup.cases.domain import transitions
from services.followup.cases.domain.terms import Answer, Asking, CallbackState, State, Status, StepInput

AT = datetime(2026, 3, 2, tzinfo=UTC)
GAP = timedelta(hours=2)
WORDS = {
    "content": Answer(Reached.ANSWERED, solved=True, satisfaction=Satisfaction.SATISFIED),
    "angry": Answer(Reached.ANSWERED, solved=False, satisfaction=Satisfaction.NOT_SATISFIED),
    "nobody": Answer(Reached.NO_ANSWER),
}


@given(st.permutations("abc"), st.lists(st.sampled_from(list(WORDS)), min_size=3, max_size=3))
def test_whatever_the_order_all_who_were_asked_decide(order: list[str], words: list[str]) -> None:
    """Each is called once, if still needed, and one try is all: the last word that comes is never the only one."""
    askings = {one: Asking(1, tries_allowed=1, requester=one) for one in "abc"}
    state, said = State(Status.CALLBACK, version=1), dict(zip(order, words, strict=True))
    heard: list[str] = []
    for requester, word in said.items():
        if state.status is not Status.CALLBACK:
            break
        heard.append(word)
        others = {one: each.state for one, each in askings.items() if one != requester}
        asking = Asking(1, tries_allowed=1, requester=requester, others=others)
        given = StepInput(AT, asking, WORDS[word], Actor("zhou"))
        step = transitions.decide(state, verdict(WORDS[word], asking), given)
        state = transitions.evolve(state, step)
        askings = {one: replace(each, state=others_after(each.state, step.action)) for one, each in askings.items()}
        askings[requester] = evolve(asking, step, GAP)
    open_ = [one for one, each in askings.items() if each.state in OPEN_STATES]
    if "angry" in heard:
        assert (state.status, state.round, heard[-1], open_) == (Status.HANDLING, 2, "angry", [])
    elif "nobody" in heard:
        assert (state.status, state.closing) == (Status.REVIEW, None)
        assert open_ == [one for one in "abc" if said[one] == "nobody"]
        assert {askings[one].state for one in open_} == {CallbackState.EXHAUSTED}
    else:
        assert (state.closing, state.closed_by_requester, open_) == (Closing.SUBSTANTIVE, order[-1], [])
    assert state.status is Status.HANDLING or heard == words
