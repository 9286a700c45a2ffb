"""One followup service on a real database, without a reader: events go to its handlers, requests to its API."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import uuid_utils

from libs.common.bus.codec import decode_event
from libs.common.bus.embedded.bus import EmbeddedBus
from libs.common.bus.flow import Service
from libs.common.database.batch import GroupCommit, Job
from libs.common.database.migrate import migrate
from libs.common.database.session import Database, Session
from libs.common.database.stored_packs import refresh_shelf
from libs.common.events.base import Event
from libs.common.events.cases import CaseAssigned, CaseHandled, CaseRegistered, CaseSigned, deadlines_in
from libs.common.events.directory import PackPublished
from libs.common.events.terms import Channel, Kind, ResultKind, Urgency
from libs.common.pack.loader import digest, document, load_pack
from libs.common.security.issuer import LocalIssuer, LocalVerifier
from libs.common.security.principal import Role
from libs.common.security.vault import load_or_create_keys
from libs.common.service.runtime import Runtime
from libs.common.time.clock import SimulatedClock
from libs.common.web.answers import prepare_answers
from libs.common.web.app import create_app
from services.followup.handlers import REACTIONS
from services.followup.ladder.actions.due import fire_due
from services.followup.main import SPEC
from tests.support.tiny_service import ANSWER_KEYS

PACK = load_pack(Path(__file__).parents[3] / "packs" / "demo")
ZONE = ZoneInfo("Asia/Shanghai")
COUNTY, TOWN, VILLAGE = "999001000000", "999001101000", "999001101201"
LIGHTS = "0101"
LEAD, OTHER = "D-HOUSING", "D-WATER"
T0 = datetime(2026, 3, 3, 1, tzinfo=UTC)
"""A Tuesday, nine in the morning in the county; no holiday is near."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def local(day: str, at: str = "00:00") -> datetime:
    """A moment of the county's clocks."""
    return datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=ZONE).astimezone(UTC)


def system_now() -> datetime:
    """Tokens live in real time."""
    return datetime.now(UTC)


async def prepare_database(url: str) -> None:
    """Followup's tables and the demo pack as version 1."""
    await migrate(url, "followup", SPEC.migrations)
    await publish_pack(url)


async def publish_pack(url: str) -> None:
    """The demo pack as version 1."""
    database = Database(url, "followup", pool_size=2)
    published = PackPublished(
        occurred_at=T0 - 30 * DAY, place_code=COUNTY, version=1, digest=digest(PACK), document=document(PACK)
    )
    async with database.transaction(T0) as session:
        await REACTIONS.handlers[PackPublished](session, published)
    await database.close()


@dataclass
class Person:
    """Somebody with a token."""

    http: httpx.AsyncClient
    token: str

    async def get(self, path: str, **query: Any) -> httpx.Response:
        """GET under ``/followup/v1``."""
        return await self.http.get(f"/followup/v1{path}", params=query, headers=self._headers())

    async def post(
        self, path: str, body: object = None, *, version: int | None = None, key: str | None = None
    ) -> httpx.Response:
        """POST under ``/followup/v1``, decided on ``version``."""
        headers = self._headers()
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self.http.post(f"/followup/v1{path}", json=body, headers=headers)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Office:
    """The running service and the people around it."""

    runtime: Runtime
    clock: SimulatedClock
    issuer: LocalIssuer
    http: httpx.AsyncClient

    @property
    def database(self) -> Database:
        """The service's."""
        return self.runtime.work_database

    def person(self, subject: str, role: Role, unit: str | None = None, area: str = COUNTY) -> Person:
        """Somebody with one role."""
        return Person(self.http, self.issuer.issue(subject, [role], area, unit, timedelta(hours=1)))

    @property
    def caller(self) -> Person:
        """The hotline's caller."""
        return self.person("zhou", Role.CALLER, "H-12345")

    @property
    def supervisor(self) -> Person:
        """The county's supervision office."""
        return self.person("sun", Role.SUPERVISOR, "S-GOV")

    async def hear(self, *events: Event) -> None:
        """Apply events as one batch, as the consumer does."""
        async with self.database.transaction(self.clock.now()) as session:
            await REACTIONS.prepare(session, events)
            for event in events:
                session.now = self.clock.reacting_to(event.occurred_at)
                await REACTIONS.handlers[type(event)](session, event)

    async def advance(self, to: datetime) -> int:
        """Move time, as the process that owns it does."""
        fired = await fire_due(self.runtime, to)
        self.clock.advance_to(to)
        return fired

    def skip(self, to: datetime) -> None:
        """Let time pass while nobody fires anything: the worker is down."""
        self.clock.advance_to(to)

    async def register(self, **changes: Any) -> str:
        """Hear of a new case; gives its id."""
        event = registered(**{"occurred_at": self.clock.now(), "registered_at": self.clock.now()} | changes)
        await self.hear(event)
        return event.case_id

    async def open_case(self, **changes: Any) -> str:
        """A case that a unit leads."""
        case_id = await self.register(**changes)
        await self.hear(assigned(case_id, self.clock.now()))
        return case_id

    async def handled_case(self, *, unit: str = LEAD, **changes: Any) -> str:
        """A case whose unit says it is done."""
        case_id = await self.open_case(**changes)
        await self.hear(signed(case_id, self.clock.now(), unit=unit), handled(case_id, self.clock.now(), unit=unit))
        return case_id

    async def attempt(self, case_id: str, who: Person | None = None, **answer: Any) -> httpx.Response:
        """Record a try on the newest callback of a case; who says how satisfied he is answers all that is asked."""
        callback = await self.callback(case_id)
        others = {"contacted": True, "solved": True} if "satisfaction" in answer else {}
        body = {"reached": "answered"} | others | answer
        path = f"/callbacks/{callback['callback_id']}/attempts"
        return await (who or self.caller).post(path, body, version=callback["version"])

    async def callback(self, case_id: str) -> dict[str, Any]:
        """The newest callback of a case."""
        case = await self.case(case_id)
        newest: dict[str, Any] = case["callbacks"][-1]
        return newest

    async def case(self, case_id: str) -> dict[str, Any]:
        """The case as a supervisor sees it."""
        response = await self.supervisor.get(f"/cases/{case_id}")
        assert response.status_code == 200, response.text
        case: dict[str, Any] = response.json()
        return case

    async def said(self, case_id: str) -> list[Event]:
        """What followup published about a case, in order."""
        async with self.database.reading() as session:
            rows = await session.fetch(
                "SELECT type, payload::text AS payload FROM ledger WHERE key = $1 ORDER BY seq", case_id
            )
        events = [decode_event(row.type, row.payload.encode()) for row in rows]
        return [event for event in events if event is not None]

    async def names(self, case_id: str) -> list[str]:
        """The same, by name, with the deadline or level that it is about."""
        return [_name(event) for event in await self.said(case_id)]


def _name(event: Event) -> str:
    about = "+".join(one.deadline for one in deadlines_in(event)) or getattr(event, "deadline", None)
    about = about or getattr(event, "level", None)
    return f"{type(event).__name__}({about})" if about else type(event).__name__


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


def assigned(case_id: str, at: datetime, *, unit: str = LEAD, round_: int = 1) -> CaseAssigned:
    """派单."""
    return CaseAssigned(
        case_id=case_id, occurred_at=at, round=round_, lead_unit=unit, category_code=LIGHTS, by_rule=True,
        explanation="rule", pack_version=1,
    )  # fmt: skip


def signed(case_id: str, at: datetime, *, unit: str = LEAD, round_: int = 1) -> CaseSigned:
    """签收."""
    return CaseSigned(case_id=case_id, occurred_at=at, round=round_, unit_code=unit)


def handled(case_id: str, at: datetime, *, unit: str = LEAD, round_: int = 1) -> CaseHandled:
    """办结反馈."""
    return CaseHandled(
        case_id=case_id, occurred_at=at, round=round_, unit_code=unit, result_kind=ResultKind.SUBSTANTIVE,
        result="三盏路灯已修复，村委会现场确认。",
    )  # fmt: skip


@asynccontextmanager
async def open_office(url: str, data_dir: Path) -> AsyncIterator[Office]:
    """The service on a database that ``prepare_database`` made."""
    database = Database(url, "followup", pool_size=6)
    await refresh_shelf(database)
    clock = SimulatedClock(T0)
    issuer = LocalIssuer.load_or_create(data_dir, system_now)
    bus = EmbeddedBus(url)
    runtime = Runtime(
        service=Service.FOLLOWUP,
        clock=clock,
        bus=bus,
        topic_prefix="",
        door_database=database,
        work_database=database,
        commit=GroupCommit(database, _prepare),
        reactions=REACTIONS,
        verifier=LocalVerifier(issuer, system_now),
        vault=load_or_create_keys(data_dir).vault(),
        fingerprints=ANSWER_KEYS.of("followup"),
    )
    app = create_app(runtime, SPEC.routers, title=SPEC.title, description=SPEC.description, version="0")
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://followup") as http:
        yield Office(runtime, clock, issuer, http)
    await runtime.commit.drain()
    await bus.close()
    await database.close()


async def _prepare(session: Session, jobs: Sequence[Job]) -> None:
    await prepare_answers(session, jobs)
    await SPEC.prepare(session, jobs)
