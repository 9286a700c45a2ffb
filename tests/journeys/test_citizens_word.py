"""No way round the citizen: a withdrawal is confirmed by him, and doing without the callback is his own word."""

from typing import Any

import pytest

from libs.common.security.principal import Role
from tests.journeys.county import (
    NO_CALLBACK,
    NOT_SATISFIED,
    RESULT,
    SATISFIED,
    VILLAGE_UNIT,
    County,
    complaint,
)

WISH = {"reason": "来电人称不再需要"}
REVIEW = {"decision": "close_unasked", "reason": "本人表示不需回访"}


async def test_an_unsatisfied_case_is_not_ended_by_an_operators_withdrawal(county: County) -> None:
    """D3: in round 2 an operator withdraws it; the citizen knows nothing of that, and is satisfied in the end."""
    case_id = await county.register()
    await county.handle(case_id)
    await county.call(case_id, NOT_SATISFIED)
    await county.lead_does(case_id, "signature")
    callback = await county.withdraw(case_id)
    case, work, promise = await county.case(case_id), await county.work(case_id), await county.promise(case_id)
    assert (case["status"], case["withdrawal_wished"], case["round"]) == ("signed", True, 2)
    assert (work["status"], promise["status"]) == ("signed", "handling")
    assert [timer["what"] for timer in promise["timers"] if timer["state"] == "pending"] == ["handle"]
    again = await county.operator.post(f"/intake/v1/cases/{case_id}/withdrawal", WISH)
    assert again.status_code == 409
    unit = county.person("handler-1", Role.CALLER, unit=VILLAGE_UNIT)
    for who in (unit, county.person("operator-1", Role.OPERATOR, Role.CALLER)):
        yes = {"reached": "answered", "withdraws": True}
        answer = await who.post(f"/followup/v1/callbacks/{callback['callback_id']}/attempts", yes)
        assert answer.status_code == 403, answer.text
    await county.confirm(callback, withdraws=False, words="我没有撤，还没修好")
    case = await county.case(case_id)
    assert (case["status"], case["withdrawal_wished"], case["round"]) == ("signed", False, 2)
    await county.lead_does(case_id, "result", RESULT)
    await county.call(case_id, SATISFIED)
    assert (await county.case(case_id))["closing"] == "substantive"
    assert (await county.count("withdrawn"), await county.count("closed_substantive")) == (0, 1)
    await county.check()


async def test_a_wish_that_nobody_can_confirm_lapses_and_the_case_is_late_all_the_same(county: County) -> None:
    case_id = await county.register()
    callback = await county.withdraw(case_id)
    for _ in range(3):
        await county.confirm(callback, reached="no_answer", withdraws=None)
        await county.advance(hours=5)
    case = await county.case(case_id)
    assert (case["status"], case["withdrawal_wished"]) == ("assigned", False)
    await county.advance(days=30)
    promise = await county.promise(case_id)
    assert (promise["status"], "handle" in promise["overdue"]) == ("handling", True)
    await county.check()


async def test_a_citizen_answers_by_a_link_whether_he_takes_it_back(county_on_either_bus: County) -> None:
    """He says no by the first; when it is told once more, only a new one counts, and by that he says yes."""
    county = county_on_either_bus
    case_id = await county.register()
    callback = await county.withdraw(case_id)
    links = f"/followup/v1/callbacks/{callback['callback_id']}/links"
    unit = county.person("handler-1", Role.CALLER, unit=VILLAGE_UNIT)
    for who in (unit, county.person("operator-1", Role.OPERATOR, Role.CALLER)):
        assert (await who.post(links)).status_code == 403
    first, kept = [(await county.caller.do(links))["path"] for _ in range(2)]
    before = await county.prints()
    for path in (first, kept):
        page = await county.http.get(path)
        case = await county.case(case_id)
        assert (page.status_code, case["case_no"] in page.text, case["title"] in page.text) == (200, True, True)
    assert await county.prints() == before
    assert "继续办理" in (await county.http.post(first, data={"answer": "no"})).text
    await county.house.settle()
    assert ((await county.case(case_id))["status"], (await county.case(case_id))["withdrawal_wished"]) == (
        "assigned",
        False,
    )
    await county.withdraw(case_id)
    before = await county.prints()
    for path in (first, kept):
        spent = await county.http.post(path, data={"answer": "yes"})
        assert (spent.status_code, "此链接已失效" in spent.text) == (404, True)
    assert await county.prints() == before
    again = (await county.caller.do(links))["path"]
    assert "已按您的意思撤回" in (await county.http.post(again, data={"answer": "yes"})).text
    await county.house.settle()
    case, promise = await county.case(case_id), await county.promise(case_id)
    assert (case["status"], case["closing"], promise["status"]) == ("closed", "withdrawn", "closed")
    tries = [row for callback in promise["callbacks"] for row in callback["history"]]
    assert [(row["by_link"], row["withdraws"], row["caller"]) for row in tries] == [
        (True, False, "caller-1"),
        (True, True, "caller-1"),
    ]
    made = (await county.caller.ask(links))["items"]
    assert sorted((one["made_by"], one["used_at"] is not None) for one in made) == [
        ("caller-1", False),
        ("caller-1", True),
        ("caller-1", True),
    ]
    assert await county.count("withdrawn") == 1
    await county.check()


@pytest.mark.parametrize("how", ["phone", "form", "online"])
async def test_a_citizen_who_wants_no_callback_is_closed_as_unasked_and_counted_apart(county: County, how: str) -> None:
    """D4: by whom, how and when he said so is kept; a second person looks at it; no rate of satisfaction, no one-go."""
    case_id = await county.register(**NO_CALLBACK | {"callback_declined_how": how})
    case = await county.case(case_id)
    assert (case["callback_wanted"], case["callback_declined_how"]) == (False, how)
    assert case["callback_declined_at"] == NO_CALLBACK["callback_declined_at"]
    await county.handle(case_id)
    assert (await county.promise(case_id))["status"] == "review"
    path = f"/followup/v1/callbacks/{(await county.callback(case_id))['callback_id']}/review"
    for who in (
        county.person("operator-1", Role.OPERATOR, Role.SUPERVISOR),
        county.person("handler-2", Role.SUPERVISOR, unit=VILLAGE_UNIT),
    ):
        assert (await who.post(path, REVIEW)).status_code == 403
    assert (await county.supervisor.post(path, REVIEW | {"decision": "close_unverified"})).status_code == 409
    await county.supervisor.do(path, REVIEW)
    await county.house.settle()
    assert (await county.case(case_id))["closing"] == "unasked"
    counted = {name: await county.count(name) for name in ("closed", "closed_unasked", "closed_in_one_round")}
    assert counted == {"closed": 1, "closed_unasked": 1, "closed_in_one_round": 0}
    assert await county.rate("satisfaction") == (0, 0)
    await county.check()


async def test_answered_at_the_door_without_a_callback_is_unasked_too(county: County) -> None:
    case_id = await county.register(**NO_CALLBACK, direct_answer="政策已告知，补贴每月 15 日发放。")
    path = f"/followup/v1/callbacks/{(await county.callback(case_id))['callback_id']}/review"
    assert (await county.person("operator-1", Role.SUPERVISOR).post(path, REVIEW)).status_code == 403
    await county.supervisor.do(path, REVIEW)
    await county.house.settle()
    assert (await county.case(case_id))["closing"] == "unasked"
    assert await county.count("closed_in_one_round") == 0
    await county.check()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"callback_declined_how": None}, "callback_declined_how"),
        ({"callback_declined_at": None}, "callback_declined_at"),
        ({"callback_declined_how": "rumour"}, "callback_declined_how"),
        ({"callback_declined_at": "2036-01-01T00:00:00Z"}, "callback_declined_at"),
        ({"callback_wanted": True}, "callback_declined_how"),
    ],
)
async def test_nobody_does_without_the_callback_on_no_word_of_the_citizen(
    county: County, changes: dict[str, Any], field: str
) -> None:
    before = await county.prints()
    refused = await county.operator.post("/intake/v1/cases", complaint(**NO_CALLBACK | changes))
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, field)
    assert await county.prints() == before
