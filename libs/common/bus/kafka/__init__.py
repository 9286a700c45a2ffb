"""The Kafka bus: aiokafka, with every await bounded and every client expendable."""

from libs.common.bus.kafka.bus import KafkaBus
from libs.common.bus.kafka.limits import KafkaLimits

__all__ = ["KafkaBus", "KafkaLimits"]
