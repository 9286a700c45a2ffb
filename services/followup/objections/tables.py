"""Objections against closings."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, word_column
from libs.common.events.objecting import ObjectionState
from libs.common.events.terms import Channel
from services.followup.cases.tables import Base


class ObjectionRow(Base, table=True):
    """What a citizen has against the closing of a round (异议), and what was decided about it."""

    __tablename__ = "objection"
    __table_args__ = (
        refers("objection", "case_id", "matter", at_commit=True),
        UniqueConstraint("case_id", "round", name="objection_once_a_closing"),
        one_of("objection", "channel", Channel),
        one_of("objection", "state", ObjectionState),
        check("objection_round_check", "round > 0"),
        check("objection_version_check", "version > 0"),
        check(
            "objection_is_decided",
            "(state = 'raised') = (decided_at IS NULL) AND (decided_at IS NULL) = (reason IS NULL)",
        ),
        check("objection_decided_by_another", "decided_by <> raised_by"),
        index("objection_state_idx", "state", "raised_at", "objection_id"),
        index("objection_raised_idx", "raised_at", "objection_id"),
        index("objection_due_idx", "due_at", where="state = 'raised' AND due_at IS NOT NULL"),
    )

    objection_id: str = Field(primary_key=True)
    case_id: str
    round: int
    channel: Channel = Field(sa_column=word_column(Channel))
    text: str
    """Masked, as it travels."""
    raised_by: str | None = None
    raised_by_unit: str | None = None
    raised_by_staff: str | None = None
    raised_at: datetime = Field(sa_column=moment_column())
    closed_at: datetime = Field(sa_column=moment_column())
    last_day: date
    """Until the end of that day it could be raised."""
    due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    """Until when it is to be decided (异议审核时限), if the pack has a limit."""
    state: ObjectionState = Field(sa_column=word_column(ObjectionState))
    decided_by: str | None = None
    decided_by_unit: str | None = None
    decided_by_staff: str | None = None
    decided_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    reason: str | None = None
    """Why it was granted or refused: the citizen can be told."""
    version: int = 1
