"""What dispatch and followup say becomes the status, the promises and the timeline of a case."""

from datetime import timedelta

import pytest

from libs.common.bus.flow import Service, heard
from libs.common.errors import Permanent
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.cases import CaseEvent
from libs.common.events.terms import Closing, Deadline, Reached, ResultKind, Satisfaction
from tests.integration.intake.door import CASES, NOW, IntakeDoor

DUE = NOW + timedelta(days=5)


def loop(case_id: str) -> list[tuple[CaseEvent, str]]:
    """Two rounds, with the status after each event."""
    at = {"occurred_at": NOW + timedelta(hours=1), "case_id": case_id}
    first, second = {**at, "round": 1}, {**at, "round": 2}
    water, town = "D-WATER", "T-999001101"
    by_rule = {"lead_unit": water, "category_code": "0104", "by_rule": True, "explanation": "x", "pack_version": 1}
    by_hand = {"from_unit": water, "lead_unit": town, "category_code": "0101", "explanation": "x", "pack_version": 1}
    sign: dict[str, object] = {"deadline": Deadline.SIGN, "unit_code": water, "starts_at": NOW, "warn_at": NOW}
    sign |= {"due_at": NOW + timedelta(days=1), "pack_version": 1}
    done = {"result_kind": ResultKind.SUBSTANTIVE, "result": "已修"}
    tried = {"attempt": 1, "reached": Reached.ANSWERED, "valid": True, "caller": "caller-1"}
    not_satisfied, satisfied = Satisfaction.NOT_SATISFIED, Satisfaction.SATISFIED
    build: list[tuple[type[CaseEvent], dict[str, object], str]] = [
        (cases.TriageQueued, {**first, "reason": "无类别"}, "triage"),
        (cases.CaseAssigned, {**first, **by_rule}, "assigned"),
        (cases.DeadlineSet, {**first, "deadlines": (sign, {**sign, "deadline": "handle", "due_at": DUE})}, "assigned"),
        (cases.CaseSigned, {**first, "unit_code": water}, "signed"),
        (cases.ProgressReported, {**first, "unit_code": water, "note": "已派人查看"}, "signed"),
        (cases.CaseHandled, {**first, **done, "unit_code": water}, "handled"),
        (cases.CallbackDue, {**first, "handling_unit": water}, "callback"),
        (cases.CallbackTried, {**first, **tried, "satisfaction": not_satisfied}, "callback"),
        (cases.CaseSentBack, {**first, "next_round": 2, "unit_code": water, "words": "没修好"}, "sent_back"),
        (cases.CaseAssigned, {**second, **by_rule}, "assigned"),
        (cases.CaseReassigned, {**second, **by_hand}, "assigned"),
        (cases.CaseSigned, {**second, "unit_code": town}, "signed"),
        (cases.CaseHandled, {**second, **done, "unit_code": town}, "handled"),
        (cases.CallbackDue, {**second, "handling_unit": town}, "callback"),
        (cases.CallbackTried, {**second, **tried, "satisfaction": satisfied}, "callback"),
        (cases.CaseClosed, {**second, "closing": Closing.SUBSTANTIVE, "satisfaction": satisfied}, "closed"),
    ]
    return [(kind.model_validate(fields), status) for kind, fields, status in build]


async def test_a_case_is_followed_to_its_end(intake: IntakeDoor) -> None:
    case_id = (await intake.register(category_code=None))["case_id"]
    for event, status in loop(case_id):
        await intake.hear(event)
        assert (await intake.get(f"{CASES}/{case_id}"))["status"] == status, event.type_name
    case = await intake.get(f"{CASES}/{case_id}")
    expected = {
        "round": 2,
        "lead_unit": "T-999001101",
        "category_code": "0101",
        "satisfaction": "satisfied",
        "closing": "substantive",
        "status_zh": "已销号",
        "due_at": None,
    }
    assert case | expected == case


async def test_a_batch_ends_as_one_by_one_does(intake: IntakeDoor) -> None:
    one_by_one, together = [(await intake.register())["case_id"] for _ in range(2)]
    for event, _ in loop(one_by_one):
        await intake.hear(event)
    await intake.hear(*(event for event, _ in loop(together)))
    apart = {"case_id", "case_no"}
    first, second = [await intake.get(f"{CASES}/{case_id}") for case_id in (one_by_one, together)]
    assert {name: value for name, value in first.items() if name not in apart} == {
        name: value for name, value in second.items() if name not in apart
    }
    lines = [(await intake.get(f"{CASES}/{case_id}/timeline"))["items"] for case_id in (one_by_one, together)]
    assert lines[0] == lines[1]
    assert len(lines[0]) == 17


async def test_promises_of_the_round_stand_with_the_case(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    await intake.hear(*(event for event, _ in loop(case_id)[:4]))
    case = await intake.get(f"{CASES}/{case_id}")
    assert (case["sign_due_at"], case["due_at"]) == ("2026-03-05T02:00:00Z", "2026-03-09T02:00:00Z")


async def test_word_of_an_older_round_changes_nothing(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    events = [event for event, _ in loop(case_id)]
    await intake.hear(*events[:10])
    before = await intake.get(f"{CASES}/{case_id}")
    await intake.hear(events[1], events[2], events[5], events[6], events[7])
    assert await intake.get(f"{CASES}/{case_id}") == before


async def test_what_crosses_a_withdrawal_of_a_release_before_does_not_revive_the_case(intake: IntakeDoor) -> None:
    """Such a case waits for its closing alone."""
    receipt = await intake.register()
    case_id = receipt["case_id"]
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch("UPDATE cases SET status = 'withdrawn', version = 2 WHERE case_id = $1", case_id)
    await intake.hear(*(event for event, _ in loop(case_id)[:-1]))
    assert (await intake.get(f"{CASES}/{case_id}"))["status"] == "withdrawn"
    await intake.hear(cases.CaseClosed(occurred_at=NOW, case_id=case_id, round=1, closing=Closing.WITHDRAWN))
    case = await intake.get(f"{CASES}/{case_id}")
    assert (case["status"], case["closing"], case["satisfaction"]) == ("closed", "withdrawn", None)


async def test_a_missed_callback_is_no_satisfaction(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    await intake.hear(*(event for event, _ in loop(case_id)[:7]))
    await intake.hear(
        cases.CallbackTried(
            occurred_at=NOW, case_id=case_id, round=1, attempt=1, reached=Reached.NO_ANSWER, valid=False, caller="c-1"
        )
    )
    assert (await intake.get(f"{CASES}/{case_id}"))["satisfaction"] is None
    last = (await intake.get(f"{CASES}/{case_id}/timeline"))["items"]
    assert ("callback_tried", "无人接听", "c-1") in [(item["what"], item["note"], item["by"]) for item in last]


async def test_word_of_an_unknown_case_is_refused_for_good(intake: IntakeDoor) -> None:
    event: Event = loop("01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01")[0][0]
    with pytest.raises(Permanent, match="never registered"):
        await intake.hear(event)


async def test_what_units_write_is_masked_and_cut(intake: IntakeDoor) -> None:
    case_id = (await intake.register())["case_id"]
    note = "已联系13812345678，" + "现场查看" * 200
    await intake.hear(
        cases.ProgressReported(occurred_at=NOW, case_id=case_id, round=1, unit_code="D-HOUSING", note=note)
    )
    item = (await intake.get(f"{CASES}/{case_id}/timeline"))["items"][-1]
    assert item["note"].startswith("已联系138****5678，现场查看")
    assert len(item["note"]) == 500


async def test_intake_hears_all_that_the_map_says(intake: IntakeDoor) -> None:
    assert set(intake.service.runtime.reactions.handlers) == set(heard(Service.INTAKE))
