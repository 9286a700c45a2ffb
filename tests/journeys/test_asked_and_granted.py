"""Asked, granted, refused (申请审批): more time and a suspension, decided by somebody else, and figures go by it."""

from datetime import datetime, timedelta
from typing import Any

from libs.common.security.principal import Role
from tests.journeys.counted import check_counts
from tests.journeys.county import (
    RESULT,
    SATISFIED,
    TOWN,
    TOWN_UNIT,
    UPPER_ORDERS,
    VILLAGE_UNIT,
    County,
    complaint,
)

MORE = {"days": 3, "reason_code": "complex", "note": "需多部门现场核查"}
GRANT = {"approved": True, "note": "情况属实", "notice": "因需多部门核查，办理时间延长三个工作日"}
REFUSE = {"approved": False, "note": "请按期办理"}
BACK = {"reason_code": "wrong_area", "note": "不属本村"}
SEASON = {"reason_code": "season", "note": "春节期间不能施工"}


def of_the_town(county: County, **who: Any) -> Any:
    """A leader of the town above the village."""
    return county.person("town-leader", Role.LEADER, area=TOWN, unit=TOWN_UNIT, staff_id="S-T01", **who)


def worker(county: County) -> Any:
    return county.person("handler-1", Role.HANDLER, unit=VILLAGE_UNIT, staff_id="S-V01")


async def signed(county: County) -> str:
    case_id = await county.register()
    await county.lead_does(case_id, "signature")
    return case_id


async def asks(county: County, case_id: str, what: str, body: object, by: Any = None) -> Any:
    answer = await (by or worker(county)).do(f"/dispatch/v1/cases/{case_id}/{what}", body)
    await county.house.settle()
    return answer


async def refused(county: County, case_id: str, what: str, body: object, by: Any) -> int:
    """The status of what changes nothing."""
    before = await county.prints()
    answer = await by.post(f"/dispatch/v1/cases/{case_id}/{what}", body)
    assert await county.prints() == before, answer.text
    return int(answer.status_code)


async def handle_clock(county: County, case_id: str) -> Any:
    timers = (await county.promise(case_id))["timers"]
    return next(timer for timer in timers if timer["what"] == "handle")


async def test_more_time_is_granted_by_somebody_else_and_counts(county_on_either_bus: County) -> None:
    """Journey 15, the procedural half: asked, not by oneself, granted, told, and on time by the new limit."""
    county = county_on_either_bus
    case_id = await signed(county)
    before = (await county.work(case_id))["handle_due_at"]
    work = await asks(county, case_id, "extension", MORE)
    assert (work["asked"], work["handle_due_at"]) == ("extension", before)
    decision = "extension/decision"
    assert await refused(county, case_id, "extension", MORE, worker(county)) == 409
    assert await refused(county, case_id, "return", BACK, worker(county)) == 409
    for nobody in (
        county.person("handler-1", Role.SUPERVISOR),
        county.person("another-account", Role.DISPATCHER, unit="H-12345", staff_id="S-V01"),
        county.person("village-leader", Role.LEADER, unit=VILLAGE_UNIT, staff_id="S-V02"),
    ):
        assert await refused(county, case_id, decision, GRANT, nobody) == 403
    granted = await asks(county, case_id, decision, GRANT, of_the_town(county))
    assert granted["asked"] is None
    work = await county.work(case_id)
    assert work["handle_due_at"] > before
    assert (await county.case(case_id))["due_at"] == work["handle_due_at"]
    told = (await county.operator.ask(f"/intake/v1/cases/{case_id}/timeline"))["items"]
    [entry] = [entry for entry in told if entry["what"] == "request_granted"]
    assert entry["note"].startswith("延期至 ")
    assert GRANT["notice"] in entry["note"]
    [request] = (await county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/requests"))["items"]
    kept = [request[name] for name in ("kind", "state", "days", "until", "decided_by_staff", "told")]
    assert kept == ["extension", "granted", 3, work["handle_due_at"], "S-T01", GRANT["notice"]]
    assert await refused(county, case_id, "extension", MORE, worker(county)) == 409
    await county.advance(days=8)
    await county.lead_does(case_id, "result", RESULT)
    await county.call(case_id, SATISFIED)
    assert await county.rate("on_time") == (1, 1)
    await check_counts(county, asked_for("extensions", granted=1), unit_code=VILLAGE_UNIT)


def asked_for(what: str, **answers: int) -> dict[str, int]:
    """Counters of one kind of request by what became of each."""
    words = dict.fromkeys(("granted", "refused", "lapsed"), 0) | answers
    return {f"{what}_{word}": number for word, number in (words | {"requested": sum(words.values())}).items()}


async def test_it_is_asked_for_before_the_hour_of_the_last_day(county: County) -> None:
    case_id = await signed(county)
    due = (await handle_clock(county, case_id))["due_at"]
    await to_the_minute(county, due, -7 * 60 + 1)
    assert await refused(county, case_id, "extension", MORE, worker(county)) == 409
    answer = await worker(county).post(f"/dispatch/v1/cases/{case_id}/extension", MORE)
    assert "17:00" in answer.json()["detail"]


async def to_the_minute(county: County, due: str, minutes: int) -> None:
    """So many minutes after a due time, or before it."""
    left = datetime.fromisoformat(due) + timedelta(minutes=minutes) - county.house.clock.now()
    await county.advance(seconds=left.total_seconds())


async def test_undecided_it_lapses_and_the_clock_is_missed_as_before(county: County) -> None:
    case_id = await signed(county)
    due = (await handle_clock(county, case_id))["due_at"]
    await to_the_minute(county, due, -8 * 60)
    await asks(county, case_id, "extension", MORE)
    await to_the_minute(county, due, 1)
    await county.house.settle()
    work = await county.work(case_id)
    assert (work["asked"], work["overdue"], work["handle_due_at"]) == (None, True, due)
    [request] = (await county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/requests"))["items"]
    assert (request["state"], request["decided_by"]) == ("lapsed", None)
    assert await refused(county, case_id, "extension/decision", GRANT, county.supervisor) == 409
    assert await refused(county, case_id, "suspension", SEASON | {"review_on": "2026-03-30"}, worker(county)) == 409
    assert await county.count("handled_on_time") == 0
    await check_counts(county, asked_for("extensions", lapsed=1) | {"handle_due": 1, "handled_late": 1})


async def test_who_decides_goes_by_the_days(county: County) -> None:
    case_id = await signed(county)
    await asks(county, case_id, "extension", MORE | {"days": 4})
    assert await refused(county, case_id, "extension/decision", GRANT, of_the_town(county)) == 403
    other = county.person("other", Role.LEADER, area="999001102000", unit="T-999001102")
    assert await refused(county, case_id, "extension/decision", GRANT, other) == 404
    before = (await county.work(case_id))["handle_due_at"]
    await asks(county, case_id, "extension/decision", REFUSE, county.supervisor)
    assert (await county.work(case_id))["handle_due_at"] == before
    await asks(county, case_id, "extension", MORE)
    await asks(county, case_id, "result", RESULT | {"without_support": "已处理"})
    states = [one["state"] for one in (await county.dispatcher.ask(f"/dispatch/v1/cases/{case_id}/requests"))["items"]]
    assert states == ["refused", "lapsed"]
    await check_counts(county, asked_for("extensions", refused=1, lapsed=1))


async def test_a_suspension_over_a_make_up_saturday_moves_its_end_by_exactly_its_days(county: County) -> None:
    """From Thursday to a worked Saturday: three working days, whatever the holidays behind them."""
    await county.advance(days=64)
    case_id = await signed(county)
    assert (await handle_clock(county, case_id))["due_at"] == "2026-05-12T16:00:00Z"
    await county.advance(days=1)
    assert await refused(county, case_id, "suspension", SEASON | {"review_on": "2026-05-07"}, worker(county)) == 422
    assert await refused(county, case_id, "suspension", SEASON | {"review_on": "2026-12-12"}, worker(county)) == 422
    await asks(county, case_id, "suspension", SEASON | {"review_on": "2026-05-10"})
    await asks(county, case_id, "suspension/decision", GRANT, of_the_town(county))
    work = await county.work(case_id)
    assert (work["suspended_until"], work["handle_due_at"]) == ("2026-05-09T16:00:00Z", "2026-05-15T16:00:00Z")
    assert await refused(county, case_id, "extension", MORE, worker(county)) == 409
    await county.advance(days=7)
    assert not (await county.work(case_id))["overdue"]
    assert await refused(county, case_id, "suspension/lifting", {"note": "已可施工"}, worker(county)) == 409
    await county.lead_does(case_id, "result", RESULT)
    await county.call(case_id, SATISFIED)
    assert await county.rate("on_time") == (1, 1)


async def test_a_suspension_is_lifted_before_its_day_by_a_person(county: County) -> None:
    await county.advance(days=64)
    case_id = await signed(county)
    await county.advance(days=1)
    await asks(county, case_id, "suspension", SEASON | {"review_on": "2026-05-10"})
    await asks(county, case_id, "suspension/decision", GRANT, county.dispatcher)
    await county.advance(days=1)
    await asks(county, case_id, "suspension/lifting", {"note": "已可施工"})
    work = await county.work(case_id)
    assert (work["suspended_until"], work["handle_due_at"]) == (None, "2026-05-13T16:00:00Z")
    await county.advance(days=14)
    await county.house.settle()
    assert (await county.work(case_id))["overdue"]


async def test_neither_moves_an_end_behind_what_an_order_from_above_allows(county: County) -> None:
    """Suspended past it, it is due then all the same; a later deadline gives it what was granted."""
    await county.advance(days=64)
    wish = {name: value for name, value in complaint().items() if name != "channel"}
    order = wish | {"upper_body": "市信访局", "upper_no": "SX-9", "upper_due_at": "2026-05-12T17:00:00+08:00"}
    case_id = (await county.operator.do(UPPER_ORDERS, order))["case_id"]
    await county.house.settle()
    await county.lead_does(case_id, "signature")
    ahead = "2026-05-11T09:00:00Z"
    assert (await handle_clock(county, case_id))["due_at"] == ahead
    await county.advance(days=1)
    await asks(county, case_id, "extension", MORE)
    await asks(county, case_id, "extension/decision", GRANT, county.dispatcher)
    await asks(county, case_id, "suspension", SEASON | {"review_on": "2026-05-16"})
    await asks(county, case_id, "suspension/decision", GRANT, county.dispatcher)
    work = await county.work(case_id)
    assert (work["suspended_until"], work["handle_due_at"]) == ("2026-05-15T16:00:00Z", ahead)
    for due_at, end in (
        ("2026-06-30T17:00:00+08:00", "2026-05-27T16:00:00Z"),
        ("2026-05-12T17:00:00+08:00", ahead),
    ):
        assert (await county.operator.do(UPPER_ORDERS, order | {"upper_due_at": due_at}))["deadline_changed"]
        await county.house.settle()
        assert (await county.work(case_id))["handle_due_at"] == end
    await county.advance(days=6)
    assert (await county.work(case_id))["overdue"]
    await asks(county, case_id, "suspension/lifting", {"note": "已可施工"})
    await county.operator.do(UPPER_ORDERS, order | {"upper_due_at": "2026-06-30T17:00:00+08:00"})
    await county.house.settle()
    assert (await county.promise(case_id))["overdue"] == []


IN_COURT = {"reason_code": "in_court", "note": "当事人已起诉，法院已受理", "evidence": "法院受理通知书（2026）民初12号"}
ENDED = {"approved": True, "note": "已核对受理通知书", "notice": "该事项已由法院受理，请按法院程序反映"}


async def test_its_handling_ends_with_evidence_by_somebody_above_and_its_citizen_may_object(
    county_on_either_bus: County,
) -> None:
    county = county_on_either_bus
    case_id = await signed(county)
    assert await refused(county, case_id, "termination", IN_COURT | {"evidence": ""}, worker(county)) == 422
    assert (
        await refused(county, case_id, "termination", IN_COURT | {"reason_code": "not_our_duty"}, worker(county)) == 422
    )
    await asks(county, case_id, "termination", IN_COURT)
    decision = "termination/decision"
    for nobody in (
        county.person("village-leader", Role.LEADER, unit=VILLAGE_UNIT, staff_id="S-V02"),
        county.person("another-account", Role.SUPERVISOR, staff_id="S-V01"),
        of_the_town(county),
    ):
        assert await refused(county, case_id, decision, ENDED, nobody) == 403
    await asks(county, case_id, decision, ENDED, county.supervisor)
    case, work, promise = await county.case(case_id), await county.work(case_id), await county.promise(case_id)
    assert (case["status"], case["closing"], work["status"]) == ("closed", "procedural", "closed")
    assert (promise["closing"], promise["callbacks"]) == ("procedural", [])
    counted = {name: await county.count(name) for name in ("closed", "closed_procedural", "closed_in_one_round")}
    assert counted == {"closed": 1, "closed_procedural": 1, "closed_in_one_round": 0}
    assert await county.rate("satisfaction") == (0, 0)
    told = (await county.operator.ask(f"/intake/v1/cases/{case_id}/timeline"))["items"]
    assert any(ENDED["notice"] in entry["note"] for entry in told)
    objection = await county.object_to(case_id)
    by_itself = await county.supervisor.post(
        f"/followup/v1/objections/{objection['objection_id']}/decision", {"granted": False, "reason": "维持"}
    )
    assert by_itself.status_code == 403
    await county.rule(objection, granted=True)
    work = await county.work(case_id)
    assert (work["status"], work["round"], work["lead_unit"]) == ("assigned", 2, VILLAGE_UNIT)
    assert await county.count("closed_procedural") == 0
