"""The tables of letters: each letter, the last number of each sequence, and the templates of offices."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from libs.common.events.letter_terms import LetterStatus
from services.dispatch.cases.tables import Base

_ENDED = "status IN ('accepted', 'withdrawn')"
_WAITING = "status IN ('sent', 'acknowledged', 'sent_back')"


class Letter(Base, table=True):
    """A letter (函件) from an office to a unit; see ``domain.LetterState``. It is never deleted."""

    __tablename__ = "letter"
    __table_args__ = (
        refers("letter", "case_id", "work"),
        one_of("letter", "status", LetterStatus),
        check("letter_round", "(case_id IS NULL) = (round IS NULL) AND (round IS NULL OR round > 0)"),
        check("letter_days_check", "days > 0"),
        check("letter_edition_check", "edition >= 0"),
        check("letter_reminders_check", "reminders >= 0"),
        check("letter_version_check", "version > 0"),
        check("letter_to_another_unit", "office <> to_unit"),
        check(
            "letter_numbered",
            "(sent_at IS NULL) = (number IS NULL) AND (number IS NULL) = (year IS NULL)"
            " AND (number IS NULL) = (no IS NULL) AND (number IS NULL) = (due_at IS NULL)"
            " AND (number IS NULL) = (warn_at IS NULL) AND (number IS NULL) = (edition = 0)"
            " AND (number IS NULL OR number > 0)",
        ),
        check("letter_sent", "status IN ('drafted', 'withdrawn') OR sent_at IS NOT NULL"),
        check("letter_replied", "status NOT IN ('replied', 'sent_back', 'accepted') OR reply IS NOT NULL"),
        check("letter_ended", f"({_ENDED}) = (ended_at IS NOT NULL) AND (ended_at IS NULL OR opinion IS NOT NULL)"),
        index("letter_number_idx", "office", "kind", "year", "number", where="number IS NOT NULL", unique=True),
        index("letter_no_idx", "no", where="no IS NOT NULL", unique=True),
        index("letter_office_idx", "office", "drafted_at", "letter_id"),
        index("letter_receiver_idx", "to_unit", "drafted_at", "letter_id", where="sent_at IS NOT NULL"),
        index("letter_office_status_idx", "office", "status", "drafted_at", "letter_id"),
        index(
            "letter_receiver_status_idx",
            *("to_unit", "status", "drafted_at", "letter_id"),
            where="sent_at IS NOT NULL",
        ),
        index("letter_case_idx", "case_id", where="case_id IS NOT NULL"),
        index("letter_waiting_idx", "due_at", "letter_id", where=_WAITING),
    )

    letter_id: str = Field(primary_key=True)
    case_id: str | None = None
    round: int | None = None
    kind: str
    office: str
    to_unit: str
    subject: str
    body: str
    days: int
    drafted_by: str
    drafted_by_staff: str | None = None
    drafted_at: datetime = Field(sa_column=moment_column())
    status: LetterStatus = Field(sa_column=word_column(LetterStatus))
    number: int | None = None
    year: int | None = None
    no: str | None = None
    sent_by: str | None = None
    sent_by_staff: str | None = None
    sent_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    edition: int
    warn_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    acknowledged_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    reply: str | None = None
    evidence: list[str] = Field(sa_column=texts_column())
    replied_by: str | None = None
    replied_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    late: bool
    opinion: str | None = None
    reminder: str | None = None
    reminders: int
    reminded_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    worked_by: list[str] = Field(sa_column=texts_column())
    version: int = 1


class LetterSequence(Base, table=True):
    """The last number that an office gave to letters of a kind in a year: locked while the next is given."""

    __tablename__ = "letter_sequence"
    __table_args__ = (check("letter_sequence_last_check", "last > 0"),)

    office: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    last: int


class LetterTemplate(Base, table=True):
    """An edition of an office's own template (函件模板) for a kind: append-only, the last holds."""

    __tablename__ = "letter_template"
    __table_args__ = (check("letter_template_edition_check", "edition > 0"),)

    office: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    edition: int = Field(primary_key=True)
    content: bytes
    """A DOCX."""
    sha256: str
    fields: list[str] = Field(sa_column=texts_column())
    """The fields that it names, in their order."""
    uploaded_by: str
    uploaded_at: datetime = Field(sa_column=moment_column())
