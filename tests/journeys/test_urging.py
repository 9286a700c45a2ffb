"""Urging calls (催办来电): kept at the door, a reminder for whoever leads the case, and a figure."""

from tests.journeys.county import RESULT, VILLAGE_UNIT, County


async def test_a_call_reminds_the_lead_and_counts_for_it(county: County) -> None:
    case_id = await county.register()
    urgings = f"/intake/v1/cases/{case_id}/urgings"
    for words in ("三天了还没修，请打 13912345678", "还是没有人来"):
        await county.operator.do(urgings, {"text": words})
        await county.advance(minutes=1)
    promise = await county.promise(case_id)
    assert [(order["level"], order["unit_code"], order["by_rule"]) for order in promise["supervisions"]] == [
        ("reminder", VILLAGE_UNIT, False)
    ] * 2
    assert {order["issued_by"] for order in promise["supervisions"]} == {"operator-1"}
    assert not any("13912345678" in order["reason"] for order in promise["supervisions"])
    assert (await county.count("urged"), await county.count("reminders")) == (2, 2)
    assert (await county.count("urged", unit_code=VILLAGE_UNIT), await county.count("urged", unit_code="S-GOV")) == (
        2,
        0,
    )
    await county.lead_does(case_id, "signature")
    await county.lead_does(case_id, "result", RESULT)
    refused = await county.operator.post(urgings, {"text": "什么时候好"})
    assert refused.status_code == 409


async def test_nobody_is_reminded_of_a_case_that_nobody_leads(county: County) -> None:
    case_id = await county.register(category_code=None)
    await county.operator.do(f"/intake/v1/cases/{case_id}/urgings", {"text": "请尽快处理"})
    assert (await county.promise(case_id))["supervisions"] == []
    assert await county.count("urged") == 1
