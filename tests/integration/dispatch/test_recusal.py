"""Whoever turns out to be complained about (回避) loses what they have of a case at once, and gave nothing up by it."""

from typing import Any

import pytest

from bench.said import said
from libs.common.events.accused import AccusedNamed
from libs.common.events.cases import CaseReassigned, CaseSentBack, TaskCancelled, TriageQueued
from libs.common.events.passing import CaseDelegated
from libs.common.staff.register import StaffMember, TermOfOffice
from tests.integration.dispatch.office import HOUR, LIGHTS, T0, TOWN_UNIT, VILLAGE_UNIT, Office, only
from tests.integration.dispatch.test_decisions import decisions
from tests.integration.dispatch.test_handling import RESULT
from tests.integration.dispatch.test_returning import ASK, requests
from tests.integration.dispatch.test_supporting import standing

SUPERIOR = "S-GOV"


def named(case_id: str, *units: str, **changes: Any) -> AccusedNamed:
    """These units are complained about, too."""
    return said(AccusedNamed, case_id, **{"occurred_at": T0, "accused_units": units} | changes)


async def test_its_case_goes_to_the_nearest_superior_and_its_return_is_moot(office: Office) -> None:
    case_id = await office.register()
    unit = office.handler(VILLAGE_UNIT)
    await unit.do(case_id, "signature")
    await unit.do(case_id, "return", ASK)
    await office.hear(named(case_id, VILLAGE_UNIT))
    event = only(await office.said(case_id), CaseReassigned)
    assert (event.from_unit, event.lead_unit, event.support_units) == (VILLAGE_UNIT, TOWN_UNIT, ())
    assert (event.recusal, event.succession, event.by) == (True, False, None)
    assert "回避" in event.explanation
    assert (await office.steps(case_id))[-1] == ("recuse", "assigned", TOWN_UNIT)
    [lapsed] = await requests(office, case_id)
    assert lapsed["state"] == "lapsed"
    assert (await unit.get(f"/cases/{case_id}")).status_code == 404
    assert (await unit.get("/work")).json()["items"] == []
    decided = (await decisions(office, case_id))[-1]
    verdicts = [(one["unit_code"], one["verdict"]) for one in decided["candidates"]]
    assert (decided["rule"], verdicts) == ("superior", [(VILLAGE_UNIT, "accused"), (TOWN_UNIT, "chosen")])


async def test_what_was_delegated_to_it_is_the_work_of_the_one_above_again(office: Office) -> None:
    case_id = await office.register()
    await office.dispatcher.do(case_id, "reassignment", {"lead_unit": "D-HOUSING", "reason": "由住建局牵头"})
    lead = office.handler("D-HOUSING")
    await lead.do(case_id, "signature")
    await lead.do(case_id, "delegation", {"to_unit": TOWN_UNIT, "note": "属地先行处置"})
    await office.hear(named(case_id, TOWN_UNIT))
    work = await office.work(case_id)
    assert (work["lead_unit"], work["delegates"], work["status"]) == ("D-HOUSING", [], "assigned")
    assert (await office.handler(TOWN_UNIT).get(f"/cases/{case_id}")).status_code == 404
    told = [event for event in await office.said(case_id) if isinstance(event, CaseDelegated)]
    assert [(event.working_unit, event.succession) for event in told] == [(TOWN_UNIT, False), ("D-HOUSING", True)]


async def test_without_a_superior_that_may_a_dispatcher_has_to_choose(office: Office) -> None:
    case_id = await office.register()
    await office.hear(named(case_id, TOWN_UNIT, SUPERIOR))
    event = only(await office.said(case_id), TriageQueued)
    assert (event.recusal, "回避" in event.reason) == (True, True)
    work = await office.work(case_id)
    assert (work["status"], work["lead_unit"], work["also_accused"]) == ("triage", None, [TOWN_UNIT, SUPERIOR])
    wish = {"lead_unit": VILLAGE_UNIT, "category_code": LIGHTS, "reason": "属地办理"}
    refused = await office.dispatcher.post(f"/cases/{case_id}/assignment", wish, version="*")
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "lead_unit")


async def test_the_part_of_a_support_unit_ends_in_this_round_and_the_next(office: Office) -> None:
    case_id = await office.register()
    assert await standing(office, case_id) == [(TOWN_UNIT, "given", 1)]
    await office.hear(named(case_id, "D-WATER"))
    assert await standing(office, case_id) == [(TOWN_UNIT, "given", 1)]
    other = await office.register(category_code="0102", area_code="999001101000")
    assert await standing(office, other) == [(TOWN_UNIT, "given", 1)]
    await office.hear(named(other, TOWN_UNIT))
    assert only(await office.said(other), TaskCancelled).unit_code == TOWN_UNIT
    assert await standing(office, other) == [(TOWN_UNIT, "cancelled", 1)]
    lead = office.handler((await office.work(other))["lead_unit"])
    await lead.do(other, "signature")
    await lead.do(other, "result", {key: value for key, value in RESULT.items() if key != "without_support"})
    at = (await office.said(other))[-1].occurred_at
    await office.hear(said(CaseSentBack, other, occurred_at=at))
    assert (await office.work(other))["support_units"] == []


async def test_a_unit_that_somebody_complained_about_leads_does_not_lead_the_case(office: Office) -> None:
    """By the register of people; a case worker of it is no reason, nor does the unit below it lose what it has."""
    for staff_id, post, unit in (("S-1", "leader", VILLAGE_UNIT), ("S-2", "case_worker", VILLAGE_UNIT)):
        term = TermOfOffice(1, post, unit, T0 - HOUR)
        office.runtime.door_database.staff.put(StaffMember(staff_id, "某人", (term,)))
    at_once = await office.register(accused_staff=("S-1",))
    assert (await office.work(at_once))["lead_unit"] == TOWN_UNIT
    worker = await office.register(accused_staff=("S-2",))
    assert (await office.work(worker))["lead_unit"] == VILLAGE_UNIT
    await office.hear(named(worker, accused_units=(), accused_staff=("S-1",)))
    work = await office.work(worker)
    assert (work["lead_unit"], work["status"], "回避" in work["explanation"]) == (TOWN_UNIT, "assigned", True)
    decided = (await decisions(office, worker))[-1]
    assert decided["candidates"][0] == {"unit_code": VILLAGE_UNIT, "verdict": "led_by_accused"}
    # The unit itself sees the case, and may support it; that person does not, by whatever account.
    wish: dict[str, Any] = {"lead_unit": VILLAGE_UNIT, "category_code": LIGHTS, "reason": "属地办理"}
    refused = await office.dispatcher.post(f"/cases/{worker}/reassignment", wish, version="*")
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "lead_unit")
    wish |= {"lead_unit": "D-HOUSING", "support_units": [VILLAGE_UNIT]}
    await office.dispatcher.do(worker, "reassignment", wish)
    assert (await office.handler(VILLAGE_UNIT).get(f"/cases/{worker}")).status_code == 200
    assert (await office.handler(VILLAGE_UNIT, "head", "S-1").get(f"/cases/{worker}")).status_code == 404


@pytest.mark.parametrize("status", ["triage", "handled"])
async def test_where_nobody_has_the_case_it_is_only_hidden(office: Office, status: str) -> None:
    case_id = await office.register(**({"category_code": None} if status == "triage" else {}))
    unit = office.handler(VILLAGE_UNIT)
    if status != "triage":
        await unit.do(case_id, "signature")
        await unit.do(case_id, "result", RESULT)
    before = await office.steps(case_id)
    await office.hear(named(case_id, VILLAGE_UNIT, accused_staff=("S-9",)))
    assert await office.steps(case_id) == before
    assert (await unit.get(f"/cases/{case_id}")).status_code == 404
    assert (await office.work(case_id))["also_accused"] == [VILLAGE_UNIT, "staff:S-9"]
    await office.hear(named(case_id, VILLAGE_UNIT))
    assert (await office.work(case_id))["also_accused"] == [VILLAGE_UNIT, "staff:S-9"]


async def test_an_answer_that_was_kept_tells_the_accused_nothing_and_others_what_it_did(office: Office) -> None:
    case_id = await office.register()
    unit, path = office.handler(VILLAGE_UNIT), f"/cases/{case_id}/signature"
    assert (await unit.post(path, version="*", key="k-1")).status_code == 200
    again = await unit.post(path, version="*", key="k-1")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    await office.hear(named(case_id, VILLAGE_UNIT))
    hidden, missing = await unit.post(path, version="*", key="k-1"), await unit.get("/cases/" + "0" * 8 + case_id[8:])
    told = [{name: value for name, value in one.json().items() if name != "instance"} for one in (hidden, missing)]
    assert (hidden.status_code, missing.status_code, told[0]) == (404, 404, told[1])
    cancelled = await office.dispatcher.post(path, version="*", key="k-1")
    assert cancelled.status_code == 403
