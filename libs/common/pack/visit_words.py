"""The words of a place's visits (走访用语): purposes, materials, topics and findings, by their codes."""

from libs.common.pack.directory import UnknownCode
from libs.common.pack.schema import CodedReason, FindingSetting, VisitRules


def purpose(rules: VisitRules, code: str) -> CodedReason:
    """What a visit can be for (到户事项). UnknownCode."""
    return _found(rules.purposes, "purposes", code)


def material(rules: VisitRules, code: str) -> CodedReason:
    """What can be handed out (宣传资料). UnknownCode."""
    return _found(rules.materials, "materials", code)


def topic(rules: VisitRules, code: str) -> CodedReason:
    """What of the checklist can be gone through (遍访事项). UnknownCode."""
    return _found(rules.topics, "topics", code)


def finding(rules: VisitRules, code: str) -> FindingSetting:
    """What is looked at in every household (核查事项). UnknownCode."""
    for known in rules.findings:
        if known.code == code:
            return known
    raise UnknownCode("findings", code, None)


def _found(words: tuple[CodedReason, ...], field: str, code: str) -> CodedReason:
    for word in words:
        if word.code == code:
            return word
    raise UnknownCode(field, code, None)
