"""Who of a unit answers for a case (责任人): one of its people, named by itself, and passed on to nobody."""

from typing import Any

from bench.said import said
from libs.common.events.accused import AccusedNamed
from libs.common.events.responsible import ResponsibleNamed
from libs.common.security.principal import Role
from services.dispatch.cases.queries import vacant_cases
from tests.integration.dispatch.office import HOUR, T0, Office

WATER, HOUSING = "D-WATER", "D-HOUSING"
TO_HOUSING = {"lead_unit": HOUSING, "category_code": "0101", "reason": "属住建职责"}


async def enter(office: Office, staff_id: str, *units: str) -> None:
    terms = [{"post_code": "case_worker", "unit_code": unit} for unit in units]
    body = {"staff_id": staff_id, "name": f"测试{staff_id}", "terms": terms}
    answer = await office.person("root", Role.ADMIN).post("/staff", body)
    assert answer.status_code == 201, answer.text


async def named(office: Office, case_id: str) -> list[tuple[str, str | None]]:
    """The unit and the person of each naming that was said."""
    said = await office.said(case_id)
    return [(event.unit_code, event.staff_id) for event in said if isinstance(event, ResponsibleNamed)]


async def a_water_case(office: Office, **more: Any) -> str:
    return await office.register(category_code="1003", **more)


async def test_the_unit_names_one_of_its_people_when_it_signs_or_afterwards(office: Office) -> None:
    await enter(office, "S-1", WATER)
    await enter(office, "S-2", WATER)
    case_id, li = await a_water_case(office), office.handler(WATER)
    signed = await li.do(case_id, "signature", {"responsible": "S-1"})
    assert signed["responsible"] == {"staff_id": "S-1", "name": "测试S-1", "vacant": False}
    assert (await li.do(case_id, "responsible", {"responsible": "S-2"}))["responsible"]["staff_id"] == "S-2"
    assert await named(office, case_id) == [(WATER, "S-1"), (WATER, "S-2")]
    assert (await office.dispatcher.get(f"/cases/{case_id}")).json()["responsible"]["name"] == "测试S-2"


async def test_nobody_is_named_who_is_not_in_office_there_or_is_of_the_accused_unit(
    office: Office,
) -> None:
    await enter(office, "S-1", HOUSING)
    await enter(office, "S-2", WATER, "D-AGRI")
    case_id = await a_water_case(office, accused_unit="D-AGRI")
    li = office.handler(WATER)
    for staff_id in ("S-1", "S-2", "S-9"):
        answer = await li.post(f"/cases/{case_id}/signature", {"responsible": staff_id}, version=1)
        assert answer.status_code == 422
        assert answer.json()["fields"][0]["field"] == "responsible"
    assert (await office.work(case_id))["status"] == "assigned"
    other = office.handler(HOUSING)
    assert (await other.post(f"/cases/{case_id}/responsible", {"responsible": "S-1"}, version=1)).status_code == 404
    assert (await li.post(f"/cases/{case_id}/responsible", {"responsible": "S-2"})).status_code == 428


async def test_it_passes_to_nobody_when_another_unit_leads(office: Office) -> None:
    await enter(office, "S-1", WATER)
    case_id = await a_water_case(office)
    await office.handler(WATER).do(case_id, "responsible", {"responsible": "S-1"})
    moved = await office.dispatcher.do(case_id, "reassignment", TO_HOUSING)
    assert moved["responsible"] is None
    assert await named(office, case_id) == [(WATER, "S-1"), (WATER, None)]
    to_water = {**TO_HOUSING, "lead_unit": WATER, "category_code": "1003"}
    back = await office.dispatcher.do(case_id, "reassignment", to_water)
    assert back["responsible"] is None


async def test_a_term_that_ended_leaves_the_place_vacant_and_is_counted(office: Office) -> None:
    await enter(office, "S-1", WATER)
    case_id = await a_water_case(office)
    li = office.handler(WATER)
    await li.do(case_id, "signature", {"responsible": "S-1"})
    root = office.person("root", Role.ADMIN)
    await root.post("/staff/S-1/terms/1/end", {"at": "2026-03-03T01:30:00Z"}, version=1)
    for vacant, count in ((False, 0), (True, 1)):
        read = (await li.get(f"/cases/{case_id}")).json()
        assert read["responsible"] == {"staff_id": "S-1", "name": "测试S-1", "vacant": vacant}
        async with office.database.reading() as session:
            session.now = office.clock.now()
            assert await vacant_cases(session) == count
        office.later(HOUR)


async def test_a_support_unit_names_its_own_and_whoever_was_let_off_answers_no_longer(office: Office) -> None:
    await enter(office, "S-1", HOUSING)
    case_id = await office.register(category_code=None)
    given = {**TO_HOUSING, "lead_unit": WATER, "support_units": [HOUSING]}
    await office.dispatcher.do(case_id, "assignment", given)
    helper, lead = office.handler(HOUSING, "wu"), office.handler(WATER)
    await helper.do(case_id, f"tasks/{HOUSING}/signature", {"responsible": "S-1"})
    (task,) = (await helper.get(f"/cases/{case_id}/tasks")).json()["items"]
    assert task["responsible"]["staff_id"] == "S-1"
    assert (await helper.get(f"/cases/{case_id}")).json()["responsible"] is None
    listed = (await helper.get("/work", role="support", responsible="S-1")).json()["items"]
    assert [row["case_id"] for row in listed] == [case_id]
    refused = await lead.post(f"/cases/{case_id}/tasks/{HOUSING}/responsible", {"responsible": "S-1"}, version=3)
    assert refused.status_code == 403
    await office.dispatcher.do(case_id, f"tasks/{HOUSING}/cancellation", {"reason": "不需协办"})
    assert await named(office, case_id) == [(HOUSING, "S-1"), (HOUSING, None)]


async def test_the_work_list_is_narrowed_to_what_a_person_answers_for(office: Office) -> None:
    await enter(office, "S-1", WATER)
    cases = [await a_water_case(office) for _ in range(3)]
    li = office.handler(WATER)
    for case_id in cases[:2]:
        await li.do(case_id, "responsible", {"responsible": "S-1"})
    listed = (await li.get("/work", responsible="S-1")).json()["items"]
    assert {row["case_id"] for row in listed} == set(cases[:2])
    assert {row["responsible"]["name"] for row in listed} == {"测试S-1"}


async def test_nobody_whom_it_is_about_answers_for_it(office: Office) -> None:
    """Not named when that is known, and no longer when it comes out: of the lead and of a part alike."""
    for staff_id, units in (("S-1", [WATER]), ("S-2", [WATER, "D-EDU"]), ("S-3", [HOUSING])):
        await enter(office, staff_id, *units)
    known = await a_water_case(office, accused_units=("D-EDU",), accused_staff=("S-1",))
    for staff_id in ("S-1", "S-2"):
        refused = await office.handler(WATER).post(f"/cases/{known}/responsible", {"responsible": staff_id}, version=1)
        assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "responsible")
    case_id = await office.register(category_code=None)
    await office.dispatcher.do(case_id, "assignment", {**TO_HOUSING, "lead_unit": WATER, "support_units": [HOUSING]})
    await office.handler(WATER).do(case_id, "signature", {"responsible": "S-1"})
    await office.handler(HOUSING).do(case_id, f"tasks/{HOUSING}/signature", {"responsible": "S-3"})
    await office.hear(said(AccusedNamed, case_id, occurred_at=T0, accused_staff=("S-1", "S-3")))
    assert (await office.dispatcher.get(f"/cases/{case_id}")).json()["responsible"] is None
    assert await named(office, case_id) == [(WATER, "S-1"), (HOUSING, "S-3"), (WATER, None), (HOUSING, None)]
