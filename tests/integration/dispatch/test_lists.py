"""The lists of a case (四清单): filled whole, kept in every edition, asked for before the step that the pack names."""

from typing import Any

import pytest

from libs.common.events.cases import CaseAssigned, TriageQueued
from libs.common.events.tasks import ListFilled
from libs.common.pack.check import check_pack
from libs.common.pack.loader import document
from tests.integration.dispatch.office import LIGHTS, PACK, TOWN_UNIT, VILLAGE_UNIT, Office, only
from tests.integration.dispatch.test_handling import RESULT
from tests.integration.dispatch.test_succession import load

ALL = ("problem", "task", "measure", "responsibility")
GIVEN = {"lead_unit": VILLAGE_UNIT, "reason": "会商后派单"}


def asking(*demands: dict[str, Any], **lists: Any) -> dict[str, Any]:
    """The demo pack, whose lists are asked for so."""
    return document(PACK) | {"version": "with lists", "lists": {"demands": list(demands)} | lists}


async def fill(office: Office, case_id: str, *codes: str) -> None:
    for code in codes:
        answer = await office.dispatcher.post(f"/cases/{case_id}/lists/{code}", {"text": f"{code} 一条"}, version="*")
        assert answer.status_code == 200, answer.text


async def test_no_rule_assigns_a_case_whose_lists_are_asked_for_first_and_the_missing_one_is_named(
    office: Office,
) -> None:
    await load(office, asking({"before": "assignment", "lists": list(ALL), "urgencies": ["normal"]}))
    urgent = await office.register(urgency="urgent")
    assert only(await office.said(urgent), CaseAssigned).lead_unit == VILLAGE_UNIT
    case_id = await office.register()
    assert "派单前应当填报清单" in only(await office.said(case_id), TriageQueued).reason
    await fill(office, case_id, *ALL[:3])
    refused = await office.dispatcher.post(f"/cases/{case_id}/assignment", GIVEN, version="*")
    assert refused.status_code == 409
    assert refused.json()["detail"].endswith("before the case is assigned: responsibility 责任清单")
    await fill(office, case_id, "responsibility")
    assert (await office.dispatcher.do(case_id, "assignment", GIVEN))["status"] == "assigned"


async def test_each_edition_is_a_step_and_an_event_and_stays(office: Office) -> None:
    case_id = await office.register()
    lead = office.handler(VILLAGE_UNIT, "li")
    await lead.do(case_id, "lists/measure", {"text": "更换灯头，联系人13812345678"})
    after = await lead.do(case_id, "lists/measure", {"text": "更换整灯"})
    shown = (await lead.get(f"/cases/{case_id}/lists")).json()["items"]
    assert [(one["list_code"], one["edition"], one["text"], one["filled_by"]) for one in shown] == [
        ("measure", 1, "更换灯头，联系人138****5678", "li"),
        ("measure", 2, "更换整灯", "li"),
    ]
    assert (after["version"], after["status"], shown[-1]["version"]) == (3, "assigned", 3)
    said = [event for event in await office.said(case_id) if isinstance(event, ListFilled)]
    assert [(event.list_code, event.edition, event.by) for event in said] == [
        ("measure", 1, "li"),
        ("measure", 2, "li"),
    ]
    steps = (await lead.get(f"/cases/{case_id}/transitions")).json()["items"]
    assert [(one["action"], one["why"]) for one in steps[1:]][-1] == ("fill_list", "measure: 更换整灯")


async def test_who_fills_which(office: Office) -> None:
    case_id = await office.register()
    path = f"/cases/{case_id}/lists"
    support = office.handler(TOWN_UNIT)
    assert (await support.post(f"{path}/task", {"text": "配合"}, version="*")).status_code == 403
    assert (await office.handler("D-WATER").post(f"{path}/task", {"text": "配合"}, version="*")).status_code == 404
    lead = office.handler(VILLAGE_UNIT)
    unknown = await lead.post(f"{path}/outcome", {"text": "成效"}, version="*")
    assert (unknown.status_code, unknown.json()["fields"][0]["field"]) == (422, "list_code")
    assert (await lead.post(f"{path}/task", {"text": ""}, version="*")).status_code == 422


async def test_a_fifth_list_by_pack_alone_before_signing_and_before_the_result(office: Office) -> None:
    fifth = {"code": "outcome", "name": "成效清单", "name_en": "Outcome"}
    kinds = [{"code": "task", "name": "任务清单", "name_en": "Task"}, fifth]
    demands = (
        {"before": "signing", "lists": ["task"], "categories": [LIGHTS[:2]], "kinds": ["help"]},
        {"before": "result", "lists": ["outcome", "task"], "categories": [LIGHTS]},
    )
    await load(office, asking(*demands, kinds=kinds))
    case_id = await office.register()
    lead = office.handler(VILLAGE_UNIT)
    refused = await lead.post(f"/cases/{case_id}/signature", version="*")
    assert (refused.status_code, "task 任务清单" in refused.text) == (409, True)
    await lead.do(case_id, "lists/task", {"text": "修灯"})
    await lead.do(case_id, "signature")
    refused = await lead.post(f"/cases/{case_id}/result", RESULT, version="*")
    assert (refused.status_code, "outcome 成效清单" in refused.text, "task" in refused.json()["detail"]) == (
        409,
        True,
        False,
    )
    await lead.do(case_id, "lists/outcome", {"text": "三盏路灯全部恢复"})
    assert (await lead.do(case_id, "result", RESULT))["status"] == "handled"


@pytest.mark.parametrize(
    ("demand", "place"),
    [
        ({"before": "result", "lists": ["nothing"]}, "there is no list 'nothing'"),
        ({"before": "result", "lists": ["task"], "categories": ["99"]}, "there is no category 99"),
    ],
)
def test_a_pack_that_asks_for_what_there_is_not_is_refused(demand: dict[str, Any], place: str) -> None:
    pack = PACK.model_copy(update={"lists": asking_unchecked(demand)})
    assert [place in problem.message for problem in check_pack(pack)] == [True]


def asking_unchecked(demand: dict[str, Any]) -> Any:
    return type(PACK.lists).model_validate({"demands": [demand]})
