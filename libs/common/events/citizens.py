"""What a citizen wants of his case beside its result, to take it back (撤单), and what is asked of him about that."""

from typing import ClassVar

from libs.common.events.base import SaidByHand
from libs.common.events.cases import RoundEvent
from libs.common.events.terms import FIRST_REQUESTER, Reached


class WithdrawalWished(RoundEvent, SaidByHand):
    """撤单意愿: somebody says that the citizen takes it back, which he has to confirm himself.

    ``sealed`` as of what is added.
    """

    type_name: ClassVar[str] = "cn.huiyin.case.withdrawal_wished"

    reason: str
    sealed: str | None = None


class WithdrawalTried(RoundEvent):
    """撤单核实: one try to hear from the citizen whether he takes it back; the wish is over when it ``ends``.

    An answer ``by_link`` nobody heard: whoever has the one-time link is taken for the citizen; ``caller`` had it made.
    """

    type_name: ClassVar[str] = "cn.huiyin.case.withdrawal_tried"

    attempt: int
    reached: Reached
    withdraws: bool | None = None
    """The citizen's own word; None when he was not reached, or did not say."""
    ends: bool
    """Confirmed by all, which closes the case; or denied, or nobody was reached in all tries: then it goes on."""
    handling_unit: str | None = None
    caller: str
    """The caller's account, never a citizen."""
    caller_unit: str | None = None
    caller_staff: str | None = None
    """The member of staff whose account it is (人员编号), where the token says so."""
    requester: str = FIRST_REQUESTER
    by_link: bool = False
    """Whether it came by a one-time link (一次性链接)."""
