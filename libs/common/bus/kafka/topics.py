"""Topics on Kafka: created when missing, with replicas that survive the loss of a broker."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from libs.common.bus.port import BusTrouble, TopicSpec

RETENTION = timedelta(days=7)
"""How long a record stays at least. The ledgers keep everything for ever; the log is for delivery only."""

_MOST_REPLICAS = 3
_ALREADY_THERE = 36
_REQUEST_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.05


def new_admin(bootstrap: str, client_id: str) -> Any:
    """An admin client."""
    return AIOKafkaAdminClient(
        bootstrap_servers=bootstrap, client_id=client_id, request_timeout_ms=int(_REQUEST_SECONDS * 1000)
    )


async def create_missing(admin: Any, topics: Sequence[TopicSpec], replicas: int | None) -> None:
    """Create what is missing and wait until every partition can be written. Unbounded: the caller bounds it."""
    names = [topic.name for topic in topics]
    missing = [topic for topic in topics if topic.name not in set(await admin.list_topics())]
    if missing:
        copies = replicas or min(_MOST_REPLICAS, len((await admin.describe_cluster())["brokers"]))
        answer = await admin.create_topics([_new_topic(topic, copies) for topic in missing])
        for name, code, *text in answer.topic_errors:
            if code not in (0, _ALREADY_THERE):
                raise BusTrouble(f"Kafka did not create {name}: error {code} {' '.join(map(str, text))}")
    while True:
        if await _writable(admin, names):
            return
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


async def partitions_of(admin: Any, topic: str) -> list[int]:
    """The partitions of a topic; empty when there is none."""
    described = await admin.describe_topics([topic])
    return sorted(part["partition"] for each in described if each["error_code"] == 0 for part in each["partitions"])


async def _writable(admin: Any, names: Sequence[str]) -> bool:
    described = await admin.describe_topics(list(names))
    return all(
        each["error_code"] == 0 and each["partitions"] and all(part["leader"] >= 0 for part in each["partitions"])
        for each in described
    )


def _new_topic(topic: TopicSpec, replicas: int) -> Any:
    return NewTopic(
        name=topic.name,
        num_partitions=topic.partitions,
        replication_factor=replicas,
        topic_configs={
            # One replica may be away and writing goes on; what was acknowledged is on two.
            "min.insync.replicas": str(max(1, replicas - 1)),
            "unclean.leader.election.enable": "false",
            "max.message.bytes": str(topic.max_message_bytes),
            # By the broker's own clock: of a sender whose clock is wrong it would refuse what lies an hour ahead, and
            # forget at once what is older than the retention.
            "message.timestamp.type": "LogAppendTime",
            "retention.ms": str(int(RETENTION.total_seconds() * 1000)),
        },
    )
