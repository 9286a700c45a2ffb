"""One event in a hundred cannot be applied: it stands aside with all that follows it in its case, and the rest flows.

And when nothing can be applied, it is the release: the consumer halts instead of parking everything.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

from prometheus_client import REGISTRY

from libs.common.bus.flow import Service
from libs.common.bus.port import Bus, Place, Record
from libs.common.database.session import Session
from libs.common.delivery import inbox
from libs.common.delivery.consumer import LARGEST_BATCH, MOST_PARKED_IN_A_ROW, Consumer, ConsumerOptions
from libs.common.delivery.handlers import React, Reactions
from libs.common.errors import Permanent
from libs.common.events.base import Event
from libs.common.host.retries import try_again
from libs.common.run.supervise import LoopProgress
from tests.chaos.delivery.arriving import batches, records
from tests.chaos.delivery.fingerprint import fingerprint
from tests.chaos.delivery.receivers import SPECS, Receiver, new_database, open_receiver
from tests.chaos.verdict import Verdict, expect, none_of
from tests.support.eventually import eventually
from tests.support.histories import Told
from tests.support.mixing import history
from tests.support.tasks import running

SHARE = 0.01
SLOWEST = 0.25
"""Of the rate without poison. A batch with one poisoned event is done about twice."""
Spot = tuple[str, str, int]
"""(key, source, seq)"""

_PARKED = "SELECT key, source, seq, state, tries, again_at IS NOT NULL AS again FROM parked ORDER BY id"


async def _cannot(_session: Session) -> None:
    raise Permanent("poisoned for good")


async def _stumbles(_session: Session) -> None:
    raise RuntimeError("poisoned by a fault of ours")


async def _is_refused(session: Session) -> None:
    await session.fetch("SELECT 1 / 0")


_WAYS: tuple[Callable[[Session], Awaitable[None]], ...] = (_cannot, _stumbles, _is_refused)


class Poison:
    """Events whose handler fails, each in its own way, until ``mended``."""

    def __init__(self, events: Sequence[Event], lots: random.Random) -> None:
        self.mended = False
        self._ways = {event: lots.choice(_WAYS) for event in events}

    def __contains__(self, event: Event) -> bool:
        return event in self._ways

    def __len__(self) -> int:
        return len(self._ways)

    def reactions(self, real: Reactions) -> Reactions:
        """The real handlers, poisoned."""
        return replace(real, handlers={event: self._poisoned(react) for event, react in real.handlers.items()})

    def _poisoned(self, react: React) -> React:
        async def poisoned(session: Session, event: Event) -> None:
            way = None if self.mended else self._ways.get(event)
            if way is not None:
                await way(session)
            await react(session, event)

        return poisoned


@dataclass(frozen=True, slots=True)
class Story:
    """What one service hears, in order, and what must stand aside when some of it is poisoned."""

    service: Service
    told: Sequence[Told]
    records: Sequence[Record]

    def draw(self, lots: random.Random) -> Poison:
        """One in a hundred of the events that the service hears from others."""
        heard = SPECS[self.service].reactions.handlers
        events = [one.event for one in self.told if one.source != self.service and type(one.event) in heard]
        return Poison(lots.sample(events, max(3, round(len(events) * SHARE))), lots)

    def aside(self, poison: Poison) -> tuple[set[Spot], set[Spot]]:
        """The first poisoned event of each case, and what comes after one."""
        failed: dict[str, Spot] = {}
        behind: set[Spot] = set()
        for told, record in zip(self.told, self.records, strict=True):
            spot = (record.key, str(told.source), int(record.headers["ce_sequence"]))
            if told.source == self.service:
                continue
            if record.key in failed:
                behind.add(spot)
            elif told.event in poison:
                failed[record.key] = spot
        return set(failed.values()), behind


def stories(events: int, seed: int) -> Iterator[Story]:
    """To analytics all of a history; to the others what they hear before their own staff have to act."""
    acts = history(events, random.Random(seed))
    said = list(records(acts))
    for service in SPECS:
        count = len(acts) if service is Service.ANALYTICS else 1
        told = [one for act in acts[:count] for one in act]
        yield Story(service, told, [record for act in said[:count] for record in act])


async def one_in_a_hundred(server: str, events: int, seed: int, *, timed: bool) -> list[Verdict]:
    """For each service: deliver, look at what stands aside, mend, replay over HTTP, and compare with no poison."""
    return [verdict for story in stories(events, seed) for verdict in await _try(server, story, seed, timed=timed)]


async def _try(server: str, story: Story, seed: int, *, timed: bool) -> list[Verdict]:
    async with _opened(server, story) as receiver:
        clean_seconds = await _deliver(receiver, story)
        clean = await fingerprint(receiver.database)
    poison = story.draw(random.Random(f"{seed}/{story.service}"))
    async with _opened(server, story, poison) as receiver:
        async with running(partial(try_again, receiver.running.parking, LoopProgress())):
            seconds = await _deliver(receiver, story)
            await eventually(partial(_given_up, receiver), within=120, what="all tries used up")
        verdicts = await _standing_aside(receiver, story, poison)
        if timed:
            verdicts.append(_rate(story, clean_seconds, seconds))
        poison.mended = True
        verdicts.append(await _replayed(receiver, clean))
    return verdicts


@asynccontextmanager
async def _opened(server: str, story: Story, poison: Poison | None = None) -> AsyncIterator[Receiver]:
    real = SPECS[story.service].reactions
    async with (
        new_database(server, f"poison_{story.service}") as url,
        open_receiver(story.service, url, reactions=poison.reactions(real) if poison else real) as receiver,
    ):
        yield receiver


async def _deliver(receiver: Receiver, story: Story) -> float:
    """All of it to the consumer; gives the seconds."""
    began = time.perf_counter()
    for batch in batches([story.records], LARGEST_BATCH):
        await receiver.consumer.take(batch)
    return time.perf_counter() - began


async def _parked(receiver: Receiver) -> Sequence[Any]:
    async with receiver.database.reading() as session:
        return await session.fetch(_PARKED)


async def _given_up(receiver: Receiver) -> bool:
    return not any(row.again for row in await _parked(receiver))


async def _standing_aside(receiver: Receiver, story: Story, poison: Poison) -> list[Verdict]:
    name = f"1 % poisoned, {story.service}"
    failed, behind = story.aside(poison)
    rows = await _parked(receiver)
    there = {state: {(row.key, row.source, row.seq) for row in rows if row.state == state} for state in _STATES}
    wrong = [*(failed ^ there["failed"]), *(behind ^ there["behind"]), *there["waiting"]]
    most = max(row.tries for row in rows)
    held_up = await _held_up(receiver, story, failed | behind)
    counted = f"{len(poison)} poisoned, {len(failed)} cases stand aside with {len(behind)} later events"
    return [
        expect(f"{name}: tries, most", f"<= {inbox.TRIES}", most, most == inbox.TRIES),
        none_of(f"{name}: parked and should not be, or the other way round", wrong, of=len(failed | behind)),
        expect(f"{name}: others held up", "0", len(held_up), not held_up, "; ".join([counted, *held_up[:5]])),
    ]


async def _held_up(receiver: Receiver, story: Story, aside: set[Spot]) -> list[str]:
    """Events that nothing stands in the way of, and that were not applied."""
    async with receiver.database.reading() as session:
        marks = {
            (row.key, row.source): row.seq for row in await session.fetch("SELECT key, source, seq FROM watermark")
        }
    flowing = [
        (told, record.key, int(record.headers["ce_sequence"]))
        for told, record in zip(story.told, story.records, strict=True)
        if told.source != story.service
    ]
    return [
        f"{key} {told.source} {seq}"
        for told, key, seq in flowing
        if (key, str(told.source), seq) not in aside and marks.get((key, str(told.source)), 0) < seq
    ]


def _rate(story: Story, clean: float, poisoned: float) -> Verdict:
    rates = f"{len(story.records) / clean:,.0f}/s without, {len(story.records) / poisoned:,.0f}/s with"
    share = clean / poisoned
    name = f"1 % poisoned, {story.service}: rate of the reader, of that without"
    return expect(name, f">= {SLOWEST}", f"{share:.2f}", share >= SLOWEST, rates)


async def _replayed(receiver: Receiver, clean: Mapping[str, str]) -> Verdict:
    """After the fix: what an operator replays leaves the state as if nothing had ever been wrong."""
    replayed = 0
    operator = receiver.operator
    while items := (await operator.ask(f"/{receiver.service}/ops/parked"))["items"]:
        for item in items:
            path = f"/{receiver.service}/ops/parked/{item['stream']}/{item['key']}/replay"
            replayed += (await operator.do(path))["applied"]
    state = await fingerprint(receiver.database)
    different = [f"{table}: {clean[table]} / {state[table]}" for table in clean if clean[table] != state[table]]
    name = f"1 % poisoned, {receiver.service}: tables unlike those without poison, after the replay"
    verdict = none_of(name, different, of=len(clean))
    return replace(verdict, detail=verdict.detail or f"{replayed} events replayed")


_STATES = ("failed", "behind", "waiting")


class _Given:
    """A bus that holds some records, their offsets being their places, and remembers how far it was read."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.committed = 0
        self._records = records

    @asynccontextmanager
    async def reader(self, _group: str, _topics: Sequence[str]) -> AsyncIterator["_Given"]:
        """The bus is its own reader."""
        yield self

    async def read(self, *, at_most: int, wait: float) -> list[Record]:
        """What was not read so far; nothing at the end, after a moment."""
        given = list(self._records[self.committed : self.committed + at_most])
        await asyncio.sleep(0 if given else wait)
        return given

    async def commit(self, positions: Mapping[Place, int]) -> None:
        """See ``Reader.commit``."""
        self.committed = max(positions.values())


async def a_bad_release(server: str, events: int, seed: int) -> list[Verdict]:
    """Every handler of analytics fails; then it is mended, started again, and what was parked is replayed."""
    *_, story = stories(events, seed)
    async with _opened(server, story) as receiver:
        await _deliver(receiver, story)
        clean = await fingerprint(receiver.database)
    poison = Poison([told.event for told in story.told], random.Random(seed))
    async with _opened(server, story, poison) as receiver:
        bus = _Given(story.records)
        halted = _consumer(receiver, bus)
        async with asyncio.timeout(60):
            await halted.run()
        rows = await _parked(receiver)
        failed = sum(row.state == "failed" for row in rows)
        stopped = REGISTRY.get_sample_value("huiyin_consumer_halted", {"service": str(story.service)})
        poison.mended = True
        async with running(_consumer(receiver, bus).run):
            await eventually(lambda: bus.committed == len(story.records), within=120, what="the rest read")
        verdict = await _replayed(receiver, clean)
    name = "a release that fails everything"
    return [
        expect(f"{name}: consumer halts", "halted, gauge 1", f"{_word(halted)}, gauge {stopped:.0f}", stopped == 1.0),
        expect(f"{name}: failed when it halts", str(MOST_PARKED_IN_A_ROW), failed, failed == MOST_PARKED_IN_A_ROW),
        replace(verdict, figure=f"{name}: tables unlike those of a good one, after fix and replay"),
    ]


def _word(consumer: Consumer) -> str:
    return "halted" if consumer.halted else "reading"


def _consumer(receiver: Receiver, bus: _Given) -> Consumer:
    runtime = receiver.running.runtime
    reading = ConsumerOptions(
        receiver.service, cast("Bus", bus), receiver.database, runtime.reactions, runtime.clock, runtime.topic_prefix
    )
    return Consumer(reading)
