"""What the Kafka bus promises on top of the contract: no client outlives its use, no rebalance throws out the busy."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from libs.common.bus.kafka import KafkaBus
from libs.common.bus.kafka.reader import KafkaReader
from libs.common.bus.port import Bus, BusTrouble, Message, Place, Reader, Record, TopicSpec
from libs.programs.kafka import KafkaBroker
from tests.chaos.proxy import Proxy
from tests.contract.bus.rigs import IMPATIENT, KafkaRig
from tests.support.eventually import eventually

LONG = 60.0


@pytest.fixture
async def kafka(kafka_broker: KafkaBroker) -> AsyncIterator[KafkaBus]:
    bus = KafkaBus(kafka_broker.bootstrap, client_id="contract", limits=IMPATIENT)
    yield bus
    await bus.close()
    await asyncio.to_thread(kafka_broker.start)


@asynccontextmanager
async def held_still(broker: KafkaBroker) -> AsyncIterator[None]:
    broker.pause()
    try:
        yield
    finally:
        broker.resume()


def numbered(topic: str, count: int) -> list[Message]:
    return [Message(topic, f"case-{number}", {}, str(number).encode()) for number in range(count)]


async def send(bus: Bus, messages: list[Message]) -> None:
    async with bus.sender() as sender:
        await sender.send(messages)


async def no_task_left(before: set["asyncio.Task[object]"]) -> None:
    await eventually(lambda: not (asyncio.all_tasks() - before), within=LONG, what="the end of every task of aiokafka")


async def test_clients_of_a_broker_that_stands_still_end_and_leave_no_task(
    kafka: KafkaBus, kafka_broker: KafkaBroker, topic: str
) -> None:
    await kafka.ensure_topics([TopicSpec(topic, partitions=2)])
    before = asyncio.all_tasks()
    async with kafka.sender() as sender, kafka.reader("still", [topic]) as reader:
        await sender.send(numbered(topic, 10))
        await reader.read(at_most=1, wait=5)
        async with held_still(kafka_broker):
            with pytest.raises(BusTrouble):
                await sender.send(numbered(topic, 10))
            with pytest.raises(BusTrouble):
                await reader.commit({Place(topic, 0): 0})
            with pytest.raises(BusTrouble):
                await kafka.end_offsets(topic)
    await no_task_left(before)


async def test_clients_that_cannot_start_leave_no_task(kafka: KafkaBus, kafka_broker: KafkaBroker, topic: str) -> None:
    await asyncio.to_thread(kafka_broker.kill)
    before = asyncio.all_tasks()
    for _ in range(2):
        with pytest.raises(BusTrouble):
            await send(kafka, numbered(topic, 1))
        with pytest.raises(BusTrouble):
            async with kafka.reader("never", [topic]):
                pass
        with pytest.raises(BusTrouble):
            await kafka.ensure_topics([TopicSpec(topic)])
    await no_task_left(before)


@pytest.mark.parametrize("within", [0.25, 0.5, 0.75])
async def test_a_start_that_is_given_up_halfway_leaves_no_connection(
    kafka_broker: KafkaBroker, topic: str, within: float
) -> None:
    """Four chunks of 0.2 s each: what the broker can do, and who the brokers are, to and fro."""
    host, _, port = kafka_broker.bootstrap.partition(":")
    async with Proxy(host, int(port)) as line:
        line.slow(0.2)
        bus = KafkaBus(line.address, client_id="contract", limits=replace(IMPATIENT, ask=within))
        with pytest.raises(BusTrouble):
            await bus.ensure_topics([TopicSpec(topic)])
        with pytest.raises(BusTrouble):
            await bus.end_offsets(topic)
        await eventually(lambda: line.open == 0, what="no connection open")


async def test_what_was_given_up_is_not_delivered_later(kafka: KafkaBus, kafka_broker: KafkaBroker, topic: str) -> None:
    await kafka.ensure_topics([TopicSpec(topic, partitions=1)])
    async with kafka.sender() as sender:
        await sender.send(numbered(topic, 1))
        await asyncio.to_thread(kafka_broker.kill)
        with pytest.raises(BusTrouble):
            await sender.send(numbered(topic, 5))
    await asyncio.to_thread(kafka_broker.start)
    await send(kafka, numbered(topic, 1))
    assert await kafka.end_offsets(topic) == {0: 2}


async def test_a_rebalance_waits_for_the_commit_under_way(kafka: KafkaBus, topic: str) -> None:
    await kafka.ensure_topics([TopicSpec(topic, partitions=2)])
    await send(kafka, numbered(topic, 40))
    async with kafka.reader("busy", [topic]) as busy:
        records = await all_of(busy, 40)
        joining = asyncio.create_task(read_once(kafka, "busy", topic))
        await eventually(lambda: rebalancing(busy), within=LONG, what="the rebalance")
        await busy.commit({Place(topic, record.partition): record.offset + 1 for record in records})

        async def joined() -> bool:
            assert await busy.read(at_most=10, wait=0.1) == []
            return joining.done()

        await eventually(joined, within=LONG, what="the second member")
        assert await joining == []
    assert sum((await kafka.behind("busy", [topic])).values()) == 0


async def test_a_commit_that_comes_after_the_handover_is_refused(kafka: KafkaBus, topic: str) -> None:
    await kafka.ensure_topics([TopicSpec(topic, partitions=2)])
    await send(kafka, numbered(topic, 40))
    async with kafka.reader("late", [topic]) as late:
        records = await all_of(late, 40)
        assert await read_once(kafka, "late", topic)
        # Both partitions come back, but somebody else had them meanwhile.
        await eventually(lambda: not rebalancing(late) and len(late.assignment()) == 2, within=LONG)
        with pytest.raises(BusTrouble):
            await late.commit({Place(topic, record.partition): record.offset + 1 for record in records})
    assert sum((await kafka.behind("late", [topic])).values()) == 40


def rebalancing(reader: Reader) -> bool:
    assert isinstance(reader, KafkaReader)
    return reader._handover.rebalancing


async def all_of(reader: Reader, count: int) -> list[Record]:
    records: list[Record] = []

    async def enough() -> bool:
        records.extend(await reader.read(at_most=500, wait=0.2))
        return len(records) >= count

    await eventually(enough, within=LONG, what=f"{count} records")
    return records


async def read_once(bus: Bus, group: str, topic: str) -> list[Record]:
    async with bus.reader(group, [topic]) as reader:
        return await reader.read(at_most=10, wait=2)


async def test_a_sender_whose_clock_is_a_day_ahead_or_a_month_behind_is_heard(
    kafka: KafkaBus, kafka_broker: KafkaBroker, topic: str
) -> None:
    """Kafka 4 refuses what is more than an hour ahead of the broker, and forgets what is older than the retention."""
    await kafka.ensure_topics([TopicSpec(topic, partitions=1)])
    producer = AIOKafkaProducer(bootstrap_servers=kafka_broker.bootstrap)
    await producer.start()
    try:
        for days in (1, -30):
            moment = int((time.time() + days * 86_400) * 1_000)
            sent = await producer.send_and_wait(topic, b"1", timestamp_ms=moment)
            assert abs(sent.timestamp / 1_000 - time.time()) < LONG, "the time is the broker's own"
    finally:
        await producer.stop()


async def test_a_member_does_not_go_on_without_partitions_at_a_broker_that_lost_its_topics(
    kafka: KafkaBus, kafka_broker: KafkaBroker, topic: str
) -> None:
    await kafka.ensure_topics([TopicSpec(topic, partitions=1)])
    group = f"{topic}-readers"

    async def read_on() -> None:
        async with asyncio.timeout(LONG), kafka.reader(group, [topic]) as reader:
            await eventually(lambda: _has_partitions(reader), within=LONG, what="its partitions")
            await KafkaRig(kafka_broker).wipe()
            while True:
                assert await reader.read(at_most=1, wait=0.1) == []

    with pytest.raises(BusTrouble):
        await read_on()
    await kafka.ensure_topics([TopicSpec(topic, partitions=1)])
    async with kafka.sender() as sender:
        await sender.send(numbered(topic, 3))
    async with kafka.reader(group, [topic]) as reader:
        assert len(await all_of(reader, 3)) == 3


async def test_a_member_does_not_go_on_without_one_of_its_topics(
    kafka: KafkaBus, kafka_broker: KafkaBroker, topic: str
) -> None:
    other = f"{topic}.other"
    await kafka.ensure_topics([TopicSpec(topic, partitions=1), TopicSpec(other, partitions=1)])

    async def read_on() -> None:
        async with asyncio.timeout(LONG), kafka.reader(f"{topic}-readers", [topic, other]) as reader:
            await eventually(lambda: _has_partitions(reader), within=LONG, what="its partitions")
            admin = AIOKafkaAdminClient(bootstrap_servers=kafka_broker.bootstrap)
            await admin.start()
            await admin.delete_topics([other])
            await admin.close()
            while True:
                assert await reader.read(at_most=1, wait=0.1) == []

    with pytest.raises(BusTrouble):
        await read_on()


async def _has_partitions(reader: Reader) -> bool:
    await reader.read(at_most=1, wait=0.1)
    return bool(reader.assignment())
