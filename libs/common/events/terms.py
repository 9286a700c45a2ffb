"""The words that events, tables and APIs share: closed lists with Chinese labels, and the promises, which may grow.

A promise in time (承诺) is declared at the foot of this file and nowhere else. The codes on the wire and in tables, the
limits that a pack may set, the clocks that an event starts, passes on or ends, whom the ladder may blame, and the lists
in the documents derive from it. What a limit adds to a figure is said beside the facts in analytics.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic_core import PydanticKnownError, core_schema

from libs.common.counters import Counter


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


class ResultKind(StrEnum):
    """How far a unit says it got (办结方式)."""

    SUBSTANTIVE = "substantive"
    STAGED = "staged"
    EXPLAINED = "explained"


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
    SupervisionLevel.REMINDER: "催办",
    SupervisionLevel.SUPERVISION: "督办",
}


class Answerable(StrEnum):
    """Who is accountable when a promise is missed (责任方)."""

    UNIT = "unit"
    HOTLINE = "hotline"


@dataclass(frozen=True, slots=True)
class Promise:
    """What a deadline guards (承诺), with the events that it lives by, each named as its class."""

    label: str
    """In Chinese."""
    limits: str
    """What its limit says, in English."""
    by: Answerable
    set_by: tuple[str, ...]
    """It is not given again while it stands."""
    kept_by: tuple[str, ...]
    void_by: tuple[str, ...] = ()
    """What ends it unkept, before the end of its round does."""
    passed_on_by: tuple[str, ...] = ()
    """It runs on, and is from then on that of the unit that leads, if any does."""
    about: Literal["case", "order", "task"] = "case"
    """A round of the case itself; or one thing of it, whose id each event names and whose giver starts the clock."""
    optional: bool = False
    """A pack may do without a limit; then nothing is promised."""
    of_duty: bool = False
    """A duty may have a limit of its own for it."""
    counted_as: tuple[Counter, ...] = ()
    """What one that is decided counts as, and one that was kept in time; nothing where no figure counts it."""


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


def set_by(event: object) -> list[Deadline]:
    """The promises about a case that an event sets."""
    return [one for one in _naming("set_by", event) if one.promise.about == "case"]


def passed_on_by(event: object) -> list[Deadline]:
    """Those that it gives to the unit that leads then."""
    return _naming("passed_on_by", event)


def ended_by(event: object) -> list[Deadline]:
    """Those that it keeps or makes void."""
    return [*_naming("kept_by", event), *_naming("void_by", event)]


def _naming(role: str, event: object) -> list[Deadline]:
    return [one for one in DECLARED.values() if type(event).__name__ in getattr(one.promise, role)]


_GIVEN, _DONE = ("CaseAssigned", "CaseReassigned"), ("CaseHandled", "CaseAnsweredDirectly")

Deadline.TRIAGE = Deadline("triage", Promise(
    "派单时限", "How long a case may wait for a unit", Answerable.HOTLINE,
    set_by=("CaseRegistered", "TriageQueued"), kept_by=("CaseAssigned",), void_by=_DONE,
))  # fmt: skip
Deadline.SIGN = Deadline("sign", Promise(
    "签收时限", "How long a unit may take to sign", Answerable.UNIT,
    set_by=_GIVEN, kept_by=("CaseSigned",), void_by=("TriageQueued", *_GIVEN, *_DONE),
    counted_as=(Counter.SIGN_DUE, Counter.SIGNED_ON_TIME),
))  # fmt: skip
Deadline.HANDLE = Deadline("handle", Promise(
    "办理时限", "How long a unit may take to give its result, from assignment", Answerable.UNIT,
    set_by=_GIVEN, kept_by=_DONE, passed_on_by=("TriageQueued", *_GIVEN),
    of_duty=True, counted_as=(Counter.HANDLE_DUE, Counter.HANDLED_ON_TIME),
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
