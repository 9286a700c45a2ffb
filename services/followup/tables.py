"""The tables of followup, in its own schema: each case's promise, its clocks, its callbacks and its supervision."""

from datetime import date, datetime

from sqlalchemy import Column, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from libs.common.database.columns import moment_column, texts_column, word_column
from libs.common.events.terms import (
    Closing,
    Deadline,
    Kind,
    Reached,
    Satisfaction,
    SupervisionLevel,
    Urgency,
)
from services.followup.domain.clocks import TimerState
from services.followup.domain.terms import Action, CallbackState, Status, SupervisionState


class Base(SQLModel):
    """Base of this service's tables."""

    metadata = MetaData()


class Matter(Base, table=True):
    """A case as a promise (诉求件的承诺). ``version`` grows with every step, not with clocks that run.

    The lists have no default: making one by factory costs more than all other columns of a new row together.
    """

    __tablename__ = "matter"

    case_id: str = Field(primary_key=True)
    case_no: str
    status: Status = Field(sa_column=word_column(Status))
    round: int = 1
    lead_unit: str | None = None
    left_units: list[str] = Field(sa_column=texts_column())
    """Units that led it and gave it up, each once: what the ladder counts as returns (流转单位)."""
    area_code: str
    kind: Kind = Field(sa_column=word_column(Kind))
    urgency: Urgency = Field(sa_column=word_column(Urgency))
    category_code: str | None = None
    title: str
    accused_unit: str | None = None
    """The unit complained about (被反映单位): it and those below it see nothing of the case, and are told nothing."""
    callback_wanted: bool = True
    registered_at: datetime = Field(sa_column=moment_column())
    pack_version: int
    """Under which its present clocks were set."""
    clocks: int = 0
    """How many clocks it had so far: each has its number."""
    triage_due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    handle_due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    """The one handling clock of this round, which runs on whoever leads."""
    overdue: list[str] = Field(sa_column=texts_column())
    """Deadlines that have passed and are still not met."""
    sent_back: int = 0
    closing: Closing | None = Field(default=None, sa_column=word_column(Closing, nullable=True))
    satisfaction: Satisfaction | None = Field(default=None, sa_column=word_column(Satisfaction, nullable=True))
    closed_by_attempt: int | None = None
    """The try of this round's callback that closed it: a foreign key holds the closing to the citizen's word."""
    version: int = 1


class TimerRow(Base, table=True):
    """One thing that is to happen at ``fires_at`` (定时器); see ``domain.clocks.Timer``."""

    __tablename__ = "timer"

    timer_id: str = Field(primary_key=True)
    case_id: str
    round: int
    what: Deadline = Field(sa_column=word_column(Deadline))
    step: str
    unit_code: str | None = None
    starts_at: datetime = Field(sa_column=moment_column())
    due_at: datetime = Field(sa_column=moment_column())
    fires_at: datetime = Field(sa_column=moment_column())
    pack_version: int
    state: TimerState = Field(sa_column=word_column(TimerState))
    error: str | None = None


class Callback(Base, table=True):
    """The asking of one round (回访任务)."""

    __tablename__ = "callback"

    callback_id: str = Field(primary_key=True)
    case_id: str
    round: int
    state: CallbackState = Field(sa_column=word_column(CallbackState))
    handling_unit: str | None = None
    answered_by: str | None = None
    """The account that answered at the door: it never asks about its own answer."""
    area_code: str
    tries: int = 0
    """Tries without a valid answer since it was opened, or opened again."""
    attempts: int = 0
    """All tries."""
    next_try_at: datetime = Field(sa_column=moment_column())
    opened_at: datetime = Field(sa_column=moment_column())
    version: int = 1


class Attempt(Base, table=True):
    """One try (一次回访): append-only, so the first and the final answer are both kept."""

    __tablename__ = "attempt"

    callback_id: str = Field(primary_key=True)
    attempt: int = Field(primary_key=True)
    case_id: str
    round: int
    at: datetime = Field(sa_column=moment_column())
    caller: str
    caller_unit: str | None = None
    reached: Reached = Field(sa_column=word_column(Reached))
    valid: bool
    contacted: bool | None = None
    solved: bool | None = None
    satisfaction: Satisfaction | None = Field(default=None, sa_column=word_column(Satisfaction, nullable=True))
    words: str | None = None
    notes: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    """What was said to the pack's other questions, by their codes."""


class Supervision(Base, table=True):
    """One order of supervision (催办、督办): to one unit, answered on its own."""

    __tablename__ = "supervision"

    supervision_id: str = Field(primary_key=True)
    case_id: str
    round: int
    level: SupervisionLevel = Field(sa_column=word_column(SupervisionLevel))
    unit_code: str | None = None
    area_code: str
    accused_unit: str | None = None
    reason: str
    by_rule: bool
    rule_code: str | None = None
    """The step of the pack's ladder that brought it."""
    issued_by: str
    issued_at: datetime = Field(sa_column=moment_column())
    reply_due: date | None = None
    state: SupervisionState = Field(sa_column=word_column(SupervisionState))
    reply: str | None = None
    replied_by: str | None = None
    replied_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    version: int = 1


class Transition(Base, table=True):
    """One step of one case: append-only."""

    __tablename__ = "transition"

    case_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    """The case's own, after the step."""
    round: int
    action: Action = Field(sa_column=word_column(Action))
    from_status: Status | None = Field(default=None, sa_column=word_column(Status, nullable=True))
    to_status: Status = Field(sa_column=word_column(Status))
    who: str
    """An account, or ``system``."""
    unit_code: str | None = None
    """The unit that ``who`` acts for."""
    at: datetime = Field(sa_column=moment_column())
    why: str
