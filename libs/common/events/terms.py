"""The closed lists of words that events, tables and APIs share; each with its Chinese label."""

from enum import StrEnum


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


class Deadline(StrEnum):
    """Which promise a deadline guards (时限)."""

    TRIAGE = "triage"
    SIGN = "sign"
    HANDLE = "handle"
    CALLBACK = "callback"
    REPLY = "reply"


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
    Deadline.TRIAGE: "派单时限",
    Deadline.SIGN: "签收时限",
    Deadline.HANDLE: "办理时限",
    Deadline.CALLBACK: "回访时限",
    Deadline.REPLY: "督办回复时限",
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
