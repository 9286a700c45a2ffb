"""Lists narrow and page; everybody sees what is within reach, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from libs.common.events.cases import CaseAssigned
from libs.common.security.principal import Role
from tests.integration.intake.door import CASES, NOW, OTHER_TOWN, TOWN, IntakeDoor


async def filled(intake: IntakeDoor) -> list[dict[str, Any]]:
    """Six cases, an hour apart."""
    receipts = []
    for index in range(6):
        intake.move_clock(NOW + timedelta(hours=index))
        receipts.append(
            await intake.register(
                area_code=("999001101201", "999001102201")[index % 2],
                category_code=("0101", "0104", "0601")[index % 3],
                kind=("help", "complaint")[index // 3],
                channel=("hotline", "visit")[index % 2],
                urgency=("normal", "urgent")[index == 5],
                source_system="hotline",
                source_no=f"GD{index}",
                direct_answer="已答复" if index == 4 else None,
            )
        )
    return receipts


async def test_lists_narrow(intake: IntakeDoor) -> None:
    receipts = await filled(intake)
    numbers = {receipt["case_id"]: index for index, receipt in enumerate(receipts)}
    third = (NOW + timedelta(hours=3)).isoformat()
    expected: list[tuple[dict[str, str], list[int]]] = [
        ({}, [5, 4, 3, 2, 1, 0]),
        ({"area_code": TOWN}, [4, 2, 0]),
        ({"area_code": "999001000000"}, [5, 4, 3, 2, 1, 0]),
        ({"area_code": "999001101201001"}, []),
        ({"category_code": "01"}, [4, 3, 1, 0]),
        ({"category_code": "0104"}, [4, 1]),
        ({"kind": "complaint"}, [5, 4, 3]),
        ({"channel": "visit", "kind": "help"}, [1]),
        ({"urgency": "urgent"}, [5]),
        ({"status": "answered"}, [4]),
        ({"source_no": "GD3"}, [3]),
        ({"source_no": "GD3", "source_system": "mailbox"}, []),
        ({"registered_from": third}, [5, 4, 3]),
        ({"registered_to": third}, [2, 1, 0]),
        ({"lead_unit": "D-HOUSING"}, []),
    ]
    for chosen, found in expected:
        items = (await intake.get(CASES, query=chosen))["items"]
        assert [numbers[item["case_id"]] for item in items] == found, chosen


async def test_pages_follow_each_other_whatever_comes_in(intake: IntakeDoor) -> None:
    receipts = await filled(intake)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await intake.get(CASES, query={"limit": 2, **cursor})
        seen += [item["case_id"] for item in page["items"]]
        await intake.register()
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == [receipt["case_id"] for receipt in reversed(receipts)]


async def test_a_timeline_is_paged_in_order(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    for _ in range(4):
        await intake.http.post(f"{CASES}/{case_id}/supplements", json={"text": "还没修"}, headers=intake.operator)
    first = await intake.get(f"{CASES}/{case_id}/timeline", query={"limit": 3})
    rest = await intake.get(f"{CASES}/{case_id}/timeline", query={"limit": 3, "cursor": first["next_cursor"]})
    assert [item["version"] for item in first["items"] + rest["items"]] == [1, 2, 3, 4, 5]
    assert rest["next_cursor"] is None


async def test_everybody_sees_what_is_within_reach(intake: IntakeDoor) -> None:
    receipts = await filled(intake)
    other = intake.token(Role.OPERATOR, area=OTHER_TOWN)
    assert len((await intake.get(CASES, other))["items"]) == 3
    assert (await intake.http.get(f"{CASES}/{receipts[0]['case_id']}", headers=other)).status_code == 404
    assert (await intake.http.get(f"{CASES}/{receipts[0]['case_no']}", headers=other)).status_code == 404
    assert (await intake.http.get(f"{CASES}/{receipts[0]['case_id']}/timeline", headers=other)).status_code == 404
    assert (await intake.get(CASES, other, {"area_code": TOWN}))["items"] == []


async def test_a_handler_sees_the_cases_of_its_unit(intake: IntakeDoor) -> None:
    receipts = await filled(intake)
    await intake.hear(
        CaseAssigned(
            occurred_at=NOW,
            case_id=receipts[2]["case_id"],
            round=1,
            lead_unit="D-WATER",
            category_code="0101",
            by_rule=True,
            explanation="x",
            pack_version=1,
        )
    )
    handler = intake.token(Role.HANDLER, unit="D-WATER")
    assert [item["case_id"] for item in (await intake.get(CASES, handler))["items"]] == [receipts[2]["case_id"]]
    assert (await intake.http.get(f"{CASES}/{receipts[0]['case_id']}", headers=handler)).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"area_code": "1"},
        {"status": "unknown"},
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "many"},
        {"cursor": "made-up"},
        {"registered_from": "yesterday"},
        {"colour": "red"},
    ],
)
async def test_a_wrong_question_is_named(intake: IntakeDoor, query: dict[str, str]) -> None:
    answer = await intake.http.get(CASES, params=query, headers=intake.operator)
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"] == next(iter(query))


async def test_a_mistyped_number_is_told_from_an_unknown_one(intake: IntakeDoor) -> None:
    number = (await intake.register())["case_no"]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    mistyped = await intake.http.get(f"{CASES}/{wrong}", headers=intake.operator)
    assert (mistyped.status_code, mistyped.json()["fields"][0]["field"]) == (422, "reference")
    assert (await intake.http.get(f"{CASES}/9990012603049999996", headers=intake.operator)).status_code == 404
    assert (await intake.http.get(f"{CASES}/abc", headers=intake.operator)).status_code == 422


async def test_the_document_describes_every_route(intake: IntakeDoor) -> None:
    paths = (await intake.http.get("/intake/openapi.json")).json()["paths"]
    assert {(method, path) for path, item in paths.items() for method in item} >= {
        ("post", "/intake/v1/cases"),
        ("post", "/intake/v1/cases/batch"),
        ("get", "/intake/v1/cases"),
        ("get", "/intake/v1/cases/{reference}"),
        ("get", "/intake/v1/cases/{case_id}/timeline"),
        ("post", "/intake/v1/cases/{case_id}/supplements"),
        ("post", "/intake/v1/cases/{case_id}/withdrawal"),
        ("post", "/intake/v1/cases/{case_id}/direct-answer"),
        ("post", "/intake/v1/requesters/{case_id}/reveal"),
    }  # fmt: skip
