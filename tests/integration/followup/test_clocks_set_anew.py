"""Clocks that stand still, get more time, change hands or come again: what is stored, and what fires then."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from libs.common.database.session import Session
from libs.common.events.cases import DeadlineMissed, DeadlineSet, deadlines_in
from libs.common.events.terms import Deadline
from services.followup.cases.tables import Case
from services.followup.clocks.actions.changing import extend_clock, pause_clocks, resume_clocks
from services.followup.clocks.actions.finding import find_case
from services.followup.clocks.actions.running import hand_over, keep_clock, start_clock_about, stop_clocks
from services.followup.ladder.actions.firing import settle
from tests.integration.followup.office import DAY, HOUR, LEAD, OTHER, T0, Office, local
from tests.integration.followup.test_clocks import clocks

NOTICE = "notice-1"
WEEK = 7 * DAY


@asynccontextmanager
async def at(office: Office, case_id: str, moment: datetime) -> AsyncIterator[tuple[Session, Case]]:
    """Something is done about a case at a moment, behind everything that was due before."""
    office.skip(moment)
    async with office.database.transaction(moment) as session:
        case = await find_case(session, case_id)
        assert case is not None
        settle(session, case, moment)
        yield session, case


async def set_last(office: Office, case_id: str) -> dict[str, datetime]:
    """When the clocks are due that were set last, by what they are of."""
    said = [event for event in await office.said(case_id) if isinstance(event, DeadlineSet)]
    return {one.deadline.value: one.due_at for one in deadlines_in(said[-1])}


async def missed(office: Office, case_id: str) -> list[tuple[str, datetime]]:
    said = [event for event in await office.said(case_id) if isinstance(event, DeadlineMissed)]
    return [(event.deadline.value, event.due_at) for event in said]


async def test_what_stands_still_fires_nothing_and_runs_on_later(office: Office) -> None:
    case_id = await office.open_case()
    async with at(office, case_id, T0 + HOUR) as (session, case):
        pause_clocks(session, case)
    listed = await office.supervisor.get("/timers", state="paused", case_id=case_id)
    assert {timer["what"] for timer in listed.json()["items"]} == {"sign", "handle"}
    assert await office.advance(T0 + 3 * DAY) == 0
    async with at(office, case_id, T0 + 3 * DAY) as (session, case):
        resume_clocks(session, case)
    # Of the days since Tuesday none had ended while they ran: Friday is the first that counts.
    assert await set_last(office, case_id) == {"sign": local("2026-03-07"), "handle": local("2026-03-13")}
    assert (await office.case(case_id))["handle_due_at"] == "2026-03-12T16:00:00Z"
    await office.advance(T0 + 30 * DAY)
    assert await missed(office, case_id) == [("sign", local("2026-03-07")), ("handle", local("2026-03-13"))]
    assert (await clocks(office, case_id)).count("DeadlineWarned(handle)") == 1


async def test_what_ends_while_it_stands_still_never_fires(office: Office) -> None:
    case_id = await office.open_case()
    async with at(office, case_id, T0 + HOUR) as (session, case):
        pause_clocks(session, case, Deadline.SIGN)
    async with at(office, case_id, T0 + 2 * HOUR) as (session, case):
        stop_clocks(session, case, Deadline.SIGN)
        resume_clocks(session, case)
    await office.advance(T0 + 3 * DAY)
    assert await clocks(office, case_id) == []


async def test_more_time_after_it_was_missed_ends_the_ladder_and_the_case_is_not_overdue(office: Office) -> None:
    case_id = await office.open_case()
    until = local("2026-03-20")
    await office.advance(local("2026-03-11"))
    assert "handle" in (await office.case(case_id))["overdue"]
    async with at(office, case_id, local("2026-03-11", "10:00")) as (session, case):
        extend_clock(session, case, Deadline.HANDLE, until)
    shown = await office.case(case_id)
    assert (shown["overdue"], shown["handle_due_at"]) == (["sign"], "2026-03-19T16:00:00Z")
    ordered = (await clocks(office, case_id)).count("SupervisionIssued(supervision)")
    await office.advance(until - HOUR)
    assert (await clocks(office, case_id)).count("SupervisionIssued(supervision)") == ordered
    await office.advance(until + 30 * DAY)
    assert await missed(office, case_id) == [
        ("sign", local("2026-03-05")),
        ("handle", local("2026-03-11")),
        ("handle", until),
    ]


async def test_no_promise_ends_earlier_by_more_time(office: Office) -> None:
    case_id = await office.open_case()
    with pytest.raises(ValueError, match="no later than its end"):
        async with at(office, case_id, T0 + HOUR) as (session, case):
            extend_clock(session, case, Deadline.HANDLE, local("2026-03-10"))


async def test_a_notice_comes_again_each_week_until_it_is_stopped(office: Office) -> None:
    case_id = await office.handled_case()
    tuesday = local("2026-03-11")
    async with at(office, case_id, T0 + HOUR) as (session, case):
        start_clock_about(session, case, Deadline.REPLY, NOTICE, tuesday, LEAD, every_days=7)
    await office.advance(tuesday + WEEK)
    due = [when for what, when in await missed(office, case_id) if what == "reply"]
    assert due == [tuesday, tuesday + WEEK]
    async with at(office, case_id, tuesday + WEEK + DAY) as (session, case):
        hand_over(session, case, Deadline.REPLY, OTHER, about=NOTICE)
        keep_clock(session, case, Deadline.REPLY, about=NOTICE)
    assert await set_last(office, case_id) == {"reply": tuesday + 3 * WEEK}
    (pending,) = [
        timer
        for timer in (await office.case(case_id))["timers"]
        if timer["about"] == NOTICE and timer["state"] == "pending"
    ]
    assert pending["unit_code"] == OTHER
    async with at(office, case_id, tuesday + 2 * WEEK) as (session, case):
        stop_clocks(session, case, Deadline.REPLY, about=NOTICE)
    await office.advance(tuesday + 9 * WEEK)
    assert [when for what, when in await missed(office, case_id) if what == "reply"] == due
