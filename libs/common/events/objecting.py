"""What becomes of what a citizen has against the end of his case, with its Chinese label."""

from enum import StrEnum


class ObjectionState(StrEnum):
    """What became of a citizen's objection to the closing of his case (异议状态)."""

    RAISED = "raised"
    GRANTED = "granted"
    REFUSED = "refused"


OBJECTIONS_ZH: dict[ObjectionState, str] = {
    ObjectionState.RAISED: "异议待审核",
    ObjectionState.GRANTED: "异议成立",
    ObjectionState.REFUSED: "异议不成立",
}
