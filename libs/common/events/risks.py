"""Events of group and risk matters (群体性、风险事项), under the key of the case: told at once, acknowledged."""

from typing import ClassVar

from libs.common.events.base import Moment, SaidByHand
from libs.common.events.cases import RoundEvent


class RiskReported(RoundEvent, SaidByHand):
    """风险上报: told at once to ``told``, members of staff who are on duty as leaders; none where nobody is.

    ``by_rule``: by the pack's words and numbers, of which ``why`` says those met; else a person's masked words.
    """

    type_name: ClassVar[str] = "cn.huiyin.case.risk_reported"

    risk_id: str
    kind: str
    by_rule: bool
    why: str
    told: tuple[str, ...]
    due_at: Moment
    """Until when one of them has to acknowledge it."""


class RiskAcknowledged(RoundEvent, SaidByHand):
    """风险签收: a leader on duty has it, and says in masked words what is done at once."""

    type_name: ClassVar[str] = "cn.huiyin.case.risk_acknowledged"

    risk_id: str
    note: str
    late: bool
