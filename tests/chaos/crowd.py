"""The people: citizens who speak, units who handle, callers who ask; each asks again, with the same Idempotency-Key,
until there is an answer, and writes it down before it counts.

Some citizens only register a complaint. The others see theirs through: signed, handled, asked about, and when they are
not satisfied the whole of it once more, until it is closed.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from bench.drive.client import Unanswered
from bench.drive.complaints import NOT_SATISFIED, RESULT, SATISFIED
from bench.drive.house import House
from bench.drive.journal import Journal
from huiyin.office import errands
from huiyin.office.errands import Errand
from huiyin.office.people import People, Person
from huiyin.office.wire import Response
from libs.common.bus.flow import Service
from libs.common.security.principal import Role
from tests.support.eventually import eventually
from tests.support.files import JPEG

PLACES = (
    {"area_code": "999001101201", "category_code": "0101"},
    {"area_code": "999001101201", "category_code": "0104"},
    {"area_code": "999001102000", "category_code": "0402"},
    {"area_code": "999001000000", "category_code": "0601"},
)
"""Where complaints come from and what they are about; the duty directory of the demo pack names a unit for each."""
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 507})
"""Statuses after which the same request is sent again; all others are answers."""
LATER = frozenset({503, 507})
BATCH_LINES = 230
"""More than intake takes in one transaction."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Seen(NamedTuple):
    """A request that came to an end: when on the loop's clock, at whom, the status (0: no answer), its seconds."""

    at: float
    service: Service
    status: int
    seconds: float


@dataclass(slots=True)
class Tally:
    """What became of it. Only what the journal has on disk is counted."""

    accepted: int = 0
    """Complaints registered, those in batches included."""
    batches: int = 0
    steps: int = 0
    """Steps of the staff done."""
    closed: int = 0
    """Cases that went all the way."""
    retried: int = 0
    """Requests that were sent again."""
    statuses: Counter[int] = field(default_factory=Counter)
    """Of all answers."""
    seen: list["Seen"] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    """Refusals that do not say in the agreed form what is wrong, or not when to come again."""
    surprises: list[str] = field(default_factory=list)
    """Answers that nobody should have got."""
    longest_wait: float = 0.0
    """Seconds from the first sending of a request to its answer, the longest."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many citizens there are, what each waits after a complaint on average, and how many see theirs through."""

    citizens: int = 6
    pause: float = 0.4
    whole: float = 0.3
    unsatisfied: float = 0.2
    batch_every: float | None = None
    """Seconds between two batches from another office; None: none comes by itself."""
    timeout: float = 10.0
    """Seconds for one request, before it is sent again."""
    urgent: float = 0.0
    """How many complaints have limits of an hour or two, in place of days."""


class Crowd:
    """The load on one house. Several periods of work may follow each other."""

    def __init__(self, house: House, journal: Journal, lots: random.Random, pace: Pace | None = None) -> None:
        self.tally = Tally()
        self.pace = pace or Pace()
        self.pausing = False
        """While true, nobody comes with a new complaint; what is under way goes on."""
        self._house = house
        self._journal = journal
        self._lots = lots
        self.people: People
        self._going_home = asyncio.Event()

    @asynccontextmanager
    async def at_work(self, patience: float = 180.0) -> AsyncIterator[None]:
        """People come during the block; at its end nobody new comes, and what was begun is brought to its end.

        What is not finished ``patience`` seconds after the block stays unknown.
        """
        self._going_home.clear()
        with self._house.people(timeout=self.pace.timeout) as self.people:
            async with self._coming(patience):
                yield

    @asynccontextmanager
    async def _coming(self, patience: float) -> AsyncIterator[None]:
        people = [asyncio.create_task(self._citizen(self._drawn())) for _ in range(self.pace.citizens)]
        if self.pace.batch_every is not None:
            people.append(asyncio.create_task(self._other_office(self.pace.batch_every)))
        try:
            yield
            self._going_home.set()
            await asyncio.wait(people, timeout=patience)
        finally:
            for person in people:
                person.cancel()
            await asyncio.gather(*people, return_exceptions=True)
        for person in people:
            if not person.cancelled():
                person.result()

    async def accepted(self, more: int, within: float = 60.0) -> None:
        """Wait until so many more complaints were registered. AssertionError."""
        wanted = self.tally.accepted + more
        await eventually(lambda: self.tally.accepted >= wanted, within=within, what=f"{more} complaints accepted")

    async def send_batch(self) -> None:
        """Another office hands in its complaints as NDJSON, again under the same key until all are taken."""
        lots = self._drawn()
        marks = [_mark(lots) for _ in range(BATCH_LINES)]
        key = _mark(lots)
        entries = [self._journal.invoke("register", key=f"{key}.{mark}", mark=mark) for mark in marks]
        lines = [orjson.dumps({**_complaint(lots, mark), "ref": mark}) for mark in marks]
        errand = Errand("batch", f"{errands.CASES}/batch", b"\n".join(lines))
        office = self.people.person("office-2", Role.INTEGRATOR)
        answer = await self._insist(errand, office, key, content_type="application/x-ndjson")
        found = answer.json()
        if not answer.is_success or found["refused"]:
            self._surprised("batch", answer)
            return
        taken = {line["ref"]: line["case_id"] for line in found["results"]}
        told = zip(entries, marks, strict=True)
        await asyncio.gather(*(self._journal.ok(entry, case_id=taken[mark]) for entry, mark in told))
        self.tally.accepted += len(taken)
        self.tally.batches += 1

    async def attach_file(self) -> None:
        """Somebody attaches a photo, again under the same key until it is taken; then the case has it, and once."""
        case_id = await self.speak()
        path = f"{errands.CASES}/{case_id}/attachments"
        errand = Errand("attach", f"{path}?name=photo.jpg", JPEG)
        answer = await self._insist(errand, self._office, _mark(self._drawn()), content_type="image/jpeg")
        listed = (await self.until(path, lambda found: found))["items"]
        if not answer.is_success or [one["attachment_id"] for one in listed] != [answer.json()["attachment_id"]]:
            self._surprised(f"file, {len(listed)} of them", answer)

    async def speak(self, where: Mapping[str, str] | None = None) -> str:
        """One complaint more, from a place drawn by lot unless it is said; gives its id."""
        case_id = await self._register(self._drawn(), where)
        if case_id is None:
            raise AssertionError(self.tally.surprises[-1])
        return case_id

    async def known_everywhere(self, case_id: str, within: float) -> None:
        """Wait until a case has a unit, and all four services know it. TimeoutError."""
        async with asyncio.timeout(within):
            for service in (Service.FOLLOWUP, Service.ANALYTICS):
                await self.until(f"/{service}/v1/cases/{case_id}", lambda found: found)
            for service in (Service.DISPATCH, Service.INTAKE):
                await self.until(f"/{service}/v1/cases/{case_id}", _is_assigned)

    async def _other_office(self, every: float) -> None:
        while not self._going_home.is_set():
            await self._rest(every)
            if not self.pausing:
                await self.send_batch()

    def _drawn(self) -> random.Random:
        return random.Random(self._lots.getrandbits(64))

    async def _citizen(self, lots: random.Random) -> None:
        walks: set[asyncio.Task[None]] = set()
        try:
            while not self._going_home.is_set():
                if not self.pausing:
                    case_id = await self._register(lots)
                    if case_id is not None and lots.random() < self.pace.whole:
                        walks.add(asyncio.create_task(self._see_through(case_id, self._fork(lots))))
                await self._rest(lots.expovariate(1.0) * self.pace.pause)
            await asyncio.gather(*walks)
        finally:
            for walk in walks:
                walk.cancel()
            await asyncio.gather(*walks, return_exceptions=True)

    @staticmethod
    def _fork(lots: random.Random) -> random.Random:
        return random.Random(lots.getrandbits(64))

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._going_home.wait()
        except TimeoutError:
            pass

    async def _register(self, lots: random.Random, where: Mapping[str, str] | None = None) -> str | None:
        mark = _mark(lots)
        body = {**_complaint(lots, mark), **(where or {})}
        if self.pace.urgent and lots.random() < self.pace.urgent:
            body["urgency"] = lots.choice(("urgent", "emergency"))
        found = await self._do(errands.register(body), self._office, mark, mark=mark)
        if found is None:
            return None
        self.tally.accepted += 1
        return str(found["case_id"])

    async def _see_through(self, case_id: str, lots: random.Random) -> None:
        """Round after round, until the citizen is satisfied."""
        rounds = 2 if lots.random() < self.pace.unsatisfied else 1
        for number in range(1, rounds + 1):
            await self._handle(case_id, number)
            await self._call(case_id, number, SATISFIED if number == rounds else NOT_SATISFIED)
        self.tally.closed += 1

    async def _handle(self, case_id: str, number: int) -> None:
        def assigned(case: Any) -> bool:
            return bool(case["round"] == number and case["status"] == "assigned")

        unit = (await self.until(f"/dispatch/v1/cases/{case_id}", assigned))["lead_unit"]
        handler = self.people.person(f"unit-{unit}", Role.HANDLER, unit=unit)
        for errand in (errands.sign(case_id), errands.hand_in(case_id, RESULT)):
            await self._step(errand, handler, case_id, number)

    async def _call(self, case_id: str, number: int, word: Mapping[str, object]) -> None:
        def due(case: Any) -> bool:
            return due_callback(case, number) is not None

        case = await self.until(f"/followup/v1/cases/{case_id}", due)
        errand = errands.call(str(due_callback(case, number)), word)
        await self._step(errand, self.people.person("caller-1", Role.CALLER), case_id, number)

    async def _step(self, errand: Errand, who: Person, case_id: str, number: int) -> None:
        await self._do(errand, who, f"{errand.step}.{case_id}.{number}", case_id=case_id, round=number)

    async def _do(self, errand: Errand, who: Person, key: str, **what: object) -> Any:
        """Ask until answered; what was accepted, or None when it was refused."""
        entry = self._journal.invoke(errand.step, key=key, **what)
        try:
            answer = await self._insist(errand, who, key)
        except asyncio.CancelledError:
            await self._journal.unknown(entry)
            raise
        if not answer.is_success:
            self._surprised(errand.step, answer)
            await self._journal.fail(entry, status=answer.status_code)
            return None
        found = answer.json()
        await self._journal.ok(entry, status=answer.status_code, case_id=found["case_id"])
        self.tally.steps += errand.step != "register"
        return found

    def _surprised(self, what: str, answer: Response) -> None:
        self.tally.surprises.append(f"{what}: {answer.status_code} {answer.text[:200]}")

    async def _insist(self, errand: Errand, who: Person, key: str, **how: str) -> Response:
        loop = asyncio.get_running_loop()
        began, pause = loop.time(), 0.05
        while True:
            answer = await self._ask(errand.path, who.post(errand.path, errand.body, key=key, **how))
            if answer is not None and answer.status_code not in AGAIN:
                self.tally.longest_wait = max(self.tally.longest_wait, loop.time() - began)
                return answer
            self.tally.retried += 1
            await asyncio.sleep(pause)
            pause = min(1.0, pause * 1.5)

    async def until(self, path: str, holds: Callable[[Any], object]) -> Any:
        """What a GET answers once it is as wanted."""
        pause = 0.1
        while True:
            answer = await self._ask(path, self._office.get(path))
            if answer is not None and answer.status_code == 200 and holds(found := answer.json()):
                return found
            await asyncio.sleep(pause)
            pause = min(1.0, pause * 1.3)

    async def _ask(self, path: str, sending: Awaitable[Response]) -> Response | None:
        answer: Response | None = None
        service = Service(path.split("/")[1])
        loop = asyncio.get_running_loop()
        began = loop.time()
        with suppress(Unanswered):
            answer = await sending
        status, ended = answer.status_code if answer is not None else 0, loop.time()
        self.tally.seen.append(Seen(ended, service, status, ended - began))
        if answer is not None:
            self.tally.statuses[status] += 1
            if status in LATER and not _is_clear(answer):
                self.tally.unclear.append(f"{service} {status} {answer.text[:200]}")
        return answer

    @property
    def _office(self) -> Person:
        return self.people.person("office-1", Role.OPERATOR, Role.VISITOR, Role.DISPATCHER, Role.SUPERVISOR)


def _is_clear(refusal: Response) -> bool:
    kind = refusal.headers.get("content-type", "")
    return kind.startswith("application/problem+json") and "retry-after" in refusal.headers


def _mark(lots: random.Random) -> str:
    """Letters alone, since digits in a text may be masked as a phone."""
    return "".join(lots.choices(_LETTERS, k=20))


def _complaint(lots: random.Random, mark: str) -> dict[str, str]:
    return {"channel": "visit", "kind": "help", "text": f"村口积水无法通行。记号{mark}", **lots.choice(PLACES)}


def _is_assigned(case: Any) -> bool:
    return bool(case["status"] == "assigned")


def due_callback(case: Any, number: int) -> str | None:
    """The callback of a round, when the citizen is to be called."""
    found = (one for one in case["callbacks"] or () if one["round"] == number and one["state"] == "due")
    return next((str(one["callback_id"]) for one in found), None)
