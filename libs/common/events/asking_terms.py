"""The words of what units ask for and somebody else decides (申请), with their Chinese labels."""

from enum import StrEnum


class RequestKind(StrEnum):
    """What is asked for (申请事项)."""

    RETURN = "return"
    NONACCEPTANCE = "nonacceptance"
    EXTENSION = "extension"
    SUSPENSION = "suspension"
    TERMINATION = "termination"
    STAGED = "staged"


KINDS_ZH: dict[RequestKind, str] = {
    RequestKind.RETURN: "退单",
    RequestKind.NONACCEPTANCE: "不予受理",
    RequestKind.EXTENSION: "延期",
    RequestKind.SUSPENSION: "挂账",
    RequestKind.TERMINATION: "终止办理",
    RequestKind.STAGED: "阶段性答复",
}


def request_name(number: int) -> str:
    """A request by its number among the steps of its case, as its clock goes by it in every service."""
    return f"request-{number}"
