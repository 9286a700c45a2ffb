"""Words of routing: by what a unit was chosen, and why another was not; each with its Chinese label."""

from enum import StrEnum


class Rule(StrEnum):
    """By what a decision was taken (派单依据)."""

    DUTY = "duty"
    DUTY_RULE = "duty_rule"
    SUPERIOR = "superior"
    SAME_UNIT = "same_unit"
    STAND_IN = "stand_in"
    DISPATCHER = "dispatcher"
    ARBITRATION = "arbitration"
    NOBODY = "nobody"


class CandidateVerdict(StrEnum):
    """What was found of a unit that came into question (候选结论)."""

    CHOSEN = "chosen"
    ACCUSED = "accused"
    LED_BY_ACCUSED = "led_by_accused"
    TAKEN_BACK = "taken_back"
    OUT_OF_AREA = "out_of_area"
    GONE = "gone"


RULE_LABELS: dict[Rule, tuple[str, str]] = {
    Rule.DUTY: ("权责清单", "the duty directory names it"),
    Rule.DUTY_RULE: ("职责规则", "it was ruled for cases like it"),
    Rule.SUPERIOR: ("被反映单位回避，由上级办理", "the superior of a unit that is complained about"),
    Rule.SAME_UNIT: ("谁办谁改", "sent back to the unit that handled it"),
    Rule.STAND_IN: ("撤并承接", "it stands in for a unit that is gone"),
    Rule.DISPATCHER: ("人工派单", "a dispatcher chose it"),
    Rule.ARBITRATION: ("争议裁定", "it was ruled in arbitration"),
    Rule.NOBODY: ("待派", "nobody was found; a dispatcher has to choose"),
}
"""Chinese and English."""

VERDICT_LABELS: dict[CandidateVerdict, tuple[str, str]] = {
    CandidateVerdict.CHOSEN: ("选定", "chosen"),
    CandidateVerdict.ACCUSED: ("被反映单位或其下级", "complained about, or below the unit that is"),
    CandidateVerdict.LED_BY_ACCUSED: ("被反映人任主要负责人", "led by somebody who is complained about"),
    CandidateVerdict.TAKEN_BACK: ("事项已上收", "the matter was taken back from its level"),
    CandidateVerdict.OUT_OF_AREA: ("辖区不含事发地", "its area does not contain the place"),
    CandidateVerdict.GONE: ("已撤并", "it is gone from the pack in force"),
}
"""Chinese and English."""
