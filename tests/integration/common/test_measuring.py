"""The gauges tell the truth on both buses, also where nobody works: measured by a process that only looks."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from huiyin.audit.auditing import audit
from libs.common import ledger_metrics
from libs.common.bus.choose import BusKind
from libs.common.bus.embedded import EmbeddedBus
from libs.common.bus.flow import Service
from libs.common.bus.port import BusTrouble
from libs.common.database.batch import GroupCommit
from libs.common.database.session import Database, DatabaseTrouble
from libs.common.errors import Unavailable
from libs.common.host import measuring
from libs.common.host.measuring import Gauges
from libs.common.run.supervise import stop
from libs.common.service.spec import load_nothing, measure_nothing
from libs.programs.kafka import KafkaBroker
from tests.integration.audit.county import MONDAY, County, Spoiler, open_county
from tests.support.eventually import eventually
from tests.support.told import told

_PARK = """
    INSERT INTO followup.parked (stream, key, source, seq, state, type, headers, value, reason, parked_at)
    VALUES ('cases', 'a', 'intake', 1, 'failed', 'x', '{}', '', 'test', now() - interval '1 hour'),
           ('cases', 'a', 'intake', 2, 'behind', 'x', '{}', '', 'test', now()),
           ('cases', 'b', 'intake', 1, 'failed', 'x', '{}', '', 'test', now()),
           ('cases', 'c', 'intake', 9, 'waiting', 'x', '{}', '', 'test', now() - interval '2 hours')
"""


@pytest.fixture(params=["embedded", "kafka"])
def bus(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The settings of each bus; the broker is started for the one that needs it."""
    if request.param == "embedded":
        return {}
    broker: KafkaBroker = request.getfixturevalue("kafka_broker")
    prefix: str = request.getfixturevalue("topic_prefix")
    return {"bus": BusKind.KAFKA, "kafka_bootstrap": broker.bootstrap, "topic_prefix": prefix}


@asynccontextmanager
async def relaying(county: County, service: Service) -> AsyncIterator[None]:
    """One relay at work."""
    task = asyncio.create_task(county.house.services[service].relay.run())
    try:
        yield
    finally:
        await stop(task)


async def take_without_a_bus(county: County, service: Service) -> None:
    """Everything but the lag is measured also when the bus does not answer."""
    away = EmbeddedBus("postgresql://nobody@127.0.0.1:9/none")
    with pytest.raises(BusTrouble):
        await Gauges(replace(county.house.services[service].runtime, bus=away), measure_nothing).take()
    assert math.isnan(told("huiyin_consumer_lag_seconds", service=service))


async def test_what_nobody_sends_and_nobody_reads_is_seen(
    database_url: str, tmp_path: Path, bus: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "LOOK_AT_BUS_EVERY", 0.0)
    async with open_county(database_url, tmp_path, **bus) as county:
        await county.register("before")
    async with open_county(database_url, tmp_path, working=False, **bus) as county:
        intake, dispatch = (
            Gauges(county.house.services[name].runtime, county.house.services[name].spec.measure)
            for name in (Service.INTAKE, Service.DISPATCH)
        )
        await dispatch.take()
        assert told("huiyin_consumer_lag_records", service="dispatch") == 0
        await county.register("new")
        await intake.take()
        assert told("huiyin_outbox_unpublished_rows", service="intake") == 1
        first = told("huiyin_outbox_oldest_unpublished_age_seconds", service="intake")
        assert first > 0
        assert told("huiyin_relay_parts_unowned", service="intake") == 16
        await intake.take()
        assert told("huiyin_outbox_oldest_unpublished_age_seconds", service="intake") > first
        relay = county.house.services[Service.INTAKE].relay
        async with relaying(county, Service.INTAKE):
            await eventually(lambda: relay.sent == 1)
            await intake.take()
            assert told("huiyin_outbox_oldest_unpublished_age_seconds", service="intake") == 0
            assert told("huiyin_relay_parts_unowned", service="intake") == 0
        await dispatch.take()
        assert told("huiyin_consumer_lag_records", service="dispatch") == 1
        waited = told("huiyin_consumer_lag_seconds", service="dispatch")
        assert waited > 0
        await dispatch.take()
        assert told("huiyin_consumer_lag_seconds", service="dispatch") > waited
    async with open_county(database_url, tmp_path, **bus) as county:
        await county.house.settle()
        await Gauges(county.house.services[Service.DISPATCH].runtime, measure_nothing).take()
        assert told("huiyin_consumer_lag_records", service="dispatch") == 0
        assert told("huiyin_consumer_lag_seconds", service="dispatch") == 0


async def test_what_stands_still_is_told_by_key_and_age(database_url: str, tmp_path: Path) -> None:
    async with open_county(database_url, tmp_path, working=False) as county:
        await Spoiler(database_url).run(_PARK)
        await take_without_a_bus(county, Service.FOLLOWUP)
    names = ("parked_rows", "parked_keys", "waiting_rows")
    assert [told(f"huiyin_inbox_{name}", service="followup") for name in names] == [3, 2, 1]
    assert 3600 <= told("huiyin_inbox_parked_oldest_age_seconds", service="followup") < 7200


async def test_every_service_tells_of_the_last_audit_also_after_a_restart(database_url: str, tmp_path: Path) -> None:
    async with open_county(database_url, tmp_path) as county:
        await county.register("one")
        report = await audit(county.house)
    for invariant in report.checked:
        told("huiyin_ledger_audit_violations", invariant=invariant)
    ledger_metrics.LEDGER_AUDIT_LAST_SUCCESS_TIMESTAMP_SECONDS.set(0)
    ledger_metrics.LEDGER_AUDIT_DURATION_SECONDS.set(0)
    async with open_county(database_url, tmp_path, working=False) as county:
        await Gauges(county.house.services[Service.ANALYTICS].runtime, measure_nothing).take()
    assert told("huiyin_ledger_audit_last_success_timestamp_seconds") > 0
    assert told("huiyin_ledger_audit_duration_seconds") == report.seconds
    assert told("huiyin_ledger_audit_violations") == 0


async def test_pools_clock_and_queue(database_url: str, tmp_path: Path) -> None:
    async with (
        open_county(database_url, tmp_path, working=False) as county,
        county.house.services[Service.INTAKE].runtime.door_database.reading(),
    ):
        await take_without_a_bus(county, Service.INTAKE)
    assert told("huiyin_db_pool_size", service="intake", pool="door") == 6
    assert told("huiyin_db_pool_in_use", service="intake", pool="door") == 1
    assert told("huiyin_db_pool_waiters", service="intake", pool="door") == 0
    assert told("huiyin_group_commit_waiting", service="intake") == 0
    assert abs(told("huiyin_clock_skew_seconds", service="intake")) < 60


async def test_a_database_that_is_away_and_a_full_queue_are_counted() -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none", "intake", pool_size=1, name="intake-door")
    before = told("huiyin_database_troubles_total", service="intake", pool="door")
    with pytest.raises(DatabaseTrouble):
        async with nowhere.reading():
            pass
    assert told("huiyin_database_troubles_total", service="intake", pool="door") == before + 1
    full = GroupCommit(nowhere, load_nothing, waiting=0)
    with pytest.raises(Unavailable):
        await full.run(measure_nothing, now=MONDAY)
    assert told("huiyin_group_commit_refusals_total", service="intake") > 0
    await nowhere.close()
