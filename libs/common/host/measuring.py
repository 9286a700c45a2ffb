"""The gauges of a service that its tables and its bus tell: by workers and by processes that only answer requests.

Every process of a service tells them, so that what stands still is seen also when the process that should do it is
gone. Ages are counted by the database's clock, which wrote the moments.
"""

import math
import time
from collections.abc import Collection

from libs.common import ledger_metrics, metrics
from libs.common.bus.flow import subscriptions
from libs.common.bus.port import BusTrouble, Place
from libs.common.database.session import Session
from libs.common.delivery.anchor_runs import last_anchoring
from libs.common.delivery.audit_runs import last_outcome
from libs.common.delivery.relay import UNOWNED
from libs.common.host.lag import LagClock
from libs.common.pack.versions import PackVersions
from libs.common.service.runtime import Runtime
from libs.common.service.spec import Measure

LOOK_AT_BUS_EVERY = 10.0
"""Seconds; asking Kafka costs several requests."""

_OUT = """
    SELECT count(*) AS unsent, coalesce(extract(epoch FROM clock_timestamp() - min(recorded_at)), 0)::float8 AS age,
           extract(epoch FROM clock_timestamp())::float8 AS now
    FROM ledger_unsent
"""
_IN = """
    SELECT count(*) FILTER (WHERE stands) AS parked, count(DISTINCT (stream, key)) FILTER (WHERE stands) AS parked_keys,
           count(*) FILTER (WHERE NOT stands) AS waiting,
           coalesce(extract(epoch FROM clock_timestamp() - min(parked_at) FILTER (WHERE stands)), 0)::float8 AS age,
           array_agg(DISTINCT needs_pack) FILTER (WHERE needs_pack IS NOT NULL) AS packs
    FROM (SELECT stream, key, parked_at, needs_pack, state <> 'waiting' AS stands FROM parked) AS parked
"""


class Gauges:
    """Sets the gauges of one service in this process."""

    def __init__(self, runtime: Runtime, measure: Measure) -> None:
        self._runtime = runtime
        self._measure = measure
        self._service = str(runtime.service)
        self._topics = [f"{runtime.topic_prefix}{stream}" for stream in subscriptions(runtime.service)]
        self._lag = LagClock()
        self._looked: float | None = None
        self._places: Collection[Place] = ()

    async def take(self) -> None:
        """Measure once. Raises DatabaseTrouble, and BusTrouble after all else was measured."""
        self._pools()
        async with self._runtime.work_database.reading() as session:
            await self._ledger(session)
            self._packs(session.packs)
            await self._audit(session)
            await self._anchoring(session)
            session.now = self._runtime.clock.now()
            await self._measure(session)
        now = time.monotonic()
        if self._looked is None or now - self._looked >= LOOK_AT_BUS_EVERY:
            self._looked = now
            try:
                await self._bus(now)
            except BusTrouble:
                self._unknown()
                raise

    async def _ledger(self, session: Session) -> None:
        service, before = self._service, time.time()
        out = (await session.fetch(_OUT))[0]
        here = (before + time.time()) / 2
        unowned = (await session.fetch(UNOWNED))[0].parts
        parked = (await session.fetch(_IN))[0]
        metrics.CLOCK_SKEW_SECONDS.labels(service).set(here - out.now)
        metrics.OUTBOX_UNPUBLISHED_ROWS.labels(service).set(out.unsent)
        metrics.OUTBOX_OLDEST_UNPUBLISHED_AGE_SECONDS.labels(service).set(max(0.0, out.age))
        metrics.RELAY_PARTS_UNOWNED.labels(service).set(unowned)
        metrics.INBOX_PARKED_ROWS.labels(service).set(parked.parked)
        metrics.INBOX_PARKED_KEYS.labels(service).set(parked.parked_keys)
        metrics.INBOX_PARKED_OLDEST_AGE_SECONDS.labels(service).set(max(0.0, parked.age))
        metrics.INBOX_WAITING_ROWS.labels(service).set(parked.waiting)
        missing = [version for version in parked.packs or () if not session.packs.has_arrived(version)]
        metrics.PACK_VERSIONS_MISSING.labels(service).set(len(missing))

    async def _audit(self, session: Session) -> None:
        outcome = await last_outcome(session)
        if outcome is None:
            return
        for invariant, count in outcome.violations.items():
            ledger_metrics.LEDGER_AUDIT_VIOLATIONS.labels(invariant).set(count)
        ledger_metrics.LEDGER_AUDIT_LAST_SUCCESS_TIMESTAMP_SECONDS.set(outcome.ended_at.timestamp())
        ledger_metrics.LEDGER_AUDIT_DURATION_SECONDS.set(outcome.seconds)

    async def _anchoring(self, session: Session) -> None:
        run = await last_anchoring(session)
        if run is not None:
            ledger_metrics.LEDGER_ANCHOR_LAST_TIMESTAMP_SECONDS.set(run.taken_at.timestamp() if run.taken_at else 0)
            ledger_metrics.LEDGER_ANCHOR_STORES_BEHIND.set(run.behind)

    def _pools(self) -> None:
        runtime, service = self._runtime, self._service
        for pool, database in (("door", runtime.door_database), ("work", runtime.work_database)):
            state = database.pool_state()
            metrics.DB_POOL_SIZE.labels(service, pool).set(state.size)
            metrics.DB_POOL_IN_USE.labels(service, pool).set(state.in_use)
            metrics.DB_POOL_WAITERS.labels(service, pool).set(state.waiters)
        metrics.GROUP_COMMIT_WAITING.labels(service).set(runtime.commit.waiting)

    def _packs(self, packs: PackVersions) -> None:
        metrics.PACK_VERSIONS_UNREADABLE.labels(self._service).set(len(packs.unreadable))
        metrics.PACK_PARTS_IGNORED.labels(self._service).set(sum(map(len, packs.ignored.values())))

    async def _bus(self, now: float) -> None:
        bus, ends = self._runtime.bus, dict[Place, int]()
        for topic in self._topics:
            ends |= {Place(topic, partition): end for partition, end in (await bus.end_offsets(topic)).items()}
        behind = await bus.behind(f"huiyin-{self._service}", self._topics)
        waited = self._lag.note(now, ends, behind)
        self._places = behind.keys()
        for place, count in behind.items():
            metrics.CONSUMER_LAG_RECORDS.labels(self._service, place.topic, str(place.partition)).set(count)
        for topic in self._topics:
            longest = max((seconds for place, seconds in waited.items() if place.topic == topic), default=0.0)
            metrics.CONSUMER_LAG_SECONDS.labels(self._service, topic).set(longest)

    def _unknown(self) -> None:
        """What is not known is told as NaN: neither the last figure, which may hide a lag, nor none."""
        for place in self._places:
            metrics.CONSUMER_LAG_RECORDS.labels(self._service, place.topic, str(place.partition)).set(math.nan)
        for topic in self._topics:
            metrics.CONSUMER_LAG_SECONDS.labels(self._service, topic).set(math.nan)
