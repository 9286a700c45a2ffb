"""One more unit has a part of a case (增派任务): by whom, what and until when, and that the result names what it waits
for."""

from datetime import timedelta
from typing import Any

from libs.common.events.cases import CaseAssigned, CaseReassigned, TaskCancelled
from libs.common.events.tasks import TaskGiven
from libs.common.events.terms import Deadline
from libs.common.security.principal import Role
from tests.integration.dispatch.office import HOUR, T0, TOWN_UNIT, VILLAGE_UNIT, Office, only
from tests.integration.dispatch.test_handling import RESULT
from tests.integration.dispatch.test_hearing import deadline_set
from tests.integration.dispatch.test_supporting import PART, standing, tasks

WATER = "D-WATER"
WANTED = {"unit_code": WATER, "what": "关阀配合抢修，联系人13812345678", "measures": "夜间停水两小时"}
WHOLE = {key: value for key, value in RESULT.items() if key != "without_support"}


async def test_the_lead_unit_gives_one_more_unit_a_part_and_waits_for_it_by_name_and_due_time(office: Office) -> None:
    case_id = await office.register()
    lead, water = office.handler(VILLAGE_UNIT), office.handler(WATER)
    assert (await water.get(f"/cases/{case_id}")).status_code == 404
    version = (await lead.do(case_id, "signature"))["version"]
    due = (T0 + 3 * HOUR).isoformat()
    given = await lead.post(f"/cases/{case_id}/tasks", WANTED | {"due_at": due}, version=version)
    assert (given.status_code, given.json()["open_support"]) == (201, [TOWN_UNIT, WATER])
    told = only(await office.said(case_id), TaskGiven)
    assert (told.task, told.role, told.due_at) == (f"{version + 1}.{WATER}", "support", T0 + 3 * HOUR)
    assert (told.what, told.measures) == ("关阀配合抢修，联系人138****5678", WANTED["measures"])
    [_, task] = await tasks(office, case_id)
    assert (task["unit_code"], task["what"], task["due_at"]) == (WATER, told.what, "2026-03-03T04:00:00Z")
    assert [one["case_id"] for one in (await water.get("/work", role="support")).json()["items"]] == [case_id]
    waits = await lead.post(f"/cases/{case_id}/result", WHOLE, version="*")
    assert waits.status_code == 409
    assert f"{TOWN_UNIT}, {WATER} ({told.what}) due 2026-03-03T04:00:00+00:00; wait" in waits.json()["detail"]
    for unit in (TOWN_UNIT, WATER):
        await office.handler(unit).do(case_id, f"tasks/{unit}/signature")
        await office.handler(unit).do(case_id, f"tasks/{unit}/result", PART)
    assert (await lead.do(case_id, "result", WHOLE))["status"] == "handled"


async def test_who_may_give_a_part_and_to_whom(office: Office) -> None:
    case_id = await office.register(accused_unit="D-HOUSING")
    lead, support, path = office.handler(VILLAGE_UNIT), office.handler(TOWN_UNIT), f"/cases/{case_id}/tasks"
    assert (await support.post(path, WANTED, version="*")).status_code == 403
    assert (await office.person("x", Role.CALLER).post(path, WANTED, version="*")).status_code == 403
    refused: tuple[tuple[dict[str, Any], int, str], ...] = (
        ({"unit_code": VILLAGE_UNIT}, 409, "handles the case itself"),
        ({"unit_code": TOWN_UNIT}, 409, "has a part that is not done, since 2026-03-03T01:00:00+00:00"),
        ({"unit_code": "D-HOUSING"}, 422, "unit_code"),
        ({"unit_code": "T-999001102"}, 422, "unit_code"),
        ({"unit_code": "D-NOBODY"}, 422, "unit_code"),
        ({"what": ""}, 422, "what"),
        ({"due_at": T0.isoformat()}, 422, "due_at"),
    )
    for changes, status, says in refused:
        answer = await lead.post(path, WANTED | changes, version="*")
        assert (answer.status_code, says in answer.text) == (status, True), answer.text
    await office.hear(deadline_set(case_id, Deadline.HANDLE, T0 + HOUR))
    late = await lead.post(path, WANTED | {"due_at": (T0 + 2 * HOUR).isoformat()}, version="*")
    assert (late.status_code, late.json()["fields"][0]["field"]) == (422, "due_at")
    assert "2026-03-03T02:00:00+00:00" in late.text
    assert await standing(office, case_id) == [(TOWN_UNIT, "given", 1)]
    given = await office.dispatcher.post(path, WANTED, version="*")
    assert (given.status_code, given.json()["open_support"]) == (201, [TOWN_UNIT, WATER])


async def test_let_off_it_has_no_part_and_may_be_given_one_again(office: Office) -> None:
    case_id = await office.register()
    lead = office.handler(VILLAGE_UNIT)
    for _ in range(2):
        assert (await lead.post(f"/cases/{case_id}/tasks", WANTED, version="*")).status_code == 201
        await office.dispatcher.do(case_id, f"tasks/{WATER}/cancellation", {"reason": "已由供水公司处理"})
    assert await standing(office, case_id) == [(TOWN_UNIT, "given", 1), *[(WATER, "cancelled", 1)] * 2]
    cancelled = [event for event in await office.said(case_id) if isinstance(event, TaskCancelled)]
    assert [(event.unit_code, event.successor, event.task) for event in cancelled] == [(WATER, None, None)] * 2


async def test_a_clock_says_until_when_each_part_is_and_which_tasks_an_assignment_gives_is_told(office: Office) -> None:
    case_id = await office.register()
    told = only(await office.said(case_id), CaseAssigned)
    assert told.tasks == (f"1.{TOWN_UNIT}",)
    due = T0 + timedelta(days=2)
    await office.hear(deadline_set(case_id, Deadline.TASK, due, about=f"1.{TOWN_UNIT}", unit_code=TOWN_UNIT))
    assert [one["due_at"] for one in await tasks(office, case_id)] == ["2026-03-05T01:00:00Z"]
    assert (await office.work(case_id))["handle_due_at"] is None
    body = {"lead_unit": "D-HOUSING", "support_units": [TOWN_UNIT, WATER], "reason": "由住建牵头"}
    await office.dispatcher.do(case_id, "reassignment", body)
    again = only(await office.said(case_id), CaseReassigned)
    assert again.tasks == (f"2.{WATER}",)
    assert [one["due_at"] for one in await tasks(office, case_id)] == ["2026-03-05T01:00:00Z", None]


async def test_nothing_is_given_while_a_return_is_decided(office: Office) -> None:
    case_id = await office.register()
    lead = office.handler(VILLAGE_UNIT)
    await lead.do(case_id, "return", {"reason_code": "wrong_area", "note": "不属于本单位"})
    answer = await lead.post(f"/cases/{case_id}/tasks", WANTED, version="*")
    assert (answer.status_code, "A return is waiting" in answer.text) == (409, True)


ASSIGNED = {
    "lead_unit": "D-HOUSING",
    "category_code": "0101",
    "support_units": [TOWN_UNIT, WATER],
    "reason": "由住建牵头",
}


async def test_an_assignment_says_what_its_support_units_are_to_do_and_until_when(office: Office) -> None:
    case_id = await office.register(category_code=None)
    due = T0 + 3 * HOUR
    await office.dispatcher.do(
        case_id, "assignment", ASSIGNED | {"support_tasks": [WANTED | {"due_at": due.isoformat()}]}
    )
    told = only(await office.said(case_id), CaseAssigned)
    [part] = told.parts
    what = "关阀配合抢修，联系人138****5678"
    assert (part.unit_code, part.what, part.measures, part.due_at) == (WATER, what, WANTED["measures"], due)
    assert [(one["unit_code"], one["what"], one["due_at"]) for one in await tasks(office, case_id)] == [
        (WATER, what, "2026-03-03T04:00:00Z"),
        (TOWN_UNIT, None, None),
    ]


async def test_what_is_said_of_no_support_unit_or_cannot_be_is_refused_by_its_place(office: Office) -> None:
    case_id = await office.register(category_code=None)
    told: tuple[tuple[list[dict[str, Any]], str], ...] = (
        ([WANTED | {"unit_code": "D-EDU"}], "support_tasks/0/unit_code"),
        ([WANTED, WANTED], "support_tasks/1/unit_code"),
        ([WANTED | {"due_at": T0.isoformat()}], "support_tasks/0/due_at"),
        ([WANTED | {"what": "办" * 8_000}], "support_tasks/0/what"),
    )
    for parts, field in told:
        answer = await office.dispatcher.post(
            f"/cases/{case_id}/assignment", ASSIGNED | {"support_tasks": parts}, version="*"
        )
        assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, field), answer.text
    assert (await office.work(case_id))["status"] == "triage"


async def test_who_goes_on_with_a_part_is_not_told_another(office: Office) -> None:
    case_id = await office.register()
    body = ASSIGNED | {"support_tasks": [WANTED | {"unit_code": TOWN_UNIT}]}
    answer = await office.dispatcher.post(f"/cases/{case_id}/reassignment", body, version="*")
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "support_tasks/0/unit_code")
    await office.dispatcher.do(case_id, "reassignment", ASSIGNED | {"support_tasks": [WANTED]})
    assert only(await office.said(case_id), CaseReassigned).tasks == (f"2.{WATER}",)
    assert [(one["unit_code"], one["what"] is None) for one in await tasks(office, case_id)] == [
        (TOWN_UNIT, True),
        (WATER, False),
    ]
