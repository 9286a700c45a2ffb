"""Another promise is a declaration: a pack limits it, and it is kept, missed, blamed, passed on, shown and audited."""

import copy
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.delivery.parking import Parking
from libs.common.events.cases import DeadlineSet
from libs.common.events.deadlines import SetDeadline
from libs.common.events.promise import Answerable, Promise
from libs.common.events.terms import DECLARED, Deadline
from libs.common.pack.loader import document, load_pack
from services.dispatch.handlers import REACTIONS
from services.followup.cases.tables import Case
from services.followup.clocks.actions.changing import extend_clock, pause_clocks, resume_clocks
from services.followup.clocks.actions.finding import find_case
from tests.conftest import MakeDatabase
from tests.journeys.county import DEMO, RESULT, TOWN_UNIT, VILLAGE_UNIT, County, open_county

PROMISE = Promise(
    label="联系时限",
    limits="How long a unit that has signed may take to speak with the citizen",
    by=Answerable.UNIT,
    set_by=("CaseSigned",),
    passed_on_by=("CaseReassigned",),
    kept_by=("CaseHandled", "CaseAnsweredDirectly"),
    void_by=("TriageQueued",),
    optional=True,
)
RUNG = {
    "code": "not_contacted",
    "name": "逾期未联系",
    "name_en": "Not contacted in time",
    "level": "reminder",
    "to": ["lead"],
}
AT_ONCE = {"on": "overdue", "deadline": "contact"}


@pytest.fixture
def contact() -> Iterator[Deadline]:
    """The one declaration."""
    yield Deadline("contact", PROMISE)
    DECLARED.pop("contact", None)


@pytest.fixture
async def county_of_six(
    contact: Deadline, county_template: str, make_database: MakeDatabase, tmp_path: Path
) -> AsyncIterator[County]:
    """The county under a pack that limits it, with a rung of the ladder for it."""
    plain: dict[str, Any] = copy.deepcopy(document(load_pack(DEMO)))
    plain["limits"]["contact"] = {"any": {"any": "4 hour"}}
    later = {"code": "still_not_contacted", "trigger": AT_ONCE | {"after": "1 work_day"}}
    plain["ladder"]["steps"] += [RUNG | {"trigger": AT_ONCE}, RUNG | later]
    async with open_county(await make_database(county_template), tmp_path) as county:
        await county.admin.do("/dispatch/v1/directory/packs", plain | {"version": "2026年第2版"})
        await county.house.settle()
        yield county


@asynccontextmanager
async def clocks(county: County, case_id: str) -> AsyncIterator[tuple[Session, Case]]:
    """Somebody changes the clocks of a case, as what is asked and granted will."""
    runtime = county.house.services[Service.FOLLOWUP].runtime
    async with runtime.work_database.transaction(runtime.clock.now()) as session:
        case = await find_case(session, case_id)
        assert case is not None
        yield session, case
    await county.house.settle()


async def signed(county: County) -> str:
    case_id = await county.register()
    await county.lead_does(case_id, "signature")
    return case_id


async def of_contact(county: County, case_id: str) -> list[dict[str, Any]]:
    return [timer for timer in (await county.promise(case_id))["timers"] if timer["what"] == "contact"]


async def test_it_is_set_warned_of_missed_and_blamed_and_the_audit_agrees(county_of_six: County) -> None:
    county, case_id = county_of_six, await signed(county_of_six)
    assert [(clock["unit_code"], clock["step"]) for clock in await of_contact(county, case_id)] == [
        (VILLAGE_UNIT, "warn")
    ]
    timeline = await county.operator.ask(f"/intake/v1/cases/{case_id}/timeline")
    assert any(entry["note"].startswith("联系时限 contact: ") for entry in timeline["items"])
    await county.advance(hours=5)
    promise, work = await county.promise(case_id), await county.work(case_id)
    assert promise["overdue"] == ["contact"]
    assert [(order["rule_code"], order["unit_code"]) for order in promise["supervisions"]] == [
        ("not_contacted", VILLAGE_UNIT)
    ]
    assert (work["overdue"], work["warnings"], work["misses"]) == (True, ["contact"], ["contact"])
    await county.check()
    await county.lead_does(case_id, "result", RESULT)
    assert (await county.promise(case_id))["overdue"] == []
    await county.check()


async def test_it_is_passed_on_kept_in_time_and_void_in_triage(county_of_six: County) -> None:
    county, case_id = county_of_six, await signed(county_of_six)
    other = {"lead_unit": TOWN_UNIT, "category_code": "0101", "reason": "需镇级协调"}
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/reassignment", other)
    await county.house.settle()
    assert [(clock["unit_code"], clock["state"]) for clock in await of_contact(county, case_id)] == [
        (TOWN_UNIT, "pending")
    ]
    await county.lead_does(case_id, "signature")
    assert len(await of_contact(county, case_id)) == 1
    await county.lead_does(case_id, "return", {"reason_code": "wrong_area", "note": "不在辖区"})
    decision = {"approved": True, "note": "同意退回"}
    await county.dispatcher.do(f"/dispatch/v1/cases/{case_id}/return/decision", decision)
    await county.house.settle()
    in_time = await signed(county)
    await county.lead_does(in_time, "result", RESULT)
    for ended in (case_id, in_time):
        assert [clock["state"] for clock in await of_contact(county, ended)] == ["cancelled"]
    await county.advance(hours=6)
    assert [await county.times_said(ended, "deadline_missed") for ended in (case_id, in_time)] == [0, 0]
    await county.check()


async def test_it_gets_more_time_and_stands_still(contact: Deadline, county_of_six: County) -> None:
    county, case_id = county_of_six, await signed(county_of_six)
    await county.advance(hours=5)
    async with clocks(county, case_id) as (session, case):
        extend_clock(session, case, contact, session.now + timedelta(hours=2))
    assert (await county.promise(case_id))["overdue"] == []
    await county.check()
    async with clocks(county, case_id) as (session, case):
        pause_clocks(session, case, contact)
    await county.advance(hours=9)
    assert "paused" in [clock["state"] for clock in await of_contact(county, case_id)]
    async with clocks(county, case_id) as (session, case):
        resume_clocks(session, case, contact)
    assert (await county.promise(case_id))["overdue"] == []
    await county.advance(hours=3)
    assert (await county.promise(case_id))["overdue"] == ["contact"]


async def test_it_is_listed_asked_for_and_in_no_pack_that_does_not_name_it(county_of_six: County) -> None:
    county, case_id = county_of_six, await signed(county_of_six)
    listed = await county.supervisor.ask("/followup/v1/timers", what="contact")
    assert [timer["case_id"] for timer in listed["items"]] == [case_id]
    refused = await county.supervisor.get("/followup/v1/timers", what="appeal")
    assert "or 'contact'" in refused.json()["fields"][0]["message"]
    terms = (await county.dispatcher.ask("/dispatch/v1/directory/terms"))["lists"]["deadline"]
    assert terms[-1] == {"code": "contact", "zh": "联系时限", "en": "contact"}
    assert "contact" not in document(load_pack(DEMO))["limits"]


async def test_who_does_not_know_it_sets_the_case_aside_until_he_does(contact: Deadline, county_of_six: County) -> None:
    county, case_id = county_of_six, await county_of_six.register()
    del DECLARED[contact]
    async with clocks(county, case_id) as (session, case):
        times: dict[str, Any] = dict.fromkeys(("starts_at", "warn_at", "due_at"), session.now)
        said = SetDeadline.model_construct(deadline=contact, about="", unit_code=None, pack_version=2, **times)
        event = DeadlineSet.model_construct(
            case_id=case_id, occurred_at=session.now, round=case.round, deadlines=(said,)
        )
        session.publish(event)
    reasons = "SELECT reason FROM parked WHERE key = $1"
    for service in (Service.INTAKE, Service.DISPATCH, Service.ANALYTICS):
        (row,) = await county.rows(service, reasons, case_id)
        assert "does not decode" in row.reason
    DECLARED[contact] = contact
    runtime = county.house.services[Service.DISPATCH].runtime
    parking = Parking(runtime.work_database, REACTIONS, runtime.clock)
    # The house tries again by itself, and may have been first.
    assert {row.key for row in await parking.due(10)} <= {case_id}
    await parking.replay("cases", case_id)
    assert await county.rows(Service.DISPATCH, reasons, case_id) == []
