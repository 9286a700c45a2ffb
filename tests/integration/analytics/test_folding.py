"""On a real PostgreSQL: whatever way events come in, the roll-up is what a recount gives."""

import asyncio
import random

import orjson
import pytest

from libs.common.database.session import Database
from libs.common.errors import Permanent, Unavailable
from libs.common.events.cases import CaseRegistered, CaseSupplemented
from services.analytics.facts.domain.documents import from_documents, to_document
from services.analytics.facts.domain.fact import Fact
from tests.integration.analytics.county import NOW, counted_anew, hear, in_batches, stored_rollup
from tests.support.histories import Told, life, numbered
from tests.support.mixing import interleave, shuffle, split


async def stored_facts(database: Database) -> dict[str, Fact]:
    async with database.reading() as session:
        rows = await session.fetch("SELECT case_id, doc::text AS doc, places::text AS places FROM fact")
    return {row.case_id: from_documents(orjson.loads(row.doc), orjson.loads(row.places)) for row in rows}


def lives(count: int, rng: random.Random) -> list[list[Told]]:
    return [interleave(life(f"case-{index:04}", rng.randrange(2**32)), rng) for index in range(count)]


@pytest.mark.parametrize("seed", range(4))
async def test_the_roll_up_is_the_recount(database: Database, seed: int) -> None:
    rng = random.Random(seed)
    mixed = shuffle(lives(40, rng), rng)
    for batch in split(mixed, rng):
        await hear(database, batch)
    facts, expected = counted_anew(mixed)
    assert await stored_facts(database) == facts
    async with database.reading() as session:
        assert await stored_rollup(session) == expected


async def test_readers_of_different_cases_do_not_disturb_each_other(database: Database) -> None:
    rng = random.Random(7)
    groups = [lives(30, rng) for _ in range(4)]
    for number, group in enumerate(groups):
        for position, history in enumerate(group):
            renamed = f"case-{number}-{position}"
            group[position] = [
                told._replace(event=told.event.model_copy(update={"case_id": renamed})) for told in history
            ]

    async def read(group: list[list[Told]]) -> None:
        for batch in in_batches(shuffle(group, random.Random(1)), 25):
            await hear(database, batch)

    await asyncio.gather(*(read(group) for group in groups))
    _, expected = counted_anew(told for group in groups for history in group for told in history)
    async with database.reading() as session:
        assert await stored_rollup(session) == expected


async def test_a_batch_that_fails_leaves_nothing(database: Database) -> None:
    stranger = CaseSupplemented(occurred_at=NOW, case_id="nobody", text="?")
    with pytest.raises(Permanent, match="nobody"):
        await hear(database, [*life("case-1", 1), *numbered([stranger])])
    assert await stored_facts(database) == {}
    async with database.reading() as session:
        assert await stored_rollup(session) == {}


async def test_a_case_of_a_pack_that_has_not_arrived_waits(database: Database) -> None:
    first = life("case-1", 1)[0].event
    with pytest.raises(Unavailable):
        await hear(database, numbered([first.model_copy(update={"pack_version": 9})]))


async def test_a_corrected_registration_moves_the_case(database: Database) -> None:
    first = life("case-1", 1)[0].event
    assert isinstance(first, CaseRegistered)
    corrected = first.model_copy(update={"area_code": "999001102202", "registered_at": NOW})
    told = numbered([first, corrected])
    await hear(database, told[:1])
    await hear(database, told[1:])
    _, expected = counted_anew(told[1:])
    async with database.reading() as session:
        assert await stored_rollup(session) == expected


async def test_facts_survive_the_way_through_the_database(database: Database) -> None:
    history = life("case-1", 12)
    await hear(database, history)
    facts, _ = counted_anew(history)
    stored = await stored_facts(database)
    assert to_document(stored["case-1"]) == to_document(facts["case-1"])
