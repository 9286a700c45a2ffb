"""The people of the county: they register, sign, hand in results and call back, over HTTP as the API asks.

A case is walked through its whole life: registered by an operator, found by the lead unit on its list, signed, handled,
found by a caller in the queue of callbacks, answered "satisfied" and closed. Everybody learns of work from list pages
and names the version that he read (If-Match). Whoever gets no answer, or "not now", tries again: a registration under
its Idempotency-Key, everything else after another look at the list.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from bench.drive.arrivals import arrivals
from bench.drive.complaints import NOT_SATISFIED, RESULT, SATISFIED, Complaints
from bench.drive.desk import Desk
from bench.drive.house import House
from bench.drive.journal import Journal
from bench.drive.tally import Tally
from bench.drive.town import UNITS, found_town
from huiyin.office import errands
from huiyin.office.errands import Errand
from huiyin.office.people import People, Person
from huiyin.office.wire import Response
from libs.common.security.principal import Role

PAGE = 200
"""Items of a list page: the most that the API gives."""

_WORK = "/dispatch/v1/work"
_SOON = timedelta(days=7)
"""Callers look at who is to be called within this time."""
_NOT_NOW = (429, 503)

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Habits:
    """How the office works."""

    at_once: int = 64
    """Requests under way at most."""
    looks_every: float = 0.2
    """Seconds between two looks at a list."""
    seed: int = 1
    unsatisfied_every: int = 0
    """Of so many cases one is answered "not satisfied" the first time, which sends it back; 0: none."""
    patience: float = 60.0
    """Seconds for which a registration is tried again."""
    timeout: float = 30.0
    """Seconds that a request may take."""


@dataclass(slots=True)
class Office:
    """Everybody who works with the house; see :func:`open_office`."""

    house: House
    habits: Habits
    desk: Desk
    people: People
    registered: set[str] = field(default_factory=set)
    """Case ids that were answered with 201."""
    closed: set[str] = field(default_factory=set)
    """Case ids that followup answered are closed."""
    open: dict[str, float] = field(default_factory=dict)
    """Cases registered here that are not closed: since when, on the monotonic clock."""
    _units: dict[str, Person] = field(init=False)
    _complaints: Complaints = field(init=False)
    _taken: set[tuple[str, int, str]] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _failure: BaseException | None = None

    def __post_init__(self) -> None:
        """Know everybody."""
        self._complaints = Complaints(self.habits.seed)
        self._units = {unit: self.people.person(f"handler-{unit}", Role.HANDLER, unit=unit) for unit in UNITS}

    @property
    def _caller(self) -> Person:
        return self.people.person("caller-1", Role.CALLER)

    @property
    def tally(self) -> Tally:
        """What came of the requests so far."""
        return self.desk.tally

    def count_anew(self) -> Tally:
        """Begin a new tally; answers the one that ends."""
        ended, self.desk.tally = self.desk.tally, Tally()
        return ended

    async def keep_open(self, cases: int, seconds: float) -> None:
        """For so long, register a case whenever fewer than ``cases`` are open (closed loop)."""
        deadline = time.monotonic() + seconds
        registering: set[asyncio.Task[str | None]] = set()

        def ended(task: asyncio.Task[str | None]) -> None:
            registering.discard(task)
            self._changed.set()

        while time.monotonic() < deadline:
            while len(self.open) + len(registering) < cases:
                task = asyncio.create_task(self.register())
                registering.add(task)
                task.add_done_callback(ended)
            await self._until_changed(deadline)
        await asyncio.gather(*registering)

    async def receive(self, moments: Iterable[float]) -> None:
        """Register one case at each moment, seconds from now, however long the answers take (open loop)."""
        registering = [asyncio.create_task(self.register(planned)) async for planned in arrivals(moments)]
        await asyncio.gather(*registering)

    async def finish(self, within: float = 60.0) -> bool:
        """Wait until every case that was registered here is closed; whether that came about."""
        deadline = time.monotonic() + within
        while self.open and time.monotonic() < deadline:
            await self._until_changed(deadline)
        return not self.open

    async def register(self, planned: float | None = None) -> str | None:
        """Register a case, trying again under its key while there is patience; its id, None when nobody took it.

        The latency counts from ``planned`` (monotonic clock), else from the sending.
        """
        errand, key = errands.register(self._complaints.next()), self._complaints.key()
        noted = self.desk.invoke(errand.step, key=key)
        answer, tries = await self._insist(errand, key, planned)
        if answer is None or not answer.is_success:
            await self.desk.told(noted, answer, doubt=tries > 1)
            return None
        case_id = str(answer.json()["case_id"])
        await self.desk.told(noted, answer, case_id=case_id)
        self.registered.add(case_id)
        if case_id not in self.closed:
            self.open[case_id] = time.monotonic()
        return case_id

    async def _insist(self, errand: Errand, key: str, planned: float | None) -> tuple[Response | None, int]:
        """The first answer that is more than "not now", and how many tries it took."""
        operator = self.people.person("operator-1", Role.OPERATOR)
        send = partial(operator.post, errand.path, errand.body, key=key)
        deadline = time.monotonic() + self.habits.patience
        tries = 1
        answer = await self.desk.ask(errand.step, send, planned)
        while (answer is None or answer.status_code in _NOT_NOW) and time.monotonic() < deadline:
            await asyncio.sleep(self.habits.looks_every)
            answer = await self.desk.ask(errand.step, send)
            tries += 1
        return answer, tries

    async def _handle(self, item: Item) -> bool:
        """The lead unit signs, and hands in the result; whether both were taken."""
        unit, version = self._units[item["lead_unit"]], item["version"]
        if item["status"] == "assigned":
            answer = await self._change(unit, errands.sign(item["case_id"]), item, version)
            if answer is None:
                return False
            version = answer.headers.get("etag")
        return await self._change(unit, errands.hand_in(item["case_id"], RESULT), item, version) is not None

    async def _call(self, item: Item) -> bool:
        """A caller asks the citizen; whether the answer was taken."""
        errand = errands.call(item["callback_id"], self._citizen(item))
        answer = await self._change(self._caller, errand, item, item["version"])
        if answer is not None and answer.json()["status"] == "closed":
            self._close(str(item["case_id"]))
        return answer is not None

    def _citizen(self, item: Item) -> Item:
        """What the citizen says; decided by the case alone, so that a run can be repeated and checked."""
        every = self.habits.unsatisfied_every
        unhappy = every and item["round"] == 1 and int(item["case_no"]) % every == 0
        return NOT_SATISFIED if unhappy else SATISFIED

    def _close(self, case_id: str) -> None:
        self.closed.add(case_id)
        begun = self.open.pop(case_id, None)
        self.tally.close(None if begun is None else time.monotonic() - begun)
        self._changed.set()

    async def _change(self, who: Person, errand: Errand, item: Item, version: int | str | None) -> Response | None:
        """Change what was read at a version; None when it was not taken."""
        noted = self.desk.invoke(errand.step, case_id=item["case_id"], round=item["round"])
        answer = await self.desk.ask(errand.step, partial(who.post, errand.path, errand.body, version=version))
        await self.desk.told(noted, answer)
        return answer if answer is not None and answer.is_success else None

    async def watch(self, look: Callable[[], Awaitable[list[Item]]], act: Callable[[Item], Awaitable[bool]]) -> None:
        """Look at a list again and again, and take up what nobody has taken up yet; never ends by itself."""
        while True:
            for item in await look():
                self.begin(self._take_up(item, act))
            await asyncio.sleep(self.habits.looks_every)

    async def _take_up(self, item: Item, act: Callable[[Item], Awaitable[bool]]) -> None:
        if not await act(item):
            # It is on the list still, or again: with what has become of it.
            self._taken.discard(_name(item))

    async def _work_of(self, unit: str) -> list[Item]:
        return await self._fresh("work", partial(self._units[unit].get, _WORK, unit_code=unit, limit=PAGE))

    async def _callbacks(self) -> list[Item]:
        before = (datetime.now(UTC) + _SOON).strftime("%Y-%m-%dT%H:%M:%SZ")
        look = partial(self._caller.get, errands.CALLBACKS, due_before=before, limit=PAGE)
        return await self._fresh("callbacks", look)

    async def _fresh(self, step: str, look: Callable[..., Awaitable[Response]]) -> list[Item]:
        """What of a list nobody has taken up: of the first page that has any such."""
        after: dict[str, str] = {}
        while True:
            answer = await self.desk.ask(step, partial(look, **after))
            if answer is None or not answer.is_success:
                return []
            page = answer.json()
            fresh = [item for item in page["items"] if _name(item) not in self._taken]
            self._taken.update(map(_name, fresh))
            if fresh or page["next_cursor"] is None:
                return fresh
            after = {"cursor": page["next_cursor"]}

    def begin_work(self) -> None:
        """Everybody sits down at his list."""
        for unit in UNITS:
            self.begin(self.watch(partial(self._work_of, unit), self._handle))
        self.begin(self.watch(self._callbacks, self._call))

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something be done beside everything else."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = self._failure or error
            self._changed.set()

    async def go_home(self) -> None:
        """Break off what is being done; raises what went wrong with the office itself."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._failure is not None:
            raise self._failure

    async def _until_changed(self, deadline: float) -> None:
        if self._failure is not None:
            raise self._failure
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                await self._changed.wait()


@asynccontextmanager
async def open_office(
    house: House, habits: Habits | None = None, journal: Journal | None = None
) -> AsyncIterator[Office]:
    """An office of the load's own town in a house that is ready, with everybody at work.

    What is being done at the end is broken off.
    """
    await found_town(house)
    chosen = habits or Habits()
    with house.people(timeout=chosen.timeout) as people:
        office = Office(house, chosen, Desk(chosen.at_once, journal), people)
        office.begin_work()
        try:
            yield office
        finally:
            await office.go_home()


def _name(item: Item) -> tuple[str, int, str]:
    """What a list names: a case in a round, or a callback of it."""
    return item["case_id"], item["round"], item.get("callback_id", "")
