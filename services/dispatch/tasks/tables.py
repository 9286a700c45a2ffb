"""The table of tasks: what units do in a case beside its lead."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from libs.common.events.task_terms import TaskRole
from services.dispatch.cases.tables import Base
from services.dispatch.tasks.domain import TaskStatus

_OPEN = "status IN ('given', 'signed')"


class Task(Base, table=True):
    """One unit's part of one round of a case. A unit has one open task of a case at most."""

    __tablename__ = "task"
    __table_args__ = (
        refers("task", "case_id", "work"),
        one_of("task", "role", TaskRole),
        one_of("task", "status", TaskStatus),
        check("task_version_check", "version > 0"),
        check("task_round_check", "round > 0"),
        check("task_signed", "status NOT IN ('signed', 'done') OR signed_at IS NOT NULL"),
        check("task_ended", "(status IN ('done', 'cancelled')) = (ended_at IS NOT NULL)"),
        check("task_done_has_result", "status <> 'done' OR result IS NOT NULL"),
        index("task_open_unit_idx", "unit_code", "case_id", where=_OPEN),
        index(
            "task_responsible_idx", "responsible_staff", "case_id", where=f"{_OPEN} AND responsible_staff IS NOT NULL"
        ),
        index("task_due_idx", "due_at", "case_id", where=f"{_OPEN} AND due_at IS NOT NULL"),
        index("task_open_idx", "case_id", "round", "unit_code", where=_OPEN, unique=True),
    )

    case_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    """Of the case after the step that gave it, as in ``transition``."""
    unit_code: str = Field(primary_key=True)
    round: int
    role: TaskRole = Field(sa_column=word_column(TaskRole))
    status: TaskStatus = Field(sa_column=word_column(TaskStatus))
    given_at: datetime = Field(sa_column=moment_column())
    what: str | None = None
    """What is to be done (任务), where it was said, and by what measures (措施)."""
    measures: str | None = None
    due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    """Until when: as it was named, or by the limit of the pack, once the clock says so."""
    signed_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    result: str | None = None
    """What the unit did; of a cancelled task why it was let off, if anybody said so."""
    responsible_staff: str | None = None
    """Who of the unit answers for its part (责任人); of a cancelled task nobody."""
    responsible_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    worked_by: list[str] = Field(sa_column=texts_column())
    """Names of the people who signed it, reported on it or did it (经办人), sorted: none of them lets the unit off."""
    evidence: list[str] = Field(sa_column=texts_column(default=True))
    """Files that show what the unit did (佐证附件), by their SHA-256."""
