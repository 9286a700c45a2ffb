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


def test_an_end_that_it_had_before_is_the_same_clock_and_not_the_first_said_again() -> None:
    said = [handling(5), handling(3, said_after=1), handling(5, said_after=2), handling(5, said_after=2)]
    clocks = Clocks(said)
    assert clocks.set_anew(said[0]) == []
    clocks.start()
    for event in said[1:]:
        assert clocks.set_anew(event) == list(event.deadlines)
    assert [(clock.number, clock.set.due_at) for clock in clocks.started] == [(1, START + 5 * DAY)]
    assert clocks.start() is None


def test_what_was_missed_at_another_end_than_its_first_begins_anew_and_stood_still_as_before() -> None:
    first, sooner, later = handling(5), handling(3, said_after=1), handling(9, said_after=4)
    clocks = Clocks([first, sooner, missed(3), later])
    clocks.start()
    clocks.suspend(Deadline.HANDLE, START + DAY, START + 6 * DAY)
    clocks.set_anew(sooner)
    clocks.miss(missed(3))
    clocks.set_anew(later)
    assert [(clock.number, clock.stopped, len(clock.pauses)) for clock in clocks.started] == [
        (1, True, 1),
        (2, False, 1),
    ]
    clocks.lift(Deadline.HANDLE, START + 5 * DAY)
    assert [clock.pauses[-1].end for clock in clocks.started] == [START + 6 * DAY, START + 5 * DAY]
