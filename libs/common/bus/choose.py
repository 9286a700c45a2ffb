"""Which bus it is: the only place that knows both. Kafka's client is loaded where it is asked for, and nowhere else."""

from enum import StrEnum
from importlib import import_module
from typing import Any

from libs.common.bus.embedded import EmbeddedBus
from libs.common.bus.port import Bus


class BusKind(StrEnum):
    """``HUIYIN_BUS``."""

    EMBEDDED = "embedded"
    KAFKA = "kafka"


def open_bus(
    kind: BusKind,
    *,
    database_url: str,
    kafka_bootstrap: str | None = None,
    client_id: str = "huiyin",
    stall_seconds: float = 15.0,
) -> Bus:
    """The bus of this kind; nothing is connected yet. Raises ValueError when it is not said where Kafka is.

    A reader that is frozen for ``stall_seconds`` loses its partitions to the others of its group.
    """
    if kind is BusKind.EMBEDDED:
        return EmbeddedBus(database_url, stall_seconds=stall_seconds)
    if not kafka_bootstrap:
        raise ValueError("HUIYIN_BUS=kafka needs HUIYIN_KAFKA_BOOTSTRAP=host:port")
    kafka: Any = import_module("libs.common.bus.kafka")
    bus: Bus = kafka.KafkaBus(kafka_bootstrap, client_id=client_id, limits=kafka.KafkaLimits.for_stall(stall_seconds))
    return bus
