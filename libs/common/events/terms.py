"""The words that events, tables and APIs share: closed lists with Chinese labels, and the promises, which may grow.

A promise in time (承诺) is declared at the foot of this file and nowhere else. The codes on the wire and in tables, the
limits that a pack may set, the clocks that an event starts, passes on or ends, whom the ladder may blame, and the lists
in the documents derive from it. What a limit adds to a figure is said beside the facts in analytics.
"""

from enum import StrEnum
from typing import Any, ClassVar

from pydantic_core import PydanticKnownError, core_schema

from libs.common.counters import Counter
from libs.common.events.promise import Answerable, Promise


class Channel(StrEnum):
    """The door a complaint came in by (渠道)."""

    HOTLINE = "hotline"
    VISIT = "visit"
    DESK = "desk"
    WEB = "web"
    APP = "app"
    UPPER = "upper"
    OTHER = "other"


class Kind(StrEnum):
    """What the citizen asks for (诉求类型)."""

    CONSULT = "consult"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGEST = "suggest"
    PRAISE = "praise"


class Urgency(StrEnum):
    """How fast it must go (紧急程度)."""

    NORMAL = "normal"
    URGENT = "urgent"
    EMERGENCY = "emergency"


class Petition(StrEnum):
    """What kind of petition a case is (信访类别), where it is one."""

    FIRST_VISIT = "first_visit"
    REPEAT_VISIT = "repeat_visit"
    BACKLOG = "backlog"
    LEADER_VISIT = "leader_visit"
    APPOINTMENT = "appointment"


class Merit(StrEnum):
    """Whether what the citizen asks for is reasonable (诉求是否合理). It closes nothing and changes no promise."""

    REASONABLE = "reasonable"
    PARTLY = "partly"
    UNREASONABLE = "unreasonable"


class ResultKind(StrEnum):
    """How far a unit says it got (办结方式)."""

    SUBSTANTIVE = "substantive"
    STAGED = "staged"
    EXPLAINED = "explained"


FIRST_REQUESTER = "first"
"""Who spoke first. Of a case into which others were merged, each requester is asked on its own."""


class Reached(StrEnum):
    """What came of one callback try (回访结果)."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"


class Satisfaction(StrEnum):
    """The citizen's own word (满意度); the system never writes one."""

    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    NOT_SATISFIED = "not_satisfied"


class Closing(StrEnum):
    """Why a case ended (办结类型)."""

    SUBSTANTIVE = "substantive"
    UNVERIFIED = "unverified"
    WITHDRAWN = "withdrawn"
    UNASKED = "unasked"
    NOT_ACCEPTED = "not_accepted"
    PROCEDURAL = "procedural"


class Declined(StrEnum):
    """How the citizen said that he wants no callback (不需回访的表达方式)."""

    PHONE = "phone"
    FORM = "form"
    ONLINE = "online"


class Level(StrEnum):
    """How high in the county a unit stands (层级), and so where a matter ended (办结层级)."""

    GRID = "grid"
    VILLAGE = "village"
    TOWN = "town"
    COUNTY = "county"
    DEPARTMENT = "department"


class SupervisionLevel(StrEnum):
    """How loudly a unit is told (督办级别)."""

    REMINDER = "reminder"
    SUPERVISION = "supervision"


LABELS_ZH: dict[StrEnum, str] = {
    Channel.HOTLINE: "热线",
    Channel.VISIT: "走访",
    Channel.DESK: "窗口",
    Channel.WEB: "网站",
    Channel.APP: "移动端",
    Channel.UPPER: "上级交办",
    Channel.OTHER: "其他",
    Kind.CONSULT: "咨询",
    Kind.HELP: "求助",
    Kind.COMPLAINT: "投诉",
    Kind.REPORT: "举报",
    Kind.SUGGEST: "建议",
    Kind.PRAISE: "表扬",
    Urgency.NORMAL: "一般",
    Urgency.URGENT: "紧急",
    Urgency.EMERGENCY: "特急",
    Petition.FIRST_VISIT: "初访",
    Petition.REPEAT_VISIT: "重访",
    Petition.BACKLOG: "积案",
    Petition.LEADER_VISIT: "下访",
    Petition.APPOINTMENT: "约访",
    Merit.REASONABLE: "诉求合理",
    Merit.PARTLY: "部分合理",
    Merit.UNREASONABLE: "不合理",
    ResultKind.SUBSTANTIVE: "实质性办结",
    ResultKind.STAGED: "阶段性办结",
    ResultKind.EXPLAINED: "解释说明",
    Reached.ANSWERED: "接通",
    Reached.NO_ANSWER: "无人接听",
    Reached.UNREACHABLE: "无法接通",
    Reached.REFUSED: "拒绝回访",
    Satisfaction.SATISFIED: "满意",
    Satisfaction.BASICALLY_SATISFIED: "基本满意",
    Satisfaction.NOT_SATISFIED: "不满意",
    Closing.SUBSTANTIVE: "实质性办结",
    Closing.UNVERIFIED: "未核实办结",
    Closing.WITHDRAWN: "撤单",
    Level.GRID: "网格",
    Level.VILLAGE: "村（社区）",
    Level.TOWN: "镇（街道）",
    Level.COUNTY: "县级",
    Level.DEPARTMENT: "县直部门",
    Closing.UNASKED: "未回访办结",
    Closing.NOT_ACCEPTED: "不予受理",
    Closing.PROCEDURAL: "程序性办结",
    Declined.PHONE: "电话中表示",
    Declined.FORM: "书面签字",
    Declined.ONLINE: "网上勾选",
    SupervisionLevel.REMINDER: "催办",
    SupervisionLevel.SUPERVISION: "督办",
}


DECLARED: dict[str, "Deadline"] = {}
"""By code, in the order in which they are shown and set."""


class Deadline(str):
    """Which promise a deadline guards (时限)."""

    promise: Promise
    TRIAGE: ClassVar["Deadline"]
    SIGN: ClassVar["Deadline"]
    HANDLE: ClassVar["Deadline"]
    CALLBACK: ClassVar["Deadline"]
    REPLY: ClassVar["Deadline"]
    WORDING: ClassVar["Deadline"]
    OBJECTION: ClassVar["Deadline"]
    UPPER: ClassVar["Deadline"]
    TASK: ClassVar["Deadline"]
    REPORT_IN: ClassVar["Deadline"]
    CALLED: ClassVar["Deadline"]
    DECISION: ClassVar["Deadline"]
    STAGED: ClassVar["Deadline"]
    LETTER: ClassVar["Deadline"]
    CLAIM: ClassVar["Deadline"]
    RISK: ClassVar["Deadline"]

    def __new__(cls, code: str, promise: Promise) -> "Deadline":
        """Declare one more word, with what it guards."""
        declared = DECLARED[code] = str.__new__(cls, code)
        declared.promise = promise
        return declared

    def __reduce__(self) -> tuple[Any, ...]:
        return Deadline.read, (self.value,)

    @property
    def value(self) -> str:
        """The code alone, as of any other word."""
        return str(self)

    @classmethod
    def read(cls, code: Any) -> "Deadline":
        """The one that was declared with this code; ValueError, which names all, when none was."""
        if not isinstance(code, str) or code not in DECLARED:
            *others, last = (repr(str(known)) for known in DECLARED)
            raise PydanticKnownError("enum", {"expected": f"{', '.join(others)} or {last}"})
        return DECLARED[code]

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.read, ref=cls.__name__)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        return {"description": cls.__doc__, "enum": list(DECLARED), "title": cls.__name__, "type": "string"}


_GIVEN, _DONE = ("CaseAssigned", "CaseReassigned"), ("CaseHandled", "CaseAnsweredDirectly")
_PASSED = ("CaseDelegated", "CaseRaised")

Deadline.TRIAGE = Deadline("triage", Promise(
    "派单时限", "How long a case may wait for a unit", Answerable.HOTLINE,
    set_by=("CaseRegistered", "WordingReleased", "TriageQueued"), kept_by=("CaseAssigned",), void_by=_DONE,
))  # fmt: skip
Deadline.SIGN = Deadline("sign", Promise(
    "签收时限", "How long a unit may take to sign", Answerable.UNIT,
    set_by=(*_GIVEN, *_PASSED), kept_by=("CaseSigned",), void_by=("TriageQueued", *_GIVEN, *_PASSED, *_DONE),
    of_worker=True, counted_as=(Counter.SIGN_DUE, Counter.SIGNED_ON_TIME),
))  # fmt: skip
Deadline.HANDLE = Deadline("handle", Promise(
    "办理时限", "How long a unit may take to give its result, from assignment", Answerable.UNIT,
    set_by=_GIVEN, kept_by=_DONE, passed_on_by=("TriageQueued", *_GIVEN, "CaseRaised"),
    of_duty=True, by_the_day_it_is_needed=True, ahead_of_above=True,
    counted_as=(Counter.HANDLE_DUE, Counter.HANDLED_ON_TIME, Counter.HANDLED_LATE),
))  # fmt: skip
Deadline.CALLBACK = Deadline("callback", Promise(
    "回访时限", "How long the hotline may take to ask the citizen, from the result", Answerable.HOTLINE,
    set_by=_DONE, kept_by=("CaseSentBack", "CaseClosed"),
))  # fmt: skip
Deadline.REPLY = Deadline("reply", Promise(
    "督办回复时限", "How long a unit may take to answer an order that names no day; without it, as long as it likes",
    Answerable.UNIT, set_by=("SupervisionIssued",), kept_by=("SupervisionReplied",), void_by=("CaseClosed",),
    about="order", optional=True,
))  # fmt: skip
Deadline.WORDING = Deadline("wording", Promise(
    "转办文本审定时限", "How long what a confidential or anonymous case says may wait for a person's wording",
    Answerable.HOTLINE, set_by=("CaseRegistered", "AdditionHeld"), kept_by=("WordingReleased", "CaseSupplemented"),
    optional=True, while_held=True,
))  # fmt: skip
Deadline.OBJECTION = Deadline("objection", Promise(
    "异议审核时限", "How long a citizen's objection to the closing of his case may wait to be decided",
    Answerable.HOTLINE, set_by=("ObjectionRaised",), kept_by=("ObjectionDecided",),
    about="objection", optional=True, after_the_end=True,
))  # fmt: skip
Deadline.UPPER = Deadline("upper", Promise(
    "上级回复时限", "How long the answer to an order from above that names no deadline may take; else no end is set",
    Answerable.HOTLINE, set_by=("CaseRegistered",), kept_by=("UpperReplySent",),
    about="upper_order", optional=True, after_the_end=True,
    counted_as=(Counter.UPPER_ORDERS_DUE, Counter.UPPER_ORDERS_ON_TIME),
))  # fmt: skip
Deadline.TASK = Deadline("task", Promise(
    "协办时限", "How long a support unit may take to do its part, where its task names no other end", Answerable.UNIT,
    set_by=("CaseAssigned", "CaseReassigned", "TaskGiven"), kept_by=("TaskDone",),
    void_by=("TaskCancelled", "CaseReassigned", "TriageQueued", "CaseHandled", "CaseAnsweredDirectly", "CaseClosed"),
    about="task", optional=True, counted_as=(Counter.SUPPORT_DUE, Counter.SUPPORT_ON_TIME, Counter.SUPPORT_LATE),
))  # fmt: skip
Deadline.REPORT_IN = Deadline("report_in", Promise(
    "报到时限", "How long a summoned unit may take to be there, where the kind of whistle names no minutes",
    Answerable.UNIT, set_by=("StreetWhistled",), kept_by=("UnitArrived",),
    void_by=("CallDone", "CallCancelled", "CaseClosed"), about="task", optional=True,
    counted_as=(Counter.REPORTS_DUE, Counter.REPORTED_ON_TIME),
))  # fmt: skip
Deadline.CALLED = Deadline("called", Promise(
    "吹哨任务时限", "How long a summoned unit may take to do its part, where the street names no other end",
    Answerable.UNIT, set_by=("StreetWhistled",), kept_by=("CallDone",), void_by=("CallCancelled", "CaseClosed"),
    about="task", optional=True, counted_as=(Counter.CALLS_DUE, Counter.CALLS_ON_TIME, Counter.CALLS_LATE),
))  # fmt: skip
Deadline.DECISION = Deadline("decision", Promise(
    "审核时限", "How long what a unit asks for may wait to be decided; then it goes up", Answerable.HOTLINE,
    set_by=("ReturnRequested", "NonacceptanceRequested", "RequestMade"), about="request", optional=True,
    kept_by=("ReturnDecided", "NonacceptanceRefused", "CaseNotAccepted", "RequestGranted", "RequestRefused"),
    void_by=("RequestLapsed", "TriageQueued", "CaseReassigned", *_PASSED, *_DONE, "CaseClosed"),
))  # fmt: skip
Deadline.STAGED = Deadline("staged", Promise(
    "再答复时限", "How long a unit may take to answer again from the day that its staged answer named; else that day",
    Answerable.UNIT, set_by=("RequestGranted",), kept_by=_DONE, passed_on_by=("TriageQueued", *_GIVEN, "CaseRaised"),
    of_worker=True, optional=True,
))  # fmt: skip
Deadline.LETTER = Deadline("letter", Promise(
    "复函时限", "How long the reply to a letter about a case may take; the letter itself, or its kind, says how long",
    Answerable.UNIT, set_by=("LetterSent", "LetterSentBack"), kept_by=("LetterReplied",),
    void_by=("LetterWithdrawn", "CaseClosed"), about="letter", optional=True,
))  # fmt: skip
Deadline.CLAIM = Deadline("claim", Promise(
    "吹哨申请审核时限", "How long what a summoned unit claims may wait to be decided; then the supervisors decide it",
    Answerable.HOTLINE, set_by=("ClaimMade",), kept_by=("ClaimDecided",), void_by=("CallDone", "CallCancelled"),
    about="claim", optional=True, after_the_end=True,
))  # fmt: skip
Deadline.RISK = Deadline("risk", Promise(
    "风险签收时限", "How long a leader on duty may take to acknowledge a risk: the minutes of the pack's `risks`",
    Answerable.HOTLINE, set_by=("RiskReported",), kept_by=("RiskAcknowledged",),
    about="risk", optional=True, limited=False, after_the_end=True,
))  # fmt: skip
