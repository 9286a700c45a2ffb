"""The judgements about a case, and the wishes that it be not counted."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from libs.common.events.terms import Merit, Petition
from services.followup.cases.tables import Base
from services.followup.judgements.domain import ExclusionState, Judged


class JudgementEntry(Base, table=True):
    """What somebody decided about a case (认定), one after the other: append-only."""

    __tablename__ = "judgement"
    __table_args__ = (
        refers("judgement", "case_id", "matter", at_commit=True),
        one_of("judgement", "what", Judged),
        one_of("judgement", "word", (*Petition, *Merit)),
        check("judgement_number_check", "number > 0"),
        check("judgement_has_a_word", "word IS NOT NULL OR what = 'petition'"),
        check("judgement_plan", "plan IS NULL OR word IN ('reasonable', 'partly')"),
    )

    case_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    """Which of the case's, from 1."""
    what: Judged = Field(sa_column=word_column(Judged))
    word: str | None = None
    """A word of ``Petition`` or ``Merit``; empty when it is no petition after all."""
    reason: str
    plan: str | None = None
    """What will be done, where a demand is reasonable."""
    together: list[str] = Field(sa_column=texts_column(default=True))
    """The units that looked into it together."""
    who: str | None = None
    unit_code: str | None = None
    """The unit that ``who`` acted for."""
    staff_id: str | None = None
    at: datetime = Field(sa_column=moment_column())


class ExclusionRow(Base, table=True):
    """A unit's wish that a case be not counted (不计入考核), and who decided how."""

    __tablename__ = "exclusion"
    __table_args__ = (
        refers("exclusion", "case_id", "matter", at_commit=True),
        one_of("exclusion", "state", ExclusionState),
        check("exclusion_version_check", "version > 0"),
        check("exclusion_is_decided", "(state = 'asked') = (decided_at IS NULL AND decision_note IS NULL)"),
        check("exclusion_is_revoked", "(state = 'revoked') = (revoked_at IS NOT NULL AND revocation_note IS NOT NULL)"),
        check("exclusion_decided_by_another", "decided_by <> asked_by AND revoked_by <> asked_by"),
        index("exclusion_standing_idx", "case_id", where="state IN ('asked', 'granted')", unique=True),
        index("exclusion_case_idx", "case_id", "asked_at"),
        index("exclusion_state_idx", "state", "asked_at", "exclusion_id"),
        index("exclusion_asked_idx", "asked_at", "exclusion_id"),
        index("exclusion_unit_idx", "unit_code", "asked_at", "exclusion_id"),
    )

    exclusion_id: str = Field(primary_key=True)
    case_id: str
    unit_code: str
    reason_code: str
    evidence: str
    asked_by: str | None = None
    asked_by_staff: str | None = None
    asked_at: datetime = Field(sa_column=moment_column())
    state: ExclusionState = Field(sa_column=word_column(ExclusionState))
    decided_by: str | None = None
    decided_by_unit: str | None = None
    decided_by_staff: str | None = None
    decided_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    decision_note: str | None = None
    revoked_by: str | None = None
    revoked_by_unit: str | None = None
    revoked_by_staff: str | None = None
    revoked_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    revocation_note: str | None = None
    version: int = 1
