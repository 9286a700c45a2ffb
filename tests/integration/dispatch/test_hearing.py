"""What others say about a case: rounds, clocks, crossings on the way, and the end."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from libs.common.bus.flow import Service, heard
from libs.common.errors import Permanent
from libs.common.events.base import Event
from libs.common.events.cases import (
    CaseAnsweredDirectly,
    CaseAssigned,
    CaseClosed,
    CaseSentBack,
    CaseSupplemented,
    CaseWithdrawn,
    DeadlineMissed,
    DeadlineSet,
    DeadlineWarned,
    TriageQueued,
)
from libs.common.events.ops import ResendRequested
from libs.common.events.supervision import SupervisionIssued
from libs.common.events.terms import Closing, Deadline, SupervisionLevel
from services.dispatch.handlers import HANDLERS
from tests.integration.dispatch.office import HOUR, T0, TOWN_UNIT, VILLAGE_UNIT, Office, names
from tests.integration.dispatch.test_handling import RESULT
from tests.integration.dispatch.test_returning import ASK


def deadline_set(case_id: str, deadline: Deadline, due_at: datetime, **changes: Any) -> DeadlineSet:
    fields: dict[str, Any] = {"round": 1, "unit_code": VILLAGE_UNIT, "pack_version": 1, "occurred_at": T0} | changes
    times = {"starts_at": T0, "warn_at": due_at - HOUR, "due_at": due_at}
    return DeadlineSet.model_validate({"case_id": case_id, "deadline": deadline, **times, **fields})


def deadline_missed(case_id: str, deadline: Deadline, due_at: datetime, **changes: Any) -> DeadlineMissed:
    fields: dict[str, Any] = {"round": 1, "unit_code": VILLAGE_UNIT, "occurred_at": due_at} | changes
    return DeadlineMissed(case_id=case_id, deadline=deadline, due_at=due_at, **fields)


def sent_back(case_id: str, number: int = 1) -> CaseSentBack:
    return CaseSentBack(
        case_id=case_id, occurred_at=T0, round=number, next_round=number + 1, unit_code=None, words="还是不亮"
    )


async def handled(office: Office, **changes: Any) -> str:
    case_id = await office.register(**changes)
    unit = office.handler(VILLAGE_UNIT)
    await unit.do(case_id, "signature")
    await unit.do(case_id, "result", RESULT)
    return case_id


def test_everything_that_the_map_sends_here_is_handled() -> None:
    assert {handler.event for handler in HANDLERS} | {ResendRequested} == set(heard(Service.DISPATCH))


async def test_sent_back_the_same_unit_begins_the_next_round(office: Office) -> None:
    case_id = await handled(office)
    await office.hear(deadline_missed(case_id, Deadline.HANDLE, T0 - HOUR))
    assert (await office.work(case_id))["overdue"] is True
    await office.hear(sent_back(case_id))
    row = await office.work(case_id)
    assert (row["status"], row["round"], row["lead_unit"], row["result"]) == ("assigned", 2, VILLAGE_UNIT, None)
    assert (row["overdue"], row["misses"], row["handle_due_at"], row["signed_at"]) == (False, [], None, None)
    last = (await office.said(case_id))[-1]
    assert isinstance(last, CaseAssigned)
    assert (last.round, last.lead_unit, last.support_units) == (2, VILLAGE_UNIT, (TOWN_UNIT,))
    assert "sent back" in last.explanation
    unit = office.handler(VILLAGE_UNIT)
    await unit.do(case_id, "signature")
    await unit.do(case_id, "result", RESULT)
    assert [getattr(event, "round", None) for event in await office.said(case_id)] == [1, 1, 1, 2, 2, 2]


async def test_sent_back_after_a_direct_answer_the_rule_finds_the_unit(office: Office) -> None:
    case_id = await office.register(answered_at_once=True)
    await office.hear(sent_back(case_id))
    last = (await office.said(case_id))[-1]
    assert isinstance(last, CaseAssigned)
    assert (last.round, last.lead_unit) == (2, VILLAGE_UNIT)


async def test_sent_back_without_any_unit_it_waits_in_triage(office: Office) -> None:
    case_id = await office.register(answered_at_once=True, category_code=None)
    await office.hear(sent_back(case_id))
    last = (await office.said(case_id))[-1]
    assert isinstance(last, TriageQueued)
    assert last.round == 2
    assert (await office.work(case_id))["status"] == "triage"


async def test_word_of_an_older_round_changes_nothing(office: Office) -> None:
    case_id = await handled(office)
    await office.hear(sent_back(case_id))
    before = await office.work(case_id)
    late: list[Event] = [
        sent_back(case_id),
        deadline_set(case_id, Deadline.HANDLE, T0 + HOUR),
        deadline_missed(case_id, Deadline.HANDLE, T0),
        CaseAnsweredDirectly(case_id=case_id, occurred_at=T0, round=1, answer="已答复"),
        CaseClosed(case_id=case_id, occurred_at=T0, round=1, closing=Closing.SUBSTANTIVE),
    ]
    await office.hear(*late)
    assert await office.work(case_id) == before


async def test_sent_back_before_a_result_is_parked_for_a_person_to_look(office: Office) -> None:
    case_id = await office.register()
    with pytest.raises(Permanent, match="sent back while assigned"):
        await office.hear(sent_back(case_id))


async def test_due_times_fill_the_list_and_a_miss_marks_it(office: Office) -> None:
    case_id = await office.register()
    sign_due, handle_due = T0 + 24 * HOUR, T0 + 120 * HOUR
    await office.hear(
        deadline_set(case_id, Deadline.SIGN, sign_due), deadline_set(case_id, Deadline.HANDLE, handle_due)
    )
    unit = office.handler(VILLAGE_UNIT)
    item = (await unit.get("/work")).json()["items"][0]
    assert (item["sign_due_at"], item["handle_due_at"]) == ("2026-03-04T01:00:00Z", "2026-03-08T01:00:00Z")
    assert item["version"] == 1, "word of clocks is no reason to decide anew"
    warned = DeadlineWarned(
        case_id=case_id,
        occurred_at=T0 + HOUR,
        round=1,
        deadline=Deadline.SIGN,
        unit_code=VILLAGE_UNIT,
        due_at=sign_due,
    )
    await office.hear(warned, deadline_missed(case_id, Deadline.SIGN, sign_due))
    item = (await unit.get("/work", overdue=True)).json()["items"][0]
    assert (item["warned"], item["overdue"]) == (True, True)
    assert (await unit.get("/work", overdue=False)).json()["items"] == []
    signed = await unit.do(case_id, "signature")
    assert (signed["warned"], signed["overdue"], signed["misses"]) == (False, False, ["sign"])
    assert len((await unit.get("/work", due_before="2026-03-08T01:00:01Z")).json()["items"]) == 1
    assert (await unit.get("/work", due_before="2026-03-08T01:00:00Z")).json()["items"] == []


async def test_word_of_a_miss_that_crossed_the_deed_is_not_believed(office: Office) -> None:
    case_id = await handled(office)
    await office.hear(
        deadline_missed(case_id, Deadline.SIGN, T0 + HOUR), deadline_missed(case_id, Deadline.HANDLE, T0 + HOUR)
    )
    assert (await office.work(case_id))["misses"] == []


async def test_the_handling_clock_runs_on_through_a_reassignment_and_the_signing_clock_does_not(office: Office) -> None:
    case_id = await office.register()
    handle_due = T0 + 120 * HOUR
    await office.hear(
        deadline_set(case_id, Deadline.HANDLE, handle_due),
        deadline_set(case_id, Deadline.SIGN, T0 + HOUR),
        deadline_missed(case_id, Deadline.SIGN, T0 + HOUR),
    )
    moved = await office.dispatcher.do(case_id, "reassignment", {"lead_unit": TOWN_UNIT, "reason": "镇里办"})
    assert (moved["handle_due_at"], moved["sign_due_at"], moved["overdue"]) == ("2026-03-08T01:00:00Z", None, False)
    await office.hear(deadline_set(case_id, Deadline.SIGN, T0 + HOUR))
    assert (await office.work(case_id))["sign_due_at"] is None, "the limit of the unit before"
    await office.hear(deadline_set(case_id, Deadline.SIGN, T0 + 2 * HOUR, unit_code=TOWN_UNIT))
    assert (await office.work(case_id))["sign_due_at"] is not None


async def test_triage_has_its_own_limit(office: Office) -> None:
    case_id = await office.register(category_code=None)
    due_at = T0 + 24 * HOUR
    await office.hear(
        deadline_set(case_id, Deadline.TRIAGE, due_at, unit_code=None),
        deadline_missed(case_id, Deadline.TRIAGE, due_at, unit_code=None),
    )
    items = (await office.dispatcher.get("/triage", overdue=True)).json()["items"]
    assert [(item["case_id"], item["triage_due_at"]) for item in items] == [(case_id, "2026-03-04T01:00:00Z")]


async def test_the_unit_reads_what_the_citizen_added_before_it_decides(office: Office) -> None:
    case_id = await office.register()
    unit = office.handler(VILLAGE_UNIT)
    await office.hear(CaseSupplemented(case_id=case_id, occurred_at=T0 + HOUR, text="学校门口也有一盏"))
    assert (await unit.post(f"/cases/{case_id}/signature", version=1)).status_code == 412
    assert (await unit.get(f"/cases/{case_id}")).json()["supplements"] == [
        {"at": "2026-03-03T02:00:00Z", "text": "学校门口也有一盏"}
    ]


async def test_withdrawn_while_a_return_is_pending_nothing_more_is_possible(office: Office) -> None:
    case_id = await office.register()
    await office.handler(VILLAGE_UNIT).do(case_id, "return", ASK)
    await office.hear(CaseWithdrawn(case_id=case_id, occurred_at=T0, reason="已自行解决"))
    row = await office.work(case_id)
    assert (row["status"], row["return_pending"], row["return_reason"]) == ("closed", False, None)
    body = {"approved": False, "note": "不同意"}
    response = await office.dispatcher.post(f"/cases/{case_id}/return/decision", body, version=row["version"])
    assert response.status_code == 409
    assert "possible now: nothing" in response.json()["detail"]
    closing = CaseClosed(case_id=case_id, occurred_at=T0, round=1, closing=Closing.WITHDRAWN)
    more = CaseSupplemented(case_id=case_id, occurred_at=T0, text="再说一句")
    await office.hear(closing, more, CaseWithdrawn(case_id=case_id, occurred_at=T0, reason="再撤"))
    assert await office.work(case_id) == row


@pytest.mark.parametrize("before", ["triage", "assigned", "signed"])
async def test_a_direct_answer_holds_also_when_it_crossed_a_signature(office: Office, before: str) -> None:
    case_id = await office.register(**({"category_code": None} if before == "triage" else {}))
    if before == "signed":
        await office.handler(VILLAGE_UNIT).do(case_id, "signature")
    await office.hear(CaseAnsweredDirectly(case_id=case_id, occurred_at=T0, round=1, answer="已电话答复"))
    row = await office.work(case_id)
    assert row["status"] == "answered"
    if before != "triage":
        unit = office.handler(VILLAGE_UNIT)
        response = await unit.post(f"/cases/{case_id}/result", RESULT, version=row["version"])
        assert response.status_code == 409
        assert "answered at the door" in response.json()["detail"]


async def test_a_direct_answer_that_crossed_the_result_changes_nothing(office: Office) -> None:
    case_id = await handled(office)
    await office.hear(CaseAnsweredDirectly(case_id=case_id, occurred_at=T0, round=1, answer="已电话答复"))
    assert (await office.work(case_id))["status"] == "handled"


async def test_closed_by_the_citizens_word_it_stays_closed(office: Office) -> None:
    case_id = await handled(office)
    await office.hear(CaseClosed(case_id=case_id, occurred_at=T0, round=1, closing=Closing.SUBSTANTIVE))
    assert (await office.steps(case_id))[-1] == ("close", "closed", VILLAGE_UNIT)
    await office.hear(sent_back(case_id))
    assert (await office.work(case_id))["round"] == 1
    assert names(await office.said(case_id)) == ["CaseAssigned", "CaseSigned", "CaseHandled"]


async def test_orders_of_the_ladder_are_counted(office: Office) -> None:
    case_id = await office.register()
    orders = [
        SupervisionIssued(
            case_id=case_id,
            occurred_at=T0 + n * timedelta(days=1),
            round=1,
            supervision_id=f"s{n}",
            level=SupervisionLevel.REMINDER,
            unit_code=VILLAGE_UNIT,
            reason="逾期",
            by_rule=True,
        )
        for n in range(2)
    ]
    await office.hear(*orders)
    assert (await office.work(case_id))["supervised"] == 2
