"""Drives all rows through the house in simulated time: what the people do, in order, at the moments they do it.

Time goes in windows. In a window every case takes its steps one after the other, each after the house has come to rest
(so it knows what the step before led to), and the steps of different cases run side by side. Then time moves to the
window's end and the timers on the way fire. A window may be long: followup believes nothing about a case at a time T
before that case's own timers up to T have fired.
"""

import asyncio
import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from huiyin.office.people import CallRefused
from huiyin.replay.asking import NoCallback, call_back, read_queue, review
from huiyin.replay.handling import ask_return, choose_unit, decide_return, hand_in, report, sign
from huiyin.replay.registering import register
from huiyin.replay.stage import Doing, Life, Stage, Step
from huiyin.replay.supervising import answer_order, read_orders

STEPS: dict[Doing, Step] = {
    Doing.REGISTER: register,
    Doing.CHOOSE_UNIT: choose_unit,
    Doing.SIGN: sign,
    Doing.REPORT: report,
    Doing.ASK_RETURN: ask_return,
    Doing.DECIDE_RETURN: decide_return,
    Doing.HAND_IN: hand_in,
    Doing.CALL_BACK: call_back,
    Doing.REVIEW: review,
    Doing.ANSWER_ORDER: answer_order,
}


class Scene(Protocol):
    """The house as the driver needs it."""

    async def settle(self) -> None:
        """Return when all that was said has been heard by everybody."""
        ...

    async def advance(self, moment: datetime) -> int:
        """Move simulated time; the timers on the way fire in order."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How much goes at once."""

    side_by_side: int = 128
    """Calls under way at a time."""
    steps: int = 4_096
    """Steps in a window, about."""
    longest: timedelta = timedelta(days=45)
    """Of a window, and of a stretch of waiting: orders of supervision are found at its end."""


@dataclass(order=True, slots=True)
class Planned:
    """Something to be done. Ordered by time, then by row, so that every run has the same order."""

    at: datetime
    index: int
    number: int
    what: Doing = field(compare=False)
    life: Life = field(compare=False)


class Driver:
    """One replay. ``tell`` is called with the simulated time after every window."""

    def __init__(self, stage: Stage, scene: Scene, pace: Pace, tell: Callable[[datetime], None]) -> None:
        self._stage = stage
        self._scene = scene
        self._pace = pace
        self._tell = tell
        self._plans: list[Planned] = []
        self._numbers = 0
        self._lives: dict[str, Life] = {}
        self._side_by_side = asyncio.Semaphore(pace.side_by_side)
        stage.plan = self.plan

    def plan(self, life: Life, at: datetime, what: Doing) -> None:
        """Let something happen to a case at a time."""
        self._numbers += 1
        heapq.heappush(self._plans, Planned(at, life.index, self._numbers, what, life))

    async def run(self, lives: Sequence[Life], start: datetime, horizon: datetime) -> datetime:
        """Live through everything up to ``horizon``; the moment at which the last thing happened, or time was up."""
        for life in lives:
            self.plan(life, life.row.opened_at, Doing.REGISTER)
        now = start
        while self._plans and self._plans[0].at <= horizon:
            if self._plans[0].at > now + self._pace.longest:
                now = await self._wait(now, self._plans[0].at)
            now = await self._window(now, horizon)
        if any(life.case_id and not life.ended for life in lives):
            now = await self._see_out(now, horizon)
        return now

    async def _see_out(self, now: datetime, horizon: datetime) -> datetime:
        """Let the clocks of what stays open run on, and their orders of supervision be answered."""
        while now < horizon:
            now = await self._wait(now, min(now + self._pace.longest, horizon))
            while self._plans and self._plans[0].at <= now:
                now = await self._window(now, horizon)
        return now

    async def _wait(self, now: datetime, until: datetime) -> datetime:
        """Nothing is done until ``until``, but clocks run, and orders may come that plan something earlier."""
        while now < until:
            following = min(until, now + self._pace.longest)
            await self._scene.advance(following)
            await read_orders(self._stage, self._lives, now, following)
            now = following
            if self._plans:
                until = max(now, min(until, self._plans[0].at))
        self._tell(now)
        return now

    async def _window(self, now: datetime, horizon: datetime) -> datetime:
        end = min(self._end_of_window(), horizon)
        while wave := self._next_wave(end):
            if any(each.what is Doing.CALL_BACK and not each.life.callback_id for each in wave):
                await read_queue(self._stage, wave[-1].at)
            await asyncio.gather(*(self._take(each) for each in wave))
            await self._scene.settle()
        await self._scene.advance(end)
        await read_orders(self._stage, self._lives, now, end)
        self._tell(end)
        return end

    def _end_of_window(self) -> datetime:
        first = heapq.nsmallest(self._pace.steps, self._plans)
        longest = first[0].at + self._pace.longest
        return min(longest, first[-1].at) if len(first) == self._pace.steps else longest

    def _next_wave(self, end: datetime) -> list[Planned]:
        """The next step of every case that has one up to ``end``, in order."""
        wave: dict[int, Planned] = {}
        later: list[Planned] = []
        while self._plans and self._plans[0].at <= end:
            each = heapq.heappop(self._plans)
            if each.index in wave:
                later.append(each)
            else:
                wave[each.index] = each
        for each in later:
            heapq.heappush(self._plans, each)
        return list(wave.values())

    async def _take(self, planned: Planned) -> None:
        async with self._side_by_side:
            try:
                with self._stage.clock.at(planned.at):
                    await STEPS[planned.what](self._stage, planned.life, planned.at)
            except (CallRefused, NoCallback) as error:
                self._stage.journal.note_trouble(planned.life, error)
                return
        self._stage.journal.done[planned.what] += 1
        if planned.what is Doing.REGISTER and planned.life.case_id:
            self._lives[planned.life.case_id] = planned.life
