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

import orjson

from bench.drive.arrivals import arrivals
from bench.drive.client import Answer
from bench.drive.complaints import Complaints
from bench.drive.desk import Desk, Errand
from bench.drive.house import House, bearer
from bench.drive.journal import Journal
from bench.drive.tally import Tally
from bench.drive.town import UNITS, found_town
from libs.common.bus.flow import Service
from libs.common.security.principal import Role

PAGE = 200
"""Items of a list page: the most that the API gives."""

_RESULT = orjson.dumps(
    {
        "result_kind": "substantive",
        "result": "已派人到现场处理完毕，并向来电人当面说明了情况。",
        "without_support": "协办意见已当面征求",
    }
)
_SATISFIED = {"reached": "answered", "contacted": True, "solved": True, "satisfaction": "satisfied"}
_NOT_SATISFIED = {"reached": "answered", "contacted": True, "solved": False, "satisfaction": "not_satisfied"}
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
    registered: set[str] = field(default_factory=set)
    """Case ids that were answered with 201."""
    closed: set[str] = field(default_factory=set)
    """Case ids that followup answered are closed."""
    open: dict[str, float] = field(default_factory=dict)
    """Cases registered here that are not closed: since when, on the monotonic clock."""
    _tokens: dict[str, bytes] = field(init=False)
    _complaints: Complaints = field(init=False)
    _taken: set[tuple[str, int, str]] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _failure: BaseException | None = None

    def __post_init__(self) -> None:
        """Give everybody a token."""
        self._complaints = Complaints(self.habits.seed)
        self._tokens = {
            "operator": bearer(self.house.token("operator-1", Role.OPERATOR)),
            "caller": bearer(self.house.token("caller-1", Role.CALLER)),
            **{unit: bearer(self.house.token(f"handler-{unit}", Role.HANDLER, unit=unit)) for unit in UNITS},
        }

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
        body, key = orjson.dumps(self._complaints.next()), self._complaints.key()
        headers = self._tokens["operator"] + f"Idempotency-Key: {key}\r\n".encode()
        noted = self.desk.invoke("register", key=key)
        errand = Errand(Service.INTAKE, "register", "/intake/v1/cases", headers, body)
        answer, tries = await self._insist(errand, planned)
        if answer is None or not answer.ok:
            await self.desk.told(noted, answer, doubt=tries > 1)
            return None
        case_id = str(answer.json()["case_id"])
        await self.desk.told(noted, answer, case_id=case_id)
        self.registered.add(case_id)
        if case_id not in self.closed:
            self.open[case_id] = time.monotonic()
        return case_id

    async def _insist(self, errand: Errand, planned: float | None) -> tuple[Answer | None, int]:
        """The first answer that is more than "not now", and how many tries it took."""
        deadline = time.monotonic() + self.habits.patience
        tries = 1
        answer = await self.desk.ask(errand, planned)
        while (answer is None or answer.status in _NOT_NOW) and time.monotonic() < deadline:
            await asyncio.sleep(self.habits.looks_every)
            answer = await self.desk.ask(errand)
            tries += 1
        return answer, tries

    async def _handle(self, item: Item) -> bool:
        """The lead unit signs, and hands in the result; whether both were taken."""
        path, token = f"/dispatch/v1/cases/{item['case_id']}", self._tokens[item["lead_unit"]]
        version = f'"{item["version"]}"'
        if item["status"] == "assigned":
            errand = Errand(Service.DISPATCH, "sign", f"{path}/signature", _on(token, version), b"{}")
            answer = await self._change(errand, item)
            if answer is None:
                return False
            version = answer.header(b"etag") or "*"
        errand = Errand(Service.DISPATCH, "result", f"{path}/result", _on(token, version), _RESULT)
        return await self._change(errand, item) is not None

    async def _call(self, item: Item) -> bool:
        """A caller asks the citizen; whether the answer was taken."""
        path = f"/followup/v1/callbacks/{item['callback_id']}/attempts"
        headers = _on(self._tokens["caller"], f'"{item["version"]}"')
        errand = Errand(Service.FOLLOWUP, "callback", path, headers, orjson.dumps(self._citizen(item)))
        answer = await self._change(errand, item)
        if answer is not None and answer.json()["status"] == "closed":
            self._close(str(item["case_id"]))
        return answer is not None

    def _citizen(self, item: Item) -> Item:
        """What the citizen says; decided by the case alone, so that a run can be repeated and checked."""
        every = self.habits.unsatisfied_every
        unhappy = every and item["round"] == 1 and int(item["case_no"]) % every == 0
        return _NOT_SATISFIED if unhappy else _SATISFIED

    def _close(self, case_id: str) -> None:
        self.closed.add(case_id)
        begun = self.open.pop(case_id, None)
        self.tally.close(None if begun is None else time.monotonic() - begun)
        self._changed.set()

    async def _change(self, errand: Errand, item: Item) -> Answer | None:
        """Change what was read; None when it was not taken."""
        noted = self.desk.invoke(errand.step, case_id=item["case_id"], round=item["round"])
        answer = await self.desk.ask(errand)
        await self.desk.told(noted, answer)
        return answer if answer is not None and answer.ok else None

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
        path = f"/dispatch/v1/work?unit_code={unit}&limit={PAGE}"
        return await self._fresh(Errand(Service.DISPATCH, "work", path, self._tokens[unit]))

    async def _callbacks(self) -> list[Item]:
        before = (datetime.now(UTC) + _SOON).strftime("%Y-%m-%dT%H:%M:%SZ")
        path = f"/followup/v1/callbacks?due_before={before}&limit={PAGE}"
        return await self._fresh(Errand(Service.FOLLOWUP, "callbacks", path, self._tokens["caller"]))

    async def _fresh(self, errand: Errand) -> list[Item]:
        """What of a list nobody has taken up: of the first page that has any such."""
        cursor = ""
        while True:
            path = errand.path + cursor
            answer = await self.desk.ask(Errand(errand.service, errand.step, path, errand.headers))
            if answer is None or not answer.ok:
                return []
            page = answer.json()
            fresh = [item for item in page["items"] if _name(item) not in self._taken]
            self._taken.update(map(_name, fresh))
            if fresh or page["next_cursor"] is None:
                return fresh
            cursor = f"&cursor={page['next_cursor']}"

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
        """Break off what is being done, and close the connections; raises what went wrong with the office itself."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.desk.close()
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
    office = Office(house, chosen, Desk(house, chosen.at_once, chosen.timeout, journal))
    office.begin_work()
    try:
        yield office
    finally:
        await office.go_home()


def _name(item: Item) -> tuple[str, int, str]:
    """What a list names: a case in a round, or a callback of it."""
    return item["case_id"], item["round"], item.get("callback_id", "")


def _on(token: bytes, version: str) -> bytes:
    """The headers of a change to what was read at a version."""
    return token + f"If-Match: {version}\r\n".encode()
