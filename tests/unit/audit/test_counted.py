"""What the audit counts from the ledgers by its own means is what analytics counts from its facts."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from huiyin.audit.case import CaseView, LedgerSaid
from huiyin.audit.figures import fact_of
from huiyin.audit.hearing import count_case
from libs.common.time.periods import assessment_day
from services.analytics.facts.actions.refold import refold
from services.analytics.facts.domain.counting import contribution
from tests.support.histories import Told, life

CASE = "case-1"
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def day_of(moment: datetime) -> date:
    return assessment_day(moment, ZoneInfo("Asia/Shanghai"), time(12, 0))


def view(told: Iterable[Told]) -> CaseView:
    """A case all of which analytics has applied."""
    found = CaseView(CASE, {})
    for source, seq, event in told:
        found.said[source].append(LedgerSaid(source, seq, {}, event, NOW))
        found.marks["analytics", source] = seq
    return found


@settings(max_examples=200)
@given(seed=st.integers(0, 2**32))
def test_the_audit_counts_what_analytics_counts(seed: int) -> None:
    told = life(CASE, seed)
    fact = refold((one.seq, one.event) for one in told)[CASE]
    counted = count_case(view(told))
    assert counted is not None
    assert counted.cells(day_of) == contribution(fact, day_of)
    assert (counted.unit, counted.category, counted.round) == (fact.unit, fact.category, fact.round)
    assert (counted.status, counted.closed_at) == (fact.status, fact.closed_at)
    limit = fact.running_limit
    assert counted.handle_due_at == (None if limit is None else limit.due_at)


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_the_audit_expects_one_mark_for_each_event(seed: int) -> None:
    told = life(CASE, seed)
    assert fact_of(view(told)) == refold((one.seq, one.event) for one in told)[CASE]


def test_what_was_not_heard_of_counts_as_nothing() -> None:
    told = life(CASE, 12)
    unheard = view(told)
    unheard.marks["analytics", "intake"] = 0
    assert count_case(unheard) is None
    assert fact_of(unheard) is None
