"""What several hands do with one matter, once: tasks, whistles, letters, what is asked for and disputed."""

from datetime import timedelta

from libs.common.security.principal import Role
from tests.integration.audit.county import STREET_LIGHTS, VILLAGE, County

WATER = "1003"


async def summoned(county: County) -> None:
    """A town fills a list, gives one more unit a part, and whistles for two: one does its own, one is let off; and all
    the while the town waits for more time.
    """
    case_id = await county.register("summoned", category=None)
    await county.by_dispatcher(case_id, "assignment", given_to("T-999001101"))
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
    await county.call("POST", f"{call}/responsible", Role.HANDLER, {"responsible": "S-1003"}, unit="D-HOUSING")
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


async def lettered(county: County) -> None:
    """A town writes three letters: one is answered, sent back and accepted, one waits, one is about no case."""
    case_id = await county.register("lettered", category=None)
    await county.by_dispatcher(case_id, "assignment", given_to("T-999001101"))
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


async def asked(county: County) -> None:
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


async def disputed(county: County) -> None:
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


def given_to(unit: str) -> dict[str, object]:
    return {"lead_unit": unit, "category_code": STREET_LIGHTS, "reason": "属住建职责"}
