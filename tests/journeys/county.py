"""A whole house in simulated time, and the people who use it over HTTP."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from bench.drive.complaints import NOT_SATISFIED, RESULT, SATISFIED
from bench.drive.database import connected
from huiyin.audit.auditing import audit
from huiyin.front import build_front
from huiyin.house import House, open_house
from huiyin.office import errands
from huiyin.office.people import Person
from huiyin.office.wire import InProcess, Send
from huiyin.packs import publish_first_pack
from libs.common.bus.flow import Service
from libs.common.pack.loader import load_pack
from libs.common.security.issuer import LocalIssuer
from libs.common.security.principal import Role
from libs.common.service.settings import ClockKind, CommonSettings
from tests.support.service import COUNTY, HOUR, LIGHTS, OTHER_TOWN, T0, TOWN, VILLAGE, real_now

DEMO = Path(__file__).parents[2] / "packs" / "demo"
TAKEN_BACK = "0402"
VILLAGE_UNIT, TOWN_UNIT = "V-999001101201", "T-999001101"
TUESDAY = T0
__all__ = ["COUNTY", "LIGHTS", "NOT_SATISFIED", "OTHER_TOWN", "RESULT", "SATISFIED", "TOWN", "VILLAGE", "Person"]

BASICALLY = SATISFIED | {"satisfaction": "basically_satisfied"}
NO_ANSWER = {"reached": "no_answer"}
NOT_HERE: dict[str, Any] = {
    "reason_code": "litigation",
    "go_to": "县人民法院立案庭",
    "notice": "该纠纷已由人民法院立案，请向承办法庭反映。",
}
"""Why a case is not accepted, with the door to go to, and what its citizen is told."""

_ALL = """
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
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
                                   'cn.huiyin.case.callback_tried', 'cn.huiyin.case.callback_due')
                AND NOT EXISTS (
                    SELECT FROM ledger AS again WHERE again.key = closed.key
                      AND again.type = 'cn.huiyin.case.reopened' AND again.seq BETWEEN closed.seq AND later.seq)))
"""
"""Closings that break the guard, told from followup's ledger alone."""


@dataclass(frozen=True, slots=True)
class County:
    """The house and everybody around it. What a method does has gone through the whole house when it returns."""

    house: House
    http: httpx.AsyncClient
    issuer: LocalIssuer
    send: Send
    place: str = COUNTY

    def person(
        self, subject: str, *roles: Role, area: str | None = None, unit: str | None = None, staff_id: str | None = None
    ) -> Person:
        """Somebody with these roles, in the whole place unless said otherwise."""
        return Person(self.send, self.issuer.issue(subject, roles, area or self.place, unit, HOUR, staff_id))

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
    def judge(self) -> Person:
        """异议审核员: a supervisor who had nothing to do with any case."""
        return self.person("judge-1", Role.SUPERVISOR)

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
        """A new case, by an order from above where one is named; gives its id."""
        body = complaint(**fields)
        if "upper_body" in body:
            receipt = await self.operator.do(UPPER_ORDERS, {name: body[name] for name in body if name != "channel"})
        else:
            receipt = await self.operator.do(errands.register(body))
        await self.house.settle()
        return str(receipt["case_id"])

    async def word(self, case_id: str, words: Mapping[str, Any] | None = None) -> None:
        """A person says what travels of a held case, or confirms what is proposed."""
        await self.operator.do(f"/intake/v1/cases/{case_id}/wording", words or {})
        await self.house.settle()

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
        answer = await self.handler(unit).do(errands.on_work(case_id, what, body))
        await self.house.settle()
        return answer

    async def handle(self, case_id: str) -> None:
        """Signed, and handled as the unit says."""
        await self.lead_does(case_id, "signature")
        await self.lead_does(case_id, "result", RESULT)

    async def callback(self, case_id: str, number: int | None = None) -> Any:
        """The callback of a round, else of the newest."""
        callbacks = (await self.promise(case_id))["callbacks"]
        closing = [callback for callback in callbacks if callback["purpose"] == "closing"]
        newest = max(callback["round"] for callback in closing)
        return next(callback for callback in closing if callback["round"] == (number or newest))

    async def withdraw(self, case_id: str, reason: str = "问题已自行解决") -> Any:
        """An operator says that the citizen takes it back; the callback that asks the citizen about it."""
        await self.operator.do(f"/intake/v1/cases/{case_id}/withdrawal", {"reason": reason})
        await self.house.settle()
        callbacks = (await self.promise(case_id))["callbacks"]
        return [callback for callback in callbacks if callback["purpose"] == "withdrawal"][-1]

    async def confirm(self, callback: Mapping[str, Any], by: Person | None = None, **answer: Any) -> Any:
        """The citizen is called about the withdrawal, and takes it back unless he says otherwise."""
        body = {"reached": "answered", "withdraws": True} | answer
        said = await (by or self.caller).do(errands.call(callback["callback_id"], body))
        await self.house.settle()
        return said

    async def object_to(self, case_id: str, by: Person | None = None, **changes: Any) -> Any:
        """The citizen objects to the closing of his case; the objection as followup has it."""
        body = OBJECTION | changes
        receipt = await (by or self.operator).do(f"/intake/v1/cases/{case_id}/objections", body)
        await self.house.settle()
        return await self.supervisor.ask(f"/followup/v1/objections/{receipt['objection_id']}")

    async def rule(self, objection: Mapping[str, Any], by: Person | None = None, *, granted: bool) -> Any:
        """Somebody decides about an objection."""
        path = f"/followup/v1/objections/{objection['objection_id']}/decision"
        decided = await (by or self.judge).do(path, {"granted": granted, "reason": "已派人到现场复核"})
        await self.house.settle()
        return decided

    async def call(self, case_id: str, answer: Mapping[str, Any], by: Person | None = None) -> Any:
        """The citizen is called about the newest round."""
        callback = await self.callback(case_id)
        said = await (by or self.caller).do(errands.call(callback["callback_id"], answer))
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
        async with connected(self.house.url) as connection:
            return {table: await _print(connection, table) for table in await _tables(connection)}

    async def everything(self) -> str:
        """Every row of every table of the house, the bus included: what a stolen copy shows to who has no key."""
        async with connected(self.house.url) as connection:
            names = [row["name"] for row in await connection.fetch(_ALL)]
            told = [await connection.fetch(f"SELECT t::text FROM {name} t") for name in names]  # noqa: S608
        return "\n".join(str(row[0]) for rows in told for row in rows)

    async def broken_closings(self) -> list[str]:
        """Cases closed as solved against the guard, told from followup's ledger and its tries alone."""
        return [row.key for row in await self.rows(Service.FOLLOWUP, _GUARD)]

    async def check(self) -> None:
        """What holds after every journey: nothing is stuck, the guard held, and the audit finds nothing."""
        await self.house.settle()
        for service in Service:
            assert not await self.rows(service, "SELECT key, state, reason FROM parked")
        assert not await self.rows(Service.FOLLOWUP, "SELECT clock_id, error FROM clock WHERE state = 'failed'")
        assert await self.broken_closings() == []
        report = await audit(self.house)
        assert report.clean, report.violations


UPPER_ORDERS = "/intake/v1/upper-orders"
OBJECTION: dict[str, Any] = {"text": "灯又不亮了，根本没有修好。请回电 13812341234。", "channel": "hotline"}
"""What a citizen says who objects to the closing of his case."""
NO_CALLBACK: dict[str, Any] = {
    "callback_wanted": False,
    "callback_declined_how": "phone",
    "callback_declined_at": "2026-01-05T02:00:00Z",
}
"""What is told of a citizen who said himself that he wants no callback."""


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
async def open_county(
    url: str, data_dir: Path, *, start: datetime = TUESDAY, working: bool = True, pack: Path = DEMO, **settings: Any
) -> AsyncIterator[County]:
    """The house on a database, with a pack, at nine on a Tuesday. Not ``working``: no worker was started yet."""
    wanted = CommonSettings(
        database_url=SecretStr(url), data_dir=data_dir, clock=ClockKind.SIMULATED, pool_size=6, **settings
    )
    async with open_house(wanted, simulated_start=start, working=working) as house:
        await publish_first_pack(house, pack)
        if working:
            await house.settle()
        front = build_front(house)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url="http://county") as http:
            issuer, place = LocalIssuer.load_or_create(data_dir, real_now), load_pack(pack).place.code
            yield County(house, http, issuer, InProcess(front), place)


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
