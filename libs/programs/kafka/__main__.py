"""`make kafka`: run the broker in the foreground. Also: fetch what it needs (`prepare`), renew the lock (`relock`)."""

import argparse
import signal
import sys
from pathlib import Path

from libs.programs.kafka.artifacts import BrokerUnavailable, home, prepare, relock
from libs.programs.kafka.server import KafkaBroker


def main() -> None:
    """Read the command line and do what it asks."""
    parser = argparse.ArgumentParser(prog="broker", description="A real Apache Kafka broker, on this machine alone.")
    parser.add_argument("action", nargs="?", choices=["serve", "prepare", "relock"], default="serve")
    parser.add_argument("--port", type=int, default=9092)
    parser.add_argument("--data-dir", type=Path, default=None)
    given = parser.parse_args()
    try:
        if given.action == "serve":
            _serve(given.data_dir or home() / "data", given.port)
        else:
            {"prepare": prepare, "relock": relock}[given.action]()
    except BrokerUnavailable as error:
        sys.exit(str(error))


def _serve(data_dir: Path, port: int) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    broker = KafkaBroker(data_dir, port)
    try:
        sys.stdout.write(f"Kafka serves on {broker.start()}; Ctrl-C stops it. Its log: {broker.log}\n")
        sys.stdout.flush()
        sys.exit(f"Kafka ended by itself ({broker.wait()}); see {broker.log}")
    except KeyboardInterrupt:
        sys.stdout.write("\nStopping\n")
    finally:
        broker.stop()


if __name__ == "__main__":
    main()
