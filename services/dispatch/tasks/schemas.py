"""What a unit sends about its part of a case, and which work it asks for."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from libs.common.events.task_terms import TaskRole
from libs.common.events.terms import ResultKind
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import (
    AnswerBody,
    Evidence,
    LongText,
    Moment,
    PastMoment,
    Reason,
    RequestBody,
    StaffId,
    UnitCode,
    Version,
)
from libs.common.web.people import ResponsibleOut
from services.dispatch.cases.domain.terms import Status
from services.dispatch.cases.schemas import Inside
from services.dispatch.tasks.domain import ListOf, TaskStatus

WithoutSupport = Annotated[
    Reason | None,
    Field(
        description="Why the result need not wait for support units that have not done their part (不再等待协办的理由)"
    ),
]


class Sign(RequestBody):
    """签收."""

    note: Reason | None = None
    responsible: Annotated[
        StaffId | None,
        Field(
            description="Who of the unit answers for it; may be named later, too (责任人). Left out when the lead unit "
            "signs: whoever holds the post that the duty directory names, where that is one person (责任岗位)"
        ),
    ] = None


class ReportProgress(RequestBody):
    """办理进展."""

    note: LongText


class HandIn(RequestBody):
    """办结反馈: the result as the citizen will be told it, and when the unit spoke with the citizen."""

    result_kind: ResultKind
    result: LongText
    contacted_at: PastMoment | None = None
    without_support: WithoutSupport = None


class FinishTask(RequestBody):
    """协办办结: what the support unit did, and the files that show it."""

    result: LongText
    evidence: Evidence = ()


class CancelTask(RequestBody):
    """撤销协办."""

    reason: Reason


class TaskOut(AnswerBody):
    """One unit's part of a case beside the lead's (协办). ``result`` of a cancelled one is why it was let off."""

    version: Version
    unit_code: str
    round: int
    role: TaskRole
    status: TaskStatus
    given_at: AwareDatetime
    what: Annotated[str | None, Field(description="What is to be done (任务), where it was said")] = None
    measures: Annotated[str | None, Field(description="By what (措施)")] = None
    due_at: Annotated[
        AwareDatetime | None, Field(description="Until when (任务时限); null: there is no limit, or none was told yet")
    ] = None
    signed_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    result: str | None
    evidence: Annotated[list[str], Field(description="Files that show it, by their SHA-256 (佐证附件)")]
    responsible: Annotated[
        ResponsibleOut | None, Field(description="Who of the unit answers for it; null: nobody was named (责任人)")
    ] = None


class WorkQuery(PageQuery):
    """Cases on the lists of units (待办), narrowed by where they stand and whose they are."""

    role: Annotated[
        ListOf, Field(description="`lead`: what the unit leads; `support`: cases in which it has a part to do (协办)")
    ] = ListOf.LEAD

    unit_code: UnitCode | None = None
    status: Annotated[Status | None, Field(description="Without it: what units have to do (assigned, signed)")] = None
    overdue: bool | None = None
    suspended: Annotated[
        bool | None, Field(description="Whether its handling clock stands still now (挂账中、阶段性答复)")
    ] = None
    responsible: Annotated[StaffId | None, Field(description="Of whom this person answers for it (责任人)")] = None
    due_before: Annotated[Moment | None, Field(description="Handling limit before this moment")] = None
    area_code: Inside = None
