"""Supervision orders: by rule and by hand, each to one unit, each answered on its own."""

from typing import Any

from libs.common.events.cases import CaseWithdrawn, DeadlineMissed
from libs.common.events.directory import PackPublished
from libs.common.events.supervision import SupervisionIssued, SupervisionReplied
from libs.common.events.terms import Deadline
from libs.common.pack.loader import digest, document, from_document
from libs.common.pack.schema import ANY, Limits, LimitSetting, LimitTable
from libs.common.security.principal import Role
from libs.common.time.due import LimitUnit
from tests.integration.followup.office import (
    COUNTY,
    DAY,
    HOUR,
    LEAD,
    OTHER,
    PACK,
    T0,
    Office,
    assigned,
    handled,
    local,
    signed,
)


async def issue(office: Office, case_id: str, **changes: Any) -> dict[str, Any]:
    """A supervisor's order."""
    body = {"case_id": case_id, "level": "supervision", "reason": "群众多次来电，电话13812345678"} | changes
    response = await office.supervisor.post("/supervisions", body)
    assert response.status_code == 201, response.text
    order: dict[str, Any] = response.json()
    assert response.headers["location"] == f"/followup/v1/supervisions/{order['supervision_id']}"
    return order


async def test_two_orders_are_answered_on_their_own(office: Office) -> None:
    case_id = await office.open_case()
    first = await issue(office, case_id)
    second = await issue(office, case_id, level="reminder", reply_due="2026-03-04")
    assert (first["unit_code"], first["reply_due"], second["reply_due"]) == (LEAD, None, "2026-03-04")
    assert "13812345678" not in first["reason"]
    unit = office.person("li", Role.HANDLER, LEAD)
    path = f"/supervisions/{first['supervision_id']}/reply"
    replied = await unit.post(path, {"reply": "已安排今日抢修"}, version=1)
    assert (replied.status_code, replied.json()["state"], replied.json()["replied_by"]) == (200, "replied", "li")
    open_orders = await office.supervisor.get("/supervisions", state="issued")
    assert [order["supervision_id"] for order in open_orders.json()["items"]] == [second["supervision_id"]]
    assert (await unit.post(path, {"reply": "又一次"}, version=2)).status_code == 409
    assert (await unit.post(path, {"reply": "旧的"}, version=1)).status_code == 412
    other = await unit.post(f"/supervisions/{second['supervision_id']}/reply", {"reply": "收到"}, version=1)
    assert other.status_code == 200
    said = await office.said(case_id)
    assert [event.supervision_id for event in said if isinstance(event, SupervisionIssued)] == [
        first["supervision_id"],
        second["supervision_id"],
    ]
    assert [event.supervision_id for event in said if isinstance(event, SupervisionReplied)] == [
        first["supervision_id"],
        second["supervision_id"],
    ]


async def test_an_order_that_is_not_answered_in_time_is_missed_once(office: Office) -> None:
    case_id = await office.open_case()
    late = await issue(office, case_id, unit_code=OTHER, reply_due="2026-03-04")
    soon = await issue(office, case_id, reply_due="2026-03-06")
    unit = office.person("li", Role.HANDLER, LEAD)
    office.skip(local("2026-03-05", "09:00"))
    answered = await unit.post(f"/supervisions/{soon['supervision_id']}/reply", {"reply": "已修复"}, version=1)
    assert answered.status_code == 200, answered.text
    await office.advance(local("2026-03-25"))
    about = {late["supervision_id"], soon["supervision_id"]}
    said = [event for event in await office.said(case_id) if getattr(event, "about", "") in about]
    (missed,) = [event for event in said if isinstance(event, DeadlineMissed)]
    assert (missed.about, missed.deadline, missed.unit_code) == (late["supervision_id"], Deadline.REPLY, OTHER)
    # 24:00 of the day that was named.
    assert missed.occurred_at == missed.due_at == local("2026-03-05")
    case = await office.case(case_id)
    assert "reply" not in case["overdue"]
    clocks = {clock["about"]: (clock["step"], clock["state"]) for clock in case["timers"] if clock["about"]}
    assert clocks == {late["supervision_id"]: ("miss", "fired"), soon["supervision_id"]: ("warn", "cancelled")}


async def test_a_reply_given_late_lets_its_clock_speak_first(office: Office) -> None:
    case_id = await office.open_case()
    order = await issue(office, case_id, reply_due="2026-03-03")
    office.skip(local("2026-03-04", "09:00"))
    unit = office.person("li", Role.HANDLER, LEAD)
    answered = await unit.post(f"/supervisions/{order['supervision_id']}/reply", {"reply": "已修复"}, version=1)
    assert answered.status_code == 200, answered.text
    assert (await office.names(case_id))[-3:] == [
        "DeadlineWarned(reply)",
        "DeadlineMissed(reply)",
        "SupervisionReplied",
    ]


async def test_an_order_outlives_its_round_and_ends_with_its_case(office: Office) -> None:
    case_id = await office.open_case()
    await issue(office, case_id, reply_due="2026-03-09")
    await office.hear(signed(case_id, T0 + HOUR), handled(case_id, T0 + DAY))
    await office.attempt(case_id, solved=False, satisfaction="not_satisfied")
    clocks = [clock for clock in (await office.case(case_id))["timers"] if clock["what"] == "reply"]
    assert [clock["state"] for clock in clocks] == ["pending"]
    await office.hear(CaseWithdrawn(case_id=case_id, occurred_at=T0 + 3 * DAY, reason="已自行解决"))
    await office.advance(T0 + 60 * DAY)
    assert "DeadlineMissed(reply)" not in await office.names(case_id)


async def test_only_the_unit_that_was_told_replies(office: Office) -> None:
    order = await issue(office, await office.open_case(), unit_code=OTHER)
    path = f"/supervisions/{order['supervision_id']}/reply"
    assert (await office.person("li", Role.HANDLER, LEAD).post(path, {"reply": "x"}, version=1)).status_code == 404
    assert (await office.person("wu", Role.HANDLER, OTHER).post(path, {"reply": "x"}, version=1)).status_code == 200


async def test_orders_by_rule_are_answered_too(office: Office) -> None:
    case_id = await office.open_case()
    await office.advance(local("2026-03-25"))
    listed = (await office.person("li", Role.HANDLER, LEAD).get("/supervisions")).json()["items"]
    assert [order["rule_code"] for order in listed] == ["overdue_3", "overdue", "sign_late"]
    assert {order["case_id"] for order in listed} == {case_id}
    for order in listed:
        reply = await office.person("li", Role.HANDLER, LEAD).post(
            f"/supervisions/{order['supervision_id']}/reply", {"reply": "已整改"}, version=order["version"]
        )
        assert reply.status_code == 200, reply.text


async def test_what_cannot_be_supervised(office: Office) -> None:
    case_id = await office.handled_case()
    body = {"case_id": case_id, "level": "reminder", "reason": "请尽快"}
    past = await office.supervisor.post("/supervisions", body | {"reply_due": "2026-03-02"})
    unknown = await office.supervisor.post("/supervisions", body | {"unit_code": "D-NOBODY"})
    missing = await office.supervisor.post("/supervisions", body | {"case_id": "0" * 8 + case_id[8:]})
    assert (past.status_code, unknown.status_code, missing.status_code) == (422, 422, 404)
    await office.attempt(case_id, solved=True, satisfaction="satisfied")
    closed = await office.supervisor.post("/supervisions", body)
    assert closed.status_code == 409
    assert "closed" in closed.json()["detail"]
    assert (await office.caller.post("/supervisions", body)).status_code == 403


async def test_what_would_go_to_the_unit_complained_about_goes_to_its_superior(office: Office) -> None:
    """The pack sends a late callback to the hotline; this complaint is about the hotline."""
    case_id = await office.handled_case(accused_unit="H-12345")
    await office.advance(local("2026-03-25"))
    [order] = [one for one in await office.said(case_id) if isinstance(one, SupervisionIssued)]
    assert order.unit_code == "S-GOV"
    assert "回避" in order.reason
    hotline = office.person("li", Role.HANDLER, "H-12345")
    assert (await hotline.get("/supervisions")).json()["items"] == []
    listed = (await office.supervisor.get("/supervisions")).json()["items"]
    assert [one["supervision_id"] for one in listed] == [order.supervision_id]


async def test_an_order_without_a_day_is_answered_within_the_limit_of_the_pack(office: Office) -> None:
    two_days: LimitTable = {ANY: {ANY: LimitSetting(value=2, unit=LimitUnit.WORK_DAY)}}
    limits = Limits({**PACK.limits.root, Deadline.REPLY: two_days})
    pack = PACK.model_copy(update={"limits": limits})
    assert digest(from_document(document(pack))) == digest(pack) != digest(PACK)
    assert "reply" not in document(PACK)["limits"]
    await office.hear(
        PackPublished(occurred_at=T0, place_code=COUNTY, version=2, digest=digest(pack), document=document(pack))
    )
    case_id = await office.open_case(pack_version=2)
    await office.hear(assigned(case_id, T0).model_copy(update={"pack_version": 2}))
    order = await issue(office, case_id)
    named = await issue(office, case_id, reply_due="2026-03-20")
    # Two working days after Tuesday end with Thursday.
    assert (order["reply_due"], named["reply_due"]) == ("2026-03-05", "2026-03-20")
    await office.advance(local("2026-03-07"))
    said = [event for event in await office.said(case_id) if isinstance(event, DeadlineMissed)]
    assert local("2026-03-06") in [event.due_at for event in said if event.about == order["supervision_id"]]
