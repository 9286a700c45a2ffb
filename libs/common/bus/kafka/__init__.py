"""The Kafka bus: aiokafka, with every await bounded and every client expendable."""

from libs.common.bus.kafka.bus import KafkaBus
from libs.common.bus.kafka.limits import Limits

__all__ = ["KafkaBus", "Limits"]
