"""A withdrawal (撤单) is a wish until the citizen confirms it himself, and nobody with a hand in the case asks him."""

from typing import Any

import pytest

from bench.said import said
from huiyin.office.people import Account as Person
from libs.common.events.cases import (
    CaseClosed,
    CaseReassigned,
)
from libs.common.events.citizens import WithdrawalTried, WithdrawalWished
from libs.common.events.terms import Closing
from libs.common.security.principal import Role
from tests.integration.followup.office import DAY, HOUR, LEAD, OTHER, T0, Office, assigned, handled

YES: dict[str, Any] = {"reached": "answered", "withdraws": True, "words": "是我撤的，13912345678"}
NO: dict[str, Any] = {"reached": "answered", "withdraws": False, "words": "我没有撤"}
NOBODY: dict[str, Any] = {"reached": "no_answer"}


async def wish(office: Office, case_id: str, **changes: Any) -> None:
    """An operator says that the citizen takes it back."""
    await office.hear(said(WithdrawalWished, case_id, occurred_at=office.clock.now(), by="op", **changes))


async def asked(office: Office, case_id: str) -> dict[str, Any]:
    """The callback about the wish, as its case has it."""
    case = await office.case(case_id)
    found: dict[str, Any] = [row for row in case["callbacks"] if row["purpose"] == "withdrawal"][-1]
    return found


async def answer(office: Office, case_id: str, body: dict[str, Any], who: Person | None = None, code: int = 201) -> Any:
    """Record what came of a try about the wish."""
    callback = await asked(office, case_id)
    path = f"/callbacks/{callback['callback_id']}/attempts"
    given = await (who or office.caller).post(path, body, version=callback["version"])
    assert given.status_code == code, given.text
    return given.json()


async def cases_in_every_state(office: Office) -> list[tuple[str, str]]:
    """One that waits for a unit, one that is handled, one to be called about, one to be reviewed."""
    reviewed = await office.handled_case(callback_wanted=False)
    return [
        (await office.register(), "handling"),
        (await office.open_case(), "handling"),
        (await office.handled_case(), "callback"),
        (reviewed, "review"),
    ]


async def test_the_citizens_own_word_ends_it_in_any_state(office: Office) -> None:
    for case_id, status in await cases_in_every_state(office):
        await wish(office, case_id)
        before = await office.case(case_id)
        assert (before["status"], before["closing"]) == (status, None)
        assert "pending" in {timer["state"] for timer in before["timers"]}
        await answer(office, case_id, YES)
        case = await office.case(case_id)
        assert (case["status"], case["closing"], case["satisfaction"]) == ("closed", "withdrawn", None)
        assert {timer["state"] for timer in case["timers"]} == {"cancelled"}
        closing = [row["state"] for row in case["callbacks"] if row["purpose"] == "closing"]
        assert closing in ([], ["cancelled"])
        told = [event for event in await office.said(case_id) if isinstance(event, WithdrawalTried | CaseClosed)]
        assert [getattr(event, "closing", None) for event in told] == [None, Closing.WITHDRAWN]
    assert await office.advance(T0 + 90 * DAY) == 0


async def test_a_citizen_who_never_withdrew_goes_on_where_he_stood_and_may_be_asked_again(office: Office) -> None:
    for case_id, status in await cases_in_every_state(office):
        await wish(office, case_id)
        await answer(office, case_id, NO)
        assert (await office.case(case_id))["status"] == status
        await answer(office, case_id, YES, code=409)
        await wish(office, case_id)
        assert ((await asked(office, case_id))["state"], (await office.case(case_id))["status"]) == ("due", status)
        await answer(office, case_id, YES)
        assert (await office.case(case_id))["closing"] == "withdrawn"


async def test_when_he_is_never_reached_the_wish_lapses_and_the_case_goes_on(office: Office) -> None:
    case_id = await office.open_case()
    await wish(office, case_id)
    for tries in (1, 2, 3):
        assert (await answer(office, case_id, NOBODY))["tries"] == tries
        office.clock.advance_to(office.clock.now() + 5 * HOUR)
    case = await office.case(case_id)
    assert (case["status"], case["closing"]) == ("handling", None)
    assert (await asked(office, case_id))["state"] == "cancelled"
    ends = [event.ends for event in await office.said(case_id) if isinstance(event, WithdrawalTried)]
    assert ends == [False, False, True]
    await office.hear(handled(case_id, office.clock.now()))
    assert (await office.attempt_on_result(case_id, satisfaction="satisfied")).status_code == 201


@pytest.mark.parametrize(
    ("account", "unit", "staff"),
    [("li", LEAD, None), ("op", None, None), ("op-2", None, "007"), ("zhang", OTHER, None)],
    ids=[
        "of the unit that has it",
        "who said so",
        "another account of who said so",
        "of the unit that it was given to",
    ],
)
async def test_nobody_who_has_a_hand_in_it_confirms(
    office: Office, account: str, unit: str | None, staff: str | None
) -> None:
    case_id = await office.open_case()
    await wish(office, case_id, **({} if staff is None else {"by_staff": staff}))
    if unit == OTHER:
        given = said(CaseReassigned, case_id, occurred_at=T0, from_unit=LEAD, lead_unit=OTHER, category_code="0101")
        await office.hear(given)
    before = await office.said(case_id)
    await answer(office, case_id, YES, office.person(account, Role.CALLER, unit, staff_id=staff), code=403)
    assert await office.said(case_id) == before
    await answer(office, case_id, YES)


async def test_while_he_is_asked_a_further_wish_changes_nothing(office: Office) -> None:
    case_id = await office.open_case()
    await wish(office, case_id)
    await answer(office, case_id, NOBODY)
    before = await asked(office, case_id)
    await wish(office, case_id)
    assert await asked(office, case_id) == before


async def test_who_says_that_it_is_not_solved_has_not_withdrawn(office: Office) -> None:
    """His word about the result sends it back, and ends the wish with its round."""
    case_id = await office.handled_case()
    await wish(office, case_id)
    unhappy = await office.attempt_on_result(case_id, satisfaction="not_satisfied", solved=False)
    assert unhappy.status_code == 201
    assert (await asked(office, case_id))["state"] == "cancelled"
    await answer(office, case_id, YES, code=409)
    await wish(office, case_id)
    assert [row["state"] for row in (await office.case(case_id))["callbacks"] if row["state"] == "due"] == []
    await office.hear(assigned(case_id, T0 + HOUR, round_=2))
    await wish(office, case_id, round=2)
    await answer(office, case_id, NO)
    assert (await office.case(case_id))["status"] == "handling"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reached": "answered", "satisfaction": "satisfied"}, "satisfaction"),
        ({"reached": "answered", "withdraws": True, "solved": True}, "solved"),
        ({"reached": "answered", "withdraws": True, "notes": {"note": "好"}}, "notes/note"),
        ({"reached": "no_answer", "withdraws": True}, "body"),
    ],
)
async def test_he_is_asked_nothing_else(office: Office, body: dict[str, Any], field: str) -> None:
    case_id = await office.open_case()
    await wish(office, case_id)
    refused = await answer(office, case_id, body, code=422)
    assert [each["field"] for each in refused["fields"]] == [field]
    callback = await asked(office, case_id)
    shown = (await office.caller.get(f"/callbacks/{callback['callback_id']}")).json()
    assert [question["code"] for question in shown["questions"]] == ["withdraws"]


async def test_who_is_asked_about_the_result_does_not_say_whether_he_takes_it_back(office: Office) -> None:
    case_id = await office.handled_case()
    refused = await office.attempt(case_id, withdraws=True)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "withdraws")
