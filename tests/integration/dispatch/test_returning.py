"""Giving a case back, and reassigning it: within its limit, decided by another, while the clocks run on."""

from datetime import timedelta
from typing import Any

import pytest

from libs.common.events.base import Event
from libs.common.events.cases import (
    CaseAnsweredDirectly,
    CaseClosed,
    CaseReassigned,
    CaseWithdrawn,
    ReturnDecided,
    ReturnRequested,
    TriageQueued,
)
from libs.common.events.terms import Closing
from libs.common.security.principal import Role
from tests.integration.dispatch.office import (
    COUNTY,
    HOUR,
    T0,
    TOWN_UNIT,
    VILLAGE_UNIT,
    Office,
    names,
    only,
)

ASK = {"reason_code": "not_our_duty", "note": "路灯归镇里管"}
REFUSE = {"approved": False, "note": "属村级事项"}


async def requests(office: Office, case_id: str) -> list[dict[str, Any]]:
    """What was asked for about a case, as the dispatcher reads it."""
    answer = await office.dispatcher.get(f"/cases/{case_id}/requests")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_every_request_is_kept_with_who_asked_and_who_decided_how(office: Office) -> None:
    case_id = await office.register()
    unit = office.handler(VILLAGE_UNIT)
    await unit.do(case_id, "return", ASK)
    [pending] = await requests(office, case_id)
    assert (pending["state"], pending["asked_by"], pending["asked_unit"]) == ("pending", "li", VILLAGE_UNIT)
    assert (pending["kind"], pending["reason_code"], pending["note"]) == ("return", *ASK.values())
    office.later(HOUR)
    await office.dispatcher.do(case_id, "return/decision", REFUSE)
    await unit.do(case_id, "return", ASK)
    await office.dispatcher.do(case_id, "return/decision", {"approved": True, "note": "再议"})
    refused, granted = await requests(office, case_id)
    assert (refused["state"], refused["decided_by"], refused["decision_note"]) == ("refused", "wang", REFUSE["note"])
    assert refused["decided_at"] == "2026-03-03T02:00:00Z"
    assert (granted["state"], granted["version"], granted["decision_note"]) == ("granted", 4, "再议")


async def test_nobody_decides_on_what_they_asked_for_by_another_account(office: Office) -> None:
    case_id = await office.register()
    await office.handler(VILLAGE_UNIT, "li", "S-1").do(case_id, "return", ASK)
    for judge in (
        office.person("li-2", Role.DISPATCHER, staff_id="S-1"),
        office.person("li", Role.DISPATCHER),
        office.person("x", Role.DISPATCHER, unit=VILLAGE_UNIT),
    ):
        refused = await judge.post(f"/cases/{case_id}/return/decision", REFUSE, version="*")
        assert refused.status_code == 403
        assert not {"li", "S-1"} & set(refused.json()["detail"].split())
    await office.person("wang", Role.DISPATCHER, staff_id="S-2").do(case_id, "return/decision", REFUSE)
    [decided] = await requests(office, case_id)
    assert (decided["asked_by_staff"], decided["decided_by_staff"]) == ("S-1", "S-2")
    steps = (await office.dispatcher.get(f"/cases/{case_id}/transitions")).json()["items"]
    assert [step["staff_id"] for step in steps] == [None, "S-1", "S-2"]


@pytest.mark.parametrize("end", ["withdrawn", "answered", "closed"])
async def test_a_request_lapses_with_the_case_that_it_was_about(office: Office, end: str) -> None:
    case_id = await office.register()
    await office.handler(VILLAGE_UNIT).do(case_id, "return", ASK)
    when: dict[str, Any] = {"case_id": case_id, "occurred_at": T0}
    ends: dict[str, Event] = {
        "withdrawn": CaseWithdrawn(**when, reason="已自行解决"),
        "answered": CaseAnsweredDirectly(**when, round=1, answer="已电话答复"),
        "closed": CaseClosed(**when, round=1, closing=Closing.WITHDRAWN),
    }
    await office.hear(ends[end])
    [lapsed] = await requests(office, case_id)
    assert (lapsed["state"], lapsed["decided_by"], lapsed["decision_note"]) == ("lapsed", None, None)
    assert lapsed["decided_at"] is not None
    assert (await office.work(case_id))["return_pending"] is False


async def test_refused_the_unit_goes_on(office: Office) -> None:
    case_id = await office.register()
    unit = office.handler(VILLAGE_UNIT)
    asked = await unit.do(case_id, "return", ASK)
    assert (asked["return_pending"], asked["return_reason"], asked["returns"]) == (True, "not_our_duty", 1)
    assert (await unit.post(f"/cases/{case_id}/signature", version=2)).status_code == 409
    assert (await unit.post(f"/cases/{case_id}/return", ASK, version=2)).status_code == 409
    decided = await office.dispatcher.do(case_id, "return/decision", REFUSE)
    assert (decided["return_pending"], decided["return_reason"], decided["lead_unit"]) == (False, None, VILLAGE_UNIT)
    await unit.do(case_id, "signature")
    events = await office.said(case_id)
    assert names(events) == ["CaseAssigned", "ReturnRequested", "ReturnDecided", "CaseSigned"]
    assert only(events, ReturnRequested).reason_code == "not_our_duty"
    assert only(events, ReturnDecided).approved is False


async def test_approved_to_another_unit_the_case_moves_at_once(office: Office) -> None:
    case_id = await office.register()
    await office.handler(VILLAGE_UNIT).do(case_id, "signature")
    await office.handler(VILLAGE_UNIT).do(case_id, "return", ASK)
    office.later(HOUR)
    body = {"approved": True, "note": "由镇办理", "lead_unit": TOWN_UNIT, "support_units": ["D-HOUSING"]}
    moved = await office.dispatcher.do(case_id, "return/decision", body)
    assert (moved["status"], moved["lead_unit"], moved["signed_at"]) == ("assigned", TOWN_UNIT, None)
    assert moved["assigned_at"] == "2026-03-03T02:00:00Z"
    events = await office.said(case_id)
    assert names(events)[-2:] == ["ReturnDecided", "CaseReassigned"]
    told = only(events, CaseReassigned)
    assert (told.from_unit, told.lead_unit, told.support_units, told.round) == (
        VILLAGE_UNIT,
        TOWN_UNIT,
        ("D-HOUSING",),
        1,
    )
    assert (await office.handler(VILLAGE_UNIT).get(f"/cases/{case_id}")).status_code == 404
    await office.handler(TOWN_UNIT).do(case_id, "signature")
    assert (await office.steps(case_id))[-2:] == [
        ("hand_on", "assigned", TOWN_UNIT),
        ("sign", "signed", TOWN_UNIT),
    ]


async def test_approved_without_a_unit_the_case_waits_in_triage(office: Office) -> None:
    case_id = await office.register()
    await office.handler(VILLAGE_UNIT).do(case_id, "return", ASK)
    queued = await office.dispatcher.do(case_id, "return/decision", {"approved": True, "note": "另行研究"})
    assert (queued["status"], queued["lead_unit"], queued["assigned_at"]) == ("triage", None, None)
    events = await office.said(case_id)
    assert names(events)[-2:] == ["ReturnDecided", "TriageQueued"]
    assert VILLAGE_UNIT in only(events, TriageQueued).reason
    body = {"lead_unit": TOWN_UNIT, "reason": "镇里统筹"}
    await office.dispatcher.do(case_id, "assignment", body)
    assert names(await office.said(case_id))[-1] == "CaseAssigned"


async def test_who_asked_or_is_of_the_unit_does_not_decide(office: Office) -> None:
    case_id = await office.register()
    await office.handler(VILLAGE_UNIT, subject="li").do(case_id, "return", ASK)
    judges = (
        office.person("li", Role.DISPATCHER),
        office.person("sun", Role.DISPATCHER, COUNTY, VILLAGE_UNIT),
    )
    for judge in judges:
        response = await judge.post(f"/cases/{case_id}/return/decision", REFUSE, version=2)
        assert response.status_code == 403
    assert names(await office.said(case_id)) == ["CaseAssigned", "ReturnRequested"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"approved": True, "note": "改派", "lead_unit": VILLAGE_UNIT}, "lead_unit"),
        ({"approved": True, "note": "改派", "lead_unit": "D-NOBODY"}, "lead_unit"),
        ({"approved": False, "note": "不同意", "lead_unit": TOWN_UNIT}, ""),
        ({"approved": True, "note": "改派", "support_units": [TOWN_UNIT]}, ""),
        ({"approved": "yes", "note": "改派"}, "approved"),
        ({"approved": True}, "note"),
    ],
)
async def test_a_decision_that_makes_no_sense_is_refused(office: Office, body: dict[str, Any], field: str) -> None:
    case_id = await office.register()
    await office.handler(VILLAGE_UNIT).do(case_id, "return", ASK)
    response = await office.dispatcher.post(f"/cases/{case_id}/return/decision", body, version=2)
    assert response.status_code == 422, response.text
    assert field in response.json()["fields"][0]["field"]
    assert (await office.work(case_id))["return_pending"] is True


async def test_an_unknown_reason_is_refused(office: Office) -> None:
    case_id = await office.register()
    body = {"reason_code": "no_time", "note": "没空"}
    response = await office.handler(VILLAGE_UNIT).post(f"/cases/{case_id}/return", body, version=1)
    assert (response.status_code, response.json()["fields"][0]["field"]) == (422, "reason_code")


async def test_after_the_limit_it_is_kept(office: Office) -> None:
    """One working day after Tuesday's assignment: through Wednesday, not at its last midnight."""
    kept, given = await office.register(), await office.register()
    office.clock.advance_to(T0 + timedelta(hours=38, minutes=59))
    await office.handler(VILLAGE_UNIT).do(given, "return", ASK)
    office.later(timedelta(minutes=1))
    response = await office.handler(VILLAGE_UNIT).post(f"/cases/{kept}/return", ASK, version=1)
    assert response.status_code == 409
    assert "2026-03-04T16:00:00+00:00" in response.json()["detail"]


async def test_a_decision_without_a_request_is_refused(office: Office) -> None:
    case_id = await office.register()
    response = await office.dispatcher.post(f"/cases/{case_id}/return/decision", REFUSE, version=1)
    assert response.status_code == 409


async def test_a_dispatcher_reassigns_what_a_unit_has(office: Office) -> None:
    case_id = await office.register()
    await office.handler(VILLAGE_UNIT).do(case_id, "signature")
    body = {"lead_unit": "D-HOUSING", "reason": "县里统一更换"}
    moved = await office.dispatcher.do(case_id, "reassignment", body)
    assert (moved["status"], moved["lead_unit"], moved["by_rule"]) == ("assigned", "D-HOUSING", False)
    told = only(await office.said(case_id), CaseReassigned)
    assert (told.from_unit, told.lead_unit) == (VILLAGE_UNIT, "D-HOUSING")
    again = await office.dispatcher.post(f"/cases/{case_id}/reassignment", body, version=moved["version"])
    assert again.status_code == 422


async def test_a_pending_return_is_decided_before_the_case_is_reassigned(office: Office) -> None:
    case_id = await office.register()
    await office.handler(VILLAGE_UNIT).do(case_id, "return", ASK)
    body = {"lead_unit": TOWN_UNIT, "reason": "镇里办"}
    response = await office.dispatcher.post(f"/cases/{case_id}/reassignment", body, version=2)
    assert response.status_code == 409
