"""Fifteen orders from above (journey 12): handled ahead of their deadlines, once each, answered by two, 15/15."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from libs.common.security.principal import Role
from tests.conftest import MakeDatabase
from tests.journeys.counted import check_counts, check_rate
from tests.journeys.county import DEMO, SATISFIED, County, complaint, open_county

PLACE = DEMO.parent / "yuexi-xiangchang"
ORDERS = 15
FRIDAY, THURSDAY = "2026-03-06T17:00:00+08:00", "2026-03-05T17:00:00+08:00"
BY_THE_PACK = "2026-03-11T00:00:00+08:00"
"""The end of the fifth working day after Tuesday, 3 March."""
REPLY = {
    "findings": "经入户核实，情况属实。",
    "measures": "已组织调解并现场整改。",
    "opinion": "当事人已认可处理结果。",
}


@pytest.fixture
async def town(either_bus: dict[str, Any], make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[County]:
    """The town, audited at the end."""
    async with open_county(await make_database("template0"), tmp_path, pack=PLACE, **either_bus) as county:
        yield county
        await county.check()


def order(number: int = 1, due_at: str | None = FRIDAY, **fields: Any) -> dict[str, Any]:
    about = {"category_code": "01", "area_code": "340828107201", "upper_body": "岳西县信访局"}
    body = complaint(**about, upper_no=f"YX2026-{number:03}", text=f"第{number}件：邻里排水纠纷。", **fields)
    return {key: value for key, value in body.items() if key != "channel"} | (
        {"upper_due_at": due_at} if due_at else {}
    )


async def ordered(town: County, number: int = 1, due_at: str | None = FRIDAY, **fields: Any) -> dict[str, Any]:
    receipt: dict[str, Any] = await town.operator.do("/intake/v1/upper-orders", order(number, due_at, **fields))
    await town.house.settle()
    return receipt


async def shown(town: County, case_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = await town.supervisor.ask(f"/followup/v1/upper-orders/{case_id}")
    return answer


def same(one: str, other: str) -> bool:
    return datetime.fromisoformat(one) == datetime.fromisoformat(other)


async def answered(town: County, case_id: str) -> None:
    """Written by who handled it, approved by another, sent."""
    path = f"/followup/v1/upper-orders/{case_id}/reply"
    await town.handler((await town.work(case_id))["lead_unit"]).do(path, REPLY)
    await town.supervisor.do(f"{path}/decision", {"approved": True, "reason": "内容属实"})
    await town.dispatcher.do(f"{path}/sending", {"how": "县信访系统报送"})
    await town.house.settle()


async def timers(town: County, case_id: str, what: str, state: str = "pending") -> list[dict[str, Any]]:
    promise = await town.promise(case_id)
    return [timer for timer in promise["timers"] if (timer["what"], timer["state"]) == (what, state)]


async def test_15_orders_are_handled_ahead_of_their_deadlines_and_answered_on_time(town: County) -> None:
    case_ids = [(await ordered(town, number))["case_id"] for number in range(1, ORDERS + 1)]
    for case_id in case_ids:
        promise = await town.promise(case_id)
        assert same((await timers(town, case_id, "handle"))[0]["due_at"], THURSDAY)
        assert same((await timers(town, case_id, "upper"))[0]["due_at"], FRIDAY)
        assert promise["status"] == "handling"
        await town.handle(case_id)
        await town.call(case_id, SATISFIED)
        # What is solved for the citizen is still to be answered to who ordered it.
        assert (await town.case(case_id))["status"] == "closed"
        assert len(await timers(town, case_id, "upper")) == 1
        await answered(town, case_id)
    await check_counts(town, dict.fromkeys(("upper_orders", "upper_orders_due", "upper_orders_on_time"), ORDERS))
    rate = await check_rate(town, "upper_on_time", (ORDERS, ORDERS), case_ids)
    assert (rate["micro"]["text"], rate["micro"]["met"]) == ("100.0 %", "met")
    listed = (await town.supervisor.ask("/followup/v1/upper-orders", limit=50))["items"]
    assert [(one["case_id"], one["replied"], one["on_time"]) for one in listed] == [
        (case_id, True, True) for case_id in case_ids
    ]


async def test_the_same_order_again_is_the_same_case_with_the_deadline_that_it_names(town: County) -> None:
    case_id = (await ordered(town))["case_id"]
    for due_at, handled_by, changed in (
        (FRIDAY, THURSDAY, False),
        ("2026-03-11T17:00:00+08:00", "2026-03-10T17:00:00+08:00", True),
        ("2026-04-30T17:00:00+08:00", BY_THE_PACK, True),
        ("2026-03-05T12:00:00+08:00", "2026-03-04T12:00:00+08:00", True),
        (None, "2026-03-04T12:00:00+08:00", False),
    ):
        before = await town.prints()
        again = await ordered(town, due_at=due_at)
        assert (again["case_id"], again["repeated"], again["deadline_changed"]) == (case_id, True, changed)
        if not changed:
            unsaid = {name for name, now in (await town.prints()).items() if before[name] != now}
            assert unsaid <= {"intake.case_number", "intake.answer", "intake.kept_answer"}, unsaid
        assert same((await timers(town, case_id, "handle"))[0]["due_at"], handled_by)
        assert same((await shown(town, case_id))["handle_due_at"], handled_by)
    told = await shown(town, case_id)
    assert same(told["due_at"], "2026-03-05T12:00:00+08:00")
    assert [one["edition"] for one in told["deadlines"]] == [2, 3, 4]
    assert same((await timers(town, case_id, "upper"))[0]["due_at"], told["due_at"])
    assert len((await town.supervisor.ask("/followup/v1/upper-orders"))["items"]) == 1
    timeline = await town.operator.ask(f"/intake/v1/cases/{case_id}/timeline")
    assert sum(entry["what"] == "upper_deadline_changed" for entry in timeline["items"]) == 3
    assert await town.count("registered") == 1


async def test_one_that_is_late_is_named_and_a_later_deadline_gives_it_time_again(town: County) -> None:
    case_id = (await ordered(town))["case_id"]
    await town.advance(days=4)
    (late,) = (await town.supervisor.ask("/followup/v1/upper-orders", overdue=True))["items"]
    assert (late["case_id"], late["lead_unit"]) == (case_id, "V-340828107201")
    await check_counts(town, {"upper_orders": 1, "upper_orders_due": 1, "upper_orders_on_time": 0})
    assert (await check_rate(town, "upper_on_time", (0, 1), [case_id]))["micro"]["met"] == "not_met"
    given = {(one["rule_code"], one["unit_code"]) for one in (await town.promise(case_id))["supervisions"]}
    assert {("upper_late", "H-XINFANG"), ("upper_late", "S-JIWEI")} <= given
    again = await ordered(town, due_at="2026-03-13T17:00:00+08:00")
    assert again["deadline_changed"]
    assert not (await town.supervisor.ask("/followup/v1/upper-orders", overdue=True))["items"]
    assert same((await timers(town, case_id, "upper"))[0]["due_at"], "2026-03-13T17:00:00+08:00")
    assert same((await timers(town, case_id, "handle"))[0]["due_at"], BY_THE_PACK)
    assert (await town.promise(case_id))["overdue"] == ["sign"]
    await town.advance(days=7)
    await answered(town, case_id)
    told = await shown(town, case_id)
    assert (told["state"], told["on_time"]) == ("sent", False)
    counted = {name: await town.count(name) for name in ("upper_orders", "upper_orders_due", "upper_orders_on_time")}
    assert counted == {"upper_orders": 1, "upper_orders_due": 1, "upper_orders_on_time": 0}


async def test_whoever_wrote_the_answer_does_not_approve_it_and_a_page_says_that_it_is_a_draft(town: County) -> None:
    case_id = (await ordered(town, due_at=None))["case_id"]
    path = f"/followup/v1/upper-orders/{case_id}/reply"
    both = town.person("two-hats", Role.DISPATCHER, Role.SUPERVISOR)
    assert (await both.post(f"{path}/sending", {"how": "报送"})).status_code == 409
    await both.do(path, REPLY | {"evidence": ["ab" * 32]})
    refused = await both.post(f"{path}/decision", {"approved": True, "reason": "同意"})
    assert refused.status_code == 403
    page = await town.supervisor.get(path)
    assert "未经审核" in page.text
    assert "岳西县信访局" in page.text
    await town.supervisor.do(f"{path}/decision", {"approved": False, "reason": "请补充现场情况"})
    assert (await shown(town, case_id))["state"] == "waiting"
    await both.do(path, REPLY)
    await town.supervisor.do(f"{path}/decision", {"approved": True, "reason": "同意报送"})
    await both.do(f"{path}/sending", {"how": "机要件"})
    await town.house.settle()
    assert (await shown(town, case_id))["state"] == "sent"


async def test_what_is_wrong_is_named_and_changes_nothing(town: County) -> None:
    before = await town.count("registered")
    for fields in (
        {"upper_due_at": "2026-03-02T17:00:00+08:00"},
        {"upper_no": "13812341234"},
        {"upper_body": "张三13812341234"},
        {"channel": "hotline"},
    ):
        refused = await town.operator.post("/intake/v1/upper-orders", order() | fields)
        assert refused.status_code == 422
        assert [one["field"] for one in refused.json()["fields"]] == list(fields)
    await town.house.settle()
    assert await town.count("registered") == before
    assert not (await town.supervisor.ask("/followup/v1/upper-orders"))["items"]
