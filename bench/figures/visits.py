"""What visits cost: lists, coverage, gaps and figures at a county's households, and the sync of one worker's phone.

The households are entered beside the largest stock of cases (``--stocks 0``: beside none), in the same database, which
stays in a folder that is kept: the next run finds them there. Four of five households of the round were visited.
One connection, one question after the other, of other areas, people and rounds each time; the slowest question's p95 is
what is said. Beside each stands the best that was seen of it, and beside all what a bare route with one row takes in
the same run.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from bench.drive.database import connected
from bench.drive.house import COUNTY, Kind
from bench.drive.made_up import WHOLE, Scale, Village, county_pack, household_tables, staff_table, villages_of
from bench.figure import Context, Figure, below, median
from bench.figures.reads import p95
from bench.stock.round import lay_round
from bench.timing import ask_all, beside, slowest
from bench.visit_questions import DEVICES, PLANS, ROUNDS, Turn, Visited, figures, lists
from huiyin.office import errands
from huiyin.office.people import People, Person
from libs.common.pack.decoding import decode_document
from libs.common.pack.schema import Pack
from libs.common.security.principal import Role

PHONE = 60
"""Households on the phone that is synced."""
_VISITED = 20
_WITHIN = 1_800.0
_PAUSE = 0.2
_TABLE = "application/octet-stream"
_NAME = "第一轮"
_ORDER = {
    "code": "leaders_first",
    "name": "领导带头遍访",
    "name_en": "Leaders first",
    "stages": [
        {"code": "leaders", "name": "领导", "name_en": "Leaders", "posts": ["town_leader"], "from_day": 1},
        {"code": "cadres", "name": "村干部", "name_en": "Cadres", "posts": ["village_cadre"], "from_day": 4},
    ],
}
_OF_VISITS = """
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
    WHERE schemaname IN ('intake', 'analytics')
        AND tablename ~ '^(visit|round|household|contact|plan|team|device|coverage)'
"""
_QUICK = Scale(towns=2, villages=2, workers=2, households=PHONE, cases=0, days=30)
VISITED_COUNTY = replace(WHOLE, villages=17, workers=10, households=PHONE)
"""3,400 workers and 204,000 households."""


async def run(context: Context) -> list[Figure]:
    """``visits_lists_p95_ms``, ``visits_figures_p95_ms``, ``phone_pull_ms`` and ``phone_push_ms``."""
    scale = _QUICK if context.quick else VISITED_COUNTY
    cases = 0 if context.quick else max(context.stocks)
    url = await context.ground.lived_in(home_of(scale, cases), cases)
    villages = villages_of(scale)
    pack = pack_of(villages)
    async with context.ground.house(Kind.EIGHT_EMBEDDED, url, pack) as house:
        with house.people(timeout=600.0) as people:
            round_id, begins_on = await _settle(people, scale, villages)
    await lay_round(url, round_id, begins_on, scale.workers)
    often = 5 if context.quick else 60
    async with context.ground.house(Kind.EIGHT_EMBEDDED, url, pack) as house:
        with house.people(timeout=120.0) as people:
            await _counted_anew(people, round_id)
            turns = await _turns(people, round_id)
            chance = Random(context.seed)  # noqa: S311
            county = Visited(house, people, villages, scale, round_id, begins_on, turns, chance)
            known = await _visits(people)
            pulls, pushes = await _phones(county, 5 if context.quick else 40)
            await _counted(people, known + len(pushes) * _VISITED)
            await _analyze(url)
            listed = await ask_all(house, lists(county), often, context.say)
            told = await ask_all(house, figures(county), often, context.say)
            one = await beside(house, await _some_case(people), often)
    at = f"{scale.all_households} households, {scale.all_workers} workers, beside {cases} cases"
    second = below(1_000.0)
    said = f"{PHONE} households, median {median(pulls):.0f} ms", f"{_VISITED} visits, median {median(pushes):.0f} ms"
    return [
        slowest("visits_lists_p95_ms", listed, at, one),
        slowest("visits_figures_p95_ms", told, at, one),
        Figure("phone_pull_ms", second, p95(pulls), "ms", one, said[0]),
        Figure("phone_push_ms", second, p95(pushes), "ms", one, said[1]),
    ]


async def _analyze(url: str) -> None:
    """What is told of visits; the cases of a stock were analyzed as they were laid."""
    async with connected(url) as connection:
        for table in await connection.fetch(_OF_VISITS):
            await connection.execute(f"ANALYZE {table['name']}")


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


def home_of(scale: Scale, cases: int) -> str:
    """The name of the database of so many households beside so many cases."""
    return f"visits_{cases}_{scale.all_households}"


def pack_of(villages: Sequence[Village]) -> Pack:
    """The demo pack with these villages, and with an order of stages for rounds."""
    pack = county_pack("走访压测", villages, ())
    pack["visits"]["orders"] = [_ORDER]
    return decode_document(pack).pack


async def _settle(people: People, scale: Scale, villages: Sequence[Village]) -> tuple[str, date]:
    """The people, the households and a round of all of them, as far as they are not there: its id and day."""
    supervisor = people.person("supervisor-1", Role.SUPERVISOR)
    known = [one async for one in supervisor.listed(ROUNDS) if one["name"] == _NAME and one["status"] == "open"]
    if known:
        return known[0]["round_id"], date.fromisoformat(known[0]["begins_on"])
    admin, operator = people.person("root", Role.ADMIN), people.person("operator-1", Role.OPERATOR)
    await _taken(admin, "/dispatch/v1/staff/import", staff_table(scale, villages))
    for table in household_tables(scale, villages):
        await _taken(operator, "/intake/v1/households/import", table)
    today = (datetime.now(UTC) + timedelta(hours=8)).date()
    span = {"begins_on": today.isoformat(), "ends_on": (today + timedelta(days=60)).isoformat()}
    round_id = str(uuid4())
    terms = {"name": _NAME, "area_code": COUNTY, "classes": ["resident"], "round_id": round_id, **span}
    await supervisor.do(ROUNDS, terms | {"visit_order": _ORDER["code"]})
    return round_id, today


async def _counted_anew(people: People, round_id: str) -> None:
    """Intake has seen that the round was laid past it."""
    supervisor = people.person("supervisor-1", Role.SUPERVISOR)
    async with asyncio.timeout(_WITHIN):
        while not await _agree(supervisor, f"{ROUNDS}/{round_id}"):  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(_PAUSE)


async def _agree(supervisor: Person, of_round: str) -> bool:
    """Whether its stages, and a page of its teams, are told as far as its households are."""
    visited = (await supervisor.ask(f"{of_round}/coverage", by="class"))["whole"]["visited"]
    by_team = await supervisor.ask(f"{of_round}/coverage", by="team")
    stages = (await supervisor.ask(f"{of_round}/stages"))["stages"]
    return sum(stage["visited"] for stage in stages) == visited and any(
        row["of"] and row["visited"] for row in by_team["rows"]
    )


async def _turns(people: People, round_id: str) -> list[Turn]:
    supervisor = people.person("supervisor-1", Role.SUPERVISOR)
    plans = [plan["plan_id"] async for plan in supervisor.listed(PLANS, round_id=round_id)]
    shown = [await supervisor.ask(f"{PLANS}/{plan_id}") for plan_id in plans]
    return [Turn(plan["plan_id"], turn["on"], turn["team_id"]) for plan in shown for turn in plan["turns"]]


async def _visits(people: People) -> int:
    """How many analytics has."""
    counts = await people.person("leader-1", Role.LEADER).ask("/analytics/v1/visits/counts")
    many: int = counts["whole"]["counts"]["visits"] + counts["whole"]["counts"]["duplicates"]
    return many


async def _counted(people: People, visits: int) -> None:
    """Analytics has them all."""
    async with asyncio.timeout(_WITHIN):
        while await _visits(people) < visits:  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(_PAUSE)


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
        await person.do(DEVICES, {"device_id": device, "name": "压测手机"})
        began = time.perf_counter()
        given = await person.do(f"{DEVICES}/{device}/pull", {})
        pulls.append((time.perf_counter() - began) * 1000)
        items = [_visit(seq, worker, home) for seq, home in enumerate(given["households"][:_VISITED], start=1)]
        began = time.perf_counter()
        await person.do(f"{DEVICES}/{device}/push", {"items": items})
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
