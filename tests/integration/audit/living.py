"""Everything that can happen to a case, once."""

from datetime import timedelta
from typing import Any

from bench.drive.complaints import NOT_SATISFIED, SATISFIED
from huiyin.packs import publish_pack
from libs.common.bus.flow import Service
from libs.common.security.principal import Role
from services.dispatch.directory.actions.handing_over import hand_over
from tests.chaos.packs import merged
from tests.integration.audit.county import STREET_LIGHTS, VILLAGE, County
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
    await _asked(county)
    await _disputed(county)
    await _from_above(county)
    await _summoned(county)
    await _lettered(county)
    await _mediated(county)
    await _aided(county)
    await _risky(county)
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


async def _summoned(county: County) -> None:
    """A town fills a list, gives one more unit a part, and whistles for two: one does its own, one is let off; and all
    the while the town waits for more time.
    """
    case_id = await county.register("summoned", category=None)
    await county.by_dispatcher(case_id, "assignment", _to("T-999001101"))
    await county.by_unit(case_id, "lists/problem", {"text": "路灯不亮，勿打13912345678"})
    await county.by_unit(case_id, "lists/problem", {"text": "路灯不亮，线路老化"})
    await county.by_unit(case_id, "signature")
    await county.by_unit(case_id, "extension", {"days": 2, "reason_code": "complex", "note": "需多部门现场核查"})
    until = (county.house.clock.now() + timedelta(hours=3)).isoformat()
    part = {"unit_code": "D-AGRI", "what": "协助断电", "measures": "夜间停电", "due_at": until}
    await county.by_unit(case_id, "tasks", part)
    whistle = {
        "kind": "emergency",
        "units": ["D-HOUSING", "D-EDU"],
        "place": "村口",
        "what": "查明断电原因",
        "due_at": until,
    }
    await county.by_unit(case_id, "whistles", whistle)
    call = f"/dispatch/v1/calls/{case_id}"
    await county.call("POST", f"{call}/acknowledgement", Role.HANDLER, {"note": "已出发"}, unit="D-HOUSING")
    await county.wait(minutes=20)
    here = {"area_code": VILLAGE, "place": "村口电杆"}
    await county.call("POST", f"{call}/arrival", Role.HANDLER, here, unit="D-HOUSING")
    whistle_no = (await county.call("GET", f"/dispatch/v1/cases/{case_id}/whistles", Role.DISPATCHER))["items"][0][
        "whistle"
    ]
    given = [
        {"unit_code": unit, "what": "更换线路", "measures": "夜间施工", "due_at": until}
        for unit in ("D-HOUSING", "D-EDU")
    ]
    held = {"held_at": county.house.clock.now().isoformat(), "took_part": ["D-HOUSING"], "findings": "线路老化"}
    await county.by_unit(case_id, f"whistles/{whistle_no}/consultations", held | {"tasks": given})
    await county.call("POST", f"{call}/progress", Role.HANDLER, {"note": "正在更换线路"}, unit="D-HOUSING")
    done = {"result": "已恢复供电", "evidence": ["ab" * 32]}
    await county.call("POST", f"{call}/result", Role.HANDLER, done, unit="D-HOUSING")
    await _appraised(county, case_id, whistle_no)


async def _appraised(county: County, case_id: str, whistle: int) -> None:
    """One gives its task back; the other is scored and objects; and the whistle is done, and found needless."""
    for unit, kind, said in (
        ("D-EDU", "return", {"granted": True, "note": "不属职责"}),
        ("D-HOUSING", "score", {"granted": True, "note": "属实", "points": {"response": 30, "duty": 30, "effect": 30}}),
        ("D-HOUSING", "needless", {"granted": True, "note": "可以自行解决"}),
    ):
        if kind == "score":
            points = {"points": {"response": 9, "duty": 9, "effect": 9}, "words": "到场偏慢，勿打13912345678"}
            await county.by_unit(case_id, f"whistles/{whistle}/scores/{unit}", points)
            ticked = [{"code": code, "met": True, "words": "已办"} for code in ("handled", "duties")]
            await county.by_unit(case_id, f"whistles/{whistle}/done", {"criteria": ticked})
        claims, reason = f"/dispatch/v1/calls/{case_id}/claims", {"reason": "经核实不应如此"}
        claim = await county.call("POST", claims, Role.HANDLER, {"kind": kind} | reason, unit=unit)
        path = f"/dispatch/v1/cases/{case_id}/claims/{claim['claim']}/decision"
        await county.call("POST", path, Role.SUPERVISOR, said)
    again = {"kind": "beyond_street", "units": ["D-EDU"], "place": "村口", "what": "通知家长"}
    await county.by_unit(case_id, "whistles", again)
    await county.by_dispatcher(case_id, "calls/D-EDU/cancellation", {"reason": "无需到场"})


async def _lettered(county: County) -> None:
    """A town writes three letters: one is answered, sent back and accepted, one waits, one is about no case."""
    case_id = await county.register("lettered", category=None)
    await county.by_dispatcher(case_id, "assignment", _to("T-999001101"))
    await county.by_unit(case_id, "signature")
    office = "T-999001103"

    async def writes(to_unit: str, about: str | None) -> str:
        body = {
            "kind": "request",
            "to_unit": to_unit,
            "subject": "商请修复",
            "body": "请修复，勿打13912345678",
            "days": 1,
        }
        whole = body if about is None else body | {"case_id": about}
        letter = await county.call("POST", "/dispatch/v1/letters", Role.DISPATCHER, whole, unit=office)
        place = f"/dispatch/v1/letters/{letter['letter_id']}"
        await county.call("POST", f"{place}/sending", Role.SUPERVISOR, unit=office)
        return place

    answered, waiting = [await writes(unit, case_id) for unit in ("D-EDU", "D-AGRI")]
    alone = await writes("D-EDU", None)
    for place in (answered, alone):
        await county.call("POST", f"{place}/acknowledgement", Role.HANDLER, unit="D-EDU")
        await county.call("POST", f"{place}/reply", Role.HANDLER, {"reply": "已修复"}, unit="D-EDU")
    again = {"opinion": "请附照片", "days": 3}
    await county.call("POST", f"{answered}/return", Role.SUPERVISOR, again, unit=office)
    await county.call("POST", f"{answered}/reminders", Role.SUPERVISOR, {"reminder": "请尽快"}, unit=office)
    proven = {"reply": "已修复，附照片", "evidence": ["ab" * 32]}
    await county.call("POST", f"{answered}/reply", Role.HANDLER, proven, unit="D-EDU")
    await county.call("POST", f"{answered}/acceptance", Role.SUPERVISOR, {"opinion": "同意"}, unit=office)
    await county.call("POST", f"{alone}/withdrawal", Role.SUPERVISOR, {"reason": "已无必要"}, unit=office)
    await county.call("POST", f"{waiting}/reminders", Role.SUPERVISOR, {"reminder": "请尽快"}, unit=office)


async def _mediated(county: County) -> None:
    """One mediation is given back, the next is agreed in two sessions and broken, another fails, one is withdrawn."""
    village = "V-999001101201"
    terms = [{"post_code": "mediator", "unit_code": village}]
    for staff_id in ("S-7001", "S-7002"):
        person = {"staff_id": staff_id, "name": "尤测试", "terms": terms}
        await county.call("POST", "/dispatch/v1/staff", Role.ADMIN, person)
    case_id = await county.register("mediated")
    met = {
        "held_at": county.house.clock.now().isoformat(),
        "venue": "mediation_room",
        "area_code": VILLAGE,
        "took_part": ["applicant", "respondent"],
        "people": 3,
        "note": "双方同意丈量，勿打13912345678",
    }

    async def gives(mediator: str) -> str:
        body = {"mediator": mediator, "kind": "neighbours", "subject": "争地界，勿打13912345678"}
        given = await county.call("POST", f"/dispatch/v1/cases/{case_id}/mediations", Role.DISPATCHER, body)
        return str(given["mediation_id"])

    async def mediates(mediator: str, mediation_id: str, verb: str, body: object) -> None:
        who = county.people.person(f"elder-{mediator}", Role.MEDIATOR, staff_id=mediator)
        held = met | {"held_at": county.house.clock.now().isoformat()}
        await who.do(f"/dispatch/v1/my-mediations/{mediation_id}/{verb}", held if body is None else body)
        await county.house.settle()

    signed = {"terms": "以老界石为界，勿打13912345678", "document": "ab" * 32}
    await mediates("S-7002", await gives("S-7002"), "return", {"note": "与一方有亲属关系"})
    agreed = await gives("S-7001")
    for verb, body in (("sessions", None), ("sessions", None), ("agreement", signed)):
        await mediates("S-7001", agreed, verb, body)
    broken = {"kept": False, "note": "到户查看，界石又被挪动"}
    await county.call("POST", f"/dispatch/v1/mediations/{agreed}/follow-up", Role.DISPATCHER, broken)
    failed = await gives("S-7001")
    await mediates("S-7001", failed, "sessions", None)
    await mediates("S-7001", failed, "failure", {"note": "双方各执一词"})
    withdrawn = await gives("S-7001")
    await county.call(
        "POST", f"/dispatch/v1/mediations/{withdrawn}/withdrawal", Role.DISPATCHER, {"note": "已自行和解"}
    )
    await gives("S-7002")


async def _aided(county: County) -> None:
    """Aid of three kinds: granted with an amount, refused, and dropped; a fourth is still applied for."""
    case_id = await county.register("aided")
    lead = await county.lead(case_id)

    async def finds(kind: str) -> str:
        body = {"kind": kind, "persons": 2, "note": "房屋受灾，勿打13912345678"}
        found = await county.call("POST", f"/dispatch/v1/cases/{case_id}/aids", Role.HANDLER, body, unit=lead)
        return f"/dispatch/v1/aids/{found['aid_id']}"

    granted, refused, dropped, waits = [await finds(kind) for kind in ("temporary", "medical", "destitute", "referral")]
    for place in (granted, refused, waits):
        await county.call("POST", f"{place}/application", Role.HANDLER, {"note": "已提交申请"}, unit=lead)
    for place, body in (
        (granted, {"granted": True, "amount_fen": 300_000, "note": "符合条件"}),
        (refused, {"granted": False, "note": "收入超过标准"}),
    ):
        await county.call("POST", f"{place}/decision", Role.DISPATCHER, body)
    await county.call("POST", f"{dropped}/dropping", Role.HANDLER, {"note": "家庭已自行解决"}, unit=lead)


async def _risky(county: County) -> None:
    """A risk by its words, of which the leader is told and which the leader has; another that a person reports."""
    town = "T-999001101"
    terms = [{"post_code": "leader", "unit_code": town}]
    leader = {"staff_id": "S-7003", "name": "蒋测试", "terms": terms}
    await county.call("POST", "/dispatch/v1/staff", Role.ADMIN, leader)
    case_id = await county.register("risky", text="工地欠薪，工人扬言集体上访，勿打13912345678")
    who = county.people.person("leader-S-7003", Role.LEADER, unit=town, staff_id="S-7003")
    [told] = (await who.ask("/dispatch/v1/my-risks"))["items"]
    await who.do(f"/dispatch/v1/my-risks/{told['risk_id']}/acknowledgement", {"note": "已派人到场"})
    await county.house.settle()
    by_hand = {"kind": "safety", "why": "当事人情绪激动，勿打13912345678"}
    await county.call("POST", f"/dispatch/v1/cases/{case_id}/risks", Role.DISPATCHER, by_hand)


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
    await county.by_dispatcher(by_hand, "assignment", _to("D-HOUSING"))
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


async def _supported(county: County) -> None:
    """A unit beside the lead does its part, another is let off."""
    case_id = await county.register("supported", category=None)
    helping, spared = "D-HOUSING", "D-AGRI"
    await county.by_dispatcher(case_id, "assignment", {**_to("D-WATER"), "support_units": [helping, spared]})
    part = f"/dispatch/v1/cases/{case_id}/tasks/{helping}"
    await county.call("POST", f"{part}/signature", Role.HANDLER, {}, unit=helping)
    await county.wait(minutes=5)
    await county.call("POST", f"{part}/progress", Role.HANDLER, {"note": "已到现场"}, unit=helping)
    await county.call("POST", f"{part}/result", Role.HANDLER, {"result": "已协助断电"}, unit=helping)
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


async def _asked(county: County) -> None:
    """More time asked for, granted, refused; a suspension that stands, one that was lifted; an end with evidence."""
    more = {"days": 3, "reason_code": "complex", "note": "需多部门现场核查"}
    granted, refused = (
        {"approved": True, "note": "属实", "notice": "延长办理"},
        {"approved": False, "note": "请按期办理"},
    )
    for name, said in (("more time asked", None), ("more time", granted), ("no more time", refused)):
        case_id = await county.register(name)
        await county.by_unit(case_id, "extension", more)
        if said is not None:
            await county.by_dispatcher(case_id, "extension/decision", said)
    day = (county.house.clock.now() + timedelta(days=3)).date().isoformat()
    for name in ("suspended", "lifted"):
        case_id = await county.register(name)
        await county.by_unit(case_id, "suspension", {"review_on": day, "reason_code": "season", "note": "不能施工"})
        await county.by_dispatcher(case_id, "suspension/decision", granted)
        if name == "lifted":
            await county.by_unit(case_id, "suspension/lifting", {"note": "已可施工"})
    staged = await county.register("answered for now")
    await county.by_unit(staged, "signature")
    answer = {"answer": "已立项，勿打13912345678", "review_on": day, "reason_code": "long_work", "note": "工程周期较长"}
    await county.by_unit(staged, "staged-answer", answer)
    await county.by_dispatcher(staged, "staged-answer/decision", granted)
    ended = await county.register("ended")
    await county.by_unit(ended, "signature")
    evidence = {"reason_code": "in_court", "note": "已立案", "evidence": "受理通知书"}
    await county.by_unit(ended, "termination", evidence)
    await county.by_dispatcher(ended, "termination/decision", granted)


async def _disputed(county: County) -> None:
    """Ruled on between two units; another about to be; and a return that went up since nobody decided it in time."""
    for name, ruled in (("ruled on", True), ("in dispute", False)):
        case_id = await county.register(name)
        lead = await county.lead(case_id)
        await county.by_unit(case_id, "return", {"reason_code": "not_our_duty", "note": "不属于本单位"})
        await county.by_dispatcher(case_id, "return/decision", {"approved": True, "note": "同意"})
        dispute = {"units": ["D-HOUSING"], "question": "由谁主办，勿打13912345678"}
        await county.by_dispatcher(case_id, "arbitration", dispute)
        for unit in (lead, "D-HOUSING") if ruled else (lead,):
            said = {"unit_code": unit, "absent": unit != lead, "words": "不属本单位职责"}
            await county.by_dispatcher(case_id, "arbitration/hearings", said)
        if ruled:
            ruling = {"lead_unit": "D-AGRI", "words": "依权责清单", "minutes": "会商纪要一份", "files": ["cd" * 32]}
            path = f"/dispatch/v1/cases/{case_id}/arbitration/ruling"
            await county.call("POST", path, Role.SUPERVISOR, ruling)
            await _made_a_rule(county, case_id)
    late = await county.register("decided above", urgency="emergency")
    await county.by_unit(late, "return", {"reason_code": "wrong_area", "note": "不在辖区"})
    await county.wait(minutes=65)
    kept = {"approved": False, "note": "属本辖区"}
    await county.call("POST", f"/dispatch/v1/cases/{late}/return/decision", Role.SUPERVISOR, kept)


async def _made_a_rule(county: County, case_id: str) -> None:
    """What was ruled becomes a duty rule, tried first and adopted by another account; and one that is refused."""
    sessions = await county.call("GET", f"/dispatch/v1/cases/{case_id}/arbitrations", Role.DISPATCHER)
    body = {"case_id": case_id, "arbitration": sessions["items"][0]["version"], "category_code": WATER}
    body |= {"area_code": VILLAGE, "words": ["水压"], "basis": "会商纪要〔2026〕1号"}
    for approved in (True, False):
        rule = await county.call("POST", "/dispatch/v1/duty-rules", Role.DISPATCHER, body)
        path = f"/dispatch/v1/duty-rules/{rule['rule_id']}"
        await county.call("POST", f"{path}/trial", Role.DISPATCHER, {"since": "2026-01-01T00:00:00Z"})
        await county.call("POST", f"{path}/decision", Role.SUPERVISOR, {"approved": approved, "note": "会商认可"})
        if approved:
            await county.register("settled by rule", category=WATER, text="水压不足")
            await county.call("POST", f"{path}/end", Role.SUPERVISOR, {"note": "已并入权责清单"})


async def _responsible(county: County) -> None:
    """Of two units of a case somebody answers for it; another case goes on to a unit that names nobody yet."""
    units = ("D-HOUSING", "D-AGRI")
    for number, unit in enumerate(units, start=1003):
        terms = [{"post_code": "case_worker", "unit_code": unit}]
        await county.call(
            "POST", "/dispatch/v1/staff", Role.ADMIN, {"staff_id": f"S-{number}", "name": "吴测试", "terms": terms}
        )
    answered = await county.register("answered for", category=None)
    await county.by_dispatcher(answered, "assignment", {**_to("D-HOUSING"), "support_units": ["D-AGRI"]})
    await county.by_unit(answered, "signature", {"responsible": "S-1003"})
    part = f"/dispatch/v1/cases/{answered}/tasks/D-AGRI"
    await county.call("POST", f"{part}/signature", Role.HANDLER, {"responsible": "S-1004"}, unit="D-AGRI")
    let_go = await county.register("let go", category=None)
    await county.by_dispatcher(let_go, "assignment", {**_to("D-HOUSING"), "support_units": ["D-AGRI"]})
    await county.by_unit(let_go, "responsible", {"responsible": "S-1003"})
    part = f"/dispatch/v1/cases/{let_go}/tasks/D-AGRI"
    await county.call("POST", f"{part}/responsible", Role.HANDLER, {"responsible": "S-1004"}, unit="D-AGRI")
    await county.by_dispatcher(let_go, "reassignment", _to("D-WATER"))


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


def _to(unit: str) -> dict[str, object]:
    return {"lead_unit": unit, "category_code": STREET_LIGHTS, "reason": "属住建职责"}
