"""One service on a real database, without a bus: events are handed to its handlers, requests to its API."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, cast

import httpx
import uuid_utils
from fastapi import FastAPI

from bench.said import said
from huiyin.office.wire import InProcess, Send
from libs.common.bus.codec import decode_event
from libs.common.bus.embedded.bus import EmbeddedBus
from libs.common.bus.port import Bus
from libs.common.database.batch import GroupCommit, Job
from libs.common.database.session import Database, Session
from libs.common.database.stored_packs import refresh_shelf
from libs.common.events.base import Event
from libs.common.events.cases import CaseRegistered
from libs.common.events.directory import PackPublished
from libs.common.events.terms import Kind
from libs.common.pack.loader import digest, document, load_pack
from libs.common.pack.schema import Pack
from libs.common.security.issuer import LocalIssuer, LocalVerifier
from libs.common.security.principal import Role
from libs.common.security.vault import load_or_create_keys
from libs.common.service.runtime import Runtime
from libs.common.service.spec import ServiceSpec
from libs.common.time.clock import SimulatedClock
from libs.common.web.answers import prepare_answers
from libs.common.web.app import create_app
from tests.support.tiny_service import ANSWER_KEYS

PACK = load_pack(Path(__file__).parents[2] / "packs" / "demo")
COUNTY, TOWN, VILLAGE, OTHER_TOWN = "999001000000", "999001101000", "999001101201", "999001102000"
LIGHTS = "0101"
T0 = datetime(2026, 3, 3, 1, tzinfo=UTC)
"""A Tuesday, nine in the morning in the county; no holiday is near."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def real_now() -> datetime:
    """Tokens live in real time."""
    return datetime.now(UTC)


def published(pack: Pack = PACK, version: int = 1, at: datetime = T0 - 30 * DAY) -> PackPublished:
    """A pack as dispatch publishes it."""
    return PackPublished(
        occurred_at=at, place_code=COUNTY, version=version, digest=digest(pack), document=document(pack)
    )


def runtime_of(spec: ServiceSpec, database: Database, **others: Any) -> Runtime:
    """The service on one database for all that it does, with no bus; ``others`` are fields of the runtime."""

    async def prepare(session: Session, jobs: Sequence[Job]) -> None:
        await prepare_answers(session, jobs)
        await spec.prepare(session, jobs)

    fields: dict[str, Any] = {
        "clock": SimulatedClock(T0),
        "bus": cast("Bus", None),
        "topic_prefix": "",
        "door_database": database,
        "work_database": database,
        "commit": GroupCommit(database, prepare),
        "reactions": spec.reactions,
        "fingerprints": ANSWER_KEYS.of(str(spec.service)),
        "vault": None,
        "accused": spec.accused,
    }
    return Runtime(service=spec.service, **fields | others)


def app_of(spec: ServiceSpec, runtime: Runtime) -> FastAPI:
    """Its HTTP side."""
    return create_app(runtime, spec.routers, title=spec.title, description=spec.description, version="0")


@dataclass
class ServiceOffice:
    """The running service, and what everybody around it needs."""

    runtime: Runtime
    issuer: LocalIssuer
    app: FastAPI
    http: httpx.AsyncClient

    @classmethod
    @asynccontextmanager
    async def open(cls, spec: ServiceSpec, url: str, data_dir: Path) -> AsyncIterator[Self]:
        """The service on a database that was migrated and knows its packs."""
        database = Database(url, str(spec.service), pool_size=6)
        await refresh_shelf(database)
        issuer = LocalIssuer.load_or_create(data_dir, real_now)
        verifier, vault = LocalVerifier(issuer, real_now), load_or_create_keys(data_dir).vault()
        bus = EmbeddedBus(url)
        runtime = runtime_of(spec, database, verifier=verifier, vault=vault, bus=bus)
        app = app_of(spec, runtime)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{spec.service}") as http:
            yield cls(runtime, issuer, app, http)
        await runtime.commit.drain()
        await bus.close()
        await database.close()

    @property
    def database(self) -> Database:
        """The service's."""
        return self.runtime.work_database

    @property
    def clock(self) -> SimulatedClock:
        """The service's."""
        return cast("SimulatedClock", self.runtime.clock)

    def account(
        self, subject: str, role: Role, area: str, unit: str | None, staff_id: str | None = None
    ) -> tuple[Send, str, str, None]:
        """What an account of somebody with one role is made of; paths are the service's own, no version is expected."""
        token = self.issuer.issue(subject, [role], area, unit, HOUR, staff_id)
        return InProcess(self.app), token, f"/{self.runtime.service}/v1", None

    async def hear(self, *events: Event) -> None:
        """Apply events as one batch, as the consumer does."""
        reactions = self.runtime.reactions
        async with self.database.transaction(self.clock.now()) as session:
            await reactions.prepare(session, events)
            for event in events:
                session.now = self.clock.reacting_to(event.occurred_at)
                await reactions.handlers[type(event)](session, event)

    async def register(self, **changes: Any) -> str:
        """Hear of a new case; gives its id."""
        event = registered(**{"occurred_at": self.clock.now(), "registered_at": self.clock.now()} | changes)
        await self.hear(event)
        return event.case_id

    async def rows(self, sql: str, *parameters: object) -> Sequence[Any]:
        """What its tables hold."""
        async with self.database.reading() as session:
            return await session.fetch(sql, *parameters)

    async def said(self, key: str) -> list[Event]:
        """What the service published under a key, in order."""
        sql = "SELECT type, payload::text AS payload FROM ledger WHERE key = $1 ORDER BY seq"
        events = [decode_event(row.type, row.payload.encode()) for row in await self.rows(sql, key)]
        return [event for event in events if event is not None]


def registered(**changes: Any) -> CaseRegistered:
    """A complaint about street lights in a village, unless said otherwise."""
    fields: dict[str, Any] = {
        "case_id": str(uuid_utils.uuid7()),
        "case_no": "9990012603030000011",
        "occurred_at": T0,
        "registered_at": T0,
        "kind": Kind.HELP,
        "category_code": LIGHTS,
        "area_code": VILLAGE,
        "title": "东坡村路灯不亮",
        "text": "东坡村口三盏路灯已经一周不亮。",
    } | changes
    return said(CaseRegistered, fields.pop("case_id"), **fields)
