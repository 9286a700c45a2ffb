"""Orders from above: how far ahead of one we are to be done, and who may take which step with its answer."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.events.terms import Deadline
from libs.common.events.upper_terms import ReplyState
from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn
from libs.common.time.calendar import WorkCalendar
from libs.common.time.due import Limit, LimitUnit, Pause, ahead_of
from services.followup.clocks.domain import (
    ClockStep,
    DeadlineClock,
    StepKind,
    latest_end,
    moved_to,
    own_end,
    times_of,
)
from services.followup.upper_orders.domain import AnsweringStep, OrderAbove, decide, evolve
from tests.support.service import T0

CALENDAR = WorkCalendar(ZoneInfo("Asia/Shanghai"))
WRITER, OTHER = Actor("writer", "V-1", "S-1"), Actor("other", "H-1", "S-2")
ORDER = OrderAbove("case", "岳西县信访局", "YX-1", T0, T0 + timedelta(days=3))
MARGINS = st.builds(Limit, st.integers(1, 40), st.sampled_from(LimitUnit))
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 30), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("due_at", "margin", "ahead"),
    [
        ("2026-03-06T17:00+08:00", Limit(2, LimitUnit.HOUR), "2026-03-06T15:00+08:00"),
        ("2026-03-09T17:00+08:00", Limit(1, LimitUnit.WORK_DAY), "2026-03-06T17:00+08:00"),
        ("2026-03-09T17:00+08:00", Limit(1, LimitUnit.CALENDAR_DAY), "2026-03-08T17:00+08:00"),
        # Friday's midnight is Friday's, and a Sunday's deadline has Friday before it.
        ("2026-03-07T00:00+08:00", Limit(1, LimitUnit.WORK_DAY), "2026-03-06T00:00+08:00"),
        ("2026-03-08T12:00+08:00", Limit(1, LimitUnit.WORK_DAY), "2026-03-06T12:00+08:00"),
        # 1 to 7 October 2026 are days off.
        ("2026-10-08T09:00+08:00", Limit(1, LimitUnit.WORK_DAY), "2026-09-30T09:00+08:00"),
    ],
)
def test_a_margin_is_counted_back(due_at: str, margin: Limit, ahead: str) -> None:
    assert ahead_of(datetime.fromisoformat(due_at), margin, CALENDAR) == datetime.fromisoformat(ahead)


@given(start=MOMENTS, due_at=MOMENTS, margin=MARGINS)
def test_an_order_sets_an_end_behind_the_start_and_never_behind_its_own(
    start: datetime, due_at: datetime, margin: Limit
) -> None:
    end = latest_end(start, due_at, margin, CALENDAR)
    assert (end is None) == (due_at <= start)
    if end is not None:
        assert start < end <= due_at
        ahead = ahead_of(due_at, margin, CALENDAR)
        assert ahead < due_at
        assert end == (ahead if ahead > start else due_at)


def clock(limit: Limit, pauses: tuple[Pause, ...] = ()) -> DeadlineClock:
    times = times_of(T0, limit, 80, CALENDAR, pauses)
    about: tuple[Deadline, str, str] = (Deadline.HANDLE, "", "V-1")
    step = ClockStep(StepKind.WARN)
    running = DeadlineClock("c.1", "c", 1, *about, T0, times.warn_at, times.due_at, step, times.warn_at, 1)
    return replace(running, limit=limit, pauses=pauses)


@given(limit=MARGINS, hours=st.lists(st.integers(1, 400), min_size=1, max_size=4))
def test_whatever_ends_it_had_meanwhile_it_comes_back_to_its_own(limit: Limit, hours: list[int]) -> None:
    own = moved = clock(limit)
    for number, each in enumerate(hours):
        moved = moved_to(moved, T0 + timedelta(hours=each), T0 + timedelta(minutes=number), 80)
        assert moved.due_at == T0 + timedelta(hours=each)
        assert own_end(moved, None, CALENDAR) == own.due_at
        assert moved.starts_at <= moved.warn_at <= moved.due_at


def test_a_day_on_which_it_is_needed_is_its_own_end_and_a_pause_puts_it_off() -> None:
    needed = date(2026, 3, 6)
    plain = moved_to(replace(clock(Limit(9, LimitUnit.WORK_DAY)), limit=None), T0 + timedelta(hours=5), T0, 80)
    assert own_end(plain, needed, CALENDAR) == datetime.fromisoformat("2026-03-07T00:00+08:00")
    stood = replace(plain, pauses=(Pause(T0, T0 + timedelta(hours=30)),))
    assert own_end(stood, needed, CALENDAR) == datetime.fromisoformat("2026-03-08T06:00+08:00")


def step(order: OrderAbove, what: AnsweringStep, by: Actor = OTHER, **facts: object) -> OrderAbove:
    return evolve(order, decide(order, what, by, T0 + timedelta(hours=1), **facts))


def test_it_is_written_by_one_approved_by_another_and_sent_in_time_or_late() -> None:
    written = step(ORDER, AnsweringStep.WRITE, WRITER, findings="属实", measures="已改", opinion="认可")
    for writer in (WRITER, Actor("second account", None, "S-1")):
        with pytest.raises(NotTheirs):
            decide(written, AnsweringStep.APPROVE, writer, T0)
        with pytest.raises(NotTheirs):
            decide(written, AnsweringStep.GIVE_BACK, writer, T0)
    approved = step(written, AnsweringStep.APPROVE, reason="属实")
    sent = step(approved, AnsweringStep.SEND, WRITER, how="信访系统")
    assert (sent.state, sent.on_time, sent.draft, sent.version) == (ReplyState.SENT, True, 1, 4)
    late = step(replace(approved, due_at=T0 + timedelta(hours=1)), AnsweringStep.SEND, how="信访系统")
    assert late.on_time is False
    unbounded = step(replace(approved, due_at=None), AnsweringStep.SEND, how="信访系统")
    assert unbounded.on_time is None


def test_what_is_written_anew_is_approved_anew() -> None:
    written = step(ORDER, AnsweringStep.WRITE, WRITER, findings="属实", measures="已改", opinion="认可")
    approved = step(written, AnsweringStep.APPROVE, reason="属实")
    again = step(approved, AnsweringStep.WRITE, OTHER, findings="补充", measures="已改", opinion="认可")
    assert (again.state, again.draft, again.decided_by, again.written_by) == (ReplyState.WRITTEN, 2, None, "other")
    with pytest.raises(OutOfTurn):
        decide(again, AnsweringStep.SEND, WRITER, T0)


@given(steps=st.lists(st.sampled_from(AnsweringStep), max_size=12), people=st.lists(st.booleans(), max_size=12))
def test_nothing_is_sent_that_another_did_not_approve(steps: list[AnsweringStep], people: list[bool]) -> None:
    order = ORDER
    for what, first in zip(steps, people, strict=False):
        facts = {AnsweringStep.CHANGE: {"due_at": T0 + timedelta(days=9), "edition": order.edition + 1}}.get(what, {})
        try:
            order = step(order, what, WRITER if first else OTHER, **facts)
        except (NotTheirs, OutOfTurn):
            continue
        if order.state in (ReplyState.APPROVED, ReplyState.SENT):
            assert None not in (order.decided_by, order.written_by)
            assert order.decided_by != order.written_by
