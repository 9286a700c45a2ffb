"""The citizen is asked, and believed: satisfied, sent back, never reached, asked by the wrong people."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bench.said import said
from libs.common.events.cases import (
    CallbackTried,
    CaseAnsweredDirectly,
    CaseAssigned,
    CaseClosed,
    CaseHandled,
    CaseSentBack,
    CaseSigned,
    CaseWithdrawn,
    ProgressReported,
    RoundEvent,
    TaskDone,
)
from libs.common.events.tasks import TaskReported, TaskSigned
from libs.common.security.principal import Role
from tests.integration.followup.office import (
    DAY,
    HOUR,
    LEAD,
    LIGHTS,
    PACK,
    T0,
    Office,
    Person,
    assigned,
    handled,
    local,
    signed,
)
from tests.support.service import published

FOUR_HOURS = timedelta(hours=4)


async def test_three_rounds_to_satisfaction(office: Office) -> None:
    case_id = await office.handled_case()
    for round_ in (1, 2):
        answer = await office.attempt(
            case_id, contacted=True, solved=False, satisfaction="not_satisfied", words="灯还是不亮，请打13812345678"
        )
        assert answer.status_code == 201, answer.text
        assert answer.json()["status"] == "handling"
        await office.advance(office.clock.now() + HOUR)
        now = office.clock.now()
        for event in (assigned(case_id, now, round_=round_ + 1), signed(case_id, now, round_=round_ + 1)):
            await office.hear(event)
        await office.hear(handled(case_id, now + HOUR, round_=round_ + 1))
    closing = await office.attempt(case_id, contacted=True, solved=True, satisfaction="basically_satisfied")
    assert closing.json()["status"] == "closed"
    case = await office.case(case_id)
    assert (case["round"], case["sent_back"], case["closing"], case["satisfaction"]) == (
        3,
        2,
        "substantive",
        "basically_satisfied",
    )
    heard = await office.said(case_id)
    backs = [event for event in heard if isinstance(event, CaseSentBack)]
    assert [(event.round, event.next_round, event.unit_code) for event in backs] == [(1, 2, LEAD), (2, 3, LEAD)]
    assert "13812345678" not in backs[0].words
    (closed,) = [event for event in heard if isinstance(event, CaseClosed)]
    assert closed.round == 3
    # 二次办理催办 to the unit, then 三次办理提级督办 to the unit and to the supervision office above it.
    orders = [(o["rule_code"], o["unit_code"], o["level"], o["round"]) for o in case["supervisions"]]
    assert sorted(orders) == [
        ("second_round", LEAD, "reminder", 2),
        ("third_round", LEAD, "supervision", 3),
        ("third_round", "S-GOV", "supervision", 3),
    ]
    assert {timer["state"] for timer in case["timers"]} == {"cancelled"}


async def test_satisfied_but_not_solved_goes_back(office: Office) -> None:
    case_id = await office.handled_case()
    answer = await office.attempt(case_id, solved=False, satisfaction="satisfied")
    assert answer.json()["status"] == "handling"
    assert (await office.case(case_id))["round"] == 2


@pytest.mark.parametrize("answer", [{"reached": "refused"}, {"reached": "answered", "words": "正在开车"}])
async def test_without_a_word_on_satisfaction_nothing_closes(office: Office, answer: dict[str, Any]) -> None:
    case_id = await office.handled_case()
    response = await office.attempt(case_id, **answer)
    assert response.status_code == 201, response.text
    body = response.json()
    assert (body["status"], body["state"], body["tries"]) == ("callback", "due", 1)
    assert body["history"][0]["valid"] is False


async def test_unreachable_three_times_then_reviewed_then_unverified(office: Office) -> None:
    case_id = await office.handled_case()
    states = []
    for _ in range(3):
        response = await office.attempt(case_id, reached="unreachable")
        assert response.status_code == 201, response.text
        states.append((response.json()["state"], response.json()["status"]))
        office.skip(office.clock.now() + FOUR_HOURS)
    assert states == [("due", "callback"), ("due", "callback"), ("exhausted", "review")]
    callback = await office.callback(case_id)
    path = f"/callbacks/{callback['callback_id']}/review"
    body = {"decision": "close_unverified", "reason": "三次不同时段均无法接通，上门亦无人"}
    own = await office.person("li", Role.SUPERVISOR, LEAD).post(path, body, version=callback["version"])
    same = await office.person("zhou", Role.SUPERVISOR, "S-GOV").post(path, body, version=callback["version"])
    assert (own.status_code, same.status_code) == (403, 403)
    done = await office.supervisor.post(path, body, version=callback["version"])
    assert done.status_code == 200, done.text
    case = await office.case(case_id)
    assert (case["status"], case["closing"], case["satisfaction"]) == ("closed", "unverified", None)
    assert sum(isinstance(event, CallbackTried) for event in await office.said(case_id)) == 3


async def test_a_review_can_have_the_citizen_tried_again(office: Office) -> None:
    case_id = await office.handled_case()
    for _ in range(3):
        await office.attempt(case_id, reached="no_answer")
        office.skip(office.clock.now() + FOUR_HOURS)
    callback = await office.callback(case_id)
    again = await office.supervisor.post(
        f"/callbacks/{callback['callback_id']}/review",
        {"decision": "try_again", "reason": "晚间再试"},
        version=callback["version"],
    )
    assert (again.json()["state"], again.json()["tries"], again.json()["attempts"]) == ("due", 0, 3)
    closed = await office.attempt(case_id, solved=True, satisfaction="satisfied")
    assert closed.json()["status"] == "closed"
    assert [attempt["attempt"] for attempt in closed.json()["history"]] == [1, 2, 3, 4]


async def test_tries_are_made_at_different_times(office: Office) -> None:
    case_id = await office.handled_case()
    await office.attempt(case_id, reached="no_answer")
    at_once = await office.attempt(case_id, reached="no_answer")
    assert at_once.status_code == 409
    assert "different times" in at_once.json()["detail"]
    # Whoever is reached is believed at any time.
    assert (await office.attempt(case_id, solved=True, satisfaction="satisfied")).status_code == 201


async def test_the_next_try_is_in_calling_hours(office: Office) -> None:
    office.skip(local("2026-03-03", "17:00"))
    case_id = await office.handled_case()
    response = await office.attempt(case_id, reached="no_answer")
    assert response.json()["next_try_at"] == "2026-03-04T00:30:00Z"
    queue = await office.caller.get("/callbacks", due_before="2026-03-04T00:29:59Z")
    assert queue.json()["items"] == []
    queue = await office.caller.get("/callbacks", due_before="2026-03-04T00:30:00Z")
    assert [item["case_id"] for item in queue.json()["items"]] == [case_id]


async def test_the_handling_unit_never_calls_back(office: Office) -> None:
    case_id = await office.handled_case()
    own = await office.attempt(case_id, office.person("li", Role.CALLER, LEAD), solved=True, satisfaction="satisfied")
    assert own.status_code == 403
    assert "承办单位" in own.text or "never" in own.text
    assert (await office.attempt(case_id, office.person("li", Role.HANDLER, LEAD))).status_code == 403
    assert (await office.case(case_id))["status"] == "callback"


async def test_who_answered_at_the_door_does_not_ask_either(office: Office) -> None:
    case_id = await office.register(answered_at_once=True)
    await office.hear(
        CaseAnsweredDirectly(case_id=case_id, occurred_at=T0, round=1, answer="已告知", answered_by_unit="T-999001101")
    )
    assert "DeadlineSet(triage)" not in await office.names(case_id)
    own = await office.attempt(case_id, office.person("m", Role.CALLER, "T-999001101"), satisfaction="satisfied")
    assert own.status_code == 403
    assert (await office.attempt(case_id, satisfaction="satisfied")).json()["closing"] == "substantive"


async def test_a_person_without_a_unit_does_not_ask_about_his_own_answer(office: Office) -> None:
    case_id = await office.register(answered_at_once=True)
    await office.hear(
        CaseAnsweredDirectly(case_id=case_id, occurred_at=T0, round=1, answer="已告知", answered_by="wang")
    )
    own = await office.attempt(case_id, office.person("wang", Role.CALLER), satisfaction="satisfied")
    assert own.status_code == 403
    assert "直接答复人" in own.text or "never" in own.text
    assert (await office.case(case_id))["status"] == "callback"
    another = await office.attempt(case_id, office.person("zhao", Role.CALLER), satisfaction="satisfied")
    assert another.json()["closing"] == "substantive"


async def _answers(office: Office, case_id: str, *people: Person) -> list[int]:
    """What each of them is answered who says that the citizen is not satisfied."""
    return [(await office.attempt(case_id, one, satisfaction="not_satisfied")).status_code for one in people]


async def test_whoever_had_a_hand_in_any_round_does_not_ask_by_any_account_nor_does_anybody_of_such_a_unit(
    office: Office,
) -> None:
    """Registered, gave to a unit, signed, reported, did a part, handed in, in the first round; asked about the second.

    One of them has two accounts and comes with the other, for no unit; one had an account that named nobody then.
    """
    case_id = await office.register(by="reg", by_staff="S-1")
    by = ("assign", "sign", "report", "part-sign", "part-report", "part", "hand-in")
    of_lead, of_part = {"unit_code": LEAD}, {"unit_code": "D-EDU"}
    given = {"lead_unit": LEAD, "support_units": ("D-EDU",), "category_code": LIGHTS}
    steps: tuple[tuple[type[RoundEvent], Mapping[str, object]], ...] = (
        *((CaseAssigned, given), (CaseSigned, of_lead), (ProgressReported, of_lead), (TaskSigned, of_part)),
        *((TaskReported, of_part), (TaskDone, of_part), (CaseHandled, of_lead)),
    )
    for number, (who, (step, fields)) in enumerate(zip(by, steps, strict=True), 2):
        staff_id = None if who == "sign" else f"S-{number}"
        await office.hear(said(step, case_id, occurred_at=T0, **fields, by=who, by_staff=staff_id))
    assert await _answers(office, case_id, office.person("other", Role.CALLER)) == [201]
    for event in (assigned(case_id, T0, unit="D-WATER", round_=2), signed(case_id, T0, unit="D-WATER", round_=2)):
        await office.hear(event)
    await office.hear(handled(case_id, T0, unit="D-WATER", round_=2))
    once_more = [office.person(who, Role.CALLER) for who in ("reg", *by)]
    under_another = [office.person("new", Role.CALLER, staff_id=f"S-{number}") for number in (1, 2, 4, 5, 6, 7, 8)]
    named_now = [office.person("sign", Role.CALLER, staff_id="S-3")]
    of_the_units = [office.person("any", Role.CALLER, unit) for unit in (LEAD, "D-EDU", "D-WATER")]
    everybody = (*once_more, *under_another, *named_now, *of_the_units)
    assert await _answers(office, case_id, *everybody) == [403] * len(everybody)
    assert await _answers(office, case_id, office.person("other", Role.CALLER, "D-ENV")) == [201]


async def test_whether_the_superior_asks_is_the_packs_affair_and_the_unit_itself_never_does(office: Office) -> None:
    """By the demo pack it may; by one that says so it may not, and is told the rule."""
    apart = PACK.model_copy(update={"callback": PACK.callback.model_copy(update={"superior_may_call": False})})
    await office.hear(published(apart, version=2))
    village, town = "V-999001101201", "T-999001101"
    for version, wanted in ((1, [403, 201]), (2, [403, 403])):
        case_id = await office.register(pack_version=version)
        given = said(CaseAssigned, case_id, occurred_at=T0, lead_unit=village, category_code=LIGHTS)
        await office.hear(given.model_copy(update={"pack_version": version}), signed(case_id, T0, unit=village))
        await office.hear(handled(case_id, T0, unit=village))
        people = [office.person("c", Role.CALLER, unit) for unit in (village, town)]
        assert await _answers(office, case_id, *people) == wanted
    refused = await office.attempt(case_id, people[1], satisfaction="satisfied")
    assert "superior" in refused.json()["detail"]
    assert await _answers(office, case_id, office.caller) == [201]


async def test_two_accounts_of_one_person_do_not_try_and_review(office: Office) -> None:
    case_id = await office.handled_case()
    for _ in range(3):
        await office.attempt(case_id, office.person("zhou", Role.CALLER, staff_id="S-9"), reached="no_answer")
        office.skip(office.clock.now() + FOUR_HOURS)
    callback = await office.callback(case_id)
    assert [one["caller_staff"] for one in callback["history"]] == ["S-9"] * 3
    path, body = f"/callbacks/{callback['callback_id']}/review", {"decision": "close_unverified", "reason": "无法接通"}
    same = await office.person("zhou-2", Role.SUPERVISOR, staff_id="S-9").post(path, body, version=callback["version"])
    assert same.status_code == 403
    assert (await office.supervisor.post(path, body, version=callback["version"])).status_code == 200
    assert [step["staff_id"] for step in (await office.case(case_id))["transitions"][-3:]] == ["S-9", "S-9", None]


async def test_a_callback_of_an_old_round_is_refused(office: Office) -> None:
    case_id = await office.handled_case()
    old = await office.callback(case_id)
    await office.attempt(case_id, solved=False, satisfaction="not_satisfied")
    path = f"/callbacks/{old['callback_id']}/attempts"
    satisfied = {"reached": "answered", "contacted": True, "solved": True, "satisfaction": "satisfied"}
    while_handled = await office.caller.post(path, satisfied, version=old["version"] + 1)
    assert while_handled.status_code == 409
    await office.hear(assigned(case_id, T0, round_=2), handled(case_id, T0 + HOUR, round_=2))
    while_asked = await office.caller.post(path, satisfied, version=old["version"] + 1)
    assert while_asked.status_code == 409
    assert "round 1" in while_asked.json()["detail"]
    assert (await office.case(case_id))["status"] == "callback"


async def test_versions_and_the_same_request_twice(office: Office) -> None:
    case_id = await office.handled_case()
    callback = await office.callback(case_id)
    path = f"/callbacks/{callback['callback_id']}/attempts"
    body = {"reached": "no_answer"}
    assert (await office.caller.post(path, body)).status_code == 428
    assert (await office.caller.post(path, body, version=9)).status_code == 412
    first = await office.caller.post(path, body, version=callback["version"], key="k1")
    again = await office.caller.post(path, body, version=callback["version"], key="k1")
    assert (first.status_code, again.status_code, again.headers["idempotency-replayed"]) == (201, 201, "true")
    assert first.headers["location"] == f"/followup/v1/callbacks/{callback['callback_id']}"
    assert (await office.callback(case_id))["attempts"] == 1
    assert (await office.caller.post(path, body | {"solved": True}, version=2)).status_code == 422


async def test_other_areas_see_nothing(office: Office) -> None:
    case_id = await office.handled_case()
    callback = await office.callback(case_id)
    stranger = office.person("far", Role.CALLER, "H-1", area="999001102000")
    assert (await stranger.get(f"/callbacks/{callback['callback_id']}")).status_code == 404
    assert (await stranger.get("/callbacks")).json()["items"] == []
    path = f"/callbacks/{callback['callback_id']}/attempts"
    assert (await stranger.post(path, {"reached": "no_answer"}, version=1)).status_code == 404


async def test_a_withdrawal_of_a_release_before_ends_it_in_any_state(office: Office) -> None:
    cases = [await office.register(), await office.open_case(), await office.handled_case()]
    for case_id in cases:
        await office.hear(CaseWithdrawn(case_id=case_id, occurred_at=T0 + HOUR, reason="已自行解决"))
        await office.hear(CaseWithdrawn(case_id=case_id, occurred_at=T0 + HOUR, reason="again"))
        case = await office.case(case_id)
        assert (case["status"], case["closing"]) == ("closed", "withdrawn")
        assert (await office.names(case_id)).count("CaseClosed") == 1
        assert {timer["state"] for timer in case["timers"]} == {"cancelled"}
        assert [row["state"] for row in case["callbacks"]] in ([], ["cancelled"])
    assert await office.advance(T0 + 90 * DAY) == 0


async def test_no_try_comes_before_its_callback_when_the_clock_was_set_back(office: Office) -> None:
    """The result was handed in by a clock that was an hour ahead; whoever calls has the right time."""
    case_id = await office.open_case()
    await office.hear(handled(case_id, T0 + HOUR))
    answer = await office.attempt(case_id, contacted=True, solved=True, satisfaction="satisfied")
    assert answer.status_code == 201, answer.text
    tried = [event for event in await office.said(case_id) if isinstance(event, CallbackTried | CaseClosed)]
    assert [event.occurred_at for event in tried] == [T0 + HOUR] * 2
