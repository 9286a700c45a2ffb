"""Every kind of wrong request, and how it has to be refused."""

from dataclasses import dataclass
from typing import Any

import orjson

from tests.journeys.county import LIGHTS, NOT_HERE, RESULT, SATISFIED, TAKEN_BACK, TOWN_UNIT, complaint

CASES = "/intake/v1/cases"
NOWHERE = "01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01"
BY_HAND = {"lead_unit": "D-HOUSING", "category_code": LIGHTS, "reason": "路灯由住建局统一维护"}
ORDER = {"case_id": "{signed}", "level": "supervision", "reason": "请专题研究"}
ACCUSED = {"accused_units": ["D-NOWHERE"], "reason": "补充反映"}
RETURN = {"reason_code": "not_our_duty", "note": "不属于本单位"}
LATER, SOONER = "2026-03-03T02:00:00Z", "2026-03-02T01:00:00Z"


@dataclass(frozen=True, slots=True)
class Wrong:
    """One wrong request, and how it is refused. ``{names}`` stand for the ids of the stage."""

    what: str
    who: str
    path: str
    body: Any = None
    status: int = 422
    field: str | None = None
    content_type: str = "application/json"
    method: str = "POST"


def at_the_door(what: str, status: int = 422, field: str | None = None, **changes: Any) -> Wrong:
    """A wrong registration."""
    return Wrong(f"register: {what}", "operator", CASES, complaint(**changes), status, field)


def raw(what: str, content: bytes, status: int, content_type: str = "application/json") -> Wrong:
    """A registration that cannot even be read."""
    return Wrong(f"register: {what}", "operator", CASES, content, status, content_type=content_type)


WRONGS = [
    at_the_door("unknown area", field="area_code", area_code="999009101000"),
    at_the_door("no area", field="area_code", area_code="12"),
    at_the_door("unknown category", field="category_code", category_code="99"),
    at_the_door("unknown accused unit", field="accused_unit", accused_unit="D-NOWHERE"),
    at_the_door("in the future", field="occurred_at", occurred_at=LATER),
    at_the_door("time without a zone", field="occurred_at", occurred_at="2026-03-02T01:00:00"),
    at_the_door("a day that is none", field="occurred_at", occurred_at="2026-02-30T01:00:00Z"),
    at_the_door("empty text", field="text", text=""),
    at_the_door("blank text", field="text", text=" \u3000\n"),
    at_the_door("text longer than the pack allows", field="text", text="灯" * 5_001),
    at_the_door("text longer than any", field="text", text="灯" * 8_001),
    at_the_door("control character", field="text", text="路灯\u0007不亮"),
    at_the_door("title of two lines", field="title", title="路灯\n不亮"),
    at_the_door("NUL", 400, text="路灯\u0000不亮"),
    at_the_door("unknown channel", field="channel", channel="telepathy"),
    at_the_door("unknown key", field="colour", colour="red"),
    at_the_door("no phone", field="requester/phone", requester={"name": "张三", "phone": "三个七"}),
    at_the_door("number without its system", field="source_system", source_no="GD1"),
    raw("wrong encoding", orjson.dumps(complaint()).decode().encode("gb18030"), 400),
    raw("no JSON", b"channel=hotline", 400),
    raw("half a body", orjson.dumps(complaint())[:-9], 400),
    raw("deep", b'{"text":' + b"[" * 50 + b"]" * 50 + b"}", 400),
    raw("huge", orjson.dumps(complaint(text="x" * 400_000)), 413),
    raw("a form", b"channel=hotline", 415, "application/x-www-form-urlencoded"),
    Wrong("register: another town's operator", "town operator", CASES, complaint(), 403, "area_code"),
    Wrong("register: not an operator", "caller", CASES, complaint(), 403),
    Wrong("supplement: blank", "operator", CASES + "/{signed}/supplements", {"text": " "}, field="text"),
    Wrong("supplement: not there", "operator", f"{CASES}/{NOWHERE}/supplements", {"text": "不亮"}, 404),
    Wrong("supplement: closed", "operator", CASES + "/{closed}/supplements", {"text": "不亮"}, 409),
    Wrong("supplement: another town", "town operator", CASES + "/{signed}/supplements", {"text": "不亮"}, 404),
    Wrong("accused: nobody", "operator", CASES + "/{signed}/accused", {"reason": "补充反映"}, field="body"),
    Wrong("accused: no unit of the pack", "dispatcher", CASES + "/{signed}/accused", ACCUSED, 422, "accused_units/0"),
    Wrong("accused: not there", "operator", f"{CASES}/{NOWHERE}/accused", ACCUSED, 404),
    Wrong("accused: not theirs to say", "unit", CASES + "/{signed}/accused", ACCUSED, 403),
    Wrong("withdraw: no reason", "operator", CASES + "/{signed}/withdrawal", {}, field="reason"),
    Wrong("withdraw: closed", "operator", CASES + "/{closed}/withdrawal", {"reason": "不要了"}, 409),
    Wrong("answer: signed", "operator", CASES + "/{signed}/direct-answer", {"answer": "已答复"}, 409),
    Wrong(
        "reveal: no reason", "operator", "/intake/v1/requesters/{signed}/reveal", {"fields": ["name"]}, 422, "reason"
    ),
    Wrong("read: broken id", "operator", f"{CASES}/12345", status=422, method="GET"),
    Wrong("read: wrong check digit", "operator", f"{CASES}/9990012603030000013", status=422, method="GET"),
    Wrong("list: broken cursor", "operator", f"{CASES}?cursor=abc", status=422, field="cursor", method="GET"),
    Wrong("list: too many", "operator", f"{CASES}?limit=201", status=422, field="limit", method="GET"),
    Wrong("list: unknown filter", "operator", f"{CASES}?colour=red", status=422, field="colour", method="GET"),
    *(
        Wrong(f"assign: {what}", "dispatcher", "/dispatch/v1/cases/{triage}/assignment", BY_HAND | choice, 422, name)
        for what, choice, name in (
            ("unknown unit", {"lead_unit": "D-NOWHERE"}, "lead_unit"),
            ("unit of another town", {"lead_unit": "T-999001102"}, "lead_unit"),
            ("taken back by the county", {"lead_unit": TOWN_UNIT, "category_code": TAKEN_BACK}, "lead_unit"),
            ("unknown category", {"category_code": "9999"}, "category_code"),
            ("support is lead", {"support_units": ["D-HOUSING"]}, "support_units/0"),
            ("no reason", {"reason": ""}, "reason"),
        )
    ),
    Wrong("assign: has a unit", "dispatcher", "/dispatch/v1/cases/{signed}/assignment", BY_HAND, 409),
    Wrong("assign: another town", "town dispatcher", "/dispatch/v1/cases/{triage}/assignment", BY_HAND, 404),
    Wrong("sign: another unit", "other unit", "/dispatch/v1/cases/{assigned}/signature", None, 404),
    Wrong("sign: no unit", "no unit", "/dispatch/v1/cases/{assigned}/signature", None, 403),
    Wrong("sign: twice", "unit", "/dispatch/v1/cases/{signed}/signature", None, 409),
    Wrong("sign: closed", "unit", "/dispatch/v1/cases/{closed}/signature", None, 409),
    Wrong("sign: broken id", "unit", "/dispatch/v1/cases/1/signature", None, 422),
    Wrong("result: not signed", "unit", "/dispatch/v1/cases/{assigned}/result", RESULT, 409),
    Wrong(
        "result: too short", "unit", "/dispatch/v1/cases/{signed}/result", RESULT | {"result": "已办"}, 422, "result"
    ),
    Wrong(
        "result: contacted in the future",
        "unit",
        "/dispatch/v1/cases/{signed}/result",
        RESULT | {"contacted_at": LATER},
        422,
        "contacted_at",
    ),
    Wrong("result: unknown kind", "unit", "/dispatch/v1/cases/{signed}/result", RESULT | {"result_kind": "x"}, 422),
    Wrong("progress: blank", "unit", "/dispatch/v1/cases/{signed}/progress", {"note": ""}, 422, "note"),
    Wrong("progress: too long", "unit", "/dispatch/v1/cases/{signed}/progress", {"note": "长" * 2_001}, 422, "note"),
    Wrong(
        "return: no such reason",
        "unit",
        "/dispatch/v1/cases/{signed}/return",
        RETURN | {"reason_code": "lazy"},
        422,
        "reason_code",
    ),
    Wrong("return: twice", "unit", "/dispatch/v1/cases/{returned}/return", RETURN, 409),
    Wrong(
        "decide: nothing asked",
        "dispatcher",
        "/dispatch/v1/cases/{signed}/return/decision",
        {"approved": True, "note": "同意"},
        409,
    ),
    Wrong(
        "decide: refused, to another unit",
        "dispatcher",
        "/dispatch/v1/cases/{returned}/return/decision",
        {"approved": False, "note": "不同意", "lead_unit": "D-HOUSING"},
        422,
    ),
    Wrong(
        "not accepted: not our duty",
        "dispatcher",
        "/dispatch/v1/cases/{triage}/nonacceptance",
        NOT_HERE | {"reason_code": "not_our_duty"},
        422,
        "reason_code",
    ),
    Wrong(
        "not accepted: nowhere to go",
        "dispatcher",
        "/dispatch/v1/cases/{triage}/nonacceptance",
        NOT_HERE | {"go_to": " "},
        422,
        "go_to",
    ),
    Wrong("not accepted: a unit has it", "dispatcher", "/dispatch/v1/cases/{signed}/nonacceptance", NOT_HERE, 409),
    Wrong("not accepted: another town", "town dispatcher", "/dispatch/v1/cases/{triage}/nonacceptance", NOT_HERE, 404),
    Wrong(
        "not accepted: nothing asked",
        "supervisor",
        "/dispatch/v1/cases/{triage}/nonacceptance/decision",
        {"approved": True, "note": "同意"},
        409,
    ),
    Wrong(
        "try: nobody reached and satisfied",
        "caller",
        "/followup/v1/callbacks/{callback}/attempts",
        SATISFIED | {"reached": "no_answer"},
    ),
    Wrong("try: another town", "town caller", "/followup/v1/callbacks/{callback}/attempts", SATISFIED, 404),
    Wrong("try: not there", "caller", f"/followup/v1/callbacks/{NOWHERE}/attempts", SATISFIED, 404),
    Wrong("try: closed", "caller", "/followup/v1/callbacks/{done}/attempts", SATISFIED, 409),
    Wrong(
        "try: no flag", "caller", "/followup/v1/callbacks/{callback}/attempts", SATISFIED | {"solved": 1}, 422, "solved"
    ),
    Wrong(
        "review: not exhausted",
        "supervisor",
        "/followup/v1/callbacks/{callback}/review",
        {"decision": "close_unverified", "reason": "核实"},
        409,
    ),
    Wrong(
        "supervise: unknown unit",
        "supervisor",
        "/followup/v1/supervisions",
        ORDER | {"unit_code": "D-NOWHERE"},
        422,
        "unit_code",
    ),
    Wrong(
        "supervise: answer yesterday",
        "supervisor",
        "/followup/v1/supervisions",
        ORDER | {"reply_due": "2026-03-02"},
        422,
        "reply_due",
    ),
    Wrong("supervise: not there", "supervisor", "/followup/v1/supervisions", ORDER | {"case_id": NOWHERE}, 404),
    Wrong("supervise: closed", "supervisor", "/followup/v1/supervisions", ORDER | {"case_id": "{closed}"}, 409),
    Wrong("reply: another unit", "other unit", "/followup/v1/supervisions/{order}/reply", {"reply": "已办"}, 404),
    Wrong(
        "figures: unknown measure",
        "leader",
        "/analytics/v1/figures?measure=happiness",
        status=422,
        field="measure",
        method="GET",
    ),
    Wrong(
        "figures: half a range",
        "leader",
        "/analytics/v1/figures?period=range&from=2026-03-01",
        status=422,
        method="GET",
    ),
    Wrong(
        "figures: backwards",
        "leader",
        "/analytics/v1/figures?period=range&from=2026-03-02&to=2026-03-01",
        status=422,
        method="GET",
    ),
    Wrong(
        "figures: unknown area",
        "leader",
        "/analytics/v1/figures?area_code=999009000000",
        status=422,
        field="area_code",
        method="GET",
    ),
    Wrong("figures: no right", "operator", "/analytics/v1/figures", status=403, method="GET"),
    Wrong("clock: backwards", "admin", "/followup/ops/clock/advance", {"to": SOONER}, 422, "to"),
    Wrong("clock: no right", "leader", "/followup/ops/clock/advance", {"to": LATER}, 403),
    Wrong("resend: neither key nor time", "admin", "/intake/ops/resend", {"stream": "cases"}),
    Wrong("resend: unknown stream", "admin", "/intake/ops/resend", {"stream": "gossip", "key": "x"}, 422, "stream"),
    Wrong("parked: nothing there", "admin", "/dispatch/ops/parked/cases/x/replay", None, 404),
    Wrong("pack: not a pack", "admin", "/dispatch/v1/directory/packs", {"format": "huiyin-pack/1"}),
    Wrong("nowhere", "operator", "/intake/v1/nothing", status=404, method="GET"),
    Wrong("wrong method", "operator", "/dispatch/v1/cases/{signed}", status=405, method="DELETE"),
    Wrong("a path that is only written to", "operator", "/intake/v1/cases/batch", status=405, method="GET"),
]
