"""Events of duty rules (职责规则): what was ruled in one case settles others like it. Under the ruled case's key."""

from typing import ClassVar

from libs.common.events.base import Moment, SaidByHand
from libs.common.events.cases import CaseEvent


class DutyRuleEvent(CaseEvent, SaidByHand):
    """One rule, by its id; its key is the case whose ruling it comes of."""

    rule_id: str


class DutyRuleProposed(DutyRuleEvent):
    """拟定职责规则: what such matters are in such a place is to be that unit's, as it was ruled."""

    type_name: ClassVar[str] = "cn.huiyin.case.duty_rule_proposed"

    arbitration: int
    """The ruling, by its session's number among the steps of the case."""
    category_code: str
    area_code: str
    words: tuple[str, ...] = ()
    """One of these stands in the title or the text; any matter where there are none."""
    lead_unit: str
    support_units: tuple[str, ...] = ()
    basis: str


class DutyRuleTried(DutyRuleEvent):
    """规则试算: how many cases it would have settled by then, and what later became of these."""

    type_name: ClassVar[str] = "cn.huiyin.case.duty_rule_tried"

    since: Moment
    open: int
    closed: int
    returned: int
    """Of all of them those that a unit asked to give back; and those that their citizens sent back."""
    dissatisfied: int


class DutyRuleDecided(DutyRuleEvent):
    """规则审定: adopted from a moment on by another person than who proposed it, or refused."""

    type_name: ClassVar[str] = "cn.huiyin.case.duty_rule_decided"

    approved: bool
    effective_from: Moment | None = None
    note: str


class DutyRuleEnded(DutyRuleEvent):
    """规则废止: from now on it settles nothing any more."""

    type_name: ClassVar[str] = "cn.huiyin.case.duty_rule_ended"

    note: str
