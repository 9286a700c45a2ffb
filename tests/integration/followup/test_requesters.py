"""A case of several requesters (并案): each is called in any order, and all of them decide."""

from datetime import timedelta
from typing import Any

import pytest

from libs.common.events.cases import CallbackDue, CallbackTried, CaseClosed
from tests.integration.followup.office import DAY, HOUR, Office, assigned, handled, signed

CONTENT = {"reached": "answered", "contacted": True, "solved": True, "satisfaction": "satisfied"}
ANGRY = {"reached": "answered", "contacted": True, "solved": False, "satisfaction": "not_satisfied"}
NOBODY = {"reached": "no_answer"}


async def asked(office: Office, case_id: str) -> dict[str, dict[str, Any]]:
    """The callbacks of the case's round by requester."""
    case = await office.case(case_id)
    return {row["requester"]: row for row in case["callbacks"] if row["round"] == case["round"]}


async def call(office: Office, case_id: str, requester: str, answer: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    callback = (await asked(office, case_id))[requester]
    path = f"/callbacks/{callback['callback_id']}/attempts"
    heard = await office.caller.post(path, answer, version=callback["version"])
    return heard.status_code, heard.json()


async def states(office: Office, case_id: str) -> dict[str, str]:
    return {requester: row["state"] for requester, row in (await asked(office, case_id)).items()}


@pytest.mark.parametrize("order", [("first", "second"), ("second", "first")])
async def test_each_is_called_in_any_order_and_the_last_who_is_satisfied_closes_it(
    office: Office, order: tuple[str, str]
) -> None:
    case_id = await office.merged_case()
    code, said = await call(office, case_id, order[0], CONTENT)
    assert (code, said["status"], said["state"], said["closing"]) == (201, "callback", "done", None)
    code, again = await call(office, case_id, order[0], CONTENT)
    assert (code, again["detail"]) == (409, "This requester is not to be called now")
    code, said = await call(office, case_id, order[1], CONTENT | {"satisfaction": "basically_satisfied"})
    assert (code, said["closing"]) == (201, "substantive")
    tries = [event for event in await office.said(case_id) if isinstance(event, CallbackTried)]
    assert [(event.requester, event.attempt, event.waits_for) for event in tries] == [
        (order[0], 1, (order[1],)),
        (order[1], 1, ()),
    ]
    assert [event.satisfaction for event in await office.said(case_id) if isinstance(event, CaseClosed)] == [
        "basically_satisfied"
    ]


@pytest.mark.parametrize("order", [("first", "second"), ("second", "first")])
@pytest.mark.parametrize("angry", [0, 1])
async def test_one_who_is_not_satisfied_sends_it_back_and_both_are_asked_again(
    office: Office, order: tuple[str, str], angry: int
) -> None:
    case_id = await office.merged_case()
    for place, requester in enumerate(order[: angry + 1]):
        _, said = await call(office, case_id, requester, ANGRY if place == angry else CONTENT)
    assert (said["status"], said["current_round"]) == ("handling", 2)
    rows = (await office.case(case_id))["callbacks"]
    assert {row["requester"]: row["state"] for row in rows} == {
        order[angry]: "done",
        order[1 - angry]: "done" if angry else "cancelled",
    }
    await office.advance(office.clock.now() + HOUR)
    now = office.clock.now()
    for event in (assigned(case_id, now, round_=2), signed(case_id, now, round_=2), handled(case_id, now, round_=2)):
        await office.hear(event)
    assert await states(office, case_id) == {"first": "due", "second": "due"}
    due = [event for event in await office.said(case_id) if isinstance(event, CallbackDue)]
    assert [event.requesters for event in due] == [("first",), ("first", "second")]


@pytest.mark.parametrize("decision", ["try_again", "close_unverified"])
@pytest.mark.parametrize("late", ["the satisfied", "the unreached"])
async def test_a_review_waits_until_nobody_is_to_be_called_and_decides_about_all_not_reached(
    office: Office, late: str, decision: str
) -> None:
    case_id = await office.merged_case()
    if late == "the unreached":
        await call(office, case_id, "first", CONTENT)
    for _ in range(3):
        office.skip(office.clock.now() + DAY)
        code, said = await call(office, case_id, "second", NOBODY)
        assert code == 201, said
    if late == "the satisfied":
        assert (said["status"], await states(office, case_id)) == ("callback", {"first": "due", "second": "exhausted"})
        office.skip(office.clock.now() + timedelta(hours=1))
        _, said = await call(office, case_id, "first", CONTENT)
    assert said["status"] == "review"
    assert await states(office, case_id) == {"first": "done", "second": "exhausted"}
    of_both = await asked(office, case_id)
    body = {"decision": decision, "reason": "电话多次无人接听"}
    for requester, expected in (("first", 409), ("second", 200)):
        callback = of_both[requester]
        path = f"/callbacks/{callback['callback_id']}/review"
        answer = await office.supervisor.post(path, body, version=callback["version"])
        assert answer.status_code == expected, answer.text
    if decision == "close_unverified":
        assert answer.json()["closing"] == "unverified"
        return
    assert await states(office, case_id) == {"first": "done", "second": "due"}
    assert (await call(office, case_id, "second", CONTENT))[1]["closing"] == "substantive"
