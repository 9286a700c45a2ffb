"""The tables of mediation: each that was given, and its sessions."""

from datetime import date, datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from libs.common.events.mediation_terms import MediationStatus
from services.dispatch.cases.tables import Base

_RUNNING = "status IN ('given', 'meeting')"


class Mediation(Base, table=True):
    """A mediation (调解) of a case; see ``domain.MediationState``. Of a case one runs at a time."""

    __tablename__ = "mediation"
    __table_args__ = (
        refers("mediation", "case_id", "work"),
        one_of("mediation", "status", MediationStatus),
        check("mediation_round_check", "round > 0"),
        check("mediation_version_check", "version > 0"),
        check("mediation_sessions_check", "sessions >= 0"),
        check("mediation_held", "(sessions = 0) = (last_held_at IS NULL)"),
        check("mediation_met", "status NOT IN ('meeting', 'agreed', 'kept', 'broken', 'failed') OR sessions > 0"),
        check(
            "mediation_agreed",
            "(status IN ('agreed', 'kept', 'broken')) = (agreed_at IS NOT NULL)"
            " AND (agreed_at IS NULL) = (terms IS NULL) AND (agreed_at IS NULL) = (document IS NULL)"
            " AND (agreed_at IS NULL) = (follow_up_on IS NULL)",
        ),
        check("mediation_document_check", "document ~ '^[0-9a-f]{64}$'"),
        check(
            "mediation_ended",
            "(status IN ('kept', 'broken', 'failed', 'withdrawn')) = (ended_at IS NOT NULL)"
            " AND (ended_at IS NULL) = (note IS NULL)",
        ),
        check("mediation_kept_by_another", "status NOT IN ('kept', 'broken') OR ended_by_staff <> mediator"),
        index("mediation_running_idx", "case_id", where=_RUNNING, unique=True),
        index("mediation_case_idx", "case_id", "given_at", "mediation_id"),
        index("mediation_mediator_idx", "mediator", "given_at", "mediation_id"),
        index("mediation_list_idx", "given_at", "mediation_id"),
        index("mediation_due_idx", "follow_up_on", "mediation_id", where="status = 'agreed'"),
    )

    mediation_id: str = Field(primary_key=True)
    case_id: str
    round: int
    kind: str
    subject: str
    mediator: str
    mediator_unit: str
    post: str
    given_by: str
    given_by_staff: str | None = None
    given_by_unit: str | None = None
    given_at: datetime = Field(sa_column=moment_column())
    status: MediationStatus = Field(sa_column=word_column(MediationStatus))
    sessions: int
    last_held_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    terms: str | None = None
    document: str | None = None
    follow_up_on: date | None = None
    agreed_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    note: str | None = None
    ended_by: str | None = None
    ended_by_staff: str | None = None
    ended_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    worked_by: list[str] = Field(sa_column=texts_column())
    version: int = 1


class MediationSession(Base, table=True):
    """One session (调解会) of a mediation: when, where, and who took part by kinds. Append-only."""

    __tablename__ = "mediation_session"
    __table_args__ = (
        refers("mediation_session", "mediation_id", "mediation"),
        check("mediation_session_number_check", "number > 0"),
        check("mediation_session_people_check", "people >= cardinality(took_part) AND people > 1"),
        check("mediation_session_area_code_check", "area_code ~ '^[0-9]{12}([0-9]{3})?$'"),
        check("mediation_session_in_the_past", "held_at <= recorded_at"),
        index("mediation_session_case_idx", "case_id"),
    )

    mediation_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    case_id: str
    held_at: datetime = Field(sa_column=moment_column())
    venue: str
    area_code: str
    took_part: list[str] = Field(sa_column=texts_column())
    people: int
    note: str
    recorded_by: str
    recorded_by_staff: str | None = None
    recorded_at: datetime = Field(sa_column=moment_column())
