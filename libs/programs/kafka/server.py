"""One Kafka broker process: started, stopped, killed, held still and wiped."""

import base64
import shutil
import struct
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM
from typing import NamedTuple

from libs.programs import launch
from libs.programs.kafka.artifacts import BrokerUnavailable, classpath, java
from libs.programs.launch import Program
from libs.programs.managed import ADDRESS, ManagedProgram

_FORMATTED_WITHIN = 120.0
# Small and quick to start rather than fast for days: one node serves tests and trials.
_JVM = ["-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"]

_SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    # Topics are made from the map, never by a typing error.
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    # Nobody else is about to join: a group starts at once.
    "group.initial.rebalance.delay.ms": "0",
    # After a kill the controller waits this long before it takes the broker in again (9 s by default).
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    "num.network.threads": "2",
    "num.io.threads": "4",
    # The default alone is half of the heap.
    "log.cleaner.dedupe.buffer.size": "16777216",
}

# Base offset, length; leader epoch, magic, CRC and attributes, which are passed over; offset of the last record in it.
_BATCH_HEADER = struct.Struct(">qi4xx4x2xi")
_BEFORE_LENGTH_ENDS = 12

_LOGGING = """\
status = error
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %m (%c)%n
"""


class _Batch(NamedTuple):
    """A batch of a segment: where it begins in the file, its first offset, and the one after its last."""

    position: int
    offset: int
    end: int


def _batches(segment: bytes) -> Iterator[_Batch]:
    """The batches of a segment in the format of Kafka's log (magic 2); what is allocated and not used ends it."""
    position = 0
    while position + _BATCH_HEADER.size <= len(segment):
        offset, length, last = _BATCH_HEADER.unpack_from(segment, position)
        if length <= 0:
            return
        yield _Batch(position, offset, offset + last + 1)
        position += _BEFORE_LENGTH_ENDS + length


class KafkaBroker(ManagedProgram):
    """One broker on one data folder, on 127.0.0.1.

    ``advertised`` is the ``host:port`` under which clients are told to reach it, when that is another: a line that
    leads here.
    """

    name = "Kafka"
    unavailable = BrokerUnavailable
    port_is_taken = "Address already in use"
    giving_up = ((SIGKILL, 30.0),)

    def __init__(self, data_dir: Path, port: int | None = None, advertised: str | None = None) -> None:
        super().__init__(data_dir, "broker.log", port)
        self._store = self.data_dir / "store"
        self._configuration = self.data_dir / "server.properties"
        self._advertised = advertised

    @property
    def bootstrap(self) -> str:
        """The address for clients, known once the broker was started."""
        return f"{ADDRESS}:{self._port}"

    def start(self) -> str:
        """Start the broker, making its store the first time; answer its address once it serves.

        Raises :class:`BrokerUnavailable`.
        """
        if not self.running:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            self._launch()
        return self.bootstrap

    def stop(self) -> None:
        """Stop the broker in order. Harmless when it does not run."""
        if self._process is not None:
            self._process.send_signal(SIGCONT)
            launch.end(self._process, [(SIGTERM, 30.0)])
            self._process = None

    def kill(self) -> None:
        """Kill the broker at once."""
        if self._process is not None:
            launch.end(self._process, self.giving_up)
            self._process = None

    def pause(self) -> None:
        """Hold the broker still: connections stay open and nothing answers."""
        self._living().send_signal(SIGSTOP)

    def resume(self) -> None:
        """Let a broker that was held still go on."""
        self._living().send_signal(SIGCONT)

    def wipe(self) -> None:
        """Lose everything the stopped broker has stored, topics and group positions included."""
        if self.running:
            raise RuntimeError("stop the broker before wiping it")
        shutil.rmtree(self._store, ignore_errors=True)

    def cut(self, topic: str, partition: int, records: int) -> None:
        """Lose the last records of a partition of the stopped broker, as a power cut does, and whole batches of them.

        Raises :class:`ValueError` when its last segment has fewer.
        """
        if self.running:
            raise RuntimeError("stop the broker before cutting what it has")
        segment = max((self._store / f"{topic}-{partition}").glob("*.log"))
        batches = list(_batches(segment.read_bytes()))
        left = (batches[-1].end if batches else 0) - records
        begin = next((batch.position for batch in batches if batch.end > left), None)
        if begin is None or batches[0].offset > left:
            raise ValueError(f"{topic}-{partition} has no {records} records in {segment.name}")
        with segment.open("r+b") as file:
            file.truncate(begin)

    def wait(self) -> int:
        """Wait until the broker ends by itself; answer its exit code."""
        return self._living().wait()

    def _living(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the broker does not run")
        return self._process

    def _program(self, port: int) -> Program:
        logging = self.data_dir / "log4j2.properties"
        logging.write_text(_LOGGING)
        command: list[str | Path] = [java(), *_JVM, f"-Dlog4j2.configurationFile={logging}", "-cp", classpath()]
        self._configure()
        self._make_store(command)
        # SIGKILL, since a broker held still by SIGSTOP would outlive a milder signal. Its log survives that.
        return Program([*command, "kafka.Kafka", self._configuration], SIGKILL, directory=self.data_dir)

    def _is_ready(self, process: subprocess.Popen[bytes], log_begins: int) -> bool:
        return "Kafka Server started" in self._said_since(log_begins)

    def _configure(self) -> None:
        controller = f"{ADDRESS}:{launch.free_port()}"
        settings = _SETTINGS | {
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self._advertised or self.bootstrap}",
            "controller.quorum.voters": f"1@{controller}",
            "log.dirs": str(self._store),
        }
        self._configuration.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))

    def _make_store(self, command: list[str | Path]) -> None:
        if (self._store / "meta.properties").exists():
            return
        shutil.rmtree(self._store, ignore_errors=True)
        tool = [*command, "kafka.tools.StorageTool", "format", "-t", _cluster_id(), "-c", self._configuration]
        try:
            code, said = launch.run(Program(tool, SIGKILL), within=_FORMATTED_WITHIN)
        except (OSError, subprocess.SubprocessError) as error:
            code, said = -1, str(error)
        if code != 0:
            raise BrokerUnavailable(f"Kafka could not make its store in {self._store}:\n{said[-2000:].strip()}")


def _cluster_id() -> str:
    """A new one; none begins with a dash, which Kafka's tool would take for an option of its own."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_")
