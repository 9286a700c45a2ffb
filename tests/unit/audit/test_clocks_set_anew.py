"""The audit's clocks of a case: a promise that is set anew is the same one, unless it was missed before."""

from datetime import UTC, datetime, timedelta

from huiyin.audit.rows.clocks import Clocks
from libs.common.events.cases import DeadlineMissed, DeadlineSet
from libs.common.events.deadlines import SetDeadline
from libs.common.events.terms import Deadline

START = datetime(2026, 3, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def handling(days: int, *, said_after: int = 0) -> DeadlineSet:
    """A handling limit of so many days from the start."""
    due_at = START + days * DAY
    one = SetDeadline(
        deadline=Deadline.HANDLE, unit_code="D-A", starts_at=START, warn_at=due_at - DAY, due_at=due_at, pack_version=1
    )
    return DeadlineSet(case_id="c", occurred_at=START + said_after * DAY, round=1, deadlines=(one,))


def missed(days: int) -> DeadlineMissed:
    due_at = START + days * DAY
    return DeadlineMissed(
        case_id="c", occurred_at=due_at, round=1, deadline=Deadline.HANDLE, unit_code="D-A", due_at=due_at
    )


def test_more_time_in_time_is_the_same_clock() -> None:
    first, longer = handling(5), handling(9, said_after=2)
    clocks = Clocks([first, longer])
    clocks.start()
    assert [one.due_at for one in clocks.set_anew(longer)] == [START + 9 * DAY]
    assert [(clock.number, clock.set.due_at) for clock in clocks.started] == [(1, START + 9 * DAY)]
    assert clocks.set_anew(first) == []


def test_more_time_after_a_miss_is_a_new_clock_and_nothing_is_overdue() -> None:
    first, miss, longer = handling(5), missed(5), handling(9, said_after=6)
    clocks = Clocks([first, miss, longer])
    clocks.start()
    clocks.miss(miss)
    assert clocks.overdue == ["handle"]
    clocks.set_anew(longer)
    assert clocks.overdue == []
    assert [(clock.number, clock.stopped) for clock in clocks.started] == [(1, True), (2, False)]
    clocks.miss(missed(9))
    assert clocks.overdue == ["handle"]
    assert clocks.start() is None
