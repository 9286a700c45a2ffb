"""One dispatch service on a real database, without a bus: events are handed to its handlers, requests to its API."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import uuid_utils

from libs.common.bus.codec import decode_event
from libs.common.bus.embedded.bus import EmbeddedBus
from libs.common.bus.flow import Service
from libs.common.database.batch import GroupCommit, Job
from libs.common.database.migrate import migrate
from libs.common.database.session import Database, Session
from libs.common.database.stored_packs import refresh_shelf
from libs.common.events.base import Event
from libs.common.events.cases import CaseRegistered
from libs.common.events.terms import Channel, Kind, Urgency
from libs.common.pack.loader import load_pack
from libs.common.security.issuer import LocalIssuer, LocalVerifier
from libs.common.security.policy import Scope
from libs.common.security.principal import Role
from libs.common.security.vault import load_or_create_keys
from libs.common.service.runtime import Runtime
from libs.common.time.clock import SimulatedClock
from libs.common.web.answers import prepare_answers
from libs.common.web.app import create_app
from services.dispatch.directory.actions.publishing import publish
from services.dispatch.handlers import REACTIONS
from services.dispatch.main import SPEC
from tests.support.tiny_service import ANSWER_KEYS

PACK = load_pack(Path(__file__).parents[3] / "packs" / "demo")
COUNTY, TOWN, VILLAGE = "999001000000", "999001101000", "999001101201"
OTHER_TOWN = "999001102000"
T0 = datetime(2026, 3, 3, 1, tzinfo=UTC)
"""A Tuesday, nine in the morning in the county."""
HOUR = timedelta(hours=1)

LIGHTS, TAKEN_BACK = "0101", "0402"
VILLAGE_UNIT, TOWN_UNIT, OTHER_TOWN_UNIT = "V-999001101201", "T-999001101", "T-999001102"


def system_now() -> datetime:
    """Tokens live in real time."""
    return datetime.now(UTC)


async def prepare_database(url: str) -> None:
    """Dispatch's tables and the demo pack as version 1."""
    await migrate(url, "dispatch", SPEC.migrations)
    database = Database(url, "dispatch", pool_size=2)
    async with database.transaction(T0 - 30 * 24 * HOUR) as session:
        await publish(session, Scope(""), PACK)
    await database.close()


@dataclass
class Person:
    """Somebody with a token."""

    http: httpx.AsyncClient
    token: str

    async def get(self, path: str, **query: Any) -> httpx.Response:
        """GET under ``/dispatch/v1``."""
        return await self.http.get(f"/dispatch/v1{path}", params=query, headers=self._headers())

    async def post(
        self, path: str, body: object = None, *, version: int | None = None, key: str | None = None
    ) -> httpx.Response:
        """POST under ``/dispatch/v1``, decided on ``version``."""
        headers = self._headers()
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self.http.post(f"/dispatch/v1{path}", json=body, headers=headers)

    async def do(self, case_id: str, verb: str, body: object = None) -> dict[str, Any]:
        """Read the case, take a step on the version read, and give the answer; fails when it is refused."""
        read = await self.get(f"/cases/{case_id}")
        assert read.status_code == 200, read.text
        response = await self.post(f"/cases/{case_id}/{verb}", body, version=read.json()["version"])
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        assert response.headers["etag"] == f'"{answer["version"]}"'
        return answer

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Office:
    """The running service and the people around it."""

    database: Database
    clock: SimulatedClock
    issuer: LocalIssuer
    http: httpx.AsyncClient

    def person(self, subject: str, role: Role, area: str = COUNTY, unit: str | None = None) -> Person:
        """Somebody with one role."""
        token = self.issuer.issue(subject, [role], area, unit, timedelta(hours=1))
        return Person(self.http, token)

    @property
    def dispatcher(self) -> Person:
        """The county's dispatcher."""
        return self.person("wang", Role.DISPATCHER)

    def handler(self, unit: str, subject: str = "li") -> Person:
        """Somebody of a unit, in the unit's own area."""
        area = next(each.area_code for each in PACK.units if each.code == unit)
        return self.person(subject, Role.HANDLER, area, unit)

    async def hear(self, *events: Event) -> None:
        """Apply events as one batch, as the consumer does."""
        async with self.database.transaction(self.clock.now()) as session:
            await REACTIONS.prepare(session, events)
            for event in events:
                session.now = self.clock.reacting_to(event.occurred_at)
                await REACTIONS.handlers[type(event)](session, event)

    async def register(self, **changes: Any) -> str:
        """Hear of a new case; gives its id."""
        event = registered(**{"occurred_at": self.clock.now(), "registered_at": self.clock.now()} | changes)
        await self.hear(event)
        return event.case_id

    async def said(self, key: str) -> list[Event]:
        """What dispatch published under a key, in order."""
        async with self.database.reading() as session:
            rows = await session.fetch(
                "SELECT type, payload::text AS payload FROM ledger WHERE key = $1 ORDER BY seq", key
            )
        events = [decode_event(row.type, row.payload.encode()) for row in rows]
        return [event for event in events if event is not None]

    async def work(self, case_id: str) -> dict[str, Any]:
        """The row itself."""
        async with self.database.reading() as session:
            rows = await session.fetch("SELECT to_json(work)::text AS row FROM work WHERE case_id = $1", case_id)
        row: dict[str, Any] = orjson.loads(rows[0].row)
        return row

    async def steps(self, case_id: str) -> list[tuple[str, str, str | None]]:
        """Action, status and lead unit after it, oldest first."""
        async with self.database.reading() as session:
            rows = await session.fetch(
                "SELECT action, to_status, lead_unit FROM transition WHERE case_id = $1 ORDER BY version", case_id
            )
        return [(row.action, row.to_status, row.lead_unit) for row in rows]

    def later(self, by: timedelta) -> None:
        """Let time pass."""
        self.clock.advance_to(self.clock.now() + by)


def registered(**changes: Any) -> CaseRegistered:
    """A complaint about street lights in a village, unless said otherwise."""
    fields: dict[str, Any] = {
        "case_id": str(uuid_utils.uuid7()),
        "case_no": "9990012603030000011",
        "occurred_at": T0,
        "registered_at": T0,
        "channel": Channel.HOTLINE,
        "kind": Kind.HELP,
        "urgency": Urgency.NORMAL,
        "category_code": LIGHTS,
        "area_code": VILLAGE,
        "title": "东坡村路灯不亮",
        "text": "东坡村口三盏路灯已经一周不亮。",
        "pack_version": 1,
    }
    return CaseRegistered(**fields | changes)


@asynccontextmanager
async def open_office(url: str, data_dir: Path) -> AsyncIterator[Office]:
    """The service on a database that ``prepare_database`` made."""
    database = Database(url, "dispatch", pool_size=4)
    await refresh_shelf(database)
    clock = SimulatedClock(T0)
    issuer = LocalIssuer.load_or_create(data_dir, system_now)
    bus = EmbeddedBus(url)
    runtime = Runtime(
        service=Service.DISPATCH,
        clock=clock,
        bus=bus,
        topic_prefix="",
        door_database=database,
        work_database=database,
        commit=GroupCommit(database, _prepare),
        reactions=REACTIONS,
        verifier=LocalVerifier(issuer, system_now),
        vault=load_or_create_keys(data_dir).vault(),
        fingerprints=ANSWER_KEYS.of("dispatch"),
    )
    app = create_app(runtime, SPEC.routers, title=SPEC.title, description=SPEC.description, version="0")
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://dispatch") as http:
        yield Office(database, clock, issuer, http)
    await runtime.commit.drain()
    await bus.close()
    await database.close()


async def _prepare(session: Session, jobs: Sequence[Job]) -> None:
    await prepare_answers(session, jobs)
    await SPEC.prepare(session, jobs)


def only(events: Sequence[Event], kind: type[Event]) -> Any:
    """The single event of a kind."""
    found = [event for event in events if isinstance(event, kind)]
    assert len(found) == 1, [type(event).__name__ for event in events]
    return found[0]


def names(events: Sequence[Event]) -> list[str]:
    """What was said, by name."""
    return [type(event).__name__ for event in events]
