"""What still needs to know who lives in a household (不得删除的情形), and who stands for an erasure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from libs.common.rules.machine import Label


@dataclass(frozen=True, slots=True)
class Order:
    """Who has something erased, who agreed, and why."""

    by: str
    agreed_by: str
    reason: str


class StillNeeded(StrEnum):
    """Why a household is not erased yet."""

    IN_REGISTER = "in_register"
    PLANNED = "planned"
    CASE_OPEN = "case_open"
    ITEM_WAITS = "item_waits"


REASONS: Mapping[StillNeeded, Label] = {
    StillNeeded.IN_REGISTER: (
        "该户仍在册，须先由他人确认静默或并户",
        "It stands in the register: first it is muted, which somebody else confirms, or merged",
    ),
    StillNeeded.PLANNED: ("该户已排入走访计划", "A visit to it is planned"),
    StillNeeded.CASE_OPEN: (
        "走访该户形成的诉求尚未办结",
        "A case that came of a visit to it is open, or may be reopened: the citizen has to be asked",
    ),
    StillNeeded.ITEM_WAITS: ("手机上传的该户条目尚待处理", "What a phone brought about it waits for somebody"),
}
