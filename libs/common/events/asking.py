"""What a unit asks for about a case (延期、挂账、终止办理), and what somebody else decides about it."""

from typing import ClassVar

from libs.common.events.asking_terms import RequestKind
from libs.common.events.base import Moment, SaidByHand
from libs.common.events.cases import RoundEvent
from libs.common.time.due import LimitUnit


class UnitRequestEvent(RoundEvent, SaidByHand):
    """One request. ``request`` is its number among the steps of the case; ``unit_code`` the unit that asked."""

    kind: RequestKind
    request: int
    unit_code: str


class RequestMade(UnitRequestEvent):
    """申请: the unit that works asks. Nothing of the case changes, and its clocks run on."""

    type_name: ClassVar[str] = "cn.huiyin.case.request_made"

    reason_code: str
    note: str
    """Why, in words; masked."""
    days: int | None = None
    """Of more time how many, counted in ``unit``."""
    unit: LimitUnit | None = None
    until: Moment | None = None
    """When the case would be due, or when it would come back: of a suspension, and of a staged answer."""
    evidence: str | None = None
    """Of a termination what proves its reason; masked."""
    answer: str | None = None
    """Of a staged answer (阶段性答复) what the citizen is to be answered by now; masked."""


class RequestGranted(UnitRequestEvent):
    """申请同意: by somebody else, of a unit above the one that asked or of the hotline. What it asked for holds now.

    By a termination (终止办理) the case ends as ``procedural``: its citizen may object.
    """

    type_name: ClassVar[str] = "cn.huiyin.case.request_granted"

    reason_code: str
    days: int | None = None
    unit: LimitUnit | None = None
    until: Moment | None = None
    evidence: str | None = None
    answer: str | None = None
    """Of a staged answer what the citizen is answered by now; masked."""
    note: str
    """Why it was granted."""
    notice: str
    """What the citizen is told (告知诉求人); masked."""
    asked_by: str
    """The account that asked, never that of who granted it."""
    asked_by_staff: str | None = None
    units: tuple[str, ...] = ()
    """Who had the case then, from the unit that led it to the one that worked; none in events from before."""


class RequestRefused(UnitRequestEvent):
    """申请不予同意: the clocks ran on."""

    type_name: ClassVar[str] = "cn.huiyin.case.request_refused"

    note: str


class RequestLapsed(UnitRequestEvent):
    """申请失效: nobody had decided when the time to handle the case was over."""

    type_name: ClassVar[str] = "cn.huiyin.case.request_lapsed"


class RequestRaised(RoundEvent, SaidByHand):
    """申请提级审核: nobody had decided in time (审核时限), so whoever stands above does from now on; once of each."""

    type_name: ClassVar[str] = "cn.huiyin.case.request_raised"

    kind: RequestKind
    request: int
    unit_code: str | None
    """The unit that asked; of what is not to be accepted nobody's, where a door asked."""
    due_at: Moment
    """Until when it was to be decided."""


class SuspensionLifted(RoundEvent, SaidByHand):
    """提前恢复: a case that was suspended (挂账) goes on before its day."""

    type_name: ClassVar[str] = "cn.huiyin.case.suspension_lifted"

    note: str
