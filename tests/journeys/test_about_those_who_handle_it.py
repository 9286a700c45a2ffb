"""Journey 15: a named, confidential report about a village committee, with its clerk in every role that he can get."""

from typing import Any

import pytest

from libs.common.security.principal import Role
from tests.journeys.county import RESULT, SATISFIED, TOWN_UNIT, VILLAGE_UNIT, County

SAID = "我是张三，家住3组15号，村委会会计把补偿款发给了自己的亲戚。"
WHO = {"name": "张三", "phone": "13812341234", "home": "东坡村3组15号"}
TOLD = {"title": "反映村委会发放补偿款问题", "text": "群众反映村委会发放补偿款不公，请核实。"}
SECRETS = ("张三", "3组15号", "13812341234")
CLERK = "S-1"


def clerks(county: County) -> list[Any]:
    """One person: with his committee's token, and under another account for no unit, in every role."""
    accounts = [county.person(f"clerk-{role}", role, unit=VILLAGE_UNIT, staff_id=CLERK) for role in Role]
    return accounts + [county.person(f"other-{role}", role, staff_id=CLERK) for role in Role if role != "handler"]


@pytest.mark.parametrize("town_too", [False, True], ids=["the committee", "its town, too"])
async def test_a_report_about_a_village_committee_is_nobodys_of_it(
    county_on_either_bus: County, town_too: bool
) -> None:
    county = county_on_either_bus
    about = {"accused_units": [VILLAGE_UNIT, *([TOWN_UNIT] if town_too else [])], "accused_staff": [CLERK]}
    case_id = await county.register(
        text=SAID, requester=WHO, confidential=True, kind="report", category_code="0101", **about
    )
    assert (await county.work(case_id))["lead_unit"] is None
    await county.word(case_id, TOLD)
    lead = "S-GOV" if town_too else TOWN_UNIT
    work = await county.work(case_id)
    assert (work["lead_unit"], work["text"]) == (lead, TOLD["text"])
    assert not {VILLAGE_UNIT, *about["accused_units"]} & {*work["support_units"], *work["delegates"]}
    await county.lead_does(case_id, "signature")
    below = {"to_unit": VILLAGE_UNIT, "note": "请核实"}
    assert (await county.handler(lead).post(f"/dispatch/v1/cases/{case_id}/delegation", below)).status_code in (
        409,
        422,
    )
    await county.lead_does(case_id, "result", RESULT)
    callback_id = (await county.callback(case_id))["callback_id"]
    paths = (
        *(f"/{service}/v1/cases/{case_id}" for service in ("intake", "dispatch", "followup", "analytics")),
        f"/intake/v1/cases/{case_id}/timeline",
        f"/followup/v1/callbacks/{callback_id}",
    )
    for clerk in clerks(county):
        answers = [await clerk.get(path) for path in paths]
        answers.append(await clerk.post(f"/followup/v1/callbacks/{callback_id}/attempts", SATISFIED))
        answers.append(
            await clerk.post(
                f"/intake/v1/requesters/{case_id}/reveal", {"reason": "核对诉求人身份与住址", "fields": ["name"]}
            )
        )
        for answer in answers:
            assert answer.status_code in (403, 404), answer.text
            assert TOLD["text"] not in answer.text
    assert (await clerks(county)[0].ask("/intake/v1/cases"))["items"] == []
    told = await county.everything()
    assert not [secret for secret in SECRETS if secret in told or secret.encode().hex() in told]
    asked = {"reason": "核对转办文本与原文是否一致", "fields": ["name", "text"]}
    seen = await county.operator.do(f"/intake/v1/requesters/{case_id}/reveal", asked)
    assert (seen["name"], seen["text"]) == (WHO["name"], SAID)
    await county.call(case_id, SATISFIED)
    assert (await county.case(case_id))["closing"] == "substantive"
