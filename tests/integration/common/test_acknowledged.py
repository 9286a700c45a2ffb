"""What a broker lost, told by what it acknowledged and what it still has."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import asyncpg
import pytest

from libs.common.bus.flow import Service
from libs.common.bus.port import Bus, Message, Place, Record
from libs.common.delivery.loss_detection import Sent, find_losses, mark_sent, send_again
from libs.common.delivery.relay import Relay, Sending
from tests.support.eventually import eventually
from tests.support.ledgers import open_service, say, supplemented
from tests.support.tasks import running

HOUR = timedelta(hours=1)
NOW = datetime.now(UTC)
_SAY = """
    INSERT INTO ledger (part, event_id, stream, key, seq, type, payload, hash, occurred_at, recorded_at)
    SELECT 0, gen_random_uuid(), 'cases', 'k', n, 't', '{}', '\\x00', now(), $2::timestamptz
    FROM generate_series($1::int, $1::int) AS n RETURNING id, event_id::text, recorded_at
"""


@dataclass
class Log:
    """One partition of a bus: the ids that stand in it, from ``first`` on."""

    ids: list[str] = field(default_factory=list)
    first: int = 0
    asked: int = 0

    async def end_offsets(self, _topic: str) -> dict[int, int]:
        return {0: self.first + len(self.ids)}

    async def first_offsets(self, _topic: str) -> dict[int, int]:
        return {0: self.first}

    async def at(self, places: Mapping[Place, int]) -> dict[Place, Record]:
        self.asked += 1
        return {
            place: Record(place.topic, 0, offset, "k", {"ce_id": self.ids[offset - self.first]}, b"")
            for place, offset in places.items()
            if self.first <= offset < self.first + len(self.ids) and self.ids[offset - self.first]
        }


class Teller:
    """A service that says events, some of them long ago, and marks them as sent in some hour."""

    def __init__(self, connection: Any) -> None:
        self.connection, self.log, self.seq = connection, Log(), 0

    async def send(self, hour: datetime | None, recorded: Sequence[datetime]) -> list[int]:
        """Say, send and mark, in the present hour if in no other; gives the rows' ids."""
        sent = []
        for at in recorded:
            self.seq += 1
            row = await self.connection.fetchrow(_SAY, self.seq, at)
            self.log.ids.append(row["event_id"])
            place, offset = Place("cases", 0), self.log.first + len(self.log.ids) - 1
            sent.append(Sent(row["id"], row["event_id"], row["recorded_at"], place, offset))
        await mark_sent(self.connection, sent)
        if hour is not None:
            move = "UPDATE relay_mark SET hour = $1 WHERE hour = date_trunc('hour', now())"
            await self.connection.execute(move, hour)
        return [each.id for each in sent]

    async def queued(self) -> list[int]:
        """What is sent again after a look at the broker."""
        before = await self.connection.fetchval("SELECT count(*) FROM ledger_unsent")
        losses = await find_losses(self.connection, cast("Bus", self.log), "cases")
        told = [await send_again(self.connection, "cases", loss) for loss in losses]
        rows = await self.connection.fetch("SELECT id FROM ledger_unsent ORDER BY id")
        assert sum(told) == len(rows) - before
        return [row["id"] for row in rows]


@dataclass
class SilentLog(Log):
    """A log that tells nothing of what happens to it: its senders go on by themselves, as aiokafka's do."""

    interruptions: int = 0
    losing: int = 0
    """So many records are lost while the next batch is under way."""

    def lose(self, records: int) -> None:
        """Its end, and every connection to it."""
        del self.ids[-records:]
        self.interruptions += 1

    @asynccontextmanager
    async def sender(self) -> AsyncIterator["SilentLog"]:
        yield self

    async def send(self, messages: Sequence[Message]) -> list[tuple[Place, int]]:
        if self.losing:
            self.lose(self.losing)
            self.losing = 0
        self.ids += [message.headers["ce_id"] for message in messages]
        ends = range(len(self.ids) - len(messages), len(self.ids))
        return [(Place("cases", 0), offset) for offset in ends]


@pytest.fixture
async def teller(database_url: str) -> AsyncIterator[Teller]:
    database = await open_service(database_url, "intake")
    await database.close()
    connection = await asyncpg.connect(database_url, server_settings={"search_path": "intake"})
    yield Teller(connection)
    await connection.close()


@pytest.mark.parametrize("while_sending", [False, True])
async def test_a_loss_is_seen_though_the_sender_goes_on_by_itself(database_url: str, while_sending: bool) -> None:
    """More is sent at once, into the place of what was lost: no later look would tell."""
    database, log = await open_service(database_url, "intake"), SilentLog()
    relay = Relay(Sending(Service.INTAKE, cast("Bus", log), database_url, "intake", ""))
    database.on_spoken.append(relay.wake)

    async def said(numbers: range) -> set[str]:
        await say(database, *(supplemented(f"case-{number}", "x") for number in numbers))
        async with database.reading() as session:
            return {row.id for row in await session.fetch("SELECT event_id::text AS id FROM ledger")}

    async with running(relay.run):
        before = await said(range(8))
        await eventually(lambda: set(log.ids) == before, what="all is sent")
        if while_sending:
            log.losing = 3
        else:
            log.lose(3)
        after = await said(range(8, 20))
        await eventually(lambda: set(log.ids) == after, what="all is in the log again")
    await database.close()


async def test_what_is_missing_in_the_middle_did_not_grow_too_old(teller: Teller) -> None:
    await teller.send(NOW - 9 * HOUR, [NOW - 9 * HOUR] * 2)
    lost = await teller.send(NOW - HOUR, [NOW - HOUR] * 2)
    teller.log.ids[2:] = ["", ""]
    assert await teller.queued() == lost


async def test_nothing_is_sent_again_while_all_is_there_or_grew_too_old(teller: Teller) -> None:
    for hours in (30, 20, 10):
        await teller.send(NOW - hours * HOUR, [NOW - hours * HOUR] * 3)
    assert await teller.queued() == []
    teller.log.ids, teller.log.first = teller.log.ids[8:], 8
    assert await teller.queued() == []
    teller.log.ids, teller.log.first = [], 9
    assert await teller.queued() == []


async def test_a_lost_tail_is_sent_again_from_its_oldest_event_however_long_that_had_waited(teller: Teller) -> None:
    for hours in range(40, 10, -1):
        await teller.send(NOW - hours * HOUR, [NOW - hours * HOUR])
    waited = await teller.send(NOW - 5 * HOUR, [NOW - 9 * HOUR, NOW - 8 * HOUR, NOW - 5 * HOUR])
    last = await teller.send(NOW - HOUR, [NOW - HOUR])
    del teller.log.ids[-2:]
    assert await teller.queued() == waited + last
    assert await teller.queued() == waited + last


async def test_what_others_wrote_where_ours_stood_shows_that_ours_is_gone(teller: Teller) -> None:
    kept = await teller.send(NOW - 9 * HOUR, [NOW - 9 * HOUR] * 2)
    lost = await teller.send(NOW - 5 * HOUR, [NOW - 6 * HOUR] * 3)
    lost += await teller.send(NOW - HOUR, [NOW - HOUR])
    teller.log.ids[2:] = ["a stranger"] * 100
    assert await teller.queued() == lost
    teller.log.ids[:] = ["a stranger"] * 100
    assert await teller.queued() == kept + lost


async def test_a_loss_is_seen_though_more_was_sent_before_anybody_looked(teller: Teller) -> None:
    lost = await teller.send(NOW - 9 * HOUR, [NOW - 9 * HOUR] * 2)
    lost += await teller.send(None, [NOW - 5 * HOUR] * 3)
    teller.log.ids[:] = ["a stranger"] * 20
    since = await teller.send(None, [NOW - 4 * HOUR] * 2)
    assert await teller.queued() == lost + since


async def test_a_loss_is_seen_though_an_hour_began_before_anybody_looked(teller: Teller) -> None:
    kept = await teller.send(NOW - 9 * HOUR, [NOW - 9 * HOUR] * 2)
    lost = await teller.send(NOW - 2 * HOUR, [NOW - 2 * HOUR] * 3)
    teller.log.ids[2:] = ["a stranger"] * 20
    since = await teller.send(NOW - HOUR, [NOW - HOUR])
    assert await teller.queued() == lost + since
    assert not set(kept) & set(await teller.queued())


async def test_what_was_acknowledged_by_a_clock_that_was_ahead_hides_no_loss_after_it(teller: Teller) -> None:
    early = await teller.send(NOW - 3 * HOUR, [NOW - 3 * HOUR])
    ahead = await teller.send(NOW + 24 * HOUR, [NOW + 24 * HOUR])
    lost = await teller.send(NOW - HOUR, [NOW - HOUR] * 2)
    del teller.log.ids[2:]
    # What was recorded later by a clock that was ahead goes along; the readers have it already.
    assert await teller.queued() == ahead + lost
    teller.log.ids.clear()
    assert await teller.queued() == early + ahead + lost
