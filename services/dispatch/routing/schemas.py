"""What routing takes and answers."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from libs.common.events.terms import Urgency
from libs.common.pack.schema import AreaLevel
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, CategoryCode, LongText, Moment, Reason, RequestBody, UnitCode, Version
from services.dispatch.cases.domain.terms import Action, Status
from services.dispatch.cases.schemas import Inside
from services.dispatch.routing.domain.terms import CandidateVerdict, Rule

ItemCode = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="A reason's code in the county pack (原因代码)")
]
SupportUnits = Annotated[
    tuple[UnitCode, ...],
    Field(max_length=20, description="Support units (协办单位); only the lead unit answers the citizen"),
]


class GiveTask(RequestBody):
    """增派任务: which unit has a part from now on, what it is to do and by what measures, and until when.

    Without ``due_at`` the limit of the pack for such tasks holds, if it has one.
    """

    unit_code: UnitCode
    what: LongText
    measures: LongText | None = None
    due_at: Annotated[
        Moment | None, Field(description="Not after the case's own handling limit; without it, by the pack (任务时限)")
    ] = None


class Assign(RequestBody):
    """派单: who leads, and why. Without ``category_code`` the case keeps the one it has."""

    lead_unit: UnitCode
    support_units: SupportUnits = ()
    support_tasks: Annotated[
        tuple[GiveTask, ...],
        Field(max_length=20, description="What support units that are named and had no part yet are to do (协办任务)"),
    ] = ()
    category_code: CategoryCode | None = None
    reason: Reason


class Reassign(Assign):
    """改派、移交. Without ``reason_code`` it counts as giving up for the unit that has the case, as ever."""

    reason_code: Annotated[
        ItemCode | None,
        Field(description="Of the pack's reasons to hand over (移交原因): it says whether the unit gave the case up"),
    ] = None


class TriageQuery(PageQuery):
    """Which of the cases that wait for a unit."""

    urgency: Urgency | None = None
    overdue: bool | None = None
    area_code: Inside = None


class DutyOut(AnswerBody):
    """The row of the duty directory (权责清单) that speaks for a case."""

    category_code: str
    area_level: AreaLevel
    lead: str
    support: list[str]
    taken_back: bool
    basis: str


class ExplanationOut(AnswerBody):
    """Why this unit: the decision, and what the duty directory of that day says (派单依据)."""

    case_id: str
    round: int
    status: Status
    lead_unit: str | None
    support_units: list[str]
    category_code: str | None
    by_rule: bool
    explanation: str
    pack_version: int
    duty: DutyOut | None
    duty_leads: str | None
    """The unit that the duty directory names for this category and area."""


class CandidateOut(AnswerBody):
    """A unit that came into question (候选单位)."""

    unit_code: str
    verdict: CandidateVerdict


class DecisionOut(AnswerBody):
    """One decision on who handles a case (派单决定): by which rule, in which pack version, and who else was looked at.

    Without ``lead_unit`` nobody was found, or the unit gave it back. Decisions of releases that did not keep them have
    no candidates, and no pack version where nobody was found.
    """

    version: Version
    round: int
    at: AwareDatetime
    who: str
    action: Action
    rule: Rule
    lead_unit: str | None
    support_units: list[str]
    category_code: str | None
    candidates: list[CandidateOut]
    explanation: str
    pack_version: int | None
    reason_code: Annotated[str | None, Field(description="Why it was handed over, where somebody said so (移交原因)")]
