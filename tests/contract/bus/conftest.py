"""The bus under test: each contract test runs on the embedded one and on a real Kafka."""

from collections.abc import AsyncIterator
from itertools import count

import pytest

from libs.common.bus.port import Bus
from libs.common.run import failpoints
from libs.programs.kafka import KafkaBroker
from tests.contract.bus.pair import Pair, topics_of
from tests.contract.bus.rigs import EmbeddedRig, KafkaRig, Rig
from tests.support.ledgers import open_service

_numbers = count(1)


@pytest.fixture(params=["embedded", "kafka"])
def rig(request: pytest.FixtureRequest) -> Rig:
    """One of the two buses."""
    if request.param == "kafka":
        broker: KafkaBroker = request.getfixturevalue("kafka_broker")
        return KafkaRig(broker)
    url: str = request.getfixturevalue("database_url")
    return EmbeddedRig(url)


@pytest.fixture
async def bus(rig: Rig) -> AsyncIterator[Bus]:
    """A bus object on it; the server is up and keeps its data."""
    bus = (await rig.address()).open()
    yield bus
    await bus.close()
    await rig.close()


@pytest.fixture
def topic() -> str:
    """A topic that no other test uses."""
    return f"contract{next(_numbers)}.cases"


@pytest.fixture
async def pair(bus: Bus, topic: str, database_url: str) -> AsyncIterator[Pair]:
    """Both services on that topic, and a bus for what they say."""
    prefix = f"{topic}."
    await bus.ensure_topics(topics_of(prefix))
    intake = await open_service(database_url, "intake")
    dispatch = await open_service(database_url, "dispatch")
    yield Pair(database_url, bus, prefix, intake, dispatch)
    failpoints.arm("")
    await intake.close()
    await dispatch.close()
