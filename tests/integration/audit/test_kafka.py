"""On Kafka the log is not part of the cut: what is in the broker is on its way, and what is nowhere is lost."""

import asyncio
from pathlib import Path
from typing import Any

from huiyin.audit.auditing import audit
from libs.common.bus.choose import BusKind
from libs.common.bus.flow import Service
from libs.common.run.supervise import stop
from libs.programs.kafka import KafkaBroker
from tests.integration.audit.county import Spoiler, open_county
from tests.support.eventually import eventually

_READERS = 3


async def test_in_the_broker_or_nowhere(
    kafka_broker: KafkaBroker, topic_prefix: str, database_url: str, tmp_path: Path
) -> None:
    kafka: dict[str, Any] = {"bus": BusKind.KAFKA, "kafka_bootstrap": kafka_broker.bootstrap}
    kafka["topic_prefix"] = topic_prefix
    async with open_county(database_url, tmp_path, **kafka) as county:
        await county.handle(await county.register("old"))
        report = await audit(county.house)
        assert report.clean, report.violations
        assert not report.pending
    async with open_county(database_url, tmp_path, working=False, **kafka) as county:
        await county.register("new")
        relay = county.house.services[Service.INTAKE].relay
        sending = asyncio.create_task(relay.run())
        await eventually(lambda: relay.sent == 1)
        await stop(sending)
        report = await audit(county.house)
        assert report.clean, report.violations
        assert report.pending["events in the broker"] == _READERS
    old = county.cases["new"]
    async with open_county(database_url, tmp_path, **kafka) as county:
        await Spoiler(database_url).run(f"DELETE FROM followup.watermark WHERE key = '{old}' AND source = 'dispatch'")  # noqa: S608
        report = await audit(county.house)
    assert [one.message for one in report.violations if one.invariant == "I4"] == [
        "1 of dispatch was sent, but never applied here"
    ]
