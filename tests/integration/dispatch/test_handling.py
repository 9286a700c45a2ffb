"""What a lead unit does with a case, and who else may not."""

import asyncio
from typing import Any

import pytest

from libs.common.events.cases import CaseHandled, CaseSigned, ProgressReported
from libs.common.events.terms import ResultKind
from libs.common.security.principal import Role
from tests.integration.dispatch.office import (
    COUNTY,
    HOUR,
    LIGHTS,
    OTHER_TOWN,
    T0,
    TOWN,
    TOWN_UNIT,
    VILLAGE,
    VILLAGE_UNIT,
    Office,
    names,
    only,
)

RESULT = {
    "result_kind": "substantive",
    "result": "三盏路灯已全部更换，当晚试亮正常。",
    "without_support": "协办意见已当面征求",
}


async def test_sign_report_and_hand_in(office: Office) -> None:
    case_id = await office.register()
    unit = office.handler(VILLAGE_UNIT)
    office.later(HOUR)
    signed = await unit.do(case_id, "signature")
    assert (signed["status"], signed["signed_at"]) == ("signed", "2026-03-03T02:00:00Z")
    office.later(HOUR)
    await unit.do(case_id, "progress", {"note": "灯具已到货，电工电话13812345678"})
    office.later(HOUR)
    handled = await unit.do(case_id, "result", RESULT | {"contacted_at": "2026-03-03T03:30:00Z"})
    assert (handled["status"], handled["result"], handled["overdue"]) == ("handled", RESULT["result"], False)

    events = await office.said(case_id)
    assert names(events) == ["CaseAssigned", "CaseSigned", "ProgressReported", "CaseHandled"]
    assert only(events, CaseSigned).occurred_at == T0 + HOUR
    assert only(events, ProgressReported).note == "灯具已到货，电工电话138****5678"
    told = only(events, CaseHandled)
    assert (told.unit_code, told.result_kind, told.occurred_at) == (VILLAGE_UNIT, ResultKind.SUBSTANTIVE, T0 + 3 * HOUR)
    assert await office.steps(case_id) == [
        ("route", "assigned", VILLAGE_UNIT),
        ("sign", "signed", VILLAGE_UNIT),
        ("report", "signed", VILLAGE_UNIT),
        ("hand_in", "handled", VILLAGE_UNIT),
    ]


async def test_the_history_says_who_for_which_unit_when_and_why(office: Office) -> None:
    case_id = await office.register()
    unit = office.handler(VILLAGE_UNIT)
    await unit.do(case_id, "signature", {"note": "已知悉"})
    await unit.do(case_id, "progress", {"note": "灯具已到货"})
    first = (await unit.get(f"/cases/{case_id}/transitions", limit=2)).json()
    assert [(step["action"], step["who"], step["unit_code"]) for step in first["items"]] == [
        ("route", "system", None),
        ("sign", "li", VILLAGE_UNIT),
    ]
    assert first["items"][1]["why"] == "已知悉"
    rest = (await unit.get(f"/cases/{case_id}/transitions", limit=2, cursor=first["next_cursor"])).json()
    assert [step["why"] for step in rest["items"]] == ["灯具已到货"]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"result": "好了"}, "result"),
        ({"result": "长" * 5001}, "result"),
        ({"contacted_at": "2026-03-03T01:03:00Z"}, "contacted_at"),
        ({"contacted_at": "2026-03-03 01:00"}, "contacted_at"),
        ({"result_kind": "perfect"}, "result_kind"),
    ],
)
async def test_a_poor_result_is_refused_by_the_name_of_its_field(
    office: Office, changes: dict[str, str], field: str
) -> None:
    case_id = await office.register()
    unit = office.handler(VILLAGE_UNIT)
    version = (await unit.do(case_id, "signature"))["version"]
    response = await unit.post(f"/cases/{case_id}/result", RESULT | changes, version=version)
    assert response.status_code == 422, response.text
    assert response.json()["fields"][0]["field"] == field
    assert (await office.work(case_id))["status"] == "signed"


async def test_a_result_before_signing_is_refused_with_what_is_possible(office: Office) -> None:
    case_id = await office.register()
    response = await office.handler(VILLAGE_UNIT).post(f"/cases/{case_id}/result", RESULT, version=1)
    assert response.status_code == 409
    assert "possible now: sign, ask to return it" in response.json()["detail"]


async def test_a_change_decided_on_an_old_version_is_refused_with_the_present_one(office: Office) -> None:
    case_id = await office.register()
    unit = office.handler(VILLAGE_UNIT)
    await unit.do(case_id, "signature")
    stale = await unit.post(f"/cases/{case_id}/progress", {"note": "到货"}, version=1)
    assert (stale.status_code, stale.json()["current_version"], stale.headers["etag"]) == (412, 2, '"2"')
    missing = await unit.post(f"/cases/{case_id}/progress", {"note": "到货"})
    assert missing.status_code == 428
    assert names(await office.said(case_id)) == ["CaseAssigned", "CaseSigned"]


@pytest.mark.parametrize("verb", ["signature", "progress", "result", "return", "reassignment", "return/decision"])
async def test_every_change_wants_the_version_it_was_decided_on(office: Office, verb: str) -> None:
    case_id = await office.register()
    bodies: dict[str, Any] = {
        "progress": {"note": "到货"},
        "result": RESULT,
        "return": {"reason_code": "wrong_area", "note": "不在本村"},
        "reassignment": {"lead_unit": TOWN_UNIT, "reason": "镇里办"},
        "return/decision": {"approved": False, "note": "仍由该村办"},
    }
    people = office.dispatcher if verb in ("reassignment", "return/decision") else office.handler(VILLAGE_UNIT)
    assert (await people.post(f"/cases/{case_id}/{verb}", bodies.get(verb))).status_code == 428


async def test_other_units_and_areas_see_nothing_and_change_nothing(office: Office) -> None:
    case_id = await office.register()
    strangers = (
        office.handler("D-ENV"),
        office.handler("D-WATER"),
        office.person("qian", Role.DISPATCHER, OTHER_TOWN),
        office.person("qian", Role.HANDLER, OTHER_TOWN, VILLAGE_UNIT),
    )
    for stranger in strangers:
        for path in ("", "/transitions", "/explanation"):
            assert (await stranger.get(f"/cases/{case_id}{path}")).status_code == 404
        assert (await stranger.get("/work")).json()["items"] == []
    for stranger in strangers[:2]:
        assert (await stranger.post(f"/cases/{case_id}/signature", version=1)).status_code == 404
    assert (await office.work(case_id))["version"] == 1


async def test_a_role_without_the_right_is_refused_and_nobody_is_asked_to_log_in(office: Office) -> None:
    case_id = await office.register()
    operator = office.person("zhou", Role.OPERATOR)
    assert (await operator.get("/work")).status_code == 403
    assert (await office.dispatcher.post(f"/cases/{case_id}/signature", version=1)).status_code == 403
    handler = office.handler(VILLAGE_UNIT)
    body = {"lead_unit": TOWN_UNIT, "reason": "镇里办"}
    assert (await handler.post(f"/cases/{case_id}/reassignment", body, version=1)).status_code == 403
    assert (await handler.get("/triage")).status_code == 403
    assert (await office.http.get("/dispatch/v1/work")).status_code == 401


async def test_a_repeated_request_gets_the_first_answer_and_does_nothing_again(office: Office) -> None:
    case_id = await office.register()
    unit = office.handler(VILLAGE_UNIT)
    first = await unit.post(f"/cases/{case_id}/signature", version=1, key="sign-1")
    again = await unit.post(f"/cases/{case_id}/signature", version=1, key="sign-1")
    assert (first.status_code, first.content) == (200, again.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert names(await office.said(case_id)) == ["CaseAssigned", "CaseSigned"]


async def test_of_two_who_act_on_one_version_at_once_one_is_told_to_look_again(office: Office) -> None:
    case_id = await office.register()
    answers = await asyncio.gather(
        office.handler(VILLAGE_UNIT, "li").post(f"/cases/{case_id}/signature", version=1),
        office.handler(VILLAGE_UNIT, "sun").post(f"/cases/{case_id}/signature", version=1),
        office.dispatcher.post(f"/cases/{case_id}/reassignment", {"lead_unit": TOWN_UNIT, "reason": "镇办"}, version=1),
    )
    assert [answer.status_code for answer in answers].count(200) == 1
    assert len(await office.said(case_id)) == 2


async def test_lists_are_sorted_by_due_filtered_and_paged(office: Office) -> None:
    cases = [await office.register(occurred_at=T0, registered_at=T0 + n * HOUR) for n in range(5)]
    elsewhere = await office.register(area_code=TOWN)
    unit = office.handler(VILLAGE_UNIT)
    await unit.do(cases[3], "signature")
    seen, cursor = [], None
    while True:
        page = (await unit.get("/work", limit=2, **({"cursor": cursor} if cursor else {}))).json()
        seen += [item["case_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == cases
    assert [item["case_id"] for item in (await unit.get("/work", status="signed")).json()["items"]] == [cases[3]]
    everything = (await office.dispatcher.get("/work")).json()["items"]
    assert {item["case_id"] for item in everything} == {*cases, elsewhere}
    of_town = (await office.dispatcher.get("/work", unit_code=TOWN_UNIT)).json()["items"]
    assert [item["case_id"] for item in of_town] == [elsewhere]
    in_village = (await office.dispatcher.get("/work", area_code=VILLAGE)).json()["items"]
    assert [item["case_id"] for item in in_village] == cases
    assert (await unit.get("/work", cursor="made-up")).status_code == 422
    assert (await unit.get("/work", stauts="signed")).status_code == 422


async def test_the_list_of_what_is_done(office: Office) -> None:
    case_id = await office.register()
    unit = office.handler(VILLAGE_UNIT)
    await unit.do(case_id, "signature")
    await unit.do(case_id, "result", RESULT)
    assert (await unit.get("/work")).json()["items"] == []
    assert [item["case_id"] for item in (await unit.get("/work", status="handled")).json()["items"]] == [case_id]
    assert (await unit.get("/work", status="closed")).json()["items"] == []
    supervisor = office.person("zheng", Role.SUPERVISOR, COUNTY)
    assert [i["case_id"] for i in (await supervisor.get("/work", status="handled")).json()["items"]] == [case_id]


async def test_no_step_comes_before_the_one_that_it_follows_when_the_clock_was_set_back(office: Office) -> None:
    """The case was opened by a clock that was an hour ahead; whoever signs it has the right time."""
    case_id = await office.register(registered_at=T0 + HOUR, occurred_at=T0 + HOUR)
    unit = office.handler(VILLAGE_UNIT)
    await unit.do(case_id, "signature")
    await unit.do(case_id, "result", RESULT)
    work = await office.work(case_id)
    moments = [work[name] for name in ("registered_at", "assigned_at", "signed_at", "handled_at")]
    assert moments == [moments[0]] * 4
    assert [event.occurred_at for event in await office.said(case_id)] == [T0 + HOUR] * 3


@pytest.mark.parametrize("approved", [False, True])
async def test_no_step_comes_before_a_return_and_its_decision_either(office: Office, approved: bool) -> None:
    """Only the clock under which it was asked for was an hour ahead."""
    case_id = await office.register()
    unit = office.handler(VILLAGE_UNIT)
    with office.clock.at(T0 + HOUR):
        await unit.do(case_id, "return", {"reason_code": "not_our_duty", "note": "不属于本村"})
    await office.dispatcher.do(case_id, "return/decision", {"approved": approved, "note": "已研究"})
    if approved:
        wish = {"lead_unit": "D-HOUSING", "category_code": LIGHTS, "reason": "由住建局办理"}
        await office.dispatcher.do(case_id, "assignment", wish)
    else:
        await unit.do(case_id, "signature")
    said = [event.occurred_at for event in await office.said(case_id)]
    assert said == sorted(said)
    assert said[-1] == T0 + HOUR
