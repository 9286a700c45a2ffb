"""An objection (异议) as it is kept. Who may decide about it, the rules of the case say (``cases.domain``)."""

from dataclasses import dataclass
from datetime import date, datetime

from libs.common.events.objecting import ObjectionState
from libs.common.events.terms import Channel


@dataclass(frozen=True, slots=True)
class Objection:
    """What a citizen has against the closing of one round, under its columns' names, and what was decided about it."""

    objection_id: str
    case_id: str
    round: int
    """The round whose closing it is against; each is objected to once."""
    channel: Channel
    text: str
    raised_by: str | None
    raised_by_unit: str | None
    raised_by_staff: str | None
    raised_at: datetime
    closed_at: datetime
    last_day: date
    state: ObjectionState = ObjectionState.RAISED
    decided_by: str | None = None
    decided_by_unit: str | None = None
    decided_by_staff: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    version: int = 1
