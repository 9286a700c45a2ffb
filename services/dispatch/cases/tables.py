"""The tables of dispatch, in its own schema: what each case asks of the units, and every step it ever took."""

from datetime import datetime

from sqlalchemy import Column, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from libs.common.events.asking_terms import RequestKind
from libs.common.events.reasons import NotAcceptedFor
from libs.common.events.terms import Kind, ResultKind, Urgency
from services.dispatch.cases.domain.terms import Action, Status


class Base(SQLModel):
    """Base of this service's tables."""

    metadata = MetaData()


_OPEN = "status IN ('assigned', 'signed')"
_DONE = "status IN ('handled', 'answered', 'closed')"
_DONE_LATE = f"{_DONE} AND overdue IS TRUE"
_NAMED = "responsible_staff IS NOT NULL"
_AREA = "area_code text_pattern_ops"
WORKER = "delegates[cardinality(delegates)]"
"""Of a case that was delegated, the unit that works."""


class Case(Base, table=True):
    """A case as the units see it (待办). ``version`` grows with every step and supplement, not with word of clocks.

    The lists have no default: making one by factory costs more than all other columns of a new row together.
    """

    __tablename__ = "work"
    __table_args__ = (
        one_of("work", "status", Status),
        check("work_area_code_check", "area_code ~ '^[0-9]{12}([0-9]{3})?$'"),
        check("work_round_check", "round > 0"),
        check("work_version_check", "version > 0"),
        check("work_returns_check", "returns >= 0"),
        check("work_supervised_check", "supervised >= 0"),
        check("work_held_is_led_by_nobody", "NOT held OR lead_unit IS NULL"),
        check("work_triage_is_led_by_nobody", "status <> 'triage' OR lead_unit IS NULL"),
        check("work_open_is_led", "status NOT IN ('assigned', 'signed', 'handled') OR lead_unit IS NOT NULL"),
        check(
            "work_led_has_category",
            "lead_unit IS NULL OR (category_code IS NOT NULL AND assigned_at IS NOT NULL)",
        ),
        check("work_signed_at", "status <> 'signed' OR signed_at IS NOT NULL"),
        check("work_handled_has_result", "status <> 'handled' OR (handled_at IS NOT NULL AND result IS NOT NULL)"),
        check("work_return_pending", f"NOT return_pending OR ({_OPEN} AND return_asked_by IS NOT NULL)"),
        one_of("work", "asked", RequestKind),
        check("work_asked", f"(asked IS NULL) = (asked_by IS NULL) AND (asked IS NULL OR {_OPEN})"),
        one_of("work", "not_accepted_for", NotAcceptedFor),
        check(
            "work_nonacceptance_pending",
            "NOT nonacceptance_pending OR (status = 'triage' AND NOT held AND nonacceptance_asked_by IS NOT NULL)",
        ),
        check(
            "work_not_accepted",
            "(not_accepted_for IS NULL) = (go_to IS NULL) AND (go_to IS NULL) = (notice IS NULL)"
            " AND (go_to IS NULL OR (lead_unit IS NULL AND status IN ('not_accepted', 'closed')))"
            " AND (status <> 'not_accepted' OR go_to IS NOT NULL)",
        ),
        check("work_list_due", "list_due_at = coalesce(handle_due_at, assigned_at, registered_at)"),
        check("work_disputing", "disputing = '{}' OR (status = 'triage' AND NOT held)"),
        index("work_open_idx", "list_due_at", "case_id", where=_OPEN),
        index("work_open_unit_idx", "lead_unit", "list_due_at", "case_id", where=_OPEN),
        index("work_open_overdue_idx", "list_due_at", "case_id", where=f"{_OPEN} AND overdue IS TRUE"),
        index("work_open_in_time_idx", "list_due_at", "case_id", where=f"{_OPEN} AND overdue IS FALSE"),
        index("work_done_idx", "status", "list_due_at", "case_id", where=_DONE),
        index("work_done_unit_idx", "lead_unit", "status", "list_due_at", "case_id", where=_DONE),
        index("work_done_area_idx", _AREA, "status", "list_due_at", "case_id", where=_DONE),
        index("work_done_overdue_idx", "status", "list_due_at", "case_id", where=_DONE_LATE),
        index("work_done_overdue_unit_idx", "lead_unit", "status", "list_due_at", "case_id", where=_DONE_LATE),
        index("work_done_overdue_area_idx", _AREA, "status", "list_due_at", "case_id", where=_DONE_LATE),
        index("work_responsible_idx", "responsible_staff", "list_due_at", "case_id", where=_NAMED),
        index("work_delegated_idx", f"({WORKER})", "list_due_at", "case_id", where=f"{_OPEN} AND delegates <> '{{}}'"),
        index("work_category_idx", "category_code", "registered_at", "case_id"),
        index("work_suspended_idx", "list_due_at", "case_id", where=f"{_OPEN} AND suspended_until IS NOT NULL"),
        index("work_not_accepted_idx", "list_due_at", "case_id", where="status = 'not_accepted'"),
        index("work_terminated_idx", "list_due_at", "case_id", where="status = 'terminated'"),
        index("work_accused_idx", "accused_unit", where="accused_unit IS NOT NULL"),
        index("work_also_accused_idx", "also_accused", where="also_accused <> '{}'", using="gin"),
        index("work_triage_idx", "registered_at", "case_id", where="status = 'triage'"),
    )

    case_id: str = Field(primary_key=True)
    case_no: str
    status: Status = Field(sa_column=word_column(Status))
    held: bool = False
    """What it says waits for a person's wording (待审定): title and text say nothing of it yet, and nobody gets it."""
    round: int = 1
    lead_unit: str | None = None
    support_units: list[str] = Field(sa_column=texts_column())
    open_support: list[str] = Field(sa_column=texts_column())
    """Support units that have not done their part, in the order of ``support_units``: their open tasks."""
    open_called: list[str] = Field(sa_column=texts_column(default=True))
    """Units that were summoned (吹哨) and have neither done their part nor been let off it."""
    open_letters: list[str] = Field(sa_column=texts_column(default=True))
    """Numbers of letters (函件) about it that are neither answered for good nor withdrawn."""
    delegates: list[str] = Field(sa_column=texts_column(default=True))
    """The units below the lead that it was delegated to (下派), each by the one before; the last of them works."""
    category_code: str | None = None
    area_code: str
    kind: Kind = Field(sa_column=word_column(Kind))
    urgency: Urgency = Field(sa_column=word_column(Urgency))
    title: str
    text: str
    confidential: bool
    accused_unit: str | None = None
    """The unit complained about (被反映单位): it and those below it neither handle the case nor see it."""
    also_accused: list[str] = Field(sa_column=texts_column())
    """Who is, beside it: further units, and members of staff, named at once or later."""
    supplements: list[dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))
    """What the citizen added: ``at`` and ``text`` of each, oldest first."""

    registered_at: datetime = Field(sa_column=moment_column())
    assigned_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    signed_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    handled_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    triage_due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    sign_due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    handle_due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    stepped_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    """The latest moment of its steps; empty in cases that took their last one before it was kept."""
    list_due_at: datetime = Field(sa_column=moment_column())
    """What lists are sorted by; see ``domain.clocks.list_due``."""
    warnings: list[str] = Field(sa_column=texts_column())
    misses: list[str] = Field(sa_column=texts_column())
    """Deadlines of this round that were warned of, and that were missed."""
    warned: bool = False
    overdue: bool = False
    """Whether one of those is what the case waits for now."""
    supervised: int = 0
    """Orders of the supervision ladder so far (催办、督办)."""

    return_pending: bool = False
    return_reason: str | None = None
    return_note: str | None = None
    return_asked_by: str | None = None
    return_asked_by_staff: str | None = None
    """The member of staff whose account it is, where it is known."""
    return_asked_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    returns: int = 0
    """How often a unit asked to give it back, over all rounds."""

    asked: RequestKind | None = Field(default=None, sa_column=word_column(RequestKind, nullable=True))
    """What the unit that works asks for (延期、挂账), until somebody else decides; it stands in ``request``."""
    asked_by: str | None = None
    asked_by_staff: str | None = None
    given_back: list[str] = Field(sa_column=texts_column(default=True))
    """Units whose return was approved in this round, each once."""
    disputing: list[str] = Field(sa_column=texts_column(default=True))
    """Units between which it is ruled on whose it is (裁定中)."""
    designated_unit: str | None = None
    """Whom a ruling named as its lead (指定主办): it does not give the case back."""
    request_raised_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    """Since when what is asked for waits for the supervisors (提级审核)."""
    suspended_until: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    """挂账至: its handling clock stands still until then; once that is past, it runs."""
    nonacceptance_pending: bool = False
    """Whether it is accepted waits for a second person (不予受理待审核); what is asked stands in ``request``."""
    nonacceptance_asked_by: str | None = None
    nonacceptance_asked_by_staff: str | None = None
    not_accepted_for: NotAcceptedFor | None = Field(default=None, sa_column=word_column(NotAcceptedFor, nullable=True))
    """不予受理原因, once it was approved, with the door to go to and what the citizen is told."""
    go_to: str | None = None
    notice: str | None = None

    result_kind: ResultKind | None = Field(default=None, sa_column=word_column(ResultKind, nullable=True))
    result: str | None = None
    contacted_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))

    responsible_staff: str | None = None
    """Who of the unit that works answers for it (责任人); of whichever does next, nobody until it names one."""
    responsible_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))

    by_rule: bool = False
    explanation: str = ""
    """Why this unit, or why none could be found."""
    pack_version: int
    """Under which the present unit was chosen."""
    version: int = 1


def working_unit_of(case: Case) -> str | None:
    """The unit that works on it: the last that it was delegated to, else the lead unit."""
    return case.delegates[-1] if case.delegates else case.lead_unit


class HistoryEntry(Base, table=True):
    """One step of one case: append-only."""

    __tablename__ = "transition"
    __table_args__ = (
        refers("transition", "case_id", "work"),
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
    lead_unit: str | None = None
    """Who leads after the step."""
    delegate_unit: str | None = None
    """Who works after it, if not the one that leads."""
    who: str
    """An account, or ``system``."""
    unit_code: str | None = None
    """The unit that ``who`` acts for."""
    staff_id: str | None = None
    """The member of staff whose account ``who`` is, where it is known."""
    at: datetime = Field(sa_column=moment_column())
    why: str
