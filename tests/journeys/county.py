"""A whole house in simulated time, and the people who use it over HTTP."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from pydantic import SecretStr

from huiyin.audit.auditing import audit
from huiyin.front import build_front
from huiyin.house import House, open_house
from huiyin.packs import publish_first_pack
from libs.common.bus.flow import Service
from libs.common.security.issuer import LocalIssuer
from libs.common.security.principal import Role
from libs.common.service.settings import ClockKind, CommonSettings

DEMO = Path(__file__).parents[2] / "packs" / "demo"
COUNTY, TOWN, VILLAGE, OTHER_TOWN = "999001000000", "999001101000", "999001101201", "999001102000"
LIGHTS, TAKEN_BACK = "0101", "0402"
VILLAGE_UNIT, TOWN_UNIT = "V-999001101201", "T-999001101"
TUESDAY = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
"""Nine in the morning in the county."""
RESULT = {
    "result_kind": "substantive",
    "result": "三盏路灯已更换灯头并恢复供电，现场已核实。",
    "without_support": "协办意见已当面征求",
}
SATISFIED = {"reached": "answered", "contacted": True, "solved": True, "satisfaction": "satisfied"}
BASICALLY = SATISFIED | {"satisfaction": "basically_satisfied"}
NOT_SATISFIED = {"reached": "answered", "contacted": True, "solved": False, "satisfaction": "not_satisfied"}
NO_ANSWER = {"reached": "no_answer"}

_GUARD = """
    SELECT closed.key, closed.payload ->> 'round' AS round FROM ledger AS closed
    WHERE closed.type = 'cn.huiyin.case.closed' AND closed.payload ->> 'closing' = 'substantive'
      AND (NOT EXISTS (
              SELECT FROM ledger AS tried JOIN attempt ON attempt.case_id = tried.key
                  AND attempt.round = (tried.payload ->> 'round')::int
                  AND attempt.attempt = (tried.payload ->> 'attempt')::int
              WHERE tried.key = closed.key AND tried.type = 'cn.huiyin.case.callback_tried'
                AND tried.seq = closed.seq - 1
                AND tried.payload ->> 'round' = closed.payload ->> 'round'
                AND tried.payload ->> 'reached' = 'answered'
                AND (tried.payload ->> 'valid')::bool
                AND tried.payload ->> 'satisfaction' IN ('satisfied', 'basically_satisfied')
                AND coalesce((tried.payload ->> 'solved')::bool, true)
                AND attempt.caller_unit IS DISTINCT FROM coalesce(tried.payload ->> 'handling_unit', '-'))
           OR EXISTS (
              SELECT FROM ledger AS later WHERE later.key = closed.key AND later.seq > closed.seq
                AND later.type IN ('cn.huiyin.case.sent_back', 'cn.huiyin.case.closed',
                                   'cn.huiyin.case.callback_tried', 'cn.huiyin.case.callback_due')))
"""
"""Closings that break the guard, told from followup's ledger alone."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a token."""

    http: httpx.AsyncClient
    headers: dict[str, str]

    async def get(self, path: str, **query: Any) -> httpx.Response:
        """GET, whatever comes of it."""
        return await self.http.get(path, params=query, headers=self.headers)

    async def post(
        self, path: str, body: object = None, *, version: int | str | None = "*", key: str | None = None
    ) -> httpx.Response:
        """POST, whatever comes of it; on any version unless one is given."""
        headers = dict(self.headers)
        if version is not None:
            headers["If-Match"] = version if isinstance(version, str) else f'"{version}"'
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self.http.post(path, json=body, headers=headers)

    async def ask(self, path: str, **query: Any) -> Any:
        """GET something that is there."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def do(self, path: str, body: object = None, **how: Any) -> Any:
        """POST something that is accepted."""
        answer = await self.post(path, body, **how)
        assert answer.is_success, answer.text
        return answer.json()


@dataclass(frozen=True, slots=True)
class County:
    """The house and everybody around it. What a method does has gone through the whole house when it returns."""

    house: House
    http: httpx.AsyncClient
    issuer: LocalIssuer

    def person(self, subject: str, *roles: Role, area: str = COUNTY, unit: str | None = None) -> Person:
        """Somebody with these roles."""
        token = self.issuer.issue(subject, roles, area, unit, timedelta(hours=1))
        return Person(self.http, {"Authorization": f"Bearer {token}"})

    @property
    def operator(self) -> Person:
        """话务员."""
        return self.person("operator-1", Role.OPERATOR)

    @property
    def dispatcher(self) -> Person:
        """派单员."""
        return self.person("dispatcher-1", Role.DISPATCHER)

    @property
    def caller(self) -> Person:
        """回访员."""
        return self.person("caller-1", Role.CALLER)

    @property
    def supervisor(self) -> Person:
        """督办员."""
        return self.person("supervisor-1", Role.SUPERVISOR)

    @property
    def leader(self) -> Person:
        """领导; also sees the cases behind the figures."""
        return self.person("leader-1", Role.LEADER)

    @property
    def admin(self) -> Person:
        """管理员."""
        return self.person("admin-1", Role.ADMIN)

    def handler(self, unit: str, subject: str = "handler-1") -> Person:
        """承办人."""
        return self.person(subject, Role.HANDLER, unit=unit)

    async def register(self, **fields: Any) -> str:
        """A new case; gives its id."""
        receipt = await self.operator.do("/intake/v1/cases", complaint(**fields))
        await self.house.settle()
        return str(receipt["case_id"])

    async def case(self, case_id: str) -> Any:
        """As intake answers for it."""
        return await self.operator.ask(f"/intake/v1/cases/{case_id}")

    async def work(self, case_id: str) -> Any:
        """As dispatch has it."""
        return await self.dispatcher.ask(f"/dispatch/v1/cases/{case_id}")

    async def promise(self, case_id: str) -> Any:
        """As followup has it, with clocks, callbacks and orders."""
        return await self.supervisor.ask(f"/followup/v1/cases/{case_id}")

    async def fact(self, case_id: str) -> Any:
        """As analytics counts it."""
        return await self.leader.ask(f"/analytics/v1/cases/{case_id}")

    async def lead_does(self, case_id: str, what: str, body: object = None) -> Any:
        """The lead unit takes a step."""
        unit = (await self.work(case_id))["lead_unit"]
        answer = await self.handler(unit).do(f"/dispatch/v1/cases/{case_id}/{what}", body)
        await self.house.settle()
        return answer

    async def handle(self, case_id: str) -> None:
        """Signed, and handled as the unit says."""
        await self.lead_does(case_id, "signature")
        await self.lead_does(case_id, "result", RESULT)

    async def callback(self, case_id: str, number: int | None = None) -> Any:
        """The callback of a round, else of the newest."""
        callbacks = (await self.promise(case_id))["callbacks"]
        newest = max(callback["round"] for callback in callbacks)
        return next(callback for callback in callbacks if callback["round"] == (number or newest))

    async def call(self, case_id: str, answer: object, by: Person | None = None) -> Any:
        """The citizen is called about the newest round."""
        callback = await self.callback(case_id)
        said = await (by or self.caller).do(f"/followup/v1/callbacks/{callback['callback_id']}/attempts", answer)
        await self.house.settle()
        return said

    async def advance(self, **by: float) -> datetime:
        """Time passes, over HTTP."""
        to = self.house.clock.now() + timedelta(**by)
        await self.admin.do("/followup/ops/clock/advance", {"to": to.isoformat()})
        return to

    async def rows(self, service: Service, sql: str, *parameters: object) -> list[Any]:
        """What a service's tables hold."""
        async with self.house.services[service].runtime.work_database.reading() as session:
            return list(await session.fetch(sql, *parameters))

    async def said(self, case_id: str) -> list[tuple[str, int | None]]:
        """Every event about a case in the order in which the services wrote it down, with its round."""
        heard = []
        for service in Service:
            sql = "SELECT recorded_at, seq, type, payload ->> 'round' AS round FROM ledger WHERE key = $1"
            heard += [(row.recorded_at, row.seq, row.type, row.round) for row in await self.rows(service, sql, case_id)]
        return [
            (kind.rpartition(".")[2], None if number is None else int(number)) for _, _, kind, number in sorted(heard)
        ]

    async def times_said(self, case_id: str, kind: str) -> int:
        """How often an event was said of a case."""
        return sum(1 for name, _ in await self.said(case_id) if name == kind)

    async def count(self, counter: str, **selection: Any) -> int:
        """A plain counter over the whole year."""
        query = {"period": "year", "basis": "registered"} | selection
        answer = await self.leader.ask("/analytics/v1/figures/counts", **query)
        return int(answer["total"][counter])

    async def rate(self, measure: str, **selection: Any) -> tuple[int, int]:
        """Numerator and denominator of a rate over the whole year."""
        query = {"period": "year", "measure": measure} | selection
        answer = await self.leader.ask("/analytics/v1/figures", **query)
        micro = answer["rates"][0]["micro"]
        return micro["numerator"], micro["denominator"]

    async def prints(self) -> dict[str, str]:
        """A fingerprint of every table of the four services: equal when nothing has changed."""
        connection = await asyncpg.connect(self.house.url)
        try:
            return {table: await _print(connection, table) for table in await _tables(connection)}
        finally:
            await connection.close()

    async def broken_closings(self) -> list[str]:
        """Cases closed as solved against the guard, told from followup's ledger and its tries alone."""
        return [row.key for row in await self.rows(Service.FOLLOWUP, _GUARD)]

    async def check(self) -> None:
        """What holds after every journey: nothing is stuck, the guard held, and the audit finds nothing."""
        await self.house.settle()
        for service in Service:
            assert not await self.rows(service, "SELECT key, state, reason FROM parked")
        assert not await self.rows(Service.FOLLOWUP, "SELECT timer_id, error FROM timer WHERE state = 'failed'")
        assert await self.broken_closings() == []
        report = await audit(self.house)
        assert report.clean, report.violations


def complaint(**fields: Any) -> dict[str, Any]:
    """Street lights in a village, which a rule gives to the village, unless said otherwise."""
    return {
        "channel": "hotline",
        "kind": "help",
        "category_code": LIGHTS,
        "area_code": VILLAGE,
        "text": "村口三盏路灯坏了三天。晚上老人出门很不安全。",
        "requester": {"name": "张三", "phone": "13812341234"},
    } | fields


@asynccontextmanager
async def open_county(url: str, data_dir: Path, *, working: bool = True, **settings: Any) -> AsyncIterator[County]:
    """The house on a database, with the demo pack, at nine on a Tuesday. Not ``working``: no worker was started yet."""
    wanted = CommonSettings(
        database_url=SecretStr(url), data_dir=data_dir, clock=ClockKind.SIMULATED, pool_size=6, **settings
    )
    async with open_house(wanted, simulated_start=TUESDAY, working=working) as house:
        await publish_first_pack(house, DEMO)
        if working:
            await house.settle()
        transport = httpx.ASGITransport(build_front(house))
        async with httpx.AsyncClient(transport=transport, base_url="http://county") as http:
            yield County(house, http, LocalIssuer.load_or_create(data_dir, _real_now))


def _real_now() -> datetime:
    return datetime.now(UTC)


async def _tables(connection: Any) -> list[str]:
    schemas = [str(service) for service in Service]
    rows = await connection.fetch(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = ANY($1) ORDER BY 1",
        schemas,
    )
    return [row["name"] for row in rows]


async def _print(connection: Any, table: str) -> str:
    rows = await connection.fetch(f"SELECT each::text AS row FROM {table} AS each ORDER BY 1")  # noqa: S608
    return f"{len(rows)} {hashlib.sha256(chr(10).join(row['row'] for row in rows).encode()).hexdigest()[:12]}"
