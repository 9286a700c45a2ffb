"""One plain example of every event about a case, in which who needs it says what matters to it; and its record."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

from libs.common.bus.codec import Envelope, encode_event, to_headers
from libs.common.bus.flow import Stream
from libs.common.bus.port import Record
from libs.common.events import (
    accepting,
    aids,
    arbitration,
    asking,
    cases,
    citizens,
    door,
    duty_rules,
    judging,
    letters,
    mediations,
    objections,
    passing,
    risks,
    supervision,
    tasks,
    whistles,
)
from libs.common.events.accused import AccusedNamed
from libs.common.events.asking_terms import RequestKind
from libs.common.events.base import Event
from libs.common.events.cases import CaseEvent
from libs.common.events.reasons import NotAcceptedFor
from libs.common.events.terms import (
    Channel,
    Closing,
    Deadline,
    Kind,
    Merit,
    Petition,
    Reached,
    ResultKind,
    Satisfaction,
    SupervisionLevel,
    Urgency,
)
from libs.common.events.whistle_parts import ConsultedTask, ScoredPoints, TickedCriterion
from libs.common.events.whistle_terms import ClaimKind

EventT = TypeVar("EventT", bound=CaseEvent)
T = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DUE = T + timedelta(days=1)
_LETTER: dict[str, Any] = {"letter_id": "l1", "office": "T-A", "to_unit": "D-C"}
_MEDIATED: dict[str, Any] = {"mediation_id": "m1", "mediator": "S-0007"}
_CALLED: dict[str, Any] = {"task": "3.D-C", "unit_code": "D-C"}
_UNIT: Mapping[str, Any] = {"unit_code": "D-A"}
_CLOCK: Mapping[str, Any] = {"deadline": Deadline.HANDLE, **_UNIT, "due_at": DUE}
_GIVEN: Mapping[str, Any] = {"category_code": "01", "explanation": "rule", "pack_version": 1}
_UNACCEPTED: Mapping[str, Any] = {
    "reason_code": NotAcceptedFor.LITIGATION, "go_to": "县人民法院立案庭", "notice": "该纠纷已由法院立案。",
}  # fmt: skip
_RULE: Mapping[str, Any] = {"rule_id": "01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01"}
_REQUEST: Mapping[str, Any] = {"kind": RequestKind.SUSPENSION, "request": 2, **_UNIT}
_ASKED: Mapping[str, Any] = {**_REQUEST, "reason_code": "season", "until": DUE}
_PLAIN: Mapping[type[CaseEvent], Mapping[str, Any]] = {
    cases.CaseRegistered: {
        "case_no": "1", "channel": Channel.HOTLINE, "kind": Kind.COMPLAINT, "urgency": Urgency.NORMAL,
        "category_code": "01", "area_code": "999001000000", "title": "路灯不亮", "text": "村口三盏路灯坏了三天。",
        "pack_version": 1, "registered_at": T,
    },
    door.WordingReleased: {"title": "路灯不亮", "text": "村口三盏路灯坏了三天。"},
    door.AdditionHeld: {"supplement_id": "a1"},
    cases.CaseSupplemented: {"text": "还有一盏也不亮"},
    AccusedNamed: {"accused_units": ("D-C",), "reason": "也涉及该单位"},
    citizens.WithdrawalWished: {"reason": "已经解决"},
    citizens.WithdrawalTried: {
        "attempt": 1, "reached": Reached.ANSWERED, "withdraws": True, "ends": True, "caller": "caller-1",
    },
    cases.CaseWithdrawn: {"reason": "已经解决"},
    judging.RepeatNamed: {"repeat_of": "case-0", "reason": "同一事项再次反映"},
    judging.CaseRepeated: {"repeated_by": "case-2", "came_at": T, "within_days": 30},
    judging.PetitionClassified: {"petition": Petition.FIRST_VISIT, "reason": "首次来访"},
    judging.DemandJudged: {"merit": Merit.REASONABLE, "reason": "符合政策"},
    judging.ExclusionRequested: {"exclusion_id": "e1", **_UNIT, "reason_code": "force_majeure", "evidence": "洪水"},
    judging.ExclusionDecided: {"exclusion_id": "e1", "granted": True, "note": "情况属实"},
    judging.ExclusionRevoked: {"exclusion_id": "e1", "note": "证明有误"},
    cases.CaseAnsweredDirectly: {"answer": "已答复"},
    cases.TriageQueued: {"reason": "no rule"},
    cases.CaseAssigned: {"lead_unit": "D-A", "by_rule": True, **_GIVEN},
    cases.CaseReassigned: {"from_unit": "D-A", "lead_unit": "D-B", **_GIVEN},
    passing.CaseDelegated: {
        "from_unit": "D-A", "working_unit": "T-A", "lead_unit": "D-A", "delegates": ("T-A",), "note": "请到户",
    },
    passing.CaseRaised: {
        "from_unit": "D-A", "working_unit": "D-B", "lead_unit": "D-B", "reason_code": "risk", "note": "有风险",
    },
    cases.CaseSigned: _UNIT,
    cases.ProgressReported: {**_UNIT, "note": "已安排人员到现场查看"},
    cases.CaseHandled: {**_UNIT, "result_kind": ResultKind.SUBSTANTIVE, "result": "已到现场处理完毕，村委会确认。"},
    tasks.ListFilled: {"list_code": "problem", "edition": 1, "text": "路灯不亮"},
    tasks.TaskGiven: {"task": "3.D-C", "unit_code": "D-C", "what": "help"},
    tasks.TaskSigned: {"unit_code": "D-C"},
    tasks.TaskReported: {"unit_code": "D-C", "note": "on the way"},
    cases.TaskDone: {"unit_code": "D-C", "result": "helped"},
    cases.TaskCancelled: {"unit_code": "D-C", "reason": "no need"},
    whistles.StreetWhistled: {
        "kind": "emergency", "unit_code": "T-A", "category_code": "0101", "area_code": "999001101201", "place": "村口",
        "what": "查明断电原因", "units": ("D-C",), "tasks": ("3.D-C",), "report_due_at": T, "times": 1,
    },
    whistles.CallAcknowledged: _CALLED,
    whistles.CallResponsibleNamed: {**_CALLED, "staff_id": "S-1001"},
    whistles.UnitArrived: {**_CALLED, "area_code": "999001101201", "late": False},
    whistles.CallReported: {**_CALLED, "note": "正在抢修"},
    whistles.CallDone: {**_CALLED, "result": "已恢复供电"},
    whistles.CallCancelled: {**_CALLED, "reason": "无需到场"},
    whistles.ConsultationHeld: {
        "whistle": 3, "unit_code": "T-A", "held_at": T, "took_part": ("D-C",), "findings": "线路老化",
        "tasks": (ConsultedTask(task="3.D-C", unit_code="D-C", what="换线", measures="夜间施工", due_at=DUE),),
    },
    whistles.WhistleDone: {
        "whistle": 3, "unit_code": "T-A", "claims_until": DUE,
        "criteria": (TickedCriterion(code="handled", met=True, words="已恢复供电"),),
    },
    whistles.UnitScored: {
        **_CALLED, "whistle": 3, "street_unit": "T-A", "points": (ScoredPoints(code="duty", points=90),), "most": 100,
        "grade": "good", "never_came": False, "words": "到场及时", "claims_until": DUE,
    },
    whistles.ClaimMade: {**_CALLED, "claim": 9, "kind": ClaimKind.SCORE, "whistle": 3, "reason": "已按时到场"},
    whistles.ClaimDecided: {
        **_CALLED, "claim": 9, "kind": ClaimKind.SCORE, "whistle": 3, "granted": True, "note": "属实",
        "points": (ScoredPoints(code="duty", points=95),), "grade": "good",
    },
    letters.LetterDrafted: {**_LETTER, "kind": "request", "subject": "商请修复路灯", "body": "请予修复", "days": 5},
    letters.LetterSent: {
        **_LETTER, "number": 12, "year": 2026, "no": "翠街函〔2026〕12号", "edition": 1, "warn_at": T, "due_at": DUE,
    },
    letters.LetterAcknowledged: _LETTER,
    letters.LetterReplied: {**_LETTER, "edition": 1, "reply": "已修复", "late": False},
    letters.LetterAccepted: {**_LETTER, "opinion": "同意"},
    letters.LetterSentBack: {**_LETTER, "opinion": "请附照片", "edition": 2, "warn_at": T, "due_at": DUE},
    letters.LetterReminded: {**_LETTER, "reminder": "请尽快函复"},
    letters.LetterHandedOn: {**_LETTER, "from_unit": "D-A", "edition": 1},
    letters.LetterWithdrawn: {**_LETTER, "edition": 1, "opinion": "已无必要"},
    risks.RiskReported: {
        "risk_id": "r1", "kind": "group", "by_rule": True, "why": "30人", "told": ("S-0001",), "due_at": DUE,
    },
    risks.RiskAcknowledged: {"risk_id": "r1", "note": "已派人到场", "late": False},
    aids.AidFound: {"aid_id": "a1", **_UNIT, "kind": "temporary", "persons": 2, "note": "房屋受灾，生活困难"},
    aids.AidApplied: {"aid_id": "a1", **_UNIT, "note": "已提交申请"},
    aids.AidGranted: {"aid_id": "a1", **_UNIT, "amount_fen": 300_000, "note": "符合条件"},
    aids.AidRefused: {"aid_id": "a1", **_UNIT, "note": "收入超过标准"},
    aids.AidDropped: {"aid_id": "a1", **_UNIT, "note": "家庭已自行解决"},
    mediations.MediationGiven: {
        **_MEDIATED, "kind": "neighbours", "subject": "邻里争地界", "mediator_unit": "V-A", "post": "mediator",
    },
    mediations.MediationHeld: {
        **_MEDIATED, "number": 1, "held_at": T, "venue": "mediation_room", "area_code": "999001101201",
        "took_part": ("applicant", "respondent"), "people": 3, "note": "双方同意丈量",
    },
    mediations.MediationAgreed: {
        **_MEDIATED, "terms": "以老界石为界", "document": "ab" * 32, "follow_up_on": DUE.date(),
    },
    mediations.MediationFailed: {**_MEDIATED, "note": "双方各执一词"},
    mediations.MediationKept: {**_MEDIATED, "note": "界石已立"},
    mediations.MediationBroken: {**_MEDIATED, "note": "又挪了界石"},
    mediations.MediationWithdrawn: {**_MEDIATED, "note": "已自行和解"},
    cases.ReturnRequested: {**_UNIT, "reason_code": "wrong_area", "note": "不属于我单位"},
    cases.ReturnDecided: {**_UNIT, "approved": True, "note": "同意"},
    asking.RequestMade: {**_ASKED, "note": "冬季不能施工"},
    asking.RequestGranted: {**_ASKED, "note": "同意", "notice": "开春后施工", "asked_by": "handler-1"},
    asking.RequestRefused: {**_REQUEST, "note": "可以施工"},
    asking.RequestLapsed: _REQUEST,
    asking.RequestRaised: {**_REQUEST, "due_at": T},
    duty_rules.DutyRuleProposed: {
        **_RULE, "arbitration": 4, "category_code": "01", "area_code": "999001000000", "lead_unit": "D-A",
        "basis": "会商纪要", "by": "dispatcher-1",
    },
    duty_rules.DutyRuleTried: {**_RULE, "since": T, "open": 1, "closed": 2, "returned": 1, "dissatisfied": 1},
    duty_rules.DutyRuleDecided: {**_RULE, "approved": True, "effective_from": T, "note": "同意"},
    duty_rules.DutyRuleEnded: {**_RULE, "note": "已修订"},
    arbitration.ArbitrationOpened: {"arbitration": 4, "units": ("D-A", "D-C"), "question": "由谁主办", "by_rule": True},
    arbitration.UnitHeard: {"arbitration": 4, "unit_code": "D-A", "absent": False, "words": "不属我单位"},
    arbitration.ArbitrationRuled: {
        "arbitration": 4, "units": ("D-A", "D-C"), "lead_unit": "D-B", "minutes": "会商纪要", "words": "依权责清单",
    },
    asking.SuspensionLifted: {"note": "已可施工"},
    accepting.NonacceptanceRequested: _UNACCEPTED,
    accepting.NonacceptanceRefused: {"note": "属政府职责，应予受理"},
    accepting.CaseNotAccepted: {**_UNACCEPTED, "note": "情况属实", "asked_by": "dispatcher-1", "by": "supervisor-1"},
    cases.DeadlineSet: {**_CLOCK, "starts_at": T, "warn_at": T, "pack_version": 1},
    cases.DeadlineWarned: _CLOCK,
    cases.DeadlineMissed: {**_CLOCK, "occurred_at": DUE},
    supervision.SupervisionIssued: {
        "supervision_id": "s1", "level": SupervisionLevel.REMINDER, **_UNIT, "reason": "逾期未签收",
        "by_rule": True,
    },
    supervision.SupervisionReplied: {"supervision_id": "s1", **_UNIT, "reply": "正在办理"},
    cases.CallbackDue: {"handling_unit": "D-A"},
    cases.CallbackTried: {
        "attempt": 1, "reached": Reached.ANSWERED, "valid": True, "solved": True,
        "satisfaction": Satisfaction.SATISFIED, "caller": "caller-1",
    },
    cases.CaseSentBack: {"next_round": 2, **_UNIT, "words": "问题还在，没有人来处理。"},
    cases.CaseClosed: {"closing": Closing.SUBSTANTIVE, "satisfaction": Satisfaction.SATISFIED},
    objections.ObjectionRaised: {
        "objection_id": "o1", "text": "灯又不亮了，没有修好。", "channel": Channel.HOTLINE, "closed_at": T,
        "last_day": T.date(),
    },
    objections.ObjectionDecided: {"objection_id": "o1", "granted": True, "reason": "现场复核属实"},
    objections.CaseReopened: {"objection_id": "o1", "next_round": 2, **_UNIT, "words": "灯又不亮了，没有修好。"},
}  # fmt: skip


def said(event: type[EventT], case_id: str, /, **changes: Any) -> EventT:
    """The event, in the first round unless said otherwise."""
    return event.model_validate({"occurred_at": T, "case_id": case_id, "round": 1, **_PLAIN[event], **changes})


def record(source: str, seq: int, event: Event, offset: int, causes: Mapping[str, int]) -> Record:
    """The event as it travels, said by ``source`` as its how-manieth about the case, in the one partition there is."""
    stream, at, value = str(Stream.CASES), event.occurred_at, encode_event(event)
    event_id = str(uuid5(NAMESPACE_URL, f"{event.key}-{source}-{seq}"))
    envelope = Envelope(event_id, source, stream, event.key, seq, event.type_name, at, at, causes, None, value)
    return Record(stream, 0, offset, event.key, to_headers(envelope), value)
