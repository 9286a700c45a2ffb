"""A summoned unit names who of its people answers (报到责任人), so that whoever is late is late by name."""

from bench.said import said
from libs.common.events.accused import AccusedNamed
from libs.common.events.whistles import CallResponsibleNamed
from services.dispatch.cases.queries import vacant_cases
from tests.integration.dispatch.office import HOUR, T0, TOWN_UNIT, Office
from tests.integration.dispatch.test_responsible import HOUSING, TO_HOUSING, WATER, enter

WHISTLE = {"kind": "emergency", "units": [HOUSING], "place": "村口", "what": "查明断电原因"}
OFF = f"calls/{HOUSING}/cancellation"


async def summoned(office: Office) -> str:
    """A case of the town that has summoned housing to it, where S-1 works."""
    await enter(office, "S-1", HOUSING)
    case_id = await office.register(category_code=None)
    town = office.handler(TOWN_UNIT)
    await office.dispatcher.do(case_id, "assignment", {**TO_HOUSING, "lead_unit": TOWN_UNIT})
    await town.do(case_id, "signature")
    await whistle(office, case_id)
    return case_id


async def whistle(office: Office, case_id: str) -> None:
    answer = await office.handler(TOWN_UNIT).post(f"/cases/{case_id}/whistles", WHISTLE, version="*")
    assert answer.status_code == 201, answer.text


async def named(office: Office, case_id: str) -> list[tuple[str, str | None]]:
    """The task and the person of each naming that was said."""
    events = await office.said(case_id)
    return [(one.task, one.staff_id) for one in events if isinstance(one, CallResponsibleNamed)]


async def test_it_names_one_of_its_people_who_is_late_by_name_on_the_board(office: Office) -> None:
    case_id, unit = await summoned(office), office.handler(HOUSING)
    sent = {"note": "已出发", "responsible": "S-1"}
    on_the_way = await unit.post(f"/calls/{case_id}/acknowledgement", sent, version="*")
    assert on_the_way.status_code == 200, on_the_way.text
    expected = {"staff_id": "S-1", "name": "测试S-1", "vacant": False}
    assert on_the_way.json()["call"]["responsible"] == expected
    office.later(HOUR)
    [listed] = (await office.handler(TOWN_UNIT).get("/whistles")).json()["items"]
    assert (listed["late"], listed["responsible"]) == (True, expected)
    of_person = (await unit.get("/calls", responsible="S-1")).json()["items"]
    assert [one["case_id"] for one in of_person] == [case_id]
    assert (await unit.get("/calls", responsible="S-2")).json()["items"] == []
    assert await named(office, case_id) == [(f"4.{HOUSING}", "S-1")]
    async with office.database.reading() as session:
        session.now = office.clock.now()
        assert await vacant_cases(session) == 0


async def test_nobody_of_another_unit_is_named_and_nobody_else_names(office: Office) -> None:
    case_id, path = await summoned(office), "/calls/{}/responsible"
    await enter(office, "S-2", WATER)
    for staff_id in ("S-2", "S-9"):
        refused = await office.handler(HOUSING).post(path.format(case_id), {"responsible": staff_id}, version="*")
        assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "responsible")
    other = await office.handler(WATER).post(path.format(case_id), {"responsible": "S-2"}, version="*")
    assert other.status_code == 404
    assert await named(office, case_id) == []


async def test_who_was_let_off_answers_no_longer_and_a_second_whistle_wants_a_name_anew(office: Office) -> None:
    case_id, unit = await summoned(office), office.handler(HOUSING)
    name = f"/calls/{case_id}/responsible"
    assert (await unit.post(name, {"responsible": "S-1"}, version="*")).status_code == 200
    await office.dispatcher.do(case_id, OFF, {"reason": "无需到场"})
    late = await unit.post(name, {"responsible": "S-1"}, version="*")
    assert (late.status_code, "let off" in late.text) == (409, True)
    await whistle(office, case_id)
    assert (await unit.get(f"/calls/{case_id}")).json()["call"]["responsible"] is None
    assert (await unit.post(name, {"responsible": "S-1"}, version="*")).status_code == 200
    for verb, body in (("arrival", {"area_code": "999001101201"}), ("result", {"result": "已修复"})):
        assert (await unit.post(f"/calls/{case_id}/{verb}", body, version="*")).status_code == 200
    await whistle(office, case_id)
    first, second, third = f"4.{HOUSING}", f"6.{HOUSING}", f"9.{HOUSING}"
    told = [(first, "S-1"), (first, None), (second, "S-1"), (third, None)]
    assert await named(office, case_id) == told


async def test_whom_the_case_turns_out_to_be_about_answers_for_no_task_of_it(office: Office) -> None:
    case_id = await summoned(office)
    path = f"/calls/{case_id}/responsible"
    assert (await office.handler(HOUSING).post(path, {"responsible": "S-1"}, version="*")).status_code == 200
    await office.hear(said(AccusedNamed, case_id, occurred_at=T0, accused_staff=("S-1",)))
    assert await named(office, case_id) == [(f"4.{HOUSING}", "S-1"), (f"4.{HOUSING}", None)]
