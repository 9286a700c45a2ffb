"""The callbacks and their tries."""

from datetime import datetime

from sqlalchemy import Column, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, word_column
from libs.common.events.terms import FIRST_REQUESTER, Reached, Satisfaction
from services.followup.cases.domain.terms import CallbackState, Purpose
from services.followup.cases.tables import Base

_ASKED = ["case_id", "round", "requester", "purpose"]
_AREA = "area_code text_pattern_ops"


class Callback(Base, table=True):
    """The asking of one requester in one round, for one purpose (回访任务)."""

    __tablename__ = "callback"
    __table_args__ = (
        refers("callback", "case_id", "matter", at_commit=True),
        UniqueConstraint("case_id", "round", "requester", "purpose", name="callback_asked_once"),
        one_of("callback", "purpose", Purpose),
        one_of("callback", "state", CallbackState),
        check("callback_check", "tries BETWEEN 0 AND attempts"),
        check("callback_round_check", "round > 0"),
        check("callback_version_check", "version > 0"),
        check("callback_wish_check", "wish >= 0"),
        index("callback_queue_idx", "state", "next_try_at", "callback_id"),
        index("callback_area_idx", _AREA, "state", "next_try_at", "callback_id"),
        index(
            "callback_unit_idx",
            *("handling_unit", "state", "next_try_at", "callback_id", _AREA),
            where="handling_unit IS NOT NULL",
        ),
        index(
            "callback_unit_area_idx",
            *("handling_unit", "state", _AREA, "next_try_at", "callback_id"),
            where="handling_unit IS NOT NULL",
        ),
    )

    callback_id: str = Field(primary_key=True)
    case_id: str
    round: int
    state: CallbackState = Field(sa_column=word_column(CallbackState))
    handling_unit: str | None = None
    answered_by: str | None = None
    """The account that answered at the door: it never asks about its own answer."""
    answered_by_staff: str | None = None
    """The member of staff whose account it is, where it is known."""
    area_code: str
    tries: int = 0
    """Tries without a valid answer since it was opened, or opened again."""
    attempts: int = 0
    """All tries."""
    next_try_at: datetime = Field(sa_column=moment_column())
    opened_at: datetime = Field(sa_column=moment_column())
    version: int = 1
    requester: str = FIRST_REQUESTER
    purpose: Purpose = Field(default=Purpose.CLOSING, sa_column=word_column(Purpose))
    wished_by: str | None = None
    """The account that said that the citizen takes it back, where that is what he is asked."""
    wished_by_staff: str | None = None
    wish: int = 0
    """Which wish of its round it asks about, where it asks about one: a link answers the one it was made for."""


class Attempt(Base, table=True):
    """One try (一次回访): append-only, so the first and the final answer are both kept."""

    __tablename__ = "attempt"
    __table_args__ = (
        refers("attempt", "callback_id", "callback", at_commit=True),
        ForeignKeyConstraint(
            _ASKED,
            [f"callback.{column}" for column in _ASKED],
            name="attempt_asks_for_the_same",
            deferrable=True,
            initially="DEFERRED",
        ),
        one_of("attempt", "reached", Reached),
        one_of("attempt", "satisfaction", Satisfaction),
        check("attempt_attempt_check", "attempt > 0"),
        check(
            "attempt_check",
            "valid = (reached = 'answered'"
            " AND CASE WHEN purpose = 'withdrawal' THEN withdraws IS NOT NULL ELSE satisfaction IS NOT NULL END)",
        ),
        check(
            "attempt_only_answers_count",
            "reached = 'answered'"
            " OR (contacted IS NULL AND solved IS NULL AND satisfaction IS NULL AND withdraws IS NULL)",
        ),
        check(
            "attempt_answers_what_is_asked",
            "CASE WHEN purpose = 'withdrawal' THEN contacted IS NULL AND solved IS NULL AND satisfaction IS NULL"
            " ELSE withdraws IS NULL END",
        ),
        check("attempt_a_link_asks_about_a_wish", "NOT by_link OR withdraws IS NOT NULL"),
    )

    callback_id: str = Field(primary_key=True)
    attempt: int = Field(primary_key=True)
    case_id: str
    round: int
    at: datetime = Field(sa_column=moment_column())
    caller: str
    caller_unit: str | None = None
    caller_staff: str | None = None
    reached: Reached = Field(sa_column=word_column(Reached))
    valid: bool
    contacted: bool | None = None
    solved: bool | None = None
    satisfaction: Satisfaction | None = Field(default=None, sa_column=word_column(Satisfaction, nullable=True))
    words: str | None = None
    notes: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    """What was said to the pack's other questions, by their codes."""
    requester: str = FIRST_REQUESTER
    purpose: Purpose = Field(default=Purpose.CLOSING, sa_column=word_column(Purpose))
    withdraws: bool | None = None
    """Whether the citizen takes the case back, where that is what he was asked."""
    by_link: bool = False
    """Whether he answered by a one-time link (一次性链接), which ``caller`` had made, and nobody spoke with him."""
