"""Whether a case is taken on at all (不予受理): it is asked for, and decided by a second person."""

from typing import ClassVar

from libs.common.events.base import SaidByHand
from libs.common.events.cases import RoundEvent
from libs.common.events.reasons import NotAcceptedFor


class NonacceptanceRequested(RoundEvent, SaidByHand):
    """不予受理申请: whoever sorts the case asks that it be not accepted, and where its citizen is to go."""

    type_name: ClassVar[str] = "cn.huiyin.case.nonacceptance_requested"

    reason_code: NotAcceptedFor
    go_to: str
    """The door to go to (去向指引): an office, a line or a procedure, as the citizen is told it."""
    notice: str
    """What the citizen is told in writing (不予受理告知)."""
    request: int | None = None
    """Its number among the steps of the case; None in events from before it was told."""


class NonacceptanceRefused(RoundEvent, SaidByHand):
    """不予受理申请不予同意: the case goes on waiting for a unit, and its clock ran on."""

    type_name: ClassVar[str] = "cn.huiyin.case.nonacceptance_refused"

    note: str


class CaseNotAccepted(RoundEvent, SaidByHand):
    """不予受理: a second person approved it. ``by`` is who did; no unit had the case then, and it ends by this."""

    type_name: ClassVar[str] = "cn.huiyin.case.not_accepted"

    reason_code: NotAcceptedFor
    go_to: str
    notice: str
    note: str
    """Why it was approved."""
    asked_by: str
    """The account that asked for it, never that of who approved."""
    asked_by_staff: str | None = None
    """The member of staff whose account it is (人员编号), where the token says so."""
