"""The cluster's way of running: eight processes, api and worker of each service, on one PostgreSQL and a real Kafka."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bench.drive.complaints import RESULT, SATISFIED
from bench.drive.house import House, eight_processes
from huiyin.office import errands
from huiyin.office.people import Person
from libs.common.bus.flow import Service
from libs.common.ledger.schema import PARTS
from libs.common.security.principal import Role
from libs.programs.kafka import KafkaBroker
from tests.journeys.cluster import COMPLAINT, until
from tests.support.eventually import eventually

OFFICE = (Role.OPERATOR, Role.VISITOR, Role.DISPATCHER, Role.SUPERVISOR)


@pytest.fixture
def house(tmp_path: Path, database_url: str, kafka_broker: KafkaBroker, topic_prefix: str) -> Iterator[House]:
    settings = {
        "HUIYIN_TOPIC_PREFIX": topic_prefix,
        # What a killed process held is free after so many seconds; the shortest that a broker allows.
        "HUIYIN_STALL_SECONDS": "6",
        "HUIYIN_LOG_LEVEL": "INFO",
    }
    house = eight_processes(tmp_path, database_url, kafka_broker.bootstrap, **settings)
    yield house
    house.end(politely=False)


async def open_doors(house: House, *services: Service) -> None:
    """Start the processes of these services, give them the demo county, and wait until all are ready."""
    house.start(*(f"{service}-{role}" for service in services for role in ("worker", "api")))
    await house.ready(within=150)


async def test_a_case_walks_through_eight_processes_and_a_killed_worker_loses_nothing(house: House) -> None:
    with house.people() as people:
        await open_doors(house, *Service)
        office = people.person("office-1", *OFFICE)
        case_id = await register(office)
        unit = (await until(office.get, f"/dispatch/v1/cases/{case_id}", status="assigned"))["lead_unit"]
        handler = people.person("handler-1", Role.HANDLER, unit=unit)
        await handler.do(errands.sign(case_id))
        await handler.do(errands.hand_in(case_id, RESULT))
        await call_back(people.person("caller-1", Role.CALLER), case_id)
        await until(office.get, f"/intake/v1/cases/{case_id}", status="closed")

        house.kill("dispatch-worker")
        later = await register(office)
        house.start("dispatch-worker")
        await until(office.get, f"/intake/v1/cases/{later}", status="assigned")


async def test_what_stands_still_is_told_by_who_still_lives(house: House) -> None:
    with house.people() as people:
        await open_doors(house, Service.INTAKE, Service.DISPATCH)
        office = people.person("office-1", *OFFICE)
        first = await register(office)
        await until(office.get, f"/intake/v1/cases/{first}", status="assigned")

        house.kill("dispatch-worker")
        later = await register(office)
        await told(house, Service.DISPATCH, "consumer_lag_records", lambda records: records > 0)
        await told(house, Service.DISPATCH, "consumer_lag_seconds", lambda seconds: seconds > 0)
        house.kill("intake-worker")
        last = await register(office)
        await told(house, Service.INTAKE, "outbox_oldest_unpublished_age_seconds", lambda age: age > 0)
        await told(house, Service.INTAKE, "relay_parts_unowned", lambda parts: parts == PARTS)

        house.start("intake-worker", "dispatch-worker")
        for waiting in (later, last):
            await until(office.get, f"/intake/v1/cases/{waiting}", status="assigned")
        await told(house, Service.INTAKE, "outbox_oldest_unpublished_age_seconds", lambda age: age == 0)
        await told(house, Service.INTAKE, "relay_parts_unowned", lambda parts: parts == 0)
        await told(house, Service.DISPATCH, "consumer_lag_records", lambda records: records == 0)
    for name in house.pids():
        service, _, role = name.partition("-")
        lines = [orjson.loads(line) for line in house.members[name].log.read_bytes().splitlines()]
        assert lines or role == "worker"
        assert {line["service"] for line in lines} <= {service}
        assert all(line["timestamp"].endswith("Z") and line["logger"] and line["event"] for line in lines)


async def told(house: House, service: Service, name: str, holds: Callable[[float], bool]) -> None:
    """What the api of a service tells of it, whether or not its worker lives; of several series the sum."""

    async def tells() -> bool:
        async with httpx.AsyncClient(timeout=60.0) as client:
            text = (await client.get(f"{house.base(service)}/metrics")).text
        found = [
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == f"huiyin_{name}" and sample.labels["service"] == service
        ]
        return bool(found) and holds(sum(found))

    await eventually(tells, within=60, what=f"{name} of {service}")


async def register(office: Person) -> str:
    return str((await office.do(errands.register(COMPLAINT)))["case_id"])


async def call_back(caller: Person, case_id: str) -> None:
    async def due() -> str | None:
        items = (await caller.ask(errands.CALLBACKS))["items"]
        return next((item["callback_id"] for item in items if item["case_id"] == case_id), None)

    callback_id = await eventually(due, within=60, what="the callback")
    await caller.do(errands.call(str(callback_id), SATISFIED))
