"""Everything that can happen to a case, once."""

from datetime import timedelta
from typing import Any

from bench.drive.complaints import NOT_SATISFIED, SATISFIED
from huiyin.packs import publish_pack
from libs.common.bus.flow import Service
from libs.common.security.principal import Role
from services.dispatch.directory.actions.handing_over import hand_over
from tests.chaos.packs import merged
from tests.integration.audit.cared import aided, mediated, risky
from tests.integration.audit.county import STREET_LIGHTS, VILLAGE, County
from tests.integration.audit.hands import asked, disputed, given_to, lettered, summoned
from tests.journeys.county import NO_CALLBACK, NOT_HERE, OBJECTION

WATER = "1003"
ANGRY = NOT_SATISFIED | {"contacted": False, "words": "还是不亮"}


async def live(county: County) -> None:
    """Everything that can happen to a case, once."""
    await _ends(county)
    await _rounds(county)
    await _units(county)
    await _lateness(county)
    await _people(county)
    await _procedures(county)
    await _judged(county)
    await _objected(county)
    await _not_accepted(county)
    await asked(county)
    await disputed(county)
    await _from_above(county)
    await summoned(county)
    await lettered(county)
    await mediated(county)
    await aided(county)
    await risky(county)
    await county.register("fresh")
    await county.register("answered", direct_answer="政策已告知")
    await county.wait(minutes=10)


async def _from_above(county: County) -> None:
    """An order that came again with another deadline, and was answered by two people; and one that named none."""
    about = {"kind": "complaint", "area_code": VILLAGE, "category_code": STREET_LIGHTS, "text": "村口路灯坏了三天"}
    order = about | {"upper_body": "市信访局", "upper_no": "SX-1", "upper_due_at": "2026-11-06T09:00:00Z"}
    for name, body in (
        ("ordered", order),
        ("ordered", order | {"upper_due_at": "2026-11-05T09:00:00Z"}),
        ("ordered_too", about | {"upper_body": "市信访局", "upper_no": "SX-2"}),
    ):
        receipt = await county.call("POST", "/intake/v1/upper-orders", Role.OPERATOR, body)
        county.cases[name] = receipt["case_id"]
    reply = f"/followup/v1/upper-orders/{county.cases['ordered']}/reply"
    words = {"findings": "情况属实。", "measures": "已经修好。", "opinion": "诉求人认可。", "evidence": ["ab" * 32]}
    await county.call("POST", reply, Role.DISPATCHER, words)
    await county.call("POST", f"{reply}/decision", Role.SUPERVISOR, {"approved": True, "reason": "属实"})
    await county.call("POST", f"{reply}/sending", Role.DISPATCHER, {"how": "市信访系统"})


async def _ends(county: County) -> None:
    solved = await county.register("solved", text="村口路灯坏了，电话13800138000，身份证11010119900307123X")
    await county.call("POST", f"/intake/v1/cases/{solved}/supplements", Role.OPERATOR, {"text": "请打 13912345678"})
    await county.handle(solved)
    await county.call_back(solved, SATISFIED)
    withdrawn = await county.register("withdrawn")
    await _wish(county, withdrawn)
    await county.answer_wish(withdrawn, {"reached": "answered", "withdraws": True})
    kept = await county.register("wished and kept")
    await _wish(county, kept)
    await county.answer_wish(kept, {"reached": "answered", "withdraws": False, "words": "没有撤，13912345678"})
    await _wish(county, kept)
    await county.answer_wish(kept, {"reached": "no_answer"})
    queued = await county.register("answered later", category=None)
    answer = {"answer": "该事项的办理时间已电话告知"}
    await county.call("POST", f"/intake/v1/cases/{queued}/direct-answer", Role.OPERATOR, answer)
    await county.call_back(queued, {**SATISFIED, "satisfaction": "basically_satisfied"})
    unasked = await county.register("unasked", **NO_CALLBACK)
    await county.handle(unasked)
    done = await county.register("closed unasked", **NO_CALLBACK)
    await county.handle(done)
    promise = await county.call("GET", f"/followup/v1/cases/{done}", Role.SUPERVISOR)
    review = f"/followup/v1/callbacks/{promise['callbacks'][0]['callback_id']}/review"
    await county.call("POST", review, Role.SUPERVISOR, {"decision": "close_unasked", "reason": "本人表示不需回访"})


async def _wish(county: County, case_id: str) -> None:
    words = {"reason": "已自行解决，勿打13912345678"}
    await county.call("POST", f"/intake/v1/cases/{case_id}/withdrawal", Role.OPERATOR, words)


async def _rounds(county: County) -> None:
    again = await county.register("solved in two rounds")
    await county.handle(again)
    await county.call_back(again, ANGRY)
    await county.handle(again)
    await county.call_back(again, SATISFIED)
    third = await county.register("third round")
    for _ in range(2):
        await county.handle(third)
        await county.call_back(third, ANGRY)
    await county.by_unit(third, "signature")


async def _units(county: County) -> None:
    by_hand = await county.register("by hand", category=None)
    await county.by_dispatcher(by_hand, "assignment", given_to("D-HOUSING"))
    await county.by_unit(by_hand, "signature")
    await county.by_unit(by_hand, "progress", {"note": "已到现场查看"})
    passed_on = await county.register("passed on")
    await county.by_unit(passed_on, "return", {"reason_code": "not_our_duty", "note": "不属于本单位"})
    target = "D-HOUSING" if await county.lead(passed_on) != "D-HOUSING" else "D-WATER"
    await county.by_dispatcher(passed_on, "return/decision", {"approved": True, "note": "同意", "lead_unit": target})
    given_back = await county.register("given back")
    await county.by_unit(given_back, "return", {"reason_code": "wrong_area", "note": "不在辖区"})
    await county.by_dispatcher(given_back, "return/decision", {"approved": True, "note": "同意退回"})
    asked = await county.register("return asked")
    await county.by_unit(asked, "return", {"reason_code": "wrong_area", "note": "不在辖区"})
    await _supported(county)


_CUT_OFF = {"result": "已协助断电", "evidence": ["cd" * 32]}


async def _supported(county: County) -> None:
    """A unit beside the lead does its part, another is let off."""
    case_id = await county.register("supported", category=None)
    helping, spared = "D-HOUSING", "D-AGRI"
    told = {"unit_code": helping, "what": "切断电源", "measures": "派电工到场"}
    beside = {"support_units": [helping, spared], "support_tasks": [told]}
    await county.by_dispatcher(case_id, "assignment", {**given_to("D-WATER"), **beside})
    part = f"/dispatch/v1/cases/{case_id}/tasks/{helping}"
    await county.call("POST", f"{part}/signature", Role.HANDLER, {}, unit=helping)
    await county.wait(minutes=5)
    await county.call("POST", f"{part}/progress", Role.HANDLER, {"note": "已到现场"}, unit=helping)
    await county.call("POST", f"{part}/result", Role.HANDLER, _CUT_OFF, unit=helping)
    await county.by_dispatcher(case_id, f"tasks/{spared}/cancellation", {"reason": "不需协办"})


async def _lateness(county: County) -> None:
    unreachable = await county.register("unreachable")
    await county.handle(unreachable)
    late = await county.register("late")
    for _ in range(3):
        await county.wait(hours=5)
        if (county.house.clock.now().hour + 8) % 24 > 20:
            await county.wait(hours=13)
        await county.call_back(unreachable, {"reached": "no_answer"})
    promise = await county.call("GET", f"/followup/v1/cases/{unreachable}", Role.SUPERVISOR)
    review = f"/followup/v1/callbacks/{promise['callbacks'][0]['callback_id']}/review"
    body = {"decision": "close_unverified", "reason": "三次未接通"}
    await county.call("POST", review, Role.SUPERVISOR, body)
    waiting = await county.register("waiting")
    await county.handle(waiting)
    await county.wait(days=30)
    promise = await county.call("GET", f"/followup/v1/cases/{late}", Role.SUPERVISOR)
    order = next(row for row in promise["supervisions"] if row["unit_code"])
    reply = f"/followup/v1/supervisions/{order['supervision_id']}/reply"
    await county.call("POST", reply, Role.HANDLER, {"reply": "正在办理"}, unit=order["unit_code"])


async def _procedures(county: County) -> None:
    await county.register("overdue")
    await county.wait(days=9)
    said_at = (county.house.clock.now() - timedelta(hours=2)).isoformat()
    who = {"name": "张测试", "phone": "13800138000"}
    of_hub: dict[str, Any] = {"source_system": "city", "source_no": "2026-17", "occurred_at": said_at, "requester": who}
    named = await county.register("named", accused_unit="D-WATER", confidential=True, title="路灯", **of_hub)
    worded = {"title": "反映供水单位", "text": "路灯与供水井盖问题，请核实。"}
    await county.call("POST", f"/intake/v1/cases/{named}/wording", Role.OPERATOR, worded)
    await county.call(
        "POST", f"/intake/v1/cases/{named}/supplements", Role.OPERATOR, {"text": "张测试补充：井盖也坏了"}
    )
    look = {"reason": "回电核实路灯的具体地址", "fields": ["name", "phone"]}
    await county.call("POST", f"/intake/v1/requesters/{named}/reveal", Role.OPERATOR, look)
    other = {**of_hub, "source_no": "2026-18", "requester": {"name": "李测试", "phone": "13900139000"}}
    too = await county.register("named too", confidential=True, **other)
    await county.call("POST", f"/intake/v1/requesters/{too}/reveal", Role.OPERATOR, {**look, "fields": ["text"]})
    order = {"case_id": named, "level": "supervision", "reason": "群众多次来电"}
    order["reply_due"] = (county.house.clock.now() + timedelta(days=3)).date().isoformat()
    await county.call("POST", "/followup/v1/supervisions", Role.SUPERVISOR, order)
    await county.register("of a bureau", category=WATER, requester=who)
    await _tried_again(county)
    await _merge(county)


async def _people(county: County) -> None:
    """One is entered, another stands in, and a term ends."""
    term = {"post_code": "leader", "unit_code": "D-WATER"}
    for person in (
        {"staff_id": "S-1001", "name": "陈测试", "terms": [term]},
        {"staff_id": "S-1002", "name": "林测试", "terms": [term | {"stand_in_for": "S-1001"}]},
    ):
        reached = {"languages": ["普通话"], "contact": {"phone": "13800138000"}}
        await county.call("POST", "/dispatch/v1/staff", Role.ADMIN, person | reached)
        look = f"/dispatch/v1/staff/{person['staff_id']}/contact"
        await county.call("POST", look, Role.DISPATCHER, {"reason": "通知现场，勿打13912345678"})
    await county.wait(minutes=5)
    for staff_id in ("S-1001", "S-1002"):
        await county.call("POST", "/dispatch/v1/accounts", Role.ADMIN, {"staff_id": staff_id})
    await county.call("POST", "/dispatch/v1/accounts/S-1002/disable", Role.ADMIN, {})
    await county.call("POST", "/dispatch/v1/staff/S-1002/terms/1/end", Role.ADMIN, {})
    await _responsible(county)


async def _judged(county: County) -> None:
    """What kind of petition it is, whether it is reasonable, what it repeats, and whether it counts."""
    first = await county.register("petitioned", petition="first_visit")
    again = await county.register("repeated", petition="repeat_visit", repeat_of=first)
    said = {"reason": "十年前的积案", "petition": "backlog"}
    await county.call("POST", f"/followup/v1/cases/{first}/petition", Role.SUPERVISOR, said)
    said = {"reason": "符合政策", "merit": "reasonable"}
    await county.call("POST", f"/followup/v1/cases/{first}/merit", Role.SUPERVISOR, said)
    told = {"reason": "经核实不是同一事项", "repeat_of": None}
    await county.call("POST", f"/intake/v1/cases/{again}/repeats", Role.DISPATCHER, told)
    asked = {"case_id": first, "reason_code": "force_majeure", "evidence": "洪水断路三日"}
    wish = await county.call("POST", "/followup/v1/exclusions", Role.HANDLER, asked, unit=await county.lead(first))
    path = f"/followup/v1/exclusions/{wish['exclusion_id']}/decision"
    await county.call("POST", path, Role.SUPERVISOR, {"granted": True, "note": "情况属实"})


async def _objected(county: County) -> None:
    """Two closings were objected to: one stands, of the other the case was reopened."""
    for name, granted in (("objected to", False), ("reopened", True)):
        case_id = await county.register(name)
        await county.handle(case_id)
        await county.call_back(case_id, SATISFIED)
        raised = await county.call("POST", f"/intake/v1/cases/{case_id}/objections", Role.OPERATOR, OBJECTION)
        ruling = {"granted": granted, "reason": "已派人到现场复核"}
        path = f"/followup/v1/objections/{raised['objection_id']}/decision"
        await county.call("POST", path, Role.LEADER, ruling)


async def _not_accepted(county: County) -> None:
    """Asked at triage: approved, refused, and not decided yet."""
    for name, approved in (("not accepted", True), ("accepted after all", False), ("acceptance asked", None)):
        case_id = await county.register(name, category=None)
        await county.call("POST", f"/dispatch/v1/cases/{case_id}/nonacceptance", Role.OPERATOR, NOT_HERE)
        if approved is not None:
            said = {"approved": approved, "note": "经复核属实"}
            await county.by_dispatcher(case_id, "nonacceptance/decision", said)


async def _responsible(county: County) -> None:
    """Of two units of a case somebody answers for it; another case goes on to a unit that names nobody yet."""
    units = ("D-HOUSING", "D-AGRI")
    for number, unit in enumerate(units, start=1003):
        terms = [{"post_code": "case_worker", "unit_code": unit}]
        await county.call(
            "POST", "/dispatch/v1/staff", Role.ADMIN, {"staff_id": f"S-{number}", "name": "吴测试", "terms": terms}
        )
    answered = await county.register("answered for", category=None)
    await county.by_dispatcher(answered, "assignment", {**given_to("D-HOUSING"), "support_units": ["D-AGRI"]})
    await county.by_unit(answered, "signature", {"responsible": "S-1003"})
    part = f"/dispatch/v1/cases/{answered}/tasks/D-AGRI"
    await county.call("POST", f"{part}/signature", Role.HANDLER, {"responsible": "S-1004"}, unit="D-AGRI")
    let_go = await county.register("let go", category=None)
    await county.by_dispatcher(let_go, "assignment", {**given_to("D-HOUSING"), "support_units": ["D-AGRI"]})
    await county.by_unit(let_go, "responsible", {"responsible": "S-1003"})
    part = f"/dispatch/v1/cases/{let_go}/tasks/D-AGRI"
    await county.call("POST", f"{part}/responsible", Role.HANDLER, {"responsible": "S-1004"}, unit="D-AGRI")
    await county.by_dispatcher(let_go, "reassignment", given_to("D-WATER"))


async def _tried_again(county: County) -> None:
    """Nobody wanted a callback, and a reviewer has him called all the same."""
    case_id = await county.register("asked all the same", **NO_CALLBACK)
    await county.handle(case_id)
    promise = await county.call("GET", f"/followup/v1/cases/{case_id}", Role.SUPERVISOR)
    review = f"/followup/v1/callbacks/{promise['callbacks'][0]['callback_id']}/review"
    await county.call("POST", review, Role.SUPERVISOR, {"decision": "try_again", "reason": "请再联系一次"})
    await county.call_back(case_id, {"reached": "no_answer"})


async def _merge(county: County) -> None:
    """A bureau goes up in another, which gets its case."""
    await publish_pack(county.house, merged())
    await county.house.settle()
    await hand_over(county.house.services[Service.DISPATCH].runtime.work_database, county.house.clock)
    await county.house.settle()
