"""A case's promise and its history; each matter has the tables that are its own, in the service's schema."""

from datetime import date, datetime

from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel

from libs.common.database.columns import check, index, moment_column, one_of, texts_column, word_column
from libs.common.events.terms import FIRST_REQUESTER, Closing, Kind, Satisfaction, Urgency
from services.followup.cases.domain.terms import CONTENT, Action, Status


class Base(SQLModel):
    """Base of this service's tables."""

    metadata = MetaData()


class Case(Base, table=True):
    """A case as a promise (诉求件的承诺). ``version`` grows with every step, not with clocks that run.

    The lists have no default: making one by factory costs more than all other columns of a new row together.
    """

    __tablename__ = "matter"
    __table_args__ = (
        one_of("matter", "status", Status),
        one_of("matter", "closing", Closing),
        one_of("matter", "satisfaction", CONTENT),
        check("matter_area_code_check", "area_code ~ '^[0-9]{12}([0-9]{3})?$'"),
        check("matter_round_check", "round > 0"),
        check("matter_version_check", "version > 0"),
        check("matter_clocks_check", "clocks >= 0"),
        check("matter_sent_back_check", "sent_back >= 0"),
        check("matter_rounds", "sent_back = round - 1"),
        check("matter_closed_has_closing", "(status = 'closed') = (closing IS NOT NULL)"),
        check(
            "matter_only_the_citizen_closes",
            "(closing IS NOT DISTINCT FROM 'substantive') = (satisfaction IS NOT NULL)"
            " AND (satisfaction IS NULL) = (closed_by_attempt IS NULL)",
        ),
        check(
            "matter_not_accepted_in_the_first_round",
            "closing IS DISTINCT FROM 'not_accepted' OR (round = 1 AND lead_unit IS NULL)",
        ),
        index("matter_open_idx", "status", where="status <> 'closed'"),
        index("matter_overdue_idx", "overdue", where="overdue <> '{}' AND status <> 'closed'"),
    )

    case_id: str = Field(primary_key=True)
    case_no: str
    status: Status = Field(sa_column=word_column(Status))
    round: int = 1
    lead_unit: str | None = None
    left_units: list[str] = Field(sa_column=texts_column())
    """Units that led it and gave it up, each once: what the ladder counts as returns (流转单位)."""
    handled_by: list[str] = Field(sa_column=texts_column())
    """Names of the people through whose hands it went (经手人), in all its rounds: none of them asks about it."""
    handling_units: list[str] = Field(sa_column=texts_column())
    """Units that led it, supported it or answered it (经手单位), in all its rounds."""
    delegate_unit: str | None = None
    """Who works, if not the unit that leads (承办单位)."""
    passed: list[str] = Field(sa_column=texts_column(default=True))
    """The two units of each time that it was delegated, taken back or raised: what the ladder counts as passing."""
    area_code: str
    kind: Kind = Field(sa_column=word_column(Kind))
    urgency: Urgency = Field(sa_column=word_column(Urgency))
    category_code: str | None = None
    title: str
    accused_unit: str | None = None
    """The unit complained about (被反映单位): it and those below it see nothing of the case, and are told nothing."""
    also_accused: list[str] = Field(sa_column=texts_column())
    """Who is, beside it: further units, and members of staff, named at once or later."""
    confidential: bool | None = None
    """保密件: its title is not read by a link alone, and its units are not shown where to ask who spoke. Empty in cases
    of before it was kept, which are treated as such."""
    callback_wanted: bool = True
    registered_at: datetime = Field(sa_column=moment_column())
    needed_by: date | None = None
    """The citizen's own date (需办日期)."""
    upper_due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    """Until when an order from above (上级交办) is to be answered, where it says so."""
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
    closed_by_requester: str = FIRST_REQUESTER
    closed_by_attempt: int | None = None
    """The try of this round's callback that closed it: a foreign key holds the closing to the citizen's word."""
    version: int = 1


class HistoryEntry(Base, table=True):
    """One step of one case: append-only."""

    __tablename__ = "transition"
    __table_args__ = (
        check("transition_round_check", "round > 0"),
        check("transition_version_check", "version > 0"),
    )

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
    staff_id: str | None = None
    """The member of staff whose account ``who`` is, where it is known."""
    at: datetime = Field(sa_column=moment_column())
    why: str


def working_unit_of(case: Case) -> str | None:
    """Who signs, reports and hands in (承办单位): the lead, or the one that it was delegated to."""
    return case.delegate_unit or case.lead_unit
