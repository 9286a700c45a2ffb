"""What visits cost: lists, coverage, gaps and figures at a county's households, and the sync of one worker's phone.

The households are entered beside the largest stock of cases (``--stocks 0``: beside none), in the same database.
One connection, one question after the other, of other areas, people and rounds each time; the slowest question's p95 is
what is said. Beside the sync stands what a bare route with one row takes in the same run.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from bench.drive.database import connected
from bench.drive.house import COUNTY, House, Kind
from bench.drive.made_up import (
    WHOLE,
    Scale,
    Village,
    county_pack,
    household_tables,
    staff_table,
    villages_of,
    worker_id,
)
from bench.figure import Context, Figure, below, median
from bench.figures.desk import bare_route
from bench.figures.reads import p95
from huiyin.office import errands
from huiyin.office.people import People, Person
from libs.common.pack.decoding import decode_document
from libs.common.security.principal import Role

PHONE = 60
"""Households on the phone that is synced."""
_VISITED = 20
_WITHIN = 1_800.0
_PAUSE = 0.2
_TABLE = "application/octet-stream"
_DEVICES, _ROUNDS = "/intake/v1/devices", "/intake/v1/rounds"
_QUICK = Scale(towns=2, villages=2, workers=2, households=PHONE, cases=0, days=30)
_COUNTY = replace(WHOLE, villages=17, workers=10, households=PHONE)
"""3,400 workers and 204,000 households."""


@dataclass(frozen=True, slots=True)
class Visited:
    """The house with its households, a round that is open, and who asks."""

    house: House
    people: People
    villages: Sequence[Village]
    scale: Scale
    round_id: str
    chance: Random

    def worker(self) -> str:
        """Any of them."""
        return worker_id(self.chance.choice(self.villages), self.chance.randrange(self.scale.workers))

    def visitor(self, worker: str) -> Person:
        """The worker's own account."""
        sent = self.people.person("nobody")
        return Person(sent.send, self.house.token(f"account-{worker}", Role.VISITOR, staff_id=worker))


async def run(context: Context) -> list[Figure]:
    """``visits_lists_p95_ms``, ``visits_figures_p95_ms``, ``phone_pull_ms`` and ``phone_push_ms``."""
    scale = _QUICK if context.quick else _COUNTY
    cases = 0 if context.quick else max(context.stocks)
    url = await context.ground.database(cases)
    async with context.ground.house(Kind.EIGHT_EMBEDDED, url) as house:
        with house.people(timeout=120.0) as people:
            county = await _settle(house, people, scale, context.seed)
            pulls, pushes = await _phones(county, 5 if context.quick else 40)
            await _counted(county, len(pushes) * _VISITED)
            async with connected(url) as connection:
                await connection.execute("ANALYZE")
            often = 5 if context.quick else 60
            lists = [(await _asked(ask, often), name) for name, ask in _lists(county).items()]
            figures = [(await _asked(ask, often), name) for name, ask in _figures(county).items()]
            async with bare_route(house) as (_, reading):
                beside = await _asked(reading([await _some_case(people)]), often)
    await context.ground.drop(url)
    at = f"{scale.all_households} households, {scale.all_workers} workers, beside {cases} cases"
    one, second = f"a bare route with one row: p95 {beside:.1f} ms", below(1_000.0)
    told = f"{PHONE} households, median {median(pulls):.0f} ms", f"{_VISITED} visits, median {median(pushes):.0f} ms"
    return [
        _slowest("visits_lists_p95_ms", lists, at),
        _slowest("visits_figures_p95_ms", figures, at),
        Figure("phone_pull_ms", second, p95(pulls), "ms", one, told[0]),
        Figure("phone_push_ms", second, p95(pushes), "ms", one, told[1]),
    ]


def _slowest(name: str, taken: Sequence[tuple[float, str]], at: str) -> Figure:
    worst = sorted(taken, reverse=True)
    told = "; ".join(f"{milliseconds:.0f} ms {question}" for milliseconds, question in worst[:3])
    return Figure(name, below(50.0), worst[0][0], "ms", f"{len(worst)} questions at {at}, the slowest counts", told)


async def _some_case(people: People) -> str:
    """One that dispatch has, too."""
    operator, dispatcher = people.person("operator-1", Role.OPERATOR), people.person("dispatcher-1", Role.DISPATCHER)
    told = {"channel": "hotline", "kind": "help", "category_code": "0101", "text": "村口路灯坏了三天。"}
    case_id = str((await operator.do(errands.register(told | {"area_code": "999001101201"})))["case_id"])
    async with asyncio.timeout(_WITHIN):
        while True:
            if (await dispatcher.get(f"/dispatch/v1/cases/{case_id}")).is_success:
                return case_id
            await asyncio.sleep(0.05)


async def _asked(ask: Callable[[], Awaitable[Any]], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await ask()
        taken.append((time.perf_counter() - began) * 1000)
    return p95(taken)


async def _settle(house: House, people: People, scale: Scale, seed: int) -> Visited:
    """The pack, the people, the households and a round of all of them."""
    villages = villages_of(scale)
    await house.publish(decode_document(county_pack("走访压测", villages, ())).pack)
    admin, operator = people.person("root", Role.ADMIN), people.person("operator-1", Role.OPERATOR)
    await _taken(admin, "/dispatch/v1/staff/import", staff_table(scale, villages))
    for table in household_tables(scale, villages):
        await _taken(operator, "/intake/v1/households/import", table)
    supervisor = people.person("supervisor-1", Role.SUPERVISOR)
    today = datetime.now(UTC) + timedelta(hours=8)
    span = {"begins_on": today.date().isoformat(), "ends_on": (today + timedelta(days=60)).date().isoformat()}
    round_id = str(uuid4())
    terms = {"name": "第一轮", "area_code": COUNTY, "classes": ["resident"], "round_id": round_id, **span}
    await supervisor.do(_ROUNDS, terms)
    return Visited(house, people, villages, scale, round_id, Random(seed))  # noqa: S311


async def _taken(person: Person, path: str, table: bytes) -> None:
    """A table is taken once the people or the areas that it names are known there."""
    async with asyncio.timeout(_WITHIN):
        while True:
            answer = await person.post(path, table, content_type=_TABLE)
            if answer.is_success:
                return
            await asyncio.sleep(_PAUSE)


async def _phones(county: Visited, many: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each first pull, and of each push of what was visited then."""
    pulls, pushes = [], []
    for worker in {county.worker() for _ in range(many)}:
        person, device = county.visitor(worker), str(uuid4())
        await person.do(_DEVICES, {"device_id": device, "name": "压测手机"})
        began = time.perf_counter()
        given = await person.do(f"{_DEVICES}/{device}/pull", {})
        pulls.append((time.perf_counter() - began) * 1000)
        items = [_visit(seq, worker, home) for seq, home in enumerate(given["households"][:_VISITED], start=1)]
        began = time.perf_counter()
        await person.do(f"{_DEVICES}/{device}/push", {"items": items})
        pushes.append((time.perf_counter() - began) * 1000)
    return pulls, pushes


def _visit(seq: int, worker: str, home: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC)
    span = {
        "started_at": (now - timedelta(minutes=30)).isoformat(),
        "ended_at": (now - timedelta(minutes=9)).isoformat(),
    }
    body = {"household_id": home["household_id"], "staff_ids": [worker], "outcome": "reached", **span}
    when = {"begun_at": span["started_at"], "made_at": span["ended_at"], "base_version": home["version"]}
    return {"seq": seq, "item_id": str(uuid4()), "kind": "visit", "body": body, **when}


async def _counted(county: Visited, visits: int) -> None:
    """Analytics has them all."""
    leader = county.people.person("leader-1", Role.LEADER)
    async with asyncio.timeout(_WITHIN):
        while True:
            counts = await leader.ask("/analytics/v1/visits/counts")
            if counts["whole"]["counts"]["visits"] >= visits:
                return
            await asyncio.sleep(_PAUSE)


def _lists(county: Visited) -> dict[str, Callable[[], Awaitable[Any]]]:
    supervisor, chance = county.people.person("supervisor-1", Role.SUPERVISOR), county.chance

    def of(path: str, **query: Callable[[], str]) -> Callable[[], Awaitable[Any]]:
        return lambda: supervisor.ask(path, **{name: value() for name, value in query.items()})

    def village() -> str:
        return chance.choice(county.villages).code

    def town() -> str:
        return chance.choice(county.villages).town

    gaps = f"{_ROUNDS}/{county.round_id}/gaps"
    return {
        "households of a village": of("/intake/v1/households", area_code=village),
        "households of a worker": of("/intake/v1/households", contact_staff_id=county.worker),
        "households of a town": of("/intake/v1/households", area_code=town),
        "contact persons of a town": of("/intake/v1/contacts", area_code=town),
        "contact persons": of("/intake/v1/contacts"),
        "gaps": of(gaps),
        "gaps of a village": of(gaps, area_code=village),
        "gaps of a worker": of(gaps, contact_staff_id=county.worker),
        "phones": of(_DEVICES),
        "held items": of(f"{_DEVICES}/items"),
        "visits": of("/intake/v1/visits"),
    }


def _figures(county: Visited) -> dict[str, Callable[[], Awaitable[Any]]]:
    leader, chance = county.people.person("leader-1", Role.LEADER), county.chance
    supervisor = county.people.person("supervisor-1", Role.SUPERVISOR)
    own, official = f"{_ROUNDS}/{county.round_id}/coverage", "/analytics/v1/visits/coverage"

    def of(by: str) -> Callable[[], Awaitable[Any]]:
        return lambda: leader.ask(official, round_id=county.round_id, by=by)

    def town() -> str:
        return chance.choice(county.villages).town

    return {
        "coverage at intake": lambda: supervisor.ask(own),
        "coverage at intake by person of a town": lambda: supervisor.ask(own, by="person", area_code=town()),
        **{f"coverage by {by}": of(by) for by in ("area", "class", "person", "purpose", "team")},
        "counts": lambda: leader.ask("/analytics/v1/visits/counts"),
        "people": lambda: leader.ask("/analytics/v1/visits/people"),
        "one's own": lambda: county.visitor(county.worker()).ask("/analytics/v1/visits/mine"),
    }
