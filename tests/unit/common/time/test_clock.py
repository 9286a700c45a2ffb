"""The clocks: time never goes back, and an overridden moment stays with the task that asked for it."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from libs.common.time.clock import Clock, SimulatedClock, SystemClock

START = datetime(2026, 11, 21, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAIVE = datetime(2026, 11, 21, 8)  # noqa: DTZ001 - the case under test
LONG = 60.0


async def _is_asleep(task: "asyncio.Task[None]") -> bool:
    """Let the task run as far as it gets by itself."""
    for _ in range(5):
        await asyncio.sleep(0)
    return not task.done()


def test_system_clock_tells_aware_utc() -> None:
    clock: Clock = SystemClock()
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().tzinfo is UTC
    assert not clock.simulated


def test_system_clock_reacts_now() -> None:
    clock = SystemClock()
    before = clock.now()
    assert clock.reacting_to(START - 1000 * HOUR) >= before


def test_system_clock_lets_no_consequence_come_before_its_cause() -> None:
    clock = SystemClock()
    ahead = clock.now() + HOUR
    assert clock.reacting_to(ahead) == ahead


async def test_system_clock_waits_no_longer_than_asked() -> None:
    clock = SystemClock()
    await clock.wait_until(clock.now() + 1000 * HOUR, at_most=0.001)
    await clock.wait_until(clock.now() - HOUR, at_most=LONG)


async def test_system_clock_has_come_to_the_moment() -> None:
    clock = SystemClock()
    moment = clock.now() + timedelta(milliseconds=5)
    while clock.now() < moment:
        await clock.wait_until(moment, at_most=LONG)


def test_simulated_clock_stands_still_until_moved() -> None:
    clock = SimulatedClock(START)
    reader: Clock = clock
    assert reader.simulated
    assert reader.now() == reader.now() == START
    clock.advance_to(START + HOUR)
    assert reader.now() == START + HOUR


def test_simulated_clock_keeps_utc() -> None:
    shanghai = timezone(timedelta(hours=8))
    clock = SimulatedClock(START.astimezone(shanghai))
    assert clock.now().tzinfo is UTC
    assert clock.reacting_to((START + HOUR).astimezone(shanghai)).tzinfo is UTC


def test_simulated_clock_never_goes_back() -> None:
    clock = SimulatedClock(START)
    clock.advance_to(START)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance_to(START - timedelta(microseconds=1))
    assert clock.now() == START


def test_simulated_clock_reacts_at_the_time_of_the_cause() -> None:
    clock = SimulatedClock(START)
    assert clock.reacting_to(START - HOUR) == START - HOUR
    assert clock.reacting_to(START + HOUR) == START + HOUR


def test_at_overrides_now_and_gives_it_back() -> None:
    clock = SimulatedClock(START)
    with clock.at(START + HOUR):
        assert clock.now() == START + HOUR
        with clock.at(START + 2 * HOUR):
            assert clock.now() == START + 2 * HOUR
        assert clock.now() == START + HOUR
        clock.advance_to(START + 3 * HOUR)
        assert clock.now() == START + HOUR
    assert clock.now() == START + 3 * HOUR


def test_at_gives_now_back_after_a_failure() -> None:
    clock = SimulatedClock(START)
    with pytest.raises(LookupError), clock.at(START + HOUR):
        raise LookupError
    assert clock.now() == START


def test_at_cannot_go_back_inside_another() -> None:
    clock = SimulatedClock(START)
    with clock.at(START + HOUR), pytest.raises(ValueError, match="cannot go back"), clock.at(START):
        pass


def test_two_clocks_do_not_share_an_override() -> None:
    one, other = SimulatedClock(START), SimulatedClock(START)
    with one.at(START + HOUR):
        assert other.now() == START


async def test_at_is_isolated_between_concurrent_tasks() -> None:
    clock = SimulatedClock(START)
    seen: dict[int, list[datetime]] = {}
    everyone_inside = asyncio.Barrier(20)

    async def act(number: int) -> None:
        with clock.at(START + number * HOUR):
            await everyone_inside.wait()
            seen[number] = [clock.now()]
            await asyncio.sleep(0)
            seen[number].append(clock.now())

    await asyncio.gather(*(act(number) for number in range(20)))
    assert seen == {number: [START + number * HOUR] * 2 for number in range(20)}
    assert clock.now() == START


async def test_waiters_wake_when_their_moment_has_come() -> None:
    clock = SimulatedClock(START)
    early = asyncio.create_task(clock.wait_until(START + HOUR, at_most=LONG))
    late = asyncio.create_task(clock.wait_until(START + 3 * HOUR, at_most=LONG))
    assert await _is_asleep(early)
    clock.advance_to(START + 2 * HOUR)
    assert not await _is_asleep(early)
    assert await _is_asleep(late)
    clock.advance_to(START + 3 * HOUR)
    assert not await _is_asleep(late)
    assert not clock._waiting


async def test_waiting_for_the_past_returns_at_once() -> None:
    clock = SimulatedClock(START)
    await clock.wait_until(START, at_most=LONG)
    with clock.at(START + HOUR):
        await clock.wait_until(START + HOUR, at_most=LONG)


async def test_simulated_wait_ends_after_real_seconds() -> None:
    clock = SimulatedClock(START)
    await clock.wait_until(START + HOUR, at_most=0.001)
    await clock.wait_until(START + HOUR, at_most=0)
    assert clock.now() == START


async def test_a_cancelled_waiter_is_forgotten() -> None:
    clock = SimulatedClock(START)
    waiter = asyncio.create_task(clock.wait_until(START + HOUR, at_most=LONG))
    assert await _is_asleep(waiter)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    clock.advance_to(START + HOUR)
    assert not clock._waiting


async def test_naive_moments_are_refused() -> None:
    clock = SimulatedClock(START)
    with pytest.raises(ValueError, match="start must carry a time zone"):
        SimulatedClock(NAIVE)
    with pytest.raises(ValueError, match="time zone"):
        clock.advance_to(NAIVE)
    with pytest.raises(ValueError, match="time zone"), clock.at(NAIVE):
        pass
    for each in (clock, SystemClock()):
        with pytest.raises(ValueError, match="time zone"):
            each.reacting_to(NAIVE)
        with pytest.raises(ValueError, match="time zone"):
            await each.wait_until(NAIVE, at_most=0)
