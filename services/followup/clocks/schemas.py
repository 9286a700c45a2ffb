"""What is asked and shown of timers."""

from typing import Annotated, Self

from pydantic import AwareDatetime, Field

from libs.common.events.terms import Deadline
from libs.common.security.veil import Veil
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, CaseId, Moment, UnitCode
from libs.common.web.people import ResponsibleOut
from services.followup.clocks.domain import ClockStatus
from services.followup.clocks.tables import ClockRow


class ClocksQuery(PageQuery):
    """What the list of timers is narrowed to."""

    state: ClockStatus = ClockStatus.PENDING
    case_id: CaseId | None = None
    unit_code: UnitCode | None = None
    what: Deadline | None = None
    fires_before: Moment | None = None


class ClockOut(AnswerBody):
    """A clock (定时器) and what comes next on it: ``warn``, ``miss``, or ``ladder:<n>``, n the place in the ladder.

    ``pending``: it comes at ``fires_at``. ``paused``: it would come then, and the clock stands still. ``cancelled``: it
    would have come then, and the clock was stopped before. ``fired``: it was the last one. ``failed``: it could not be
    taken, for the reason in ``error``.
    """

    timer_id: str
    case_id: str
    round: int
    what: Deadline
    about: Annotated[
        str, Field(description="The order to be answered, or the objection to be decided; empty: the case itself")
    ]
    step: str
    unit_code: str | None
    starts_at: AwareDatetime
    warn_at: AwareDatetime
    due_at: AwareDatetime
    fires_at: AwareDatetime
    pack_version: int
    state: ClockStatus
    error: str | None
    responsible: Annotated[
        ResponsibleOut | None,
        Field(description="Who of the unit answers in this round (责任人)"),
    ]

    @classmethod
    def of(cls, row: ClockRow, responsible: ResponsibleOut | None) -> Self:
        """The clock as it is shown."""
        fields = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        return cls(timer_id=f"{row.clock_id}.{row.step}", fires_at=row.next_at, responsible=responsible, **fields)

    def veiled(self, veil: Veil | None) -> Self:
        """A clock of no unit as the units of a confidential case see it: it began at the minute of a door."""
        if veil is None:
            return self
        # The id of an objection holds the millisecond at which it was made.
        return self.model_copy(update={"about": ""} | {name: veil.day(getattr(self, name)) for name in _MOMENTS})


_MOMENTS = ("starts_at", "warn_at", "due_at", "fires_at")
