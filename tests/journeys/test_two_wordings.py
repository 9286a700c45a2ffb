"""What the citizen said stays sealed; of a confidential or anonymous case, what travels is worded by a person first."""

from typing import Any

from libs.common.security.principal import Role
from tests.journeys.county import NOT_SATISFIED, RESULT, SATISFIED, VILLAGE_UNIT, County

WHO = {"name": "张三", "phone": "13812341234", "id_no": "11010119900307123X", "home": "望山村3组15号"}
SAID = "我是张三，家住3组15号，隔壁李小四也知道：会计在一三八一二三四一二三四上说漏了嘴。"
SECRETS = ("张三", "3组15号", "李小四", "13812341234", "一三八一二三四一二三四", "11010119900307123X")
TOLD = {"title": "反映村会计", "text": "群众反映村会计言行不当，请核实。"}


async def held(county: County, **fields: Any) -> str:
    about = {"text": SAID, "title": "张三反映会计", "requester": WHO, "confidential": True}
    return await county.register(**about | fields)


async def release(county: County, case_id: str, body: dict[str, Any], expected: int = 200) -> Any:
    path = f"/intake/v1/cases/{case_id}/wording"
    version = (await county.operator.ask(path))["version"]
    answer = await county.operator.post(path, body, version=version)
    assert answer.status_code == expected, answer.text
    await county.house.settle()
    return answer.json()


async def test_nothing_of_a_confidential_case_leaves_intake_before_a_person_has_worded_it(county: County) -> None:
    case_id = await held(county)
    assert (await county.dispatcher.ask("/dispatch/v1/triage"))["items"] == []
    work, case = await county.work(case_id), await county.case(case_id)
    assert (work["lead_unit"], work["title"]) == (None, case["title"])
    assert case["title"].startswith("保密件：")
    assert case["words"] == "held"
    refused = await county.dispatcher.post(
        f"/dispatch/v1/cases/{case_id}/assignment", {"lead_unit": VILLAGE_UNIT, "reason": "直接派单"}
    )
    assert refused.status_code == 409
    assert not [secret for secret in SECRETS if secret in await county.everything()]
    await county.check()


async def test_its_unit_is_found_when_the_wording_is_released_and_what_is_added_waits_again(county: County) -> None:
    case_id = await held(county)
    (waiting,) = (await county.operator.ask("/intake/v1/wordings"))["items"]
    assert (waiting["case_id"], waiting["confidential"]) == (case_id, True)
    assert waiting["words_due_at"] is not None
    proposal = await county.operator.ask(f"/intake/v1/cases/{case_id}/wording")
    assert proposal["text"].startswith("我是**，家住*组**号，隔壁李小四")
    wrong = await release(county, case_id, {"text": "张三，请打13812341234"}, 422)
    assert [field["field"] for field in wrong["fields"]] == ["text", "text"]
    assert not [secret for secret in SECRETS if secret in str(wrong)]
    assert (await county.work(case_id))["lead_unit"] is None
    await release(county, case_id, TOLD)
    work = await county.work(case_id)
    assert (work["lead_unit"], work["title"], work["text"]) == (VILLAGE_UNIT, TOLD["title"], TOLD["text"])
    assert (await county.operator.ask("/intake/v1/wordings"))["items"] == []
    await county.operator.do(f"/intake/v1/cases/{case_id}/supplements", {"text": "李小四说账本在3组15号"})
    await county.operator.do(f"/intake/v1/cases/{case_id}/urgings", {"text": "张三催问"})
    await county.house.settle()
    assert (await county.work(case_id))["supplements"] == []
    (added,) = (await county.operator.ask(f"/intake/v1/cases/{case_id}/wording"))["additions"]
    await release(county, case_id, {"additions": [{"supplement_id": added["supplement_id"], "text": "账本去向另附"}]})
    assert [one["text"] for one in (await county.work(case_id))["supplements"]] == ["账本去向另附"]
    assert (await county.case(case_id))["supplements"] == ["账本去向另附"]
    assert not [secret for secret in SECRETS if secret in await county.everything()]
    seen = await county.operator.do(
        f"/intake/v1/requesters/{case_id}/reveal", {"reason": "核对转办文本与原文是否一致", "fields": ["text"]}
    )
    assert (seen["text"], seen["title"]) == (SAID, "张三反映会计")
    await county.handle(case_id)
    await county.call(case_id, SATISFIED)
    assert (await county.case(case_id))["status"] == "closed"
    await county.check()


async def test_it_has_a_clock_that_is_missed_and_kept(county: County) -> None:
    case_id = await held(county, urgency="emergency")
    clocks = [(timer["what"], timer["state"]) for timer in (await county.promise(case_id))["timers"]]
    assert clocks == [("wording", "pending")]
    await county.advance(hours=2)
    promise = await county.promise(case_id)
    assert promise["overdue"] == ["wording"]
    assert [order["rule_code"] for order in promise["supervisions"]] == ["wording_late"]
    await release(county, case_id, TOLD)
    assert (await county.promise(case_id))["overdue"] == []
    assert (await county.work(case_id))["status"] == "assigned"
    await county.check()


async def test_an_anonymous_case_waits_too_and_names_nobody(county: County) -> None:
    case_id = await held(county, confidential=False, anonymous=True, requester=None)
    assert (await county.case(case_id))["title"].startswith("匿名件：")
    await release(county, case_id, {"title": TOLD["title"], "text": TOLD["text"]})
    assert (await county.work(case_id))["lead_unit"] == VILLAGE_UNIT
    await county.check()


async def test_one_that_was_answered_at_the_door_gets_no_unit_before_it_is_worded(county: County) -> None:
    case_id = await held(county, direct_answer="已向群众说明举报渠道。")
    await county.call(case_id, NOT_SATISFIED)
    assert ((await county.work(case_id))["status"], (await county.work(case_id))["lead_unit"]) == ("triage", None)
    assert (await county.dispatcher.ask("/dispatch/v1/triage"))["items"] == []
    await release(county, case_id, TOLD)
    assert (await county.work(case_id))["lead_unit"] == VILLAGE_UNIT
    await county.lead_does(case_id, "signature")
    await county.lead_does(case_id, "result", RESULT)
    await county.check()


async def test_the_unit_complained_about_and_who_has_no_right_to_it_see_no_wording(county: County) -> None:
    case_id = await held(county, accused_unit=VILLAGE_UNIT)
    accused = county.person("operator-2", Role.OPERATOR, unit=VILLAGE_UNIT)
    path = f"/intake/v1/cases/{case_id}/wording"
    assert (await accused.get(path)).status_code == 404
    assert (await accused.ask("/intake/v1/wordings"))["items"] == []
    assert (await county.dispatcher.get(path)).status_code == 403
    assert (await county.operator.post(path, TOLD, version=9)).status_code == 412
    assert (await county.case(case_id))["words"] == "held"
