"""What the generator of histories tells is legal by the audit's own table of who may follow whom."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.audit.case import LedgerSaid
from tests.support.histories import ANY_WAY, BY_THE_RULES, Told, Ways, life
from tests.unit.audit.story import Story

# A closed case that is sent back is a word of releases to come; whoever counts reads it already.
NOT_REOPENED = replace(ANY_WAY, reopened=0.0)


def story(told: list[Told]) -> Story:
    """Everybody has heard all that was said before."""
    told_so_far: dict[str, int] = {}
    made = Story()
    for source, seq, event in told:
        causes = {other: last for other, last in told_so_far.items() if other != source}
        made.view.said[source].append(LedgerSaid(source, seq, causes, event, event.occurred_at))
        told_so_far[source] = seq
    return made


@pytest.mark.parametrize("ways", [NOT_REOPENED, BY_THE_RULES], ids=["any way", "by the rules"])
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_every_history_is_legal(ways: Ways, seed: int) -> None:
    assert story(life("c1", seed, ways)).problems() == []


def test_a_history_that_is_not_legal_is_seen() -> None:
    first, *rest = life("c1", 1, replace(BY_THE_RULES, withdrawn=0.0, triaged=0.0))
    assert story([first, *rest]).problems() == []
    assert story([first, *rest[::-1]]).problems()
