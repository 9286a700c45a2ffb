"""Which bus it is: the only place that knows both."""

from libs.common.bus.embedded import EmbeddedBus
from libs.common.bus.kafka import KafkaBus
from libs.common.bus.port import Bus
from libs.common.run.settings import BusKind, CommonSettings


def open_bus(settings: CommonSettings, database_url: str) -> Bus:
    """The bus that the settings ask for; nothing is connected yet. ``database_url`` is where an embedded one lives."""
    if settings.bus is BusKind.KAFKA and settings.kafka_bootstrap:
        return KafkaBus(settings.kafka_bootstrap, client_id="huiyin")
    return EmbeddedBus(database_url)
