"""Median and ninth decile from a histogram: the bucket holds the true one, whatever was added up."""

import statistics
from collections import Counter as Tally
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.analytics.durations.domain import BOUNDS, MEDIAN, NINTH_DECILE, bounds_of, bucket_at, bucket_between
from services.analytics.figures.actions.durations import shown

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
MINUTES = st.lists(st.integers(0, 600_000) | st.sampled_from(BOUNDS), min_size=1, max_size=200)


def histogram(minutes: list[int]) -> Tally[int]:
    return Tally(bucket_between(NOON, NOON + timedelta(minutes=one, seconds=59)) for one in minutes)


def holds(bucket: int | None, minutes: int) -> bool:
    assert bucket is not None
    least, below = bounds_of(bucket)
    return least <= minutes and (below is None or minutes < below)


@given(MINUTES)
def test_the_bucket_holds_the_time_of_the_nearest_rank(minutes: list[int]) -> None:
    counted = histogram(minutes)
    assert holds(bucket_at(MEDIAN, counted), statistics.median_low(minutes))
    assert holds(bucket_at(NINTH_DECILE, counted), sorted(minutes)[-(-len(minutes) * 9 // 10) - 1])


@given(MINUTES, MINUTES)
def test_histograms_add_up_to_that_of_all(some: list[int], others: list[int]) -> None:
    assert histogram(some) + histogram(others) == histogram(some + others)


def test_bounds_rise_and_nothing_lies_outside() -> None:
    assert sorted(set(BOUNDS)) == list(BOUNDS)
    assert BOUNDS[0] == bucket_between(NOON, NOON) == bucket_between(NOON, NOON - timedelta(hours=1)) == 0
    assert bounds_of(len(BOUNDS) - 1) == (365 * 24 * 60, None)
    assert bucket_at(MEDIAN, {}) is None


def test_a_bucket_is_told_in_the_words_of_people() -> None:
    told = {bucket: shown({bucket: 1}).median for bucket in range(len(BOUNDS))}
    by_least = {within.at_least_minutes: (within.text, within.text_en) for within in told.values()}
    assert by_least[0] == ("0–5 分钟", "0–5 min")
    assert by_least[45] == ("45–60 分钟", "45–60 min")
    assert by_least[60] == ("1–2 小时", "1–2 h")
    assert by_least[20 * 60] == ("20–24 小时", "20–24 h")
    assert by_least[24 * 60] == ("1–2 天", "1–2 d")
    assert by_least[365 * 24 * 60] == ("365 天以上", "365 d or more")
    assert shown({}).p90.text == "—"
