"""A citizen answers himself, by a one-time link, whether he takes his case back."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bench.said import said
from huiyin.office.people import Account as Person
from libs.common.events.cases import CaseClosed, CaseReassigned, CaseSigned
from libs.common.events.citizens import WithdrawalTried, WithdrawalWished
from libs.common.events.terms import Closing
from libs.common.security.principal import Role
from tests.integration.followup.office import HOUR, LEAD, OTHER, T0, Office, assigned

SPENT, ASKS = "此链接已失效", "是否撤回您的诉求？"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def wish(office: Office, case_id: str, **changes: Any) -> dict[str, Any]:
    """An operator says that the citizen takes it back; the callback by which he is asked."""
    await office.hear(said(WithdrawalWished, case_id, occurred_at=office.clock.now(), by="op", **changes))
    return await asked(office, case_id)


async def asked(office: Office, case_id: str) -> dict[str, Any]:
    """The callback about the wish, as its case has it."""
    found: dict[str, Any] = [row for row in (await office.case(case_id))["callbacks"] if _is_wish(row)][-1]
    return found


def _is_wish(row: dict[str, Any]) -> bool:
    return bool(row["purpose"] == "withdrawal")


async def linked(office: Office, callback: dict[str, Any], who: Person | None = None, code: int = 201) -> Any:
    """What comes of having a link made."""
    made = await (who or office.caller).post(f"/callbacks/{callback['callback_id']}/links")
    assert made.status_code == code, made.text
    return made.json()


async def open_page(office: Office, link: dict[str, Any]) -> httpx.Response:
    """As a browser without a token does."""
    return await office.http.get(link["path"])


async def send(office: Office, link: dict[str, Any], answer: str) -> httpx.Response:
    """What the page's form sends."""
    return await office.http.post(link["path"], data={"answer": answer})


async def test_the_citizen_takes_it_back_by_the_link(office: Office) -> None:
    case_id = await office.open_case()
    link = await linked(office, await wish(office, case_id))
    assert (link["requester"], link["ends_at"]) == ("first", "2026-03-06T01:00:00Z")
    before = await office.said(case_id)
    for _ in range(3):
        page = await open_page(office, link)
        assert (page.status_code, ASKS in page.text, "东坡村路灯不亮" in page.text) == (200, True, True)
    assert await office.said(case_id) == before
    assert (await office.case(case_id))["status"] == "handling"
    done = await send(office, link, "yes")
    assert (done.status_code, "已按您的意思撤回" in done.text) == (200, True)
    case = await office.case(case_id)
    assert (case["status"], case["closing"]) == ("closed", "withdrawn")
    (attempt,) = (await asked(office, case_id))["history"]
    assert (attempt["withdraws"], attempt["by_link"], attempt["caller"]) == (True, True, "zhou")
    assert case["transitions"][-1]["why"] == "经一次性链接答复"
    tried, closed = (await office.said(case_id))[-2:]
    assert isinstance(tried, WithdrawalTried)
    assert (tried.by_link, tried.caller, tried.withdraws, tried.ends) == (True, "zhou", True, True)
    assert isinstance(closed, CaseClosed)
    assert closed.closing is Closing.WITHDRAWN


async def test_he_does_not_take_it_back_and_it_goes_on(office: Office) -> None:
    case_id = await office.open_case()
    link = await linked(office, await wish(office, case_id))
    assert "继续办理" in (await send(office, link, "no")).text
    case = await office.case(case_id)
    assert (case["status"], case["closing"], (await asked(office, case_id))["state"]) == ("handling", None, "done")


async def test_what_a_link_is_kept_as_opens_nothing(office: Office) -> None:
    case_id = await office.open_case()
    callback = await wish(office, case_id)
    link = await linked(office, callback)
    (row,) = await office.rows("SELECT * FROM one_time_link")
    assert link["path"].rpartition("/")[2] not in str(dict(row))
    shown = (await office.supervisor.get(f"/callbacks/{callback['callback_id']}/links")).json()["items"]
    assert [(one["made_by"], one["made_by_unit"], one["used_at"]) for one in shown] == [("zhou", "H-12345", None)]
    assert set(shown[0]) == {"made_by", "made_by_unit", "made_by_staff", "made_at", "ends_at", "used_at"}
    await send(office, link, "no")
    (used,) = (await office.supervisor.get(f"/callbacks/{callback['callback_id']}/links")).json()["items"]
    assert used["used_at"] is not None


async def is_spent(office: Office, case_id: str, link: dict[str, Any]) -> None:
    """It opens a page that says so, whatever is sent, and changes nothing."""
    before = await office.said(case_id)
    for answer in (await open_page(office, link), await send(office, link, "yes"), await send(office, link, "no")):
        assert (answer.status_code, SPENT in answer.text, "opens nothing" in answer.text) == (404, True, True)
        assert "东坡村" not in answer.text
    assert await office.said(case_id) == before


async def test_a_link_is_good_once(office: Office) -> None:
    case_id = await office.open_case()
    link = await linked(office, await wish(office, case_id))
    answers = await asyncio.gather(*(send(office, link, "yes") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, *[404] * 4]
    await is_spent(office, case_id, link)
    told = [event for event in await office.said(case_id) if isinstance(event, WithdrawalTried)]
    assert len(told) == 1


async def test_a_link_ends_by_itself(office: Office) -> None:
    case_id = await office.open_case()
    link = await linked(office, await wish(office, case_id))
    office.clock.advance_to(office.clock.now() + timedelta(hours=72))
    await is_spent(office, case_id, link)
    assert (await asked(office, case_id))["state"] == "due"


async def test_a_link_of_a_wish_that_is_over_answers_no_later_one(office: Office) -> None:
    """He denies it on the phone; somebody says so again in the same round."""
    case_id = await office.open_case()
    link = await linked(office, await wish(office, case_id))
    callback = await asked(office, case_id)
    denied = {"reached": "answered", "withdraws": False}
    path = f"/callbacks/{callback['callback_id']}/attempts"
    assert (await office.caller.post(path, denied, version=callback["version"])).status_code == 201
    await is_spent(office, case_id, link)
    again = await wish(office, case_id)
    assert (again["callback_id"], again["state"]) == (callback["callback_id"], "due")
    await is_spent(office, case_id, link)
    assert (await send(office, await linked(office, again), "yes")).status_code == 200


async def test_a_link_of_an_older_round_answers_no_later_one(office: Office) -> None:
    case_id = await office.handled_case()
    link = await linked(office, await wish(office, case_id))
    unhappy = await office.attempt_on_result(case_id, satisfaction="not_satisfied", solved=False)
    assert unhappy.status_code == 201
    await office.hear(assigned(case_id, T0 + HOUR, round_=2))
    await wish(office, case_id, round=2)
    await is_spent(office, case_id, link)


@pytest.mark.parametrize(
    ("account", "unit", "staff"),
    [("li", LEAD, None), ("op", None, None), ("op-2", None, "007"), ("zhang", OTHER, None)],
    ids=["of the unit that has it", "who said so", "another account of who said so", "of the unit it was given to"],
)
async def test_nobody_who_has_a_hand_in_it_has_a_link_made(
    office: Office, account: str, unit: str | None, staff: str | None
) -> None:
    case_id = await office.open_case()
    callback = await wish(office, case_id, **({} if staff is None else {"by_staff": staff}))
    if unit == OTHER:
        given = said(CaseReassigned, case_id, occurred_at=T0, from_unit=LEAD, lead_unit=OTHER, category_code="0101")
        await office.hear(given)
    await linked(office, callback, office.person(account, Role.CALLER, unit, staff_id=staff), 403)
    assert await office.rows("SELECT 1 FROM one_time_link") == []


async def test_whoever_takes_it_in_hand_later_has_a_link_that_opens_nothing(office: Office) -> None:
    case_id = await office.open_case()
    link = await linked(office, await wish(office, case_id))
    await office.hear(said(CaseSigned, case_id, occurred_at=T0, unit_code=LEAD, by="zhou", by_unit=LEAD))
    before = await office.said(case_id)
    assert (await send(office, link, "yes")).status_code == 404
    assert await office.said(case_id) == before
    (row,) = await office.rows("SELECT used_at FROM one_time_link")
    assert row.used_at is None


async def test_links_are_for_wishes_that_are_open_and_not_many(office: Office) -> None:
    case_id = await office.handled_case()
    closing = await office.callback(case_id)
    await linked(office, closing, code=409)
    callback = await wish(office, case_id)
    links = [await linked(office, callback) for _ in range(3)]
    assert (await linked(office, callback, code=409))["type"].endswith("conflict")
    await send(office, links[1], "no")
    await linked(office, callback, code=409)
    for link in links:
        await is_spent(office, case_id, link)
    away = office.person("far", Role.CALLER, area="999001999000")
    await linked(office, callback, away, 404)


async def test_all_requesters_have_to_say_so(office: Office) -> None:
    case_id = await office.merged_case()
    await wish(office, case_id)
    first, second = [row for row in (await office.case(case_id))["callbacks"] if _is_wish(row)]
    assert {first["requester"], second["requester"]} == {"first", "second"}
    assert "还有其他诉求人" in (await send(office, await linked(office, first), "yes")).text
    assert (await office.case(case_id))["closing"] is None
    assert "已按您的意思撤回" in (await send(office, await linked(office, second), "yes")).text
    assert (await office.case(case_id))["closing"] == "withdrawn"


async def test_of_a_confidential_case_the_page_tells_no_title(office: Office) -> None:
    case_id = await office.open_case(confidential=True)
    page = await open_page(office, await linked(office, await wish(office, case_id)))
    assert (page.status_code, "东坡村路灯不亮" in page.text, "9990012603030000011" in page.text) == (200, False, True)


async def test_the_page_is_kept_nowhere_and_shows_nobody_where_it_came_from(office: Office) -> None:
    page = await open_page(office, await linked(office, await wish(office, await office.open_case())))
    headers = page.headers
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script" not in page.text.lower()


@pytest.mark.parametrize(
    ("body", "status"), [(b"answer=maybe", 422), (b"", 422), (b"answer=yes&answer=no", 422), (b"answer=yes&x=1", 422)]
)
async def test_what_is_no_answer_is_refused_and_the_link_stays(office: Office, body: bytes, status: int) -> None:
    case_id = await office.open_case()
    link = await linked(office, await wish(office, case_id))
    refused = await office.http.post(link["path"], content=body, headers=FORM)
    assert (refused.status_code, refused.json()["fields"][0]["field"] != "") == (status, True)
    assert (await open_page(office, link)).status_code == 200


@pytest.mark.parametrize("link", ["x" * 50, "x", "%E6%B6%88" * 10, "a.b"])
async def test_a_link_that_was_made_up_opens_nothing(office: Office, link: str) -> None:
    answer = await office.http.get(f"/followup/withdrawal/{link}")
    assert (answer.status_code, SPENT in answer.text) == (404, True)
    sent = await office.http.post(f"/followup/withdrawal/{link}", data={"answer": "yes"})
    assert (sent.status_code, SPENT in sent.text) == (404, True)
    unread = await office.http.post(f"/followup/withdrawal/{link}", content=b"{", headers={"Content-Type": "text/x"})
    assert (unread.status_code, SPENT in unread.text) == (404, True)
