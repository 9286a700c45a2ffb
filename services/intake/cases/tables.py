"""The tables of cases.

What is read in lists and changes with every event stands in ``cases``; what was said, and who said it, stands beside it
and is written once. ``sealed_`` columns open only in the vault.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from libs.common.events.objecting import ObjectionState
from libs.common.events.reasons import NotAcceptedFor
from libs.common.events.terms import Channel, Closing, Declined, Kind, Satisfaction, Urgency
from services.intake.cases.domain.lifecycle import DOOR_STEPS, Status, Words
from services.intake.tables import Base

_NEWEST = ("registered_at DESC", "case_id DESC")
"""How lists go."""


class Case(Base, table=True):
    """A complaint (诉求件), and where it stands. The title is masked."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("case_no", name="cases_case_no_key"),
        one_of("cases", "channel", Channel),
        one_of("cases", "kind", Kind),
        one_of("cases", "urgency", Urgency),
        one_of("cases", "status", Status),
        one_of("cases", "satisfaction", Satisfaction),
        one_of("cases", "closing", Closing),
        one_of("cases", "words", Words),
        one_of("cases", "objection_state", ObjectionState),
        one_of("cases", "callback_declined_how", Declined),
        check("cases_case_id_check", "length(case_id) = 36"),
        check("cases_case_no_check", "length(case_no) IN (19, 22)"),
        check("cases_area_code_check", "length(area_code) IN (12, 15)"),
        check("cases_title_check", "title <> ''"),
        check("cases_round_check", "round > 0"),
        check("cases_version_check", "version > 0"),
        check("cases_source", "source_no IS NULL OR source_system IS NOT NULL"),
        check("cases_spoken_before_registered", "occurred_at <= registered_at"),
        check("cases_declined", "(callback_declined_how IS NULL) = (callback_declined_at IS NULL)"),
        check("cases_objection", "(objection_id IS NULL) = (objection_state IS NULL)"),
        check("cases_closing", "(closing IS NOT NULL) = (status IN ('closed', 'not_accepted'))"),
        one_of("cases", "not_accepted_for", NotAcceptedFor),
        check("cases_not_accepted", "status <> 'not_accepted' OR closing = 'not_accepted'"),
        index("cases_source_key", "source_system", "source_no", where="source_no IS NOT NULL", unique=True),
        index("cases_registered_idx", *_NEWEST),
        index("cases_area_idx", "area_code", *_NEWEST),
        index("cases_status_idx", "status", *_NEWEST),
        index("cases_unit_idx", "lead_unit", *_NEWEST, where="lead_unit IS NOT NULL"),
        index("cases_delegate_idx", "delegate_unit", *_NEWEST, where="delegate_unit IS NOT NULL"),
        index("cases_urgent_idx", "urgency", *_NEWEST, where="urgency <> 'normal'"),
        index("cases_held_idx", "registered_at", "case_id", where="words = 'held'"),
        index("cases_category_idx", "category_code", *_NEWEST, where="category_code IS NOT NULL"),
        index(
            "cases_category_area_idx",
            *("category_code", "area_code", "status", "kind", "channel", *_NEWEST),
            where="category_code IS NOT NULL",
        ),
        index(
            "cases_unit_category_idx",
            *("lead_unit", "category_code", *_NEWEST),
            where="lead_unit IS NOT NULL AND category_code IS NOT NULL",
        ),
    )

    case_id: str = Field(primary_key=True)
    case_no: str
    channel: Channel = Field(sa_column=word_column(Channel))
    kind: Kind = Field(sa_column=word_column(Kind))
    urgency: Urgency = Field(sa_column=word_column(Urgency))
    area_code: str
    accused_unit: str | None
    """The unit complained about (被反映单位): it never learns who did."""
    also_accused: list[str] = Field(sa_column=texts_column())
    """Who is, beside it: further units, and members of staff, named at once or later."""
    title: str
    confidential: bool
    anonymous: bool
    """Whoever spoke does not want to be known (匿名件)."""
    callback_wanted: bool
    callback_declined_how: Declined | None = Field(sa_column=word_column(Declined, nullable=True))
    """How the citizen said that he wants no callback; NULL where he wants one, and in cases of before."""
    callback_declined_at: datetime | None = Field(sa_column=moment_column(nullable=True))
    source_system: str | None
    source_no: str | None
    occurred_at: datetime = Field(sa_column=moment_column())
    """When the citizen spoke."""
    registered_at: datetime = Field(sa_column=moment_column())
    needed_by: date | None = None
    """The citizen's own date (需办日期): the handling limit, when it comes before that."""
    pack_version: int

    status: Status = Field(sa_column=word_column(Status))
    category_code: str | None
    round: int
    lead_unit: str | None
    sign_due_at: datetime | None = Field(sa_column=moment_column(nullable=True))
    due_at: datetime | None = Field(sa_column=moment_column(nullable=True))
    satisfaction: Satisfaction | None = Field(sa_column=word_column(Satisfaction, nullable=True))
    closing: Closing | None = Field(sa_column=word_column(Closing, nullable=True))
    answered_directly: bool
    delegate_unit: str | None = None
    """Who works, if not the unit that leads (承办单位)."""
    words: Words = Field(sa_column=word_column(Words))
    """What travels of what was said (转办文本); what is held stands here as nothing but its category."""
    words_due_at: datetime | None = Field(sa_column=moment_column(nullable=True))
    withdrawal_wished: bool = False
    objection_id: str | None = None
    """The latest objection (异议) against a closing of it."""
    objection_state: ObjectionState | None = Field(default=None, sa_column=word_column(ObjectionState, nullable=True))
    """The citizen is being asked whether he takes it back (撤单待核实)."""
    not_accepted_for: NotAcceptedFor | None = Field(default=None, sa_column=word_column(NotAcceptedFor, nullable=True))
    """Why it was not accepted (不予受理原因), with the door that the citizen has to go to, and what he is told."""
    go_to: str | None = None
    notice: str | None = None
    version: int
    updated_at: datetime = Field(sa_column=moment_column())


def working_unit_of(case: Case) -> str | None:
    """Who works on it (承办单位)."""
    return case.delegate_unit or case.lead_unit


class Wording(Base, table=True):
    """What was said (原话). The sealed columns hold the original where masking changed something, else NULL."""

    __tablename__ = "wording"
    __table_args__ = (check("wording_text_check", "text <> ''"),)

    case_id: str = Field(primary_key=True)
    text: str
    sealed_title: bytes | None
    sealed_text: bytes | None
    held: bool
    """It waits for a person's wording; ``text`` says nothing of it."""


class Supplement(Base, table=True):
    """What the citizen said since (补充、催办、撤单、异议), masked; the original sealed where masking changed it."""

    __tablename__ = "supplement"
    __table_args__ = (
        refers("supplement", "case_id", "cases"),
        one_of("supplement", "what", DOOR_STEPS),
        index("supplement_case_idx", "case_id", "supplement_id"),
    )

    supplement_id: str = Field(primary_key=True)
    case_id: str
    at: datetime = Field(sa_column=moment_column())
    by: str
    text: str
    sealed_text: bytes | None
    what: str
    """Which step was said so, as on the timeline."""
    held: bool
    """It waits for a person's wording; ``text`` says nothing of it."""


class RepeatEntry(Base, table=True):
    """Which earlier case a case repeats (重复诉求), as somebody said, one after the other: append-only."""

    __tablename__ = "repeat"
    __table_args__ = (
        refers("repeat", "case_id", "cases", at_commit=True),
        check("repeat_number_check", "number > 0"),
        check("repeat_of_another", "repeat_of <> case_id"),
        index("repeat_of_idx", "repeat_of", "case_id", where="repeat_of IS NOT NULL"),
    )

    case_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    """Which of the case's, from 1."""
    repeat_of: str | None = None
    """Empty: none, after all."""
    reason: str
    who: str | None = None
    unit_code: str | None = None
    """The unit that ``who`` acted for."""
    staff_id: str | None = None
    at: datetime = Field(sa_column=moment_column())


class TimelineEntry(Base, table=True):
    """One thing that happened to a case (办理纪实), with the status and version after it. Append-only."""

    __tablename__ = "timeline"
    __table_args__ = (
        check("timeline_note_check", "length(note) <= 500"),
        check("timeline_round_check", "round > 0"),
        index("timeline_case_idx", "case_id", "at", "id"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    case_id: str
    at: datetime = Field(sa_column=moment_column())
    what: str
    """The event's short name, such as ``assigned``."""
    round: int
    unit_code: str | None
    by: str | None
    """An account; NULL when the system or an unnamed person of the unit did it."""
    note: str
    status: Status = Field(sa_column=word_column(Status))
    version: int


class CaseNumber(Base, table=True):
    """The last sequence that was given out, per place (the digits of a county, or of a town of its own) and day."""

    __tablename__ = "case_number"
    __table_args__ = (
        check("case_number_county_check", "length(county) IN (6, 9)"),
        check("case_number_last_check", "last BETWEEN 0 AND 999999"),
    )

    county: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    last: int
