"""The citizen is asked, and believed: satisfied, sent back, never reached, asked by the wrong people."""

from datetime import timedelta
from typing import Any

import pytest

from libs.common.events.cases import CallbackTried, CaseAnsweredDirectly, CaseClosed, CaseSentBack, CaseWithdrawn
from libs.common.security.principal import Role
from tests.integration.followup.office import (
    DAY,
    HOUR,
    LEAD,
    T0,
    Office,
    assigned,
    handled,
    local,
    signed,
)

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
    said = await office.said(case_id)
    backs = [event for event in said if isinstance(event, CaseSentBack)]
    assert [(event.round, event.next_round, event.unit_code) for event in backs] == [(1, 2, LEAD), (2, 3, LEAD)]
    assert "13812345678" not in backs[0].words
    (closed,) = [event for event in said if isinstance(event, CaseClosed)]
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


async def test_a_citizen_who_wants_no_callback_is_not_called(office: Office) -> None:
    case_id = await office.handled_case(callback_wanted=False)
    names = await office.names(case_id)
    assert "CallbackDue(callback)" not in names
    assert "DeadlineSet(callback)" in names
    assert (await office.attempt(case_id, satisfaction="satisfied")).status_code == 409
    callback = await office.callback(case_id)
    done = await office.supervisor.post(
        f"/callbacks/{callback['callback_id']}/review",
        {"decision": "close_unverified", "reason": "群众明确不需要回访"},
        version=callback["version"],
    )
    assert done.json()["closing"] == "unverified"


async def test_withdrawn_in_any_state(office: Office) -> None:
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
