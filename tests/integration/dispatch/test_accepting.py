"""Whether a case is accepted (不予受理): asked at triage, decided by a second person, on the record."""

from typing import Any

import pytest

from libs.common.events.accepting import CaseNotAccepted, NonacceptanceRefused, NonacceptanceRequested
from libs.common.events.accused import AccusedNamed
from libs.common.events.cases import CaseAnsweredDirectly, CaseClosed, CaseSupplemented
from libs.common.events.terms import Closing
from libs.common.security.principal import Role
from tests.integration.dispatch.office import HOUR, T0, VILLAGE_UNIT, Office, names, only
from tests.integration.dispatch.test_staff import WORKER, enter
from tests.journeys.county import NOT_HERE

APPROVE, REFUSE = {"approved": True, "note": "情况属实"}, {"approved": False, "note": "应予受理"}


async def asked(office: Office) -> str:
    """A case of which a dispatcher asks that it be not accepted."""
    case_id = await office.register(category_code=None)
    await office.person("qian", Role.DISPATCHER, staff_id="S-1").do(case_id, "nonacceptance", NOT_HERE)
    return case_id


async def requests(office: Office, case_id: str) -> list[dict[str, Any]]:
    """What was asked for, as the dispatcher reads it."""
    items: list[dict[str, Any]] = (await office.dispatcher.get(f"/cases/{case_id}/requests")).json()["items"]
    return items


async def test_both_people_stand_in_the_event_the_request_and_the_history(office: Office) -> None:
    case_id = await asked(office)
    office.later(HOUR)
    done = await office.person("sun", Role.SUPERVISOR, staff_id="S-2").do(case_id, "nonacceptance/decision", APPROVE)
    assert (done["status"], done["not_accepted_for"], done["go_to"]) == (
        "not_accepted",
        "litigation",
        NOT_HERE["go_to"],
    )
    events = await office.said(case_id)
    assert names(events) == ["TriageQueued", "NonacceptanceRequested", "CaseNotAccepted"]
    told = only(events, CaseNotAccepted)
    assert (told.by, told.by_staff, told.asked_by, told.asked_by_staff) == ("sun", "S-2", "qian", "S-1")
    assert (told.notice, only(events, NonacceptanceRequested).go_to) == (NOT_HERE["notice"], NOT_HERE["go_to"])
    [request] = await requests(office, case_id)
    assert (request["state"], request["asked_unit"], request["decided_by"]) == ("granted", None, "sun")
    steps = [action for action, _, _ in await office.steps(case_id)]
    assert steps == ["queue", "ask_nonacceptance", "not_accept"]
    listed = (await office.dispatcher.get("/work?status=not_accepted")).json()["items"]
    assert [row["case_id"] for row in listed] == [case_id]
    await office.hear(CaseClosed(case_id=case_id, occurred_at=T0, round=1, closing=Closing.NOT_ACCEPTED))
    work = await office.work(case_id)
    assert (work["status"], work["go_to"]) == ("closed", NOT_HERE["go_to"])


async def test_refused_it_can_be_asked_again_and_both_stand_there(office: Office) -> None:
    case_id = await asked(office)
    refused = await office.dispatcher.do(case_id, "nonacceptance/decision", REFUSE)
    assert (refused["status"], refused["nonacceptance_pending"]) == ("triage", False)
    assert only(await office.said(case_id), NonacceptanceRefused).note == REFUSE["note"]
    await office.dispatcher.do(case_id, "nonacceptance", NOT_HERE)
    first, second = await requests(office, case_id)
    assert (first["state"], first["decision_note"], second["state"]) == ("refused", REFUSE["note"], "pending")


@pytest.mark.parametrize("decision", [APPROVE, REFUSE])
async def test_of_a_return_that_waits_nobody_says_that_it_is_not_accepted(
    office: Office, decision: dict[str, Any]
) -> None:
    case_id = await office.register()
    unit = office.handler(VILLAGE_UNIT)
    await unit.do(case_id, "signature")
    await unit.do(case_id, "return", {"reason_code": "not_our_duty", "note": "不属本单位职责"})
    steps = await office.steps(case_id)
    version = (await office.work(case_id))["version"]
    refused = await office.dispatcher.post(f"/cases/{case_id}/nonacceptance/decision", decision, version=version)
    assert refused.status_code == 409, refused.text
    assert await office.steps(case_id) == steps


async def test_an_answer_that_crossed_it_holds(office: Office) -> None:
    case_id = await asked(office)
    await office.dispatcher.do(case_id, "nonacceptance/decision", APPROVE)
    await office.hear(CaseSupplemented(case_id=case_id, occurred_at=T0, text="还有证据"))
    await office.hear(CaseAnsweredDirectly(case_id=case_id, occurred_at=T0, round=1, answer="已答复"))
    work = await office.work(case_id)
    assert (work["status"], work["go_to"], len(work["supplements"])) == ("answered", None, 1)


@pytest.mark.parametrize("accused", [{"accused_staff": ("S-1",)}, {"accused_units": ("D-HOUSING",)}])
async def test_what_somebody_asked_who_is_complained_about_is_refused_alone(
    office: Office, accused: dict[str, Any]
) -> None:
    case_id = await asked(office)
    assert (await enter(office, "S-1", WORKER | {"unit_code": "D-HOUSING"})).status_code == 201
    await office.hear(AccusedNamed(case_id=case_id, occurred_at=T0, reason="补充反映", **accused))
    decision = f"/cases/{case_id}/nonacceptance/decision"
    answer = await office.dispatcher.post(decision, APPROVE, version="*")
    assert answer.status_code == 409, answer.text
    await office.dispatcher.do(case_id, "nonacceptance/decision", REFUSE)


async def test_numbers_of_persons_stay_out_of_what_the_citizen_is_told(office: Office) -> None:
    case_id = await office.register(category_code=None)
    body = NOT_HERE | {"go_to": "法院张法官 13812345678", "notice": "请联系 13812345678，或拨打12368。"}
    await office.dispatcher.do(case_id, "nonacceptance", body)
    told = only(await office.said(case_id), NonacceptanceRequested)
    assert "13812345678" not in told.go_to + told.notice
    assert "12368" in told.notice
