"""What is asked and shown of timers."""

from pydantic import AwareDatetime

from libs.common.events.terms import Deadline
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, CaseId, Moment, UnitCode
from services.followup.clocks.domain import TimerState


class TimersQuery(PageQuery):
    """What the list of timers is narrowed to."""

    state: TimerState = TimerState.PENDING
    case_id: CaseId | None = None
    unit_code: UnitCode | None = None
    what: Deadline | None = None
    fires_before: Moment | None = None


class TimerOut(AnswerBody):
    """A timer (定时器): ``warn``, ``miss``, or ``ladder:<n>`` with n the place in the pack's ladder."""

    timer_id: str
    case_id: str
    round: int
    what: Deadline
    step: str
    unit_code: str | None
    starts_at: AwareDatetime
    due_at: AwareDatetime
    fires_at: AwareDatetime
    pack_version: int
    state: TimerState
    error: str | None
