"""The two buses as a contract test sees them: a bus, and ways to take its server away and to wipe it."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import asyncpg

from libs.common.bus.embedded import EmbeddedBus
from libs.common.bus.kafka import KafkaBus, KafkaLimits
from libs.common.bus.port import Bus
from libs.programs.kafka import KafkaBroker
from tests.support.listening import Listening

# As short as a broker allows; the proportions are those of the real ones.
IMPATIENT = KafkaLimits(
    send=8, commit=6, ask=6, stop=3, session=6, heartbeat=0.5, rebalance=6, request=12, handover=2, stall=10
)
STALL_SECONDS = 3.0
CUT_EMBEDDED = (
    """
    DELETE FROM entry USING topic, partition_end AS ending
    WHERE topic.name = $1 AND entry.topic_id = topic.id AND entry.partition = $2::int
      AND ending.topic_id = topic.id AND ending.partition = $2::int
      AND entry.record_offset >= ending.next_offset - $3::int
    """,
    """
    UPDATE partition_end SET next_offset = next_offset - $3::int FROM topic
    WHERE topic.name = $1 AND partition_end.topic_id = topic.id AND partition_end.partition = $2::int
    """,
)
"""The embedded bus without the last records of a partition: topic, partition, how many."""


@dataclass(frozen=True, slots=True)
class BusAddress:
    """Where a bus is, in a form that can be given to another process."""

    kind: str
    address: str

    def open(self) -> Bus:
        """A new bus object."""
        if self.kind == "kafka":
            return KafkaBus(self.address, client_id="contract", limits=IMPATIENT)
        return EmbeddedBus(self.address, stall_seconds=STALL_SECONDS)


class Rig(Protocol):
    """One bus under test."""

    async def address(self) -> BusAddress:
        """Where it is."""

    async def go_down(self) -> None:
        """Take the server away."""

    async def come_back(self) -> None:
        """Bring it back with all it had."""

    async def wipe(self) -> None:
        """Bring it back with nothing."""

    async def cut(self, topic: str, records: int) -> None:
        """Bring it back without the last records of the topic's first partition: they were sent one by one."""

    async def close(self) -> None:
        """Leave things as they were found."""


class KafkaRig:
    """A real broker, shared with other tests."""

    def __init__(self, broker: KafkaBroker) -> None:
        self._broker = broker

    async def address(self) -> BusAddress:
        return BusAddress("kafka", self._broker.bootstrap)

    async def go_down(self) -> None:
        await asyncio.to_thread(self._broker.kill)

    async def come_back(self) -> None:
        await asyncio.to_thread(self._broker.start)

    async def wipe(self) -> None:
        await asyncio.to_thread(self._broker.kill)
        self._broker.wipe()
        await asyncio.to_thread(self._broker.start)

    async def cut(self, topic: str, records: int) -> None:
        await asyncio.to_thread(self._broker.kill)
        self._broker.cut(topic, 0, records)
        await asyncio.to_thread(self._broker.start)

    async def close(self) -> None:
        await asyncio.to_thread(self._broker.start)


class EmbeddedRig:
    """A database of PostgreSQL behind a line that can be cut."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._line = Listening(self._forward)
        self._port = 0

    async def address(self) -> BusAddress:
        if not self._port:
            await self.come_back()
        parts = urlsplit(self._url)
        user = parts.netloc.rpartition("@")[0]
        return BusAddress("embedded", parts._replace(netloc=f"{user}@127.0.0.1:{self._port}").geturl())

    async def go_down(self) -> None:
        await self._line.close()

    async def come_back(self) -> None:
        self._port = (await self._line.open(self._port)).port

    async def wipe(self) -> None:
        connection = await asyncpg.connect(self._url)
        await connection.execute("drop schema bus cascade")
        await connection.close()

    async def cut(self, topic: str, records: int) -> None:
        await self.go_down()
        connection = await asyncpg.connect(self._url, server_settings={"search_path": "bus"})
        for statement in CUT_EMBEDDED:
            await connection.execute(statement, topic, 0, records)
        await connection.close()
        await self.come_back()

    async def close(self) -> None:
        await self.go_down()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        parts = urlsplit(self._url)
        from_server, to_server = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_copy(reader, to_server))
                both.create_task(_copy(from_server, writer))
        finally:
            to_server.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
