"""What one thing costs at a desk: a case read by its handler, a case registered, somebody who signs in.

One connection, one request after the other: what a person waits for, and the processor time that the door and
PostgreSQL spend on it. Beside it the same of a bare route that answers one row; a signing in is beside the hash of its
password, which is dear on purpose.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle

from bench.drive import processes
from bench.drive.client import Client, Unanswered
from bench.drive.complaints import Complaints
from bench.drive.house import HOST, House, Kind
from bench.drive.member import Member, free_ports
from bench.drive.town import found_town
from bench.figure import Context, Figure, median
from huiyin.office import errands
from huiyin.office.people import People, Person
from huiyin.office.wire import Call
from libs.common.bus.flow import Service
from libs.common.security.passwords import new_hasher
from libs.common.security.principal import Role

CASES = 20
_WITHIN = 60.0
_OWN = "春天的河边有三只白鹭飞过"
_BARE = "bare"

Step = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one request: milliseconds of processor time, of the process that answers, and the median of the waits."""

    cpu: float
    p50: float

    def __str__(self) -> str:
        return f"{self.cpu:.2f} ms CPU, p50 {self.p50:.1f} ms"


@dataclass(slots=True)
class Desk:
    """The house, its cases, and who sits there."""

    house: House
    people: People
    complaints: Complaints
    cases: Sequence[tuple[str, Person]]
    """Each with somebody of the unit that leads it."""

    def reading(self, service: Service) -> Step:
        """The cases in turn, each read by its handler."""
        turn = cycle(self.cases)

        async def read() -> object:
            case_id, handler = next(turn)
            return await handler.ask(f"/{service}/v1/cases/{case_id}")

        return read

    async def register(self) -> object:
        """One case more."""
        operator = self.people.person("operator-1", Role.OPERATOR)
        return await operator.do(errands.register(self.complaints.next()), key=self.complaints.key())


async def run(context: Context) -> list[Figure]:
    """``read_*_ratio`` of the three doors, ``register_ratio`` and ``sign_in_ratio``; nothing is asked of them."""
    seconds = 1.0 if context.quick else 5.0
    url = await context.ground.database()
    async with context.ground.house(Kind.EIGHT_EMBEDDED, url) as house, bare_route(house) as bare:
        await found_town(house)
        with house.people() as people:
            desk = await _sit_down(house, people, context.seed)
            beside = await _measure(context, bare[0], bare[1]([case_id for case_id, _ in desk.cases]), seconds)
            told = f"a bare route with one row: {beside}"
            seen = {
                f"read_{service}": await _measure(
                    context, house.pids()[f"{service}-api"], desk.reading(service), seconds
                )
                for service in (Service.DISPATCH, Service.FOLLOWUP, Service.INTAKE)
            }
            seen["register"] = await _measure(context, house.pids()["intake-api"], desk.register, seconds)
            entering = await _measure(context, house.pids()["dispatch-api"], await _signing_in(people), seconds)
    await context.ground.drop(url)
    hashed = _hashing(seconds)
    return [
        *(
            Figure(f"{name}_ratio", None, one.cpu / beside.cpu, "of a bare route", told, str(one))
            for name, one in seen.items()
        ),
        Figure(
            "sign_in_ratio",
            None,
            entering.cpu / hashed,
            "of the hash",
            f"argon2id alone {hashed:.1f} ms",
            str(entering),
        ),
    ]


async def _measure(context: Context, pid: int, step: Step, seconds: float) -> Cost:
    """The median of the runs."""
    for _ in range(CASES):
        await step()
    costs = [await _once(pid, step, seconds) for _ in range(context.runs)]
    return Cost(median([one.cpu for one in costs]), median([one.p50 for one in costs]))


async def _once(pid: int, step: Step, seconds: float) -> Cost:
    waits: list[float] = []
    before, end = processes.cpu_seconds(pid), time.monotonic() + seconds
    while (begun := time.monotonic()) < end:
        await step()
        waits.append(time.monotonic() - begun)
    spent = processes.cpu_seconds(pid) - before
    return Cost(spent * 1000 / len(waits), median(waits) * 1000)


async def _sit_down(house: House, people: People, seed: int) -> Desk:
    """Some cases, each with a handler of the unit that leads it, known everywhere."""
    complaints, operator = Complaints(seed), people.person("operator-1", Role.OPERATOR)
    dispatcher = people.person("dispatcher-1", Role.DISPATCHER)
    cases = []
    for _ in range(CASES):
        found = await operator.do(errands.register(complaints.next()), key=complaints.key())
        unit = await _until(dispatcher, f"/dispatch/v1/cases/{found['case_id']}", "lead_unit")
        handler = people.person(f"handler-{unit}", Role.HANDLER, unit=unit)
        await _until(handler, f"/followup/v1/cases/{found['case_id']}", "lead_unit")
        await _until(handler, f"/intake/v1/cases/{found['case_id']}", "lead_unit")
        cases.append((found["case_id"], handler))
    return Desk(house, people, complaints, cases)


async def _until(who: Person, path: str, field: str) -> str:
    """What a case says there, once it says something."""
    async with asyncio.timeout(_WITHIN):
        while True:
            answer = await who.get(path)
            if answer.is_success and (value := answer.json()[field]):
                return str(value)
            await asyncio.sleep(0.02)


async def _signing_in(people: People) -> Step:
    """Somebody of the staff, with a password of one's own, signs in again and again."""
    admin, nobody = people.person("root", Role.ADMIN), people.person("nobody")
    term = {"post_code": "hotline_operator", "unit_code": "H-12345"}
    await admin.do("/dispatch/v1/staff", {"staff_id": "S-9001", "name": "陈测试", "terms": [term]})
    made = await admin.do("/dispatch/v1/accounts", {"staff_id": "S-9001"})

    async def enter(step: str, **said: str) -> dict[str, str]:
        entered: dict[str, str] = await nobody.do(f"/dispatch/v1/accounts/{step}", said)
        return entered

    first = await enter("sign-in", name="S-9001", password=made["first_password"])
    await enter("sign-in/password", session_token=first["session_token"], new_password=_OWN)
    return lambda: enter("sign-in", name="S-9001", password=_OWN)


def _hashing(seconds: float) -> float:
    """Milliseconds of processor time for the hash of a password, with the settings of the house."""
    hasher = new_hasher()
    kept, count = hasher.hash(_OWN), 0
    begun = time.process_time()
    while time.process_time() - begun < seconds:
        hasher.verify(kept, _OWN)
        count += 1
    return (time.process_time() - begun) * 1000 / count


@asynccontextmanager
async def bare_route(house: House) -> AsyncIterator[tuple[int, Callable[[Sequence[str]], Step]]]:
    """The bare route in a process of its own: its pid, and a reading of these cases in turn."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "bench.baselines.bare", str(port), house.database_url]
    house.members[_BARE] = member = Member(_BARE, command, port, house.folder / "logs" / f"{_BARE}.log", {})
    member.start()
    client = Client(HOST, port)

    def reading(case_ids: Sequence[str]) -> Step:
        turn = cycle(case_ids)
        return lambda: client(Call("GET", f"/cases/{next(turn)}", {}, b""))

    async with asyncio.timeout(_WITHIN):
        while True:
            try:
                await client(Call("GET", "/openapi.json", {}, b""))
                break
            except Unanswered:
                await asyncio.sleep(0.05)
    try:
        yield house.pids()[_BARE], reading
    finally:
        client.close()
        house.kill(_BARE)
        del house.members[_BARE]
