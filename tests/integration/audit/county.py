"""A small county that has lived through everything that can happen to a case, and ways to spoil what it wrote down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from pydantic import SecretStr

from huiyin.front import build_front
from huiyin.house import House, open_house
from huiyin.packs import publish_first_pack
from libs.common.security.issuer import LocalIssuer
from libs.common.security.principal import Role
from libs.common.service.settings import ClockKind, CommonSettings

COUNTY, VILLAGE = "999001000000", "999001101001"
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""09:00 in the county."""
STREET_LIGHTS = "0101"
HANDLED = {
    "result_kind": "substantive",
    "result": "路灯已于今日修复，并已电话告知来电人，现场照片已存档备查。",
    "without_support": "协办意见已当面征求",
}
PLEASED = {"reached": "answered", "contacted": True, "solved": True, "satisfaction": "satisfied"}
ANGRY = {
    "reached": "answered",
    "contacted": False,
    "solved": False,
    "satisfaction": "not_satisfied",
    "words": "还是不亮",
}


@dataclass(slots=True)
class County:
    """The house, and the people who use it."""

    house: House
    client: httpx.AsyncClient
    issuer: LocalIssuer
    working: bool = True
    cases: dict[str, str] = field(default_factory=dict)
    """Case ids by what became of them."""

    async def call(self, method: str, path: str, role: Role, body: object = None, unit: str | None = None) -> Any:
        """One request by somebody with this role; what follows from it has followed when it returns."""
        token = self.issuer.issue(f"{role}-{unit or 'county'}", [role], COUNTY, unit, timedelta(hours=1))
        headers = {"authorization": f"Bearer {token}", "if-match": "*"}
        answer = await self.client.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        if self.working:
            await self.house.settle()
        return answer.json()

    async def register(self, name: str, category: str | None = STREET_LIGHTS, **more: object) -> str:
        """A new case; kept under ``name``."""
        body = {"channel": "hotline", "kind": "complaint", "area_code": VILLAGE, "text": "村口路灯坏了三天", **more}
        if category is not None:
            body["category_code"] = category
        case = await self.call("POST", "/intake/v1/cases", Role.OPERATOR, body)
        self.cases[name] = case["case_id"]
        return str(case["case_id"])

    async def lead(self, case_id: str) -> str:
        """The unit that has a case."""
        return str((await self.call("GET", f"/dispatch/v1/cases/{case_id}", Role.DISPATCHER))["lead_unit"])

    async def by_unit(self, case_id: str, what: str, body: object = None) -> None:
        """The lead unit does something."""
        path = f"/dispatch/v1/cases/{case_id}/{what}"
        await self.call("POST", path, Role.HANDLER, body or {}, unit=await self.lead(case_id))

    async def handle(self, case_id: str) -> None:
        """Signed and handled, some minutes apart."""
        await self.by_unit(case_id, "signature")
        await self.wait(minutes=30)
        await self.by_unit(case_id, "result", HANDLED)

    async def call_back(self, case_id: str, answer: object) -> None:
        """The citizen is called, within the hours in which one may."""
        promise = await self.call("GET", f"/followup/v1/cases/{case_id}", Role.CALLER)
        callback = next(row["callback_id"] for row in promise["callbacks"] if row["state"] == "due")
        await self.call("POST", f"/followup/v1/callbacks/{callback}/attempts", Role.CALLER, answer)

    async def wait(self, **how_long: float) -> None:
        """Time passes."""
        await self.house.advance(self.house.clock.now() + timedelta(**how_long))


@asynccontextmanager
async def open_county(
    url: str, folder: Path, *, start: datetime = MONDAY, working: bool = True, **settings: Any
) -> AsyncIterator[County]:
    """A house on this database, with the demo pack, at nine on a Monday; not ``working``, only its doors are open."""
    wanted = CommonSettings(database_url=SecretStr(url), data_dir=folder, clock=ClockKind.SIMULATED, **settings)
    async with open_house(wanted, simulated_start=start, working=working) as house:
        await publish_first_pack(house, Path("packs/demo"))
        if working:
            await house.settle()
        transport = httpx.ASGITransport(build_front(house))
        async with httpx.AsyncClient(transport=transport, base_url="http://county") as client:
            issuer = LocalIssuer.load_or_create(folder, lambda: datetime.now(UTC))
            yield County(house, client, issuer, working)


async def live(county: County) -> None:
    """Everything that can happen to a case, once."""
    await _ends(county)
    await _rounds(county)
    await _units(county)
    await _lateness(county)
    await county.register("fresh")
    await county.register("answered", direct_answer="政策已告知")
    await county.wait(minutes=10)


async def _ends(county: County) -> None:
    solved = await county.register("solved", text="村口路灯坏了，电话13800138000，身份证11010119900307123X")
    await county.call("POST", f"/intake/v1/cases/{solved}/supplements", Role.OPERATOR, {"text": "请打 13912345678"})
    await county.handle(solved)
    await county.call_back(solved, PLEASED)
    withdrawn = await county.register("withdrawn")
    await county.call("POST", f"/intake/v1/cases/{withdrawn}/withdrawal", Role.OPERATOR, {"reason": "已自行解决"})
    queued = await county.register("answered later", category=None)
    answer = {"answer": "该事项的办理时间已电话告知"}
    await county.call("POST", f"/intake/v1/cases/{queued}/direct-answer", Role.OPERATOR, answer)
    await county.call_back(queued, {**PLEASED, "satisfaction": "basically_satisfied"})
    unasked = await county.register("unasked", callback_wanted=False)
    await county.handle(unasked)


async def _rounds(county: County) -> None:
    again = await county.register("solved in two rounds")
    await county.handle(again)
    await county.call_back(again, ANGRY)
    await county.handle(again)
    await county.call_back(again, PLEASED)
    third = await county.register("third round")
    for _ in range(2):
        await county.handle(third)
        await county.call_back(third, ANGRY)
    await county.by_unit(third, "signature")


async def _units(county: County) -> None:
    by_hand = await county.register("by hand", category=None)
    await county.call("POST", f"/dispatch/v1/cases/{by_hand}/assignment", Role.DISPATCHER, _to("D-HOUSING"))
    await county.by_unit(by_hand, "signature")
    await county.by_unit(by_hand, "progress", {"note": "已到现场查看"})
    passed_on = await county.register("passed on")
    await county.by_unit(passed_on, "return", {"reason_code": "not_our_duty", "note": "不属于本单位"})
    decision = f"/dispatch/v1/cases/{passed_on}/return/decision"
    target = "D-HOUSING" if await county.lead(passed_on) != "D-HOUSING" else "D-WATER"
    body = {"approved": True, "note": "同意", "lead_unit": target}
    await county.call("POST", decision, Role.DISPATCHER, body)
    given_back = await county.register("given back")
    await county.by_unit(given_back, "return", {"reason_code": "wrong_area", "note": "不在辖区"})
    decision = f"/dispatch/v1/cases/{given_back}/return/decision"
    await county.call("POST", decision, Role.DISPATCHER, {"approved": True, "note": "同意退回"})
    asked = await county.register("return asked")
    await county.by_unit(asked, "return", {"reason_code": "wrong_area", "note": "不在辖区"})


async def _lateness(county: County) -> None:
    unreachable = await county.register("unreachable")
    await county.handle(unreachable)
    late = await county.register("late")
    for _ in range(3):
        await county.wait(hours=5)
        if (county.house.clock.now().hour + 8) % 24 > 20:
            await county.wait(hours=13)
        await county.call_back(unreachable, {"reached": "no_answer"})
    promise = await county.call("GET", f"/followup/v1/cases/{unreachable}", Role.SUPERVISOR)
    review = f"/followup/v1/callbacks/{promise['callbacks'][0]['callback_id']}/review"
    body = {"decision": "close_unverified", "reason": "三次未接通"}
    await county.call("POST", review, Role.SUPERVISOR, body)
    waiting = await county.register("waiting")
    await county.handle(waiting)
    await county.wait(days=30)
    promise = await county.call("GET", f"/followup/v1/cases/{late}", Role.SUPERVISOR)
    order = next(row for row in promise["supervisions"] if row["unit_code"])
    reply = f"/followup/v1/supervisions/{order['supervision_id']}/reply"
    await county.call("POST", reply, Role.HANDLER, {"reply": "正在办理"}, unit=order["unit_code"])


def _to(unit: str) -> dict[str, object]:
    return {"lead_unit": unit, "category_code": STREET_LIGHTS, "reason": "属住建职责"}


class Spoiler:
    """Changes rows behind everybody's back, as a broken disk, a bad script or a bad person would."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def run(self, *statements: str) -> None:
        """SQL, with no trigger, rule or foreign key in the way; each statement has to change at least one row."""
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute("SET session_replication_role = replica")
            for statement in statements:
                status = await connection.execute(statement)
                assert not status.endswith(" 0"), f"changed nothing: {statement}"
        finally:
            await connection.close()
