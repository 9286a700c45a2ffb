"""How long a reader is behind, told from where the log ended when."""

from libs.common.bus.port import Place
from libs.common.host.lag import MOST_SAMPLES, LagClock

A, B = Place("cases", 0), Place("cases", 1)


def test_who_has_read_all_is_not_behind() -> None:
    clock = LagClock()
    assert clock.note(0, {A: 0, B: 7}, {A: 0, B: 0}) == {A: 0, B: 0}
    assert clock.note(1000, {A: 0, B: 7}, {A: 0, B: 0}) == {A: 0, B: 0}


def test_the_oldest_unread_record_came_after_the_log_last_ended_there() -> None:
    clock = LagClock()
    clock.note(0, {A: 5, B: 5}, {A: 0, B: 0})
    clock.note(10, {A: 8, B: 5}, {A: 3, B: 0})
    assert clock.note(20, {A: 9, B: 6}, {A: 4, B: 1}) == {A: 20, B: 10}
    assert clock.note(30, {A: 9, B: 6}, {A: 1, B: 0}) == {A: 20, B: 0}
    assert clock.note(40, {A: 9, B: 6}, {A: 0, B: 0}) == {A: 0, B: 0}


def test_of_what_was_there_before_only_the_time_since_is_known() -> None:
    clock = LagClock()
    assert clock.note(100, {A: 50}, {A: 50}) == {A: 0}
    assert clock.note(160, {A: 50}, {A: 50}) == {A: 60}


def test_a_partition_that_is_new_was_empty_before() -> None:
    clock = LagClock()
    clock.note(0, {A: 0}, {A: 0})
    assert clock.note(10, {A: 0, B: 3}, {A: 0, B: 3})[B] == 10


def test_days_behind_are_told_to_within_a_share_of_them_in_bounded_memory() -> None:
    clock = LagClock()
    for turn in range(20 * MOST_SAMPLES):
        waited = clock.note(turn * 10, {A: turn}, {A: min(turn, 6000)})[A]
    assert len(clock._samples) <= MOST_SAMPLES
    assert 60_000 <= waited < 61_000
