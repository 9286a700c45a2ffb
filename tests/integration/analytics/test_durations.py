"""Median and ninth decile on a real PostgreSQL: they hold the true ones, and open into the cases that make them."""

from collections import defaultdict
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from libs.common.counters import Span
from libs.common.database.session import Database
from services.analytics.counters.domain import add
from services.analytics.facts.domain.timing import spells, times
from services.analytics.rollups.tables import HOURS
from tests.integration.analytics.county import (
    application,
    counted_anew,
    day_of,
    hear,
    in_batches,
    mixed_lives,
    stored_cells,
)
from tests.support.histories import Told

ALL_DAYS = {"period": "range", "from": "2026-02-01", "to": "2026-12-31"}


async def ask(database: Database, path: str, **query: object) -> Any:
    transport = ASGITransport(application(database))
    async with AsyncClient(transport=transport, base_url="http://test/analytics/v1/") as client:
        asked = {name: str(value) for name, value in (ALL_DAYS | query).items()}
        response = await client.get(path, params=asked, headers={"Authorization": "Bearer supervisor"})
    return response.json()


async def recounted(database: Database, events: list[Told]) -> None:
    expected: dict[Any, Any] = {}
    for fact in counted_anew(events)[0].values():
        add(expected, times(fact, day_of(1)))
    async with database.reading() as session:
        assert await stored_cells(session, HOURS, "hours") == expected
        coarse = {tuple(row) for row in await session.fetch(HOURS.coarse_of("hours"))}
        assert {(*cell, *n) for cell, n in (await stored_cells(session, HOURS, "hours_coarse")).items()} == coarse


@pytest.mark.parametrize("span", Span)
async def test_they_hold_the_true_ones_and_open_into_their_cases(database: Database, span: Span) -> None:
    events = mixed_lives(40, 3)
    for batch in in_batches(events, 30):
        await hear(database, batch)
    await recounted(database, events)
    minutes: defaultdict[str, list[int]] = defaultdict(list)
    for fact in counted_anew(events)[0].values():
        for spell in spells(fact):
            if spell.span is span:
                minutes[spell.unit].append(int((spell.ended - spell.begun).total_seconds()) // 60)
    [duration] = (await ask(database, "figures", measure=span, by="unit"))["durations"]
    assert {row["key"]: row["entries"] for row in duration["rows"]} == {key: len(all_) for key, all_ in minutes.items()}
    rows = [(row, sorted(minutes[row["key"]]), {"unit_code": row["key"]}) for row in duration["rows"] if row["key"]]
    rows.append((duration["total"], sorted(one for all_ in minutes.values() for one in all_), {}))
    for row, all_, narrowed in rows:
        for name, place in (("median", -(-len(all_) // 2)), ("p90", -(-len(all_) * 9 // 10))):
            least, below = row[name]["at_least_minutes"], row[name]["below_minutes"]
            assert least <= all_[place - 1] < below
            inside = sum(least <= one < below for one in all_)
            assert await behind(database, duration=span, at_least_minutes=least, **narrowed) == inside
        assert await behind(database, duration=span, **narrowed) == row["entries"] == len(all_)


async def behind(database: Database, **query: object) -> int:
    """What the cases of all pages add up to."""
    amount: int = 0
    cursor: dict[str, str] = {}
    while True:
        page = await ask(database, "figures/cases", limit=7, **query, **cursor)
        amount += sum(int(case["amount"]) for case in page["items"])
        if page["next_cursor"] is None:
            return amount
        cursor = {"cursor": page["next_cursor"]}


async def test_facts_of_before_are_timed_by_their_next_event(database: Database) -> None:
    """Nothing is taken off that was never added."""
    events = mixed_lives(40, 4)
    half = len(events) // 2
    await hear(database, events[:half])
    async with database.transaction(application(database).state.runtime.clock.now()) as session:
        await session.fetch("UPDATE fact SET timed = false")
        await session.fetch("TRUNCATE hours, hours_coarse")
    for batch in in_batches(events[half:], 30):
        await hear(database, batch)
    heard = {one.event.key for one in events[half:]}
    await recounted(database, [one for one in events if one.event.key in heard])


@pytest.mark.parametrize(
    "query",
    [
        {"duration": "hours_to_sign", "counter": "signed"},
        {"duration": "hours_to_sign", "at_least_minutes": "7"},
        {"counter": "signed", "at_least_minutes": "0"},
        {},
    ],
)
async def test_a_question_that_names_no_one_number_is_refused(database: Database, query: dict[str, str]) -> None:
    assert (await ask(database, "figures/cases", **query))["type"].endswith("invalid")
