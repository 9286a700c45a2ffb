"""Which routes show or change a case, and what each is asked with."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from tests.journeys.county import (
    NO_CALLBACK,
    NOT_HERE,
    OBJECTION,
    RESULT,
    SATISFIED,
    TOWN_UNIT,
    TUESDAY,
    VILLAGE,
    VILLAGE_UNIT,
    County,
)

ACCUSED, BELOW, SUPERIOR = TOWN_UNIT, VILLAGE_UNIT, "S-GOV"
SUPPORT = "D-EDU"
ANOTHER = "D-CIVIL"
STAFF = "S-0031"
"""A member of staff of the superior, with two accounts: the case is about him, and not about his unit."""
ANSWERS = "S-0032"
"""A member of staff whom a unit may name as who answers for a case."""
PATH_OF_A_CASE = re.compile(
    r"\{((?:case|callback|supervision|attachment|exclusion|objection)_id|reference|whistle|claim)\}"
)
PATH_BESIDE_A_CASE = re.compile(r"\{((?:mediation|aid|risk)_id)\}")
WHISTLE = "/dispatch/v1/cases/{case_id}/whistles/{whistle}"
ARBITRATION = "/dispatch/v1/cases/{case_id}/arbitration"
DUTY_RULES = "/dispatch/v1/duty-rules"
SOON = f"{TUESDAY + timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"
ALWAYS = {"since": "2020-01-01T00:00:00Z", "until": "2199-01-01T00:00:00Z"}
YEAR = {"period": "year"}
BEFORE = "2026-01-05"
"""A day that is past, at whose end none of the cases was known."""
REASON = {"reason": "依规处理，详见记录。"}
TO_WATER = {"lead_unit": "D-WATER", "category_code": "0104", **REASON}
ORDER = {"level": "supervision", **REASON}
NOT_TO_COUNT = {"reason_code": "force_majeure", "evidence": "洪水冲毁道路，附气象证明。"}
GRANTED = {"granted": True, "note": "情况属实，同意。"}

OBJECTIONS = "/intake/v1/cases/{case_id}/objections"
REPLY = "/followup/v1/upper-orders/{case_id}/reply"
ANSWER = {"findings": "情况属实。", "measures": "已经整改。", "opinion": "诉求人认可。"}
UPLOAD = "/intake/v1/cases/{case_id}/attachments"
GRANT = {"approved": True, "note": "情况属实", "notice": "待天气转好后施工"}
BODIES: Mapping[str, Any] = {
    UPLOAD: b"\xff\xd8\xff\xe0 a picture",
    "/intake/v1/visits/{visit_id}/photos": b"\xff\xd8\xff\xe0 a picture",
    "/intake/v1/requesters/{case_id}/reveal": {"fields": ["name", "phone"], **REASON},
    "/intake/v1/cases/{case_id}/repeats": {"repeat_of": None, **REASON},
    "/intake/v1/cases/{case_id}/accused": {"accused_units": ["D-ENV"], **REASON},
    "/dispatch/v1/cases/{case_id}/assignment": TO_WATER,
    "/dispatch/v1/cases/{case_id}/reassignment": TO_WATER,
    "/dispatch/v1/cases/{case_id}/result": RESULT,
    "/dispatch/v1/cases/{case_id}/return": {"reason_code": "not_our_duty", "note": "不属本单位职责"},
    "/dispatch/v1/cases/{case_id}/return/decision": {"approved": False, "note": "请继续办理"},
    "/dispatch/v1/cases/{case_id}/extension": {"days": 3, "reason_code": "complex", "note": "需多部门核查"},
    "/dispatch/v1/cases/{case_id}/extension/decision": {"approved": False, "note": "请按期办理"},
    "/dispatch/v1/cases/{case_id}/termination": {"reason_code": "in_court", "note": "已立案", "evidence": "立案通知书"},
    "/dispatch/v1/cases/{case_id}/termination/decision": {"approved": False, "note": "应继续办理"},
    "/dispatch/v1/cases/{case_id}/suspension": {"review_on": "2026-03-10", "reason_code": "season", "note": "不能施工"},
    "/dispatch/v1/cases/{case_id}/suspension/decision": GRANT,
    "/dispatch/v1/cases/{case_id}/suspension/lifting": {"note": "已可施工"},
    "/dispatch/v1/cases/{case_id}/staged-answer": {
        "answer": "已立项，三周内完工",
        "review_on": "2026-03-10",
        "reason_code": "long_work",
        "note": "工程周期较长",
    },
    "/dispatch/v1/cases/{case_id}/staged-answer/decision": {"approved": False, "note": "请按期办理"},
    ARBITRATION: {"units": ["D-WATER", "D-HOUSING"], "question": "由谁主办"},
    f"{ARBITRATION}/hearings": {"unit_code": "D-WATER", "words": "不属本单位职责"},
    f"{ARBITRATION}/ruling": {
        "lead_unit": "D-WATER",
        "category_code": "0104",
        "words": "依权责清单办理",
        "minutes": "会商纪要",
    },
    DUTY_RULES: {
        "arbitration": 77,
        "category_code": "0104",
        "area_code": VILLAGE,
        "basis": "会商纪要",
    },
    "/dispatch/v1/cases/{case_id}/nonacceptance": NOT_HERE,
    "/dispatch/v1/cases/{case_id}/nonacceptance/decision": {"approved": False, "note": "应予受理"},
    "/dispatch/v1/cases/{case_id}/delegation": {"to_unit": SUPPORT, "note": "请到户调解"},
    "/dispatch/v1/cases/{case_id}/raising": {"reason_code": "several_units", "note": "涉及两个单位"},
    "/dispatch/v1/cases/{case_id}/tasks": {"unit_code": "D-WATER", "what": "关阀配合抢修"},
    "/dispatch/v1/cases/{case_id}/risks": {"kind": "group", "why": "多人聚集，情绪激动"},
    "/dispatch/v1/cases/{case_id}/aids": {"kind": "temporary", "note": "房屋受灾，生活困难"},
    "/dispatch/v1/aids/{aid_id}/decision": {"granted": False, "note": "不符合条件"},
    "/dispatch/v1/cases/{case_id}/mediations": {
        "mediator": ANSWERS,
        "kind": "neighbours",
        "subject": "邻里纠纷",
    },
    "/dispatch/v1/my-mediations/{mediation_id}/sessions": {
        "held_at": f"{TUESDAY:%Y-%m-%dT%H:%M:%SZ}",
        "venue": "mediation_room",
        "area_code": VILLAGE,
        "took_part": ["applicant"],
        "people": 2,
        "note": "双方到场",
    },
    "/dispatch/v1/my-mediations/{mediation_id}/agreement": {"terms": "以老界石为界", "document": "ab" * 32},
    "/dispatch/v1/mediations/{mediation_id}/follow-up": {"kept": True, "note": "到户查看，界石已立"},
    "/dispatch/v1/cases/{case_id}/whistles": {
        "kind": "emergency",
        "units": ["D-WATER"],
        "place": "村口",
        "what": "查明断水原因",
    },
    "/dispatch/v1/calls/{case_id}/arrival": {"area_code": VILLAGE},
    "/dispatch/v1/calls/{case_id}/claims": {"kind": "return", **REASON},
    "/dispatch/v1/cases/{case_id}/claims/{claim}/decision": {"granted": False, "note": "应继续办理"},
    f"{WHISTLE}/done": {"criteria": [{"code": code, "met": True, "words": "已办"} for code in ("handled", "duties")]},
    f"{WHISTLE}/scores/{{unit_code}}": {"points": {"response": 1, "duty": 1, "effect": 1}, "words": "按标准"},
    f"{WHISTLE}/consultations": {
        "held_at": f"{TUESDAY:%Y-%m-%dT%H:%M:%SZ}",
        "took_part": [SUPPORT],
        "findings": "线路老化",
        "tasks": [{"unit_code": SUPPORT, "what": "换线", "measures": "夜间施工", "due_at": SOON}],
    },
    "/dispatch/v1/calls/{case_id}/responsible": {"responsible": ANSWERS},
    "/dispatch/v1/cases/{case_id}/responsible": {"responsible": ANSWERS},
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/responsible": {"responsible": ANSWERS},
    "/followup/v1/callbacks/{callback_id}/attempts": SATISFIED,
    "/followup/v1/callbacks/{callback_id}/review": {"decision": "close_unasked", **REASON},
    "/followup/v1/supervisions": ORDER,
    "/followup/v1/cases/{case_id}/petition": {"petition": "first_visit", **REASON},
    "/followup/v1/cases/{case_id}/merit": {"merit": "reasonable", **REASON},
    "/followup/v1/exclusions": NOT_TO_COUNT,
    "/followup/v1/exclusions/{exclusion_id}/decision": GRANTED,
    OBJECTIONS: OBJECTION,
    "/followup/v1/objections/{objection_id}/decision": {"granted": False, **REASON},
    REPLY: ANSWER,
    f"{REPLY}/decision": {"approved": False, **REASON},
    f"{REPLY}/sending": {"how": "报送市信访系统"},
}
"""A body for each step whose own schema does not say enough; the others get each field that they demand."""

LISTS: Mapping[str, Mapping[str, Any]] = {
    "/intake/v1/cases": {},
    "/intake/v1/wordings": {},
    "/intake/v1/reveals": {},
    "/dispatch/v1/work": {},
    "/dispatch/v1/triage": {},
    "/dispatch/v1/arbitrations": {},
    "/dispatch/v1/requests": {},
    "/dispatch/v1/waiting-requests": {},
    "/dispatch/v1/request-counts": {},
    "/dispatch/v1/whistles": {},
    "/dispatch/v1/whistle-claims": {},
    "/dispatch/v1/whistle-signals": {},
    "/dispatch/v1/whistle-signals/counts": ALWAYS,
    "/dispatch/v1/whistle-appraisals": ALWAYS,
    "/dispatch/v1/calls": {},
    "/dispatch/v1/mediations": {},
    "/dispatch/v1/mediation-counts": {},
    "/dispatch/v1/my-mediations": {},
    "/dispatch/v1/aids": {},
    "/dispatch/v1/aid-sums": {},
    "/dispatch/v1/risks": {},
    "/dispatch/v1/my-risks": {},
    "/followup/v1/callbacks": {},
    "/followup/v1/timers": {},
    "/followup/v1/supervisions": {},
    "/followup/v1/exclusions": {},
    "/followup/v1/objections": {},
    "/followup/v1/upper-orders": {},
    "/analytics/v1/cases": {},
    "/analytics/v1/figures": {**YEAR, "by": "unit"},
    "/analytics/v1/figures/counts": {**YEAR, "by": "unit"},
    "/analytics/v1/figures/cases": {**YEAR, "counter": "registered", "basis": "registered"},
    "/analytics/v1/figures/changes": {**YEAR, "counter": "registered", "basis": "registered", "since_day": BEFORE},
    "/analytics/v1/publications": {},
    "/analytics/county": {"lang": "zh"},
    "/analytics/county/cases": {**YEAR, "counter": "registered", "basis": "registered"},
    "/analytics/county/open": {},
}
"""All that shows or counts cases without naming one. A route that is neither here nor ``ABOUT_NO_CASE`` fails."""

COUNTS = {f"/analytics/{path}" for path in ("v1/figures", "v1/figures/counts", "v1/publications", "county")} | {
    f"/dispatch/v1/{path}"
    for path in ("whistle-signals/counts", "whistle-appraisals", "request-counts", "mediation-counts", "aid-sums")
}
"""Those of them that name no case."""

IN_THE_BODY: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("POST", "/followup/v1/supervisions"): {"unit_code": SUPERIOR},
    ("POST", "/followup/v1/exclusions"): {},
    ("POST", DUTY_RULES): {},
}
"""The steps whose body names the case, and what it names besides."""
ABOUT_NO_CASE = re.compile(
    r"\w+ /\w+/ops/.*|\w+ /dispatch/v1/(directory/.*|(accounts|staff|staff-looks|staff-coverage)(/.*)?)"
    # A rule is about kinds of matters; its list of cases goes by whoever looks, as its own tests ask.
    r"|\w+ /dispatch/v1/duty-rules/\{rule_id\}(/.*)?|GET /dispatch/v1/duty-rules"
    r"|POST /intake/v1/(cases(/batch)?|upper-orders|webhooks/\{source\})"
    # A visit names no case that is about whoever looks, as its own tests ask.
    r"|\w+ /intake/v1/(households|household-looks|household-policies)(/.*)?"
    r"|\w+ /intake/v1/(contacts|teams|rounds|plans|visits|visit-words|devices)(/.*)?"
    r"|\w+ /intake/v1/(migrants|visit-ledger|dossiers|dossier-entries)(/.*)?"
    r"|\w+ /intake/v1/(points|occasions|visit-days|area-days)(/.*)?|GET /analytics/v1/visits/.*"
    # A letter is shown to its two units alone, and offices that the pack names write it, as its own tests ask.
    r"|\w+ /dispatch/v1/(letters|letter-templates)(/.*)?|GET /dispatch/v1/desk"
    # A link opens what whoever made it may see, and the unit can make none.
    r"|GET /intake/v1/downloads/\{link\}|(GET|POST) /followup/withdrawal/\{link\}|POST /analytics/county/sign-in"
)
NEVER_THE_SAME = re.compile(r'<p class="stamp">.*?</p>|"(as_of|lag_seconds|instance|cut|since_cut|until_cut)":[^,}]*')


_IN_TRIAGE = {"category_code": None}
_UNASKED = NO_CALLBACK
_SIGNED = ("signature",)
_HANDLED = ("signature", "result")
_DELEGATED = ("signature", "delegation")


def _ordered(step: str) -> dict[str, Any]:
    """A case by an order from above, at which this can be done."""
    return {"upper_body": "市信访局", "upper_no": f"ORDER-{step}"}


WAYS: Mapping[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "/dispatch/v1/cases/{case_id}/assignment": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/progress": ({}, _SIGNED),
    "/dispatch/v1/cases/{case_id}/result": ({}, _SIGNED),
    "/dispatch/v1/cases/{case_id}/return/decision": ({}, ("return",)),
    "/dispatch/v1/cases/{case_id}/extension/decision": ({}, ("extension",)),
    "/dispatch/v1/cases/{case_id}/termination": ({}, _SIGNED),
    "/dispatch/v1/cases/{case_id}/termination/decision": ({}, ("signature", "termination")),
    "/dispatch/v1/cases/{case_id}/suspension/decision": ({}, ("suspension",)),
    "/dispatch/v1/cases/{case_id}/suspension/lifting": ({}, ("suspension",)),
    "/dispatch/v1/cases/{case_id}/staged-answer": ({}, _SIGNED),
    "/dispatch/v1/cases/{case_id}/staged-answer/decision": ({}, ("signature", "staged-answer")),
    **dict.fromkeys((ARBITRATION, f"{ARBITRATION}/hearings", f"{ARBITRATION}/ruling", DUTY_RULES), (_IN_TRIAGE, ())),
    "/dispatch/v1/cases/{case_id}/nonacceptance": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/nonacceptance/decision": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/delegation": ({}, _SIGNED),
    "/dispatch/v1/cases/{case_id}/delegation/recall": ({}, _DELEGATED),
    "/dispatch/v1/cases/{case_id}/raising": ({}, _DELEGATED),
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/responsible": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/signature": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/progress": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/result": (_IN_TRIAGE, ()),
    "/dispatch/v1/cases/{case_id}/tasks/{unit_code}/cancellation": (_IN_TRIAGE, ()),
    "/followup/v1/callbacks/{callback_id}": ({}, _HANDLED),
    "/followup/v1/callbacks/{callback_id}/attempts": ({}, _HANDLED),
    "/followup/v1/callbacks/{callback_id}/review": (_UNASKED, _HANDLED),
    "/followup/v1/exclusions": ({}, _HANDLED),
    "/followup/v1/exclusions/{exclusion_id}/decision": ({}, _HANDLED),
    "/followup/v1/exclusions/{exclusion_id}/revocation": ({}, _HANDLED),
    OBJECTIONS: ({}, _HANDLED),
    "/followup/v1/objections/{objection_id}": ({}, _HANDLED),
    "/followup/v1/objections/{objection_id}/decision": ({}, _HANDLED),
    "/followup/v1/upper-orders/{case_id}": (_ordered("read"), ()),
    REPLY: (_ordered("reply"), ()),
    f"{REPLY}/decision": (_ordered("decision"), ()),
    f"{REPLY}/sending": (_ordered("sending"), ()),
}
"""How a case is registered, and what its unit does, until the step can be taken; else registration is enough."""


def way_to(template: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What stands there for the route; two may have one template, and an order from above is one case."""
    fields, steps = WAYS.get(template, ({}, ()))
    if "upper_no" in fields:
        fields = fields | {"upper_no": f"{fields['upper_no']}-{uuid.uuid4().hex[:8]}"}
    return fields, steps


_NOT_THERE = str(uuid.UUID(int=(7 << 76) | (2 << 62) | 9))


class Route(NamedTuple):
    """One operation, and what it is asked with."""

    method: str
    template: str
    body: Any = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A case about the town that stands where a step is possible, and what belongs to it."""

    case_id: str
    case_no: str
    callback_id: str
    supervision_id: str
    attachment_id: str
    exclusion_id: str
    objection_id: str
    whistle: str = "1"
    claim: str = "1"
    arbitration: str = "1"
    mediation_id: str = _NOT_THERE
    aid_id: str = _NOT_THERE
    risk_id: str = _NOT_THERE

    def path(self, template: str) -> str:
        """The route, about this case."""
        known = template.replace("{unit_code}", SUPPORT).replace("{list_code}", "problem")
        known = PATH_BESIDE_A_CASE.sub(lambda match: str(getattr(self, match[1])), known)
        return PATH_OF_A_CASE.sub(lambda match: str(getattr(self, match[1].replace("reference", "case_id"))), known)


NOBODYS = Subject(*(str(uuid.UUID(int=(7 << 76) | (2 << 62) | number)) for number in (1, 1, 2, 3, 4, 5, 6)))
"""What is not there."""


def body_of(path: str, operation: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    """What stands above, or a text for each field that the route demands."""
    sent = operation.get("requestBody")
    if path in BODIES or sent is None or not sent.get("required"):
        return BODIES.get(path)
    [content] = sent["content"].values()
    if "$ref" not in content["schema"]:
        return b""  # A table, about no case: what takes files of a case stands above.
    schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    return dict.fromkeys(schema.get("required", ()), REASON["reason"])


async def answered_above(county: County, case_id: str, upper_no: str) -> None:
    """The answer to an order is written, for who decides about it; and approved, for who sends it."""
    reply = REPLY.format(case_id=case_id)
    if "decision" in upper_no or "sending" in upper_no:
        await county.dispatcher.do(reply, ANSWER)
    if "sending" in upper_no:
        await county.supervisor.do(f"{reply}/decision", {"approved": True, **REASON})
