"""Defects that other complaint systems were seen to have (peers.md), each tried on this one."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import asyncpg
import orjson
import pytest

from libs.common.bus.choose import BusKind
from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.delivery.handlers import React
from libs.common.errors import Permanent
from libs.common.events.base import Event
from libs.common.events.cases import CaseSigned
from libs.common.run import failpoints
from libs.common.security.principal import Role
from libs.programs.kafka import KafkaBroker
from tests.conftest import MakeDatabase
from tests.journeys.county import (
    COUNTY,
    LIGHTS,
    NOT_SATISFIED,
    RESULT,
    SATISFIED,
    VILLAGE_UNIT,
    County,
    complaint,
    open_county,
)
from tests.support.logged import logged

CASES = "/intake/v1/cases"


@pytest.fixture
def disarmed() -> Iterator[None]:
    """No fail point is left behind."""
    yield
    failpoints.arm("")


async def test_the_same_create_twice_is_one_case(county: County) -> None:
    body = complaint(source_system="city", source_no="GD1")
    answers = await asyncio.gather(*(county.operator.post(CASES, body, key="create-1") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    other_key = await county.operator.post(CASES, body, key="create-2")
    assert other_key.status_code == 409
    assert other_key.json()["case_id"] == answers[0].json()["case_id"]
    without = [await county.operator.post(CASES, complaint()) for _ in range(2)]
    assert {answer.status_code for answer in without} == {201}
    await county.house.settle()
    assert len(await county.rows(Service.INTAKE, "SELECT 1 FROM cases")) == 3
    assert await county.count("registered") == 3


async def test_sixteen_that_register_the_same_number_at_once_are_one_case(county: County) -> None:
    body = complaint(source_system="city", source_no="GD2")
    answers = await asyncio.gather(*(county.operator.post(CASES, body) for _ in range(16)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 15}
    await county.house.settle()
    assert await county.count("registered") == 1


async def test_sixteen_changes_of_one_case_at_once(county: County) -> None:
    case_id = await county.register()
    unit = county.handler(VILLAGE_UNIT)
    work = f"/dispatch/v1/cases/{case_id}"
    signed = await asyncio.gather(*(unit.post(f"{work}/signature") for _ in range(16)))
    assert Counter(answer.status_code for answer in signed) == {200: 1, 409: 15}
    await county.house.settle()
    version = (await county.work(case_id))["version"]
    told = await asyncio.gather(
        *(unit.post(f"{work}/progress", {"note": f"第 {n} 次"}, version=version) for n in range(16))
    )
    assert Counter(answer.status_code for answer in told) == {200: 1, 412: 15}
    mixed = await asyncio.gather(
        *(county.operator.post(f"{CASES}/{case_id}/supplements", {"text": f"补充 {n}"}) for n in range(6)),
        *(unit.post(f"{work}/result", RESULT) for _ in range(5)),
        *(county.dispatcher.post(f"{work}/reassignment", _to_housing()) for _ in range(5)),
    )
    codes = Counter(answer.status_code for answer in mixed)
    assert max(codes) < 500
    assert codes[201] == 6
    await county.house.settle()
    story = Counter(name for name, _ in await county.said(case_id))
    assert (story["signed"], story["progress_reported"], story["supplemented"]) == (1, 1, 6)
    assert story["handled"] + story["reassigned"] == 1
    assert len((await county.work(case_id))["supplements"]) == 6


async def test_what_is_old_is_not_forgotten_when_much_came_after_it(county: County) -> None:
    lines = b"\n".join(orjson.dumps(complaint(source_system="city", source_no=f"GD{number}")) for number in range(150))
    city = county.person("city", Role.VISITOR)
    headers = {**city.headers, "Content-Type": "application/x-ndjson"}
    assert (await county.http.post(f"{CASES}/batch", content=lines, headers=headers)).json()["accepted"] == 150
    await county.house.settle()
    await county.advance(days=3)
    found = await county.rows(
        Service.FOLLOWUP, "SELECT case_id, count(*) AS orders FROM supervision WHERE rule_code = 'sign_late' GROUP BY 1"
    )
    assert Counter(row.orders for row in found) == {1: 150}


async def test_one_bad_case_does_not_stop_the_clocks_of_the_others(county: County) -> None:
    bad, good = await county.register(), await county.register()
    fix, spoil = "UPDATE timer SET step = 'warn' WHERE step = 'ladder:99'", "UPDATE timer SET step = 'ladder:99'"
    connection = await asyncpg.connect(county.house.url)
    await connection.execute("SET search_path = followup")
    await connection.execute(f"{spoil} WHERE case_id = $1 AND what = 'sign' AND step = 'warn'", bad)
    with logged() as lines:
        await county.advance(days=3)
    aside = [line for line in lines() if line["event"] == "timers set aside"]
    assert {(line["service"], line["case_id"]) for line in aside} == {("followup", bad)}
    assert (await county.promise(good))["overdue"] == ["sign"]
    assert (await county.promise(bad))["overdue"] == []
    await connection.execute(fix)
    await connection.close()
    await county.admin.do(f"/followup/v1/cases/{bad}/timer-retry")
    await county.advance(minutes=1)
    assert (await county.promise(bad))["overdue"] == ["sign"]


async def test_without_the_bus_complaints_are_taken_and_later_handled(county: County) -> None:
    """The embedded bus is away: nobody can write to its log."""
    connection = await asyncpg.connect(county.house.url)
    async with connection.transaction():
        await connection.execute("LOCK TABLE bus.entry, bus.partition_end IN ACCESS EXCLUSIVE MODE")
        receipts = [await county.operator.do(CASES, complaint()) for _ in range(5)]
        assert (await county.http.get("/intake/readyz")).status_code == 200
        assert {receipt["status"] for receipt in receipts} == {"registered"}
    await connection.close()
    await county.house.settle()
    for receipt in receipts:
        assert (await county.case(receipt["case_id"]))["lead_unit"] == VILLAGE_UNIT
        assert await county.times_said(receipt["case_id"], "assigned") == 1


async def test_while_kafka_stands_still_complaints_are_taken_and_later_handled(
    county_template: str, make_database: MakeDatabase, kafka_broker: KafkaBroker, topic_prefix: str, tmp_path: Path
) -> None:
    url = await make_database(county_template)
    kafka: dict[str, Any] = {"kafka_bootstrap": kafka_broker.bootstrap, "topic_prefix": topic_prefix}
    async with open_county(url, tmp_path, bus=BusKind.KAFKA, **kafka) as county:
        before = await county.register()
        kafka_broker.pause()
        try:
            receipts = [await county.operator.do(CASES, complaint()) for _ in range(5)]
            await county.handler(VILLAGE_UNIT).do(f"/dispatch/v1/cases/{before}/signature")
            assert (await county.http.get("/intake/readyz")).status_code == 200
        finally:
            kafka_broker.resume()
        await county.house.settle()
        assert (await county.case(before))["status"] == "signed"
        for receipt in receipts:
            await county.handle(receipt["case_id"])
            await county.call(receipt["case_id"], SATISFIED)
            assert await county.times_said(receipt["case_id"], "assigned") == 1
        assert await county.rate("satisfaction", area_code=COUNTY) == (50, 50)
        await county.check()


@pytest.mark.usefixtures("disarmed")
async def test_a_failure_between_any_two_steps_loses_nothing_and_doubles_nothing(county: County) -> None:
    not_passed = {"relay.before_resend", "consumer.before_park", "consumer.after_park"}
    points = sorted(point for point in failpoints.POINTS - not_passed if point.startswith(("relay.", "consumer.")))
    for done, point in enumerate(points, start=1):
        failpoints.arm(f"{point}:raise:2")
        case_id = await county.register()
        await county.handle(case_id)
        await county.call(case_id, NOT_SATISFIED)
        await county.handle(case_id)
        await county.call(case_id, SATISFIED)
        assert failpoints._armed[point].turns_left <= 0, point
        story = Counter(name for name, _ in await county.said(case_id))
        assert story["assigned"] == story["signed"] == story["handled"] == story["callback_tried"] == 2, point
        assert story["registered"] == story["sent_back"] == story["closed"] == 1, point
        assert await county.rate("satisfaction") == (10 * done, 10 * done), point


async def test_a_poisoned_record_holds_up_its_own_case_alone(county: County) -> None:
    bad, good = await county.register(), await county.register()
    handlers = cast("dict[type[Event], React]", county.house.services[Service.FOLLOWUP].runtime.reactions.handlers)
    hear = handlers[CaseSigned]

    async def poisoned(session: Session, event: CaseSigned) -> None:
        if event.case_id == bad:
            raise Permanent("this release cannot read it")
        await hear(session, event)

    handlers[CaseSigned] = poisoned
    with logged() as lines:
        await county.handle(bad)
        await county.handle(good)
        await county.call(good, SATISFIED)
    handlers[CaseSigned] = hear
    assert [(line["service"], line["case_id"]) for line in lines() if line["event"] == "event parked"] == [
        ("followup", bad)
    ]
    parked = await county.admin.ask(f"/followup/ops/parked/cases/{bad}")
    assert [(event["type"], event["state"]) for event in parked["events"]] == [
        ("cn.huiyin.case.signed", "failed"),
        ("cn.huiyin.case.handled", "behind"),
    ]
    assert (await county.promise(bad))["status"] == "handling"
    assert (await county.case(good))["status"] == "closed"
    again = await county.admin.do(f"/followup/ops/parked/cases/{bad}/replay")
    assert again == {"applied": 2, "still_parked": 0}
    await county.house.settle()
    await county.call(bad, SATISFIED)
    assert (await county.case(bad))["status"] == "closed"


def _to_housing() -> dict[str, str]:
    return {"lead_unit": "D-HOUSING", "category_code": LIGHTS, "reason": "路灯由住建局统一维护"}
