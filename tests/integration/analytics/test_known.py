"""Figures as they were known: by the cut that an answer bears, and at the end of a past day."""

import asyncio
import random
from collections import Counter as Tally
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from itertools import groupby, product
from typing import Any

import orjson
import pytest
from httpx import ASGITransport, AsyncClient

from libs.common.counters import Span
from libs.common.database.session import Database
from services.analytics.durations.domain import BOUNDS, MEDIAN, bucket_at
from services.analytics.figures.actions import past
from tests.conftest import MakeDatabase
from tests.integration.analytics.county import NOW, application, ask_of, day_of, hear, in_batches, open_analytics
from tests.support.histories import Told, interleave, life, shuffle, split

LIVES = 40
ALL_DAYS = {"period": "range", "from": "2026-02-01", "to": "2026-12-31"}
QUESTIONS: Sequence[tuple[str, dict[str, str]]] = (
    ("figures", {"period": "month", "on": "2026-03-05"}),
    ("figures", {**ALL_DAYS, "by": "area"}),
    ("figures", {**ALL_DAYS, "by": "unit", "measure": "response,resolution"}),
    ("figures", {**ALL_DAYS, "by": "day", "area_code": "999001101000"}),
    ("figures", {**ALL_DAYS, "by": "unit", "measure": "hours_to_sign,hours_to_close"}),
    ("figures/counts", {**ALL_DAYS, "by": "unit"}),
    ("figures/counts", {**ALL_DAYS, "by": "category", "basis": "registered", "channel": "visit"}),
    ("figures/counts", {**ALL_DAYS, "basis": "closed", "unit_code": "D-WATER"}),
    ("figures/counts", {"period": "week", "by": "kind"}),
)
CALLERS = ("leader", "leader/999001101000", "supervisor")
ABOUT_ME = "D-WATER"
"""The unit of every caller here: cases about it are hidden from them."""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await open_analytics(database_url)
    yield opened
    await opened.close()


@asynccontextmanager
async def asking(database: Database, now: datetime = NOW) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(application(database, now))
    async with AsyncClient(transport=transport, base_url="http://test/analytics/v1/") as client:
        yield client


async def answer(client: AsyncClient, path: str, caller: str = "leader", **query: str) -> bytes:
    response = await client.get(path, params=query, headers={"Authorization": f"Bearer {caller}"})
    assert response.status_code == 200, response.text
    return response.content


async def read(client: AsyncClient, path: str, **query: str) -> Any:
    response = await client.get(path, params=query, headers={"Authorization": "Bearer leader"})
    return response.json()


def told(seed: int) -> list[Told]:
    """Lives of cases, some of them about the callers' own unit."""
    rng = random.Random(seed)
    histories = [interleave(life(f"case-{n:04}", rng.randrange(2**32)), rng) for n in range(LIVES)]
    for index in range(0, LIVES, 7):
        first, *rest = histories[index]
        accused = first.event.model_copy(update={"accused_unit": ABOUT_ME})
        histories[index] = [first._replace(event=accused), *rest]
    return shuffle(histories, rng)


@pytest.mark.parametrize("seed", range(3))
async def test_asked_again_with_its_cut_an_answer_is_the_same_to_the_byte(database: Database, seed: int) -> None:
    rng = random.Random(seed)
    given: list[tuple[str, str, dict[str, str], bytes]] = []
    for number, batch in enumerate(split(told(seed), rng)):
        await hear(database, batch)
        if number == 20:
            await ask_of(database, response={"version": 2, "decimals": 3})
        if rng.random() < 0.3:
            (path, query), caller = rng.choice(QUESTIONS), rng.choice(CALLERS)
            async with asking(database, NOW + timedelta(hours=number)) as client:
                given.append((path, caller, query, await answer(client, path, caller, **query)))
    assert len(given) > 5
    async with asking(database, NOW + timedelta(days=400)) as client:
        for path, caller, query, before in given:
            cut = orjson.loads(before)["cut"]
            assert await answer(client, path, caller, **query, cut=cut) == before


def by_days(seed: int) -> Iterator[tuple[date, list[Told]]]:
    """What happens on each assessment day, in the order of time."""
    rng = random.Random(seed)
    events = [one for n in range(LIVES) for one in life(f"case-{n:04}", rng.randrange(2**32))]
    ordered = sorted(events, key=lambda one: one.event.occurred_at)
    for day, one_day in groupby(ordered, key=lambda one: day_of(1)(one.event.occurred_at)):
        yield day, list(one_day)


@pytest.mark.parametrize("seed", range(2))
async def test_known_on_a_past_day_is_what_was_said_at_its_end(database: Database, seed: int) -> None:
    given: list[tuple[date, str, dict[str, str], Any]] = []
    rng = random.Random(seed)
    for day, events in by_days(seed):
        for batch in in_batches(events, 5):
            await hear(database, batch)
        path, query = rng.choice([one for one in QUESTIONS if "from" in one[1]])
        async with asking(database) as client:
            given.append((day, path, query, orjson.loads(await answer(client, path, **query))))
    assert len(given) > 10
    async with asking(database, NOW + timedelta(days=90)) as client:
        for day, path, query, before in given:
            known = orjson.loads(await answer(client, path, **query, known_on=day.isoformat()))
            again = await answer(client, path, **query, cut=known["cut"])
            assert orjson.loads(again) == known
            del known["cut"], before["cut"]
            assert known == before
        earlier = await read(client, "figures/counts", **ALL_DAYS, known_on="2026-01-01")
        assert not any(earlier["total"].values())
        assert earlier["as_of"] is None


async def cuts_of(database: Database) -> list[str]:
    """While cases live, from time to time."""
    events = told(5)
    cuts: list[str] = []
    for number, batch in enumerate(in_batches(events, len(events) // 3)):
        await hear(database, batch)
        async with asking(database, NOW + timedelta(hours=number)) as client:
            cuts.append((await read(client, "figures/counts", **ALL_DAYS))["cut"])
    return cuts


@pytest.mark.parametrize("span", Span)
async def test_a_difference_of_a_duration_opens_into_cases_too(database: Database, span: Span) -> None:
    async with asking(database) as client:
        nothing = (await read(client, "figures/counts", **ALL_DAYS))["cut"]
    cuts = await cuts_of(database)
    async with asking(database, NOW + timedelta(days=1)) as client:
        for since, until in ((nothing, cuts[0]), (cuts[0], cuts[1]), (cuts[1], None)):
            moments = {"since_cut": since} | ({} if until is None else {"until_cut": until})
            query = {**ALL_DAYS, "duration": span.value, **moments}
            items = [item async for page in pages(client, query) for item in page["items"]]
            first = await read(client, "figures/changes", **query)
            for moment, name in ((since, "before"), (until, "after")):
                asked = ALL_DAYS | {"measure": span.value} | ({} if moment is None else {"cut": moment})
                [duration] = (await read(client, "figures", **asked))["durations"]
                assert (first[f"duration_{name}"], first[name]) == (duration["total"], duration["total"]["entries"])
            moved = Tally[int]()
            for item in items:
                assert item["times_before"] != item["times_after"]
                moved.update({int(least): entries for least, entries in item["times_after"].items()})
                moved.subtract({int(least): entries for least, entries in item["times_before"].items()})
            assert moved.total() == sum(item["change"] for item in items) == first["after"] - first["before"]
            if since == nothing:
                assert items
                buckets = {BOUNDS.index(least): entries for least, entries in moved.items()}
                held = bucket_at(MEDIAN, buckets)
                assert held is not None
                assert first["duration_after"]["median"]["at_least_minutes"] == BOUNDS[held]
                one = await read(client, "figures/changes", **query, at_least_minutes=str(BOUNDS[held]))
                assert (one["before"], one["after"]) == (0, buckets[held])


async def test_a_difference_opens_into_the_cases_that_make_it(database: Database) -> None:
    cuts = await cuts_of(database)
    async with asking(database, NOW + timedelta(days=1)) as client:
        for basis, counter in product(("registered", "closed", "happened"), ("closed", "sent_back", "handle_minutes")):
            number_asked = {**ALL_DAYS, "basis": basis, "counter": counter}
            for until in ({"until_cut": cuts[1]}, {}):
                query = {**number_asked, "since_cut": cuts[0], **until}
                moments = ({"cut": cuts[0]}, {"cut": cuts[1]} if until else {})
                counts = [
                    (await read(client, "figures/counts", **ALL_DAYS, basis=basis, **moment))["total"][counter]
                    for moment in moments
                ]
                items = [item async for page in pages(client, query) for item in page["items"]]
                first = await read(client, "figures/changes", **query)
                assert [first["before"], first["after"]] == counts
                assert sum(item["change"] for item in items) == counts[1] - counts[0]
                assert all(item["after"] - item["before"] == item["change"] != 0 for item in items)
        rate = await read(client, "figures/changes", **ALL_DAYS, measure="response", since_cut=cuts[0], limit="200")
        assert sum(item["change"] for item in rate["items"]) == rate["after"] - rate["before"] != 0


async def pages(client: AsyncClient, query: dict[str, str]) -> AsyncIterator[Any]:
    """Every page of a list of changes, few at a time."""
    cursor: dict[str, str] = {}
    while True:
        page = await read(client, "figures/changes", **query, **cursor, limit="3")
        yield page
        if page["next_cursor"] is None:
            return
        cursor = {"cursor": page["next_cursor"]}


async def test_what_cannot_be_told_is_refused_by_name(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with asking(database) as client:
        first = (await read(client, "figures"))["cut"]
        await hear(database, told(1))
        now = (await read(client, "figures"))["cut"]
        other = "figures/changes"
        number = {"counter": "registered"}
        refused: Sequence[tuple[str, dict[str, str], str]] = (
            ("figures", {"cut": "nonsense"}, "cut"),
            ("figures", {"cut": now, "known_on": "2026-03-01"}, ""),
            ("figures/counts", {"known_on": "2026-06-10"}, "known_on"),
            ("figures/counts", {"known_on": "2027-01-01"}, "known_on"),
            (other, number, ""),
            (other, {**number, "duration": "hours_to_sign", "since_cut": first}, ""),
            (other, {**number, "since_cut": now, "until_cut": first}, "until_cut"),
            (other, {**number, "since_cut": first, "since_day": "2026-03-01"}, ""),
            (other, {**number, "since_day": "2026-06-10"}, "since_day"),
        )
        for path, query, field in refused:
            problem = await read(client, path, **query)
            assert (problem["type"], problem["status"]) == ("urn:huiyin:problem:invalid", 422), problem
            assert problem["fields"][0]["field"].endswith(field), problem
        monkeypatch.setattr(past, "MOST_CHANGED", 5)
        for path, query, field in (
            ("figures", {**ALL_DAYS, "cut": first}, "cut"),
            (other, {**number, "since_cut": first}, "since_cut"),
        ):
            problem = await read(client, path, **query)
            assert [error["field"] for error in problem["fields"]] == [field]
            assert "more than 5 cases" in problem["fields"][0]["message"]


async def test_a_cut_of_another_house_is_refused(database: Database, make_database: MakeDatabase) -> None:
    await hear(database, told(1))
    async with asking(database) as client:
        cut = (await read(client, "figures"))["cut"]
    empty = await open_analytics(await make_database("template0"))
    try:
        async with asking(empty) as client:
            problem = await read(client, "figures", cut=cut)
            assert [error["field"] for error in problem["fields"]] == ["cut"]
    finally:
        await empty.close()


async def test_what_was_folded_before_moments_were_noted_was_known_from_the_start(database: Database) -> None:
    events = told(3)
    await hear(database, events[:200])
    async with database.transaction(NOW) as session:
        await session.fetch("UPDATE fact SET learned = '{}', stamp = 0, learned_at = NULL")
        await session.fetch("UPDATE freshness SET position = 0, day = '-infinity', learned_at = 'epoch'")
        await session.fetch("INSERT INTO known_from (day) VALUES ('2026-06-11')")
    async with asking(database) as client:
        before = await answer(client, "figures/counts", **ALL_DAYS, by="unit")
    for batch in in_batches(events[200:], 30):
        await hear(database, batch)
    async with asking(database, NOW + timedelta(days=9)) as client:
        cut = orjson.loads(before)["cut"]
        assert await answer(client, "figures/counts", **ALL_DAYS, by="unit", cut=cut) == before
        assert await answer(client, "figures/counts", **ALL_DAYS, by="unit") != before
        refused = await read(client, "figures", known_on="2026-06-10")
        assert [error["field"] for error in refused["fields"]] == ["known_on"]
        assert "nobody noted" in refused["fields"][0]["message"]
        assert (await read(client, "figures", known_on="2026-06-11"))["pack_version"] == 1


async def test_readers_side_by_side_take_one_position_after_the_other(database: Database) -> None:
    async def hear_all(case: list[list[Told]]) -> None:
        for batch in case:
            await hear(database, batch)

    whole = [life(f"case-{n:04}", n) for n in range(30)]
    await asyncio.gather(*(hear_all(in_batches(case, 3)) for case in whole))
    async with database.reading() as session:
        (total,) = await session.fetch("SELECT sum(position)::integer AS n, count(*)::integer AS parts FROM freshness")
        stamps = await session.fetch("SELECT stamp FROM fact WHERE stamp >> 6 > (SELECT max(position) FROM freshness)")
    assert (total.n, total.parts) == (sum(len(in_batches(case, 3)) for case in whole), 16)
    assert stamps == []
