"""One service in this process, put together from its spec: database, door, relay, consumer, loops."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from fastapi import FastAPI

from libs.common import metrics
from libs.common.blobs.uploads import Uploads
from libs.common.bus.port import Bus
from libs.common.bus.topics import ensure_topics
from libs.common.database.batch import GroupCommit, Job
from libs.common.database.engine import PATIENCE
from libs.common.database.migrate import lacking, migrate
from libs.common.database.session import Database, DatabaseTrouble, Session
from libs.common.database.stored_packs import refresh_shelf
from libs.common.database.stored_staff import refresh_staff
from libs.common.delivery.bell import Bell
from libs.common.delivery.consumer import Consumer, ConsumerOptions, run_until_halted
from libs.common.delivery.handlers import Reactions
from libs.common.delivery.parking import Parking
from libs.common.delivery.partitions import prepare_months
from libs.common.delivery.relay import Relay, Sending
from libs.common.delivery.resend import answer_resend
from libs.common.events.ops import ResendRequested
from libs.common.host.maintenance import keep_house, watch
from libs.common.host.ops import Ops
from libs.common.host.retries import try_again
from libs.common.logs import get_logger, lines_about
from libs.common.rules.looks import LOOKS_PER_HOUR
from libs.common.run.supervise import Backoff, LoopProgress, keep_running, stop
from libs.common.security.fingerprints import AnswerKeys
from libs.common.security.own_accounts import OwnAccounts
from libs.common.security.persons import ANYBODY, EntryRules
from libs.common.security.tokens import TokenVerifier
from libs.common.security.vault import Vault
from libs.common.security.webhooks import NO_WEBHOOKS, WebhookSources
from libs.common.service.runtime import Runtime
from libs.common.service.spec import NotYet, ServiceSpec
from libs.common.service.startup import STARTED, Startup
from libs.common.time.clock import Clock
from libs.common.web import ops
from libs.common.web.answers import prepare_answers
from libs.common.web.app import create_app

log = get_logger(__name__)

VERSION = "0.1.0"
RELAY_PACE = 0.05
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What the services of a process stand on."""

    url: str
    bus: Bus
    clock: Clock
    verifier: TokenVerifier
    vault: Vault
    answer_keys: AnswerKeys
    topic_prefix: str = ""
    partitions: int = 8
    pool_size: int = 8
    stall_seconds: float = 15.0
    answer_seconds: float = PATIENCE
    webhooks: WebhookSources = NO_WEBHOOKS
    uploads: Uploads | None = None
    accounts: OwnAccounts | None = None
    signs_in_here: bool = False
    entry: EntryRules = ANYBODY
    looks_per_hour: int = LOOKS_PER_HOUR


def work_pool_size(pool_size: int) -> int:
    """Of the pool behind the door, beside one of ``pool_size`` that serves requests."""
    return max(3, pool_size // 2)


def most_connections(pool_size: int, *, work: bool) -> int:
    """The database connections that a process may open at a time; whoever works has one more, the relay's."""
    return pool_size + work_pool_size(pool_size) + (1 if work else 0)


def _databases(resources: Resources, schema: str) -> tuple[Database, Database]:
    """The pool at the door, which waits for nobody long, and the one behind it. They know the same packs and people."""
    url, size, patience = resources.url, resources.pool_size, resources.answer_seconds
    door = Database(
        url, schema, pool_size=size, name=f"{schema}-door", by_index=True, command_seconds=patience, patience=patience
    )
    work = Database(
        url,
        schema,
        pool_size=work_pool_size(size),
        name=f"{schema}-work",
        by_index=True,
        command_seconds=3 * patience,
        patience=patience,
    )
    work.packs, work.staff = door.packs, door.staff
    return door, work


class RunningService:
    """A service that was started; ``app`` answers its requests."""

    def __init__(self, spec: ServiceSpec, resources: Resources) -> None:
        self.spec = spec
        schema = str(spec.service)
        door, work = _databases(resources, schema)
        self.runtime = Runtime(
            service=spec.service,
            clock=resources.clock,
            bus=resources.bus,
            topic_prefix=resources.topic_prefix,
            door_database=door,
            work_database=work,
            commit=GroupCommit(door, partial(_prepare, spec), patience=resources.answer_seconds),
            reactions=_with_library_handlers(spec.reactions),
            verifier=resources.verifier,
            vault=resources.vault,
            fingerprints=resources.answer_keys.of(schema),
            startup=Startup("the first look at the database"),
            webhooks=resources.webhooks,
            accused=spec.accused,
            uploads=resources.uploads,
            accounts=resources.accounts,
            signs_in_here=resources.signs_in_here,
            entry=resources.entry,
            looks_per_hour=resources.looks_per_hour,
        )
        # Simulated time waits for nobody, and nobody else is at work in it.
        paced = not resources.clock.simulated
        self._resources = resources
        self.relay = Relay(
            Sending(
                spec.service,
                resources.bus,
                resources.url,
                schema,
                resources.topic_prefix,
                resources.stall_seconds,
                pace_seconds=RELAY_PACE if paced else 0.0,
            )
        )
        self.consumer = Consumer(
            ConsumerOptions(
                spec.service,
                resources.bus,
                work,
                self.runtime.reactions,
                resources.clock,
                resources.topic_prefix,
                pace_seconds=spec.pace_seconds if paced else 0.0,
            )
        )
        self.parking = Parking(work, self.runtime.reactions, resources.clock)
        self.consumer.on_parked.append(self.parking.news.set)
        self._bell = Bell(work)
        for database in (door, work):
            database.on_spoken.append(self._said)
        self.ops = Ops(self.runtime, self.parking)
        self._tasks: list[asyncio.Task[None]] = []

    def app(self) -> FastAPI:
        """The service's ASGI application."""
        app = create_app(
            self.runtime,
            (*self.spec.routers, ops.router),
            title=self.spec.title,
            description=self.spec.description,
            version=VERSION,
        )
        app.state.ops = self.ops
        return app

    async def migrate(self) -> None:
        """Bring the tables up to date; for whoever owns them."""
        await migrate(self._resources.url, str(self.spec.service), self.spec.migrations)

    async def prepare(self) -> None:
        """Tables, this month's partition, and the packs it knows."""
        with lines_about(str(self.spec.service)):
            await self.migrate()
            await self._look_around()
        self.runtime.startup.waits_for = STARTED

    def start(self, *, work: bool, migrates: bool) -> None:
        """Begin, as soon as the database answers and its tables are as new as this code: to work, or to watch.

        A process that ``migrates`` brings them up to date itself; any other waits for somebody who may.
        """
        start = self._start(work=work, migrates=migrates)
        self._tasks.append(asyncio.create_task(start, name=f"{self.spec.service}-start"))

    async def _start(self, *, work: bool, migrates: bool) -> None:
        backoff = Backoff(longest=2.0)
        while (waits_for := await self._waits_for(work=work, migrates=migrates)) != STARTED:
            if waits_for != self.runtime.startup.waits_for:
                log.warning("start put off", waits_for=waits_for)
            self.runtime.startup.waits_for = waits_for
            await backoff.wait()
        if work:
            self.start_work()
        else:
            self.start_watching()
        self.runtime.startup.waits_for = STARTED

    async def _waits_for(self, *, work: bool, migrates: bool) -> str:
        try:
            if migrates:
                await self.migrate()
            async with self.runtime.work_database.reading() as session:
                missing = await lacking(session, self.spec.migrations)
            if missing is not None:
                return f"{missing}; run `huiyin migrate`"
            await self._look_around()
            if work:
                await self.spec.begin(self.runtime)
        except DatabaseTrouble:
            return "the database"
        except NotYet as reason:
            return str(reason)
        except Exception as error:
            log.exception("start failed, begun again")
            return f"an error to be mended ({type(error).__name__}, see the log)"
        return STARTED

    async def _look_around(self) -> None:
        await prepare_months(self.runtime.work_database, datetime.now(UTC))
        await refresh_shelf(self.runtime.work_database)
        await refresh_staff(self.runtime.work_database)

    def start_work(self) -> None:
        """Begin what a worker does: relay, consumer, the service's own loops and the rounds."""
        _begin_counting(str(self.spec.service))
        self._run("relay", self._with_topics(self.relay.run), self.relay.progress)
        self._run("consumer", self._with_topics(partial(run_until_halted, self.consumer)), self.consumer.progress)
        for loop in self.spec.loops:
            progress = LoopProgress()
            self._run(loop.name, partial(loop.run, self.runtime, progress), progress)
        progress = LoopProgress()
        self._run("retries", partial(try_again, self.parking, progress), progress)
        progress = LoopProgress()
        self._run("rounds", partial(keep_house, self.runtime, self.spec.measure, self.spec.tidying, progress), progress)

    def start_watching(self) -> None:
        """What a process that only answers requests does beside: learn the packs that a worker stored, and measure."""
        progress = LoopProgress()
        self._run("rounds", partial(watch, self.runtime, self.spec.measure, progress), progress)

    async def stop(self) -> None:
        """Answer what was taken in, end the loops, close the connections; each within a bounded time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                await self.runtime.commit.drain()
        await asyncio.gather(*(stop(task) for task in self._tasks))
        self._tasks.clear()
        await self._bell.close()
        await self.runtime.door_database.close()
        await self.runtime.work_database.close()

    def _said(self) -> None:
        self.relay.wake()
        if not self.relay.owns_all:
            self._bell.ring()

    def _run(self, name: str, run: Callable[[], Awaitable[None]], progress: LoopProgress) -> None:
        label = f"{self.spec.service}-{name}"
        with lines_about(str(self.spec.service)):
            self._tasks.append(asyncio.create_task(keep_running(label, run, progress), name=label))

    def _with_topics(self, run: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def with_topics() -> None:
            await ensure_topics(self._resources.bus, self._resources.topic_prefix, self._resources.partitions)
            await run()

        return with_topics


async def _prepare(spec: ServiceSpec, session: Session, jobs: Sequence[Job]) -> None:
    await prepare_answers(session, jobs)
    await spec.prepare(session, jobs)


def _with_library_handlers(own: Reactions) -> Reactions:
    return replace(own, handlers={**own.handlers, ResendRequested: answer_resend})


def _begin_counting(service: str) -> None:
    """From 0, before anything happens: of a counter that begins with 1 no scrape sees the first increase."""
    metrics.CONSUMER_HALTED.labels(service).set(0)
    for counter in (metrics.BROKER_LOSSES_TOTAL, metrics.RESENDS_REQUESTED_TOTAL, metrics.RELAY_SENT_TOTAL):
        counter.labels(service)
    for client in ("relay", "consumer"):
        metrics.BUS_CLIENT_REBUILDS_TOTAL.labels(service, client)
