"""The callbacks and their tries."""

from datetime import datetime

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from libs.common.database.columns import moment_column, word_column
from libs.common.events.terms import Reached, Satisfaction
from services.followup.callbacks.domain import CallbackState
from services.followup.cases.tables import Base


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
