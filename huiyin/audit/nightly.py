"""The nightly audit of the one-process system. In a cluster the scheduler runs ``huiyin audit`` instead."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from huiyin.audit.anchors.stores import StoreTrouble
from huiyin.audit.auditing import audit
from huiyin.audit.report import AuditReport
from libs.common.bus.flow import Service
from libs.common.bus.port import BusTrouble
from libs.common.database.session import DatabaseTrouble
from libs.common.errors import Unavailable
from libs.common.logs import get_logger
from libs.common.time.clock import Clock, SystemClock
from libs.common.time.moments import day_start, local_day

if TYPE_CHECKING:
    from huiyin.house import House

log = get_logger(__name__)

AT = time(3, 0)
AGAIN_AFTER = timedelta(minutes=10)
"""After trouble with the database, the bus or a store of anchors."""

LOOK_EVERY = 30.0
"""Seconds of sleep at most: the wall clock may be set meanwhile."""

AT_A_TIME = 100
"""Rows in one go: requests are answered in between."""

NAMED = 20
"""Violations of each invariant that are logged one by one."""

_DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")


async def nightly_audit(house: "House", wall: Clock | None = None) -> None:
    """Audit every night at three in the county, for ever; by the clock on the wall, also where time is simulated."""
    wall = wall or SystemClock()
    at = next_night(wall.now(), zone_of(house))
    while True:
        while wall.now() < at:
            await wall.wait_until(at, at_most=LOOK_EVERY)
        try:
            report = await audit(house, limit=NAMED, at_a_time=AT_A_TIME)
        except (DatabaseTrouble, BusTrouble, StoreTrouble) as error:
            log.warning("audit put off", error=type(error).__name__)
            at = wall.now() + AGAIN_AFTER
            continue
        except Exception:
            log.exception("audit failed")
        else:
            _log(report)
        at = next_night(wall.now(), zone_of(house))


def _log(report: AuditReport) -> None:
    for one in report.violations:
        log.error("violation", invariant=one.invariant.value, service=one.service, case_id=one.key)
    duration = round(report.seconds, 3)
    if report.clean:
        log.info("audited, nothing found", duration=duration)
    else:
        log.error("audited, violations found", count=sum(report.found.values()), duration=duration)


def next_night(now: datetime, zone: ZoneInfo, at: time = AT) -> datetime:
    """The next three o'clock, or other hour, after ``now``, in UTC."""
    day = local_day(now, zone)
    tonight = day_start(day, zone, at)
    return tonight if tonight > now else day_start(day + timedelta(days=1), zone, at)


def zone_of(house: "House") -> ZoneInfo:
    packs = house.services[Service.INTAKE].runtime.door_database.packs
    try:
        return packs.current(house.clock.now()).directory.period_rules().time_zone
    except Unavailable:
        return _DEFAULT_ZONE
