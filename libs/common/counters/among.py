"""Which counters of cases are found by the index of another."""

from collections.abc import Mapping

from libs.common.counters.of_cases import Counter

AMONG: Mapping[Counter, Counter] = {
    Counter.UPPER_ORDERS_DUE: Counter.UPPER_ORDERS,
    Counter.UPPER_ORDERS_ON_TIME: Counter.UPPER_ORDERS,
    Counter.RETURNS_GRANTED: Counter.RETURNS_REQUESTED,
    Counter.RETURNS_LAPSED: Counter.RETURNS_REQUESTED,
    **dict.fromkeys(
        (
            Counter.WHISTLES,
            Counter.REPORTS_DUE,
            Counter.REPORTED_ON_TIME,
            Counter.REPORTED_LATE,
            Counter.NEVER_REPORTED,
            Counter.CALLS_DONE,
            Counter.CALLS_CANCELLED,
            Counter.CALLS_OPEN,
            Counter.CALLS_DUE,
            Counter.CALLS_ON_TIME,
            Counter.CALLS_LATE,
            Counter.SCORES_GIVEN,
            Counter.SCORES_RECEIVED,
            Counter.SCORE_POINTS,
            Counter.SCORE_MOST,
        ),
        Counter.CALLS,
    ),
    **dict.fromkeys(
        (Counter.EXTENSIONS_GRANTED, Counter.EXTENSIONS_REFUSED, Counter.EXTENSIONS_LAPSED),
        Counter.EXTENSIONS_REQUESTED,
    ),
    **dict.fromkeys(
        (Counter.SUSPENSIONS_GRANTED, Counter.SUSPENSIONS_REFUSED, Counter.SUSPENSIONS_LAPSED),
        Counter.SUSPENSIONS_REQUESTED,
    ),
    **dict.fromkeys(
        (Counter.TERMINATIONS_GRANTED, Counter.TERMINATIONS_REFUSED, Counter.TERMINATIONS_LAPSED),
        Counter.TERMINATIONS_REQUESTED,
    ),
}
"""Whatever case adds to the one adds to the other, too, which is rare: it is found by the index of that."""
