"""The audit beside a house that works, and the metrics that come of it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import REGISTRY

from huiyin.audit.auditing import audit
from huiyin.audit.nightly import next_night, nightly_audit
from huiyin.audit.report import Invariant
from libs.common.run.supervise import stop
from libs.common.time.clock import SimulatedClock
from tests.integration.audit.conftest import Copy
from tests.integration.audit.county import open_county
from tests.integration.audit.living import live
from tests.support.eventually import eventually

_COUNTY = ZoneInfo("Asia/Shanghai")


async def test_every_cut_of_a_busy_house_is_clean(database_url: str, tmp_path: Path) -> None:
    async with open_county(database_url, tmp_path) as county:
        life = asyncio.create_task(live(county))
        cuts = 0
        while not life.done():
            report = await audit(county.house, at_a_time=20)
            assert report.clean, report.violations
            cuts += 1
        await life
        report = await audit(county.house)
        assert report.clean, report.violations
        assert not report.pending
        assert report.cases == len(county.cases)
        assert cuts > 1


@pytest.mark.parametrize("number", ["GD202611280042", "370100202611280012", "1764300000000"])
async def test_numbers_of_things_are_no_phones(database_url: str, tmp_path: Path, number: str) -> None:
    async with open_county(database_url, tmp_path) as county:
        await county.register("numbered", source_system="city", source_no=number, ref="13912341234")
        report = await audit(county.house)
    assert report.clean, report.violations


async def test_a_timer_that_nobody_fires_is_found_by_the_house_s_clock(copy: Copy, tmp_path: Path) -> None:
    async with open_county(copy.url, tmp_path, working=False, start=datetime(2026, 6, 1, tzinfo=UTC)) as county:
        report = await audit(county.house)
    late = [one for one in report.violations if "should have fired at" in one.message]
    assert late
    assert {one.invariant for one in report.violations} == {Invariant.PROMISE}


async def test_the_nightly_audit_sets_the_metrics(copy: Copy, tmp_path: Path) -> None:
    await copy.spoil("DELETE FROM analytics.fact WHERE case_id = {solved}")
    wall = SimulatedClock(datetime(2026, 5, 5, 18, 59, tzinfo=UTC))
    async with open_county(copy.url, tmp_path, working=False) as county:
        nightly = asyncio.create_task(nightly_audit(county.house, wall))
        await asyncio.sleep(0)
        assert _violations("I8") in (None, 0)
        wall.advance_to(datetime(2026, 5, 5, 19, 0, tzinfo=UTC))
        await eventually(lambda: _violations("I8") == 1)
        await stop(nightly)
    assert _violations("I2") == 0
    assert (REGISTRY.get_sample_value("huiyin_ledger_audit_last_success_timestamp_seconds") or 0) > 0


def test_the_night_is_the_county_s() -> None:
    before, after = datetime(2026, 5, 5, 18, 59, tzinfo=UTC), datetime(2026, 5, 5, 19, 0, tzinfo=UTC)
    assert next_night(before, _COUNTY) == datetime(2026, 5, 5, 19, 0, tzinfo=UTC)
    assert next_night(after, _COUNTY) == datetime(2026, 5, 6, 19, 0, tzinfo=UTC)


def _violations(invariant: str) -> float | None:
    return REGISTRY.get_sample_value("huiyin_ledger_audit_violations", {"invariant": invariant})
