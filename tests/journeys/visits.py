"""Who goes out in a town, whom they found, and what a round's figures say of it: over HTTP."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from libs.common.bus.flow import Service
from tests.journeys.county import County, Person
from tests.support.eventually import eventually

IN_THE_PLACE = ZoneInfo("Asia/Shanghai")
HOUSEHOLDS, VISITS, ROUNDS = "/intake/v1/households", "/intake/v1/visits", "/intake/v1/rounds"
FIGURES = "/analytics/v1/visits"
_AT_ONCE = 40


async def many(work: Iterable[Awaitable[Any]], at_once: int = _AT_ONCE) -> list[Any]:
    """All of it, some at a time, in order."""
    waiting, done = [*work], list[Any]()
    for first in range(0, len(waiting), at_once):
        done += await asyncio.gather(*waiting[first : first + at_once])
    return done


async def appoint(town: County, post: str, units: dict[str, str]) -> None:
    """Everybody of ``units`` holds a post there since a month, and intake knows them."""
    begun = (town.house.clock.now() - timedelta(days=30)).isoformat()
    people = [
        {"staff_id": one, "name": "干部", "terms": [{"post_code": post, "unit_code": unit, "begins_at": begun}]}
        for one, unit in units.items()
    ]
    await many(town.admin.do("/dispatch/v1/staff", person) for person in people)
    await town.house.settle()
    known = town.house.services[Service.INTAKE].runtime.door_database.staff

    async def are_known() -> bool:
        return all(known.member(one) is not None for one in units)

    await eventually(are_known)


def visit(household_id: str, at: datetime, *staff_ids: str, **fields: Any) -> dict[str, Any]:
    """A visit of twenty minutes at which somebody was reached, unless said otherwise."""
    span = {"started_at": at.isoformat(), "ended_at": (at + timedelta(minutes=20)).isoformat()}
    return {"household_id": household_id, "staff_ids": [*staff_ids], "outcome": "reached", **span, **fields}


async def same_in_analytics(town: County, round_id: str, whole: dict[str, Any]) -> None:
    """Analytics tells of a round what intake does."""
    found = (await town.supervisor.ask(f"{FIGURES}/coverage", round_id=round_id))["whole"]
    told = ("households", "visited", "reached", "refused", "by_phone", "nobody_home", "moved", "untried", "late")
    assert {name: found[name] for name in told} == {name: whole[name] for name in told}
    assert found["visited_share"]["text"] == whole["visited_share"]


async def counts(person: Person, round_id: str, **query: Any) -> tuple[int, int, str]:
    """Numerator, denominator, and what is printed."""
    whole = (await person.ask(f"{ROUNDS}/{round_id}/coverage", **query))["whole"]
    return whole["visited"], whole["households"], whole["visited_share"]


async def gaps(town: County, round_id: str) -> Sequence[dict[str, Any]]:
    """All who were not reached."""
    return [one async for one in town.supervisor.listed(f"{ROUNDS}/{round_id}/gaps")]
