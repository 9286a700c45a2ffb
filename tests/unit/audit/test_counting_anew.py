"""The audit counts by its own means what analytics folds: the same cells of any history, to the last integer."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from huiyin.audit.hearing import count_case
from libs.common.time.periods import assessment_day
from services.analytics.facts.actions.refold import refold
from services.analytics.facts.domain.counting import contribution
from services.analytics.facts.domain.timing import times
from tests.support.histories import life
from tests.unit.audit.test_generated import story

SEEDS = st.integers(min_value=0, max_value=2**32)


def day_of(moment: datetime) -> date:
    return assessment_day(moment, ZoneInfo("Asia/Shanghai"), time(12, 0))


@settings(max_examples=200)
@given(seed=SEEDS)
def test_both_come_to_the_same_integers(seed: int) -> None:
    told = life("c1", seed)
    view = story(told).view
    view.marks = {("analytics", source): max(one.seq for one in said) for source, said in view.said.items() if said}
    counted, fact = count_case(view), refold((one.seq, one.event) for one in told)["c1"]
    assert counted is not None
    assert counted.cells(day_of) == contribution(fact, day_of)
    assert counted.times(day_of) == times(fact, day_of)
