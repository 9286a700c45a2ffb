"""What duty rules take and answer."""

from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from libs.common.web.cursors import PageQuery
from libs.common.web.fields import (
    AnswerBody,
    AreaCode,
    CaseId,
    CategoryCode,
    Flag,
    Moment,
    Reason,
    RequestBody,
    ShortText,
    Version,
    fault,
)
from services.dispatch.duty_rules.domain import DutyRuleState


class ProposeRule(RequestBody):
    """拟定职责规则: which matters, where, told by which words, are to be settled as that case was ruled on."""

    case_id: CaseId
    arbitration: Annotated[Version, Field(description="The ruling, as `GET /cases/{case_id}/arbitrations` shows it")]
    category_code: CategoryCode
    area_code: AreaCode
    words: Annotated[
        tuple[ShortText, ...], Field(max_length=20, description="One of these is in title or text; none: any (关键词)")
    ] = ()
    basis: Annotated[Reason, Field(description="By which paper (依据), such as the minutes' number")]


class TryRule(RequestBody):
    """规则试算: over the cases registered since when."""

    since: Moment


class DecideRule(RequestBody):
    """规则审定: adopted from a moment on, from now where none is named; or refused."""

    approved: Flag
    effective_from: Moment | None = None
    note: Reason

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.approved and self.effective_from is not None:
            raise fault("effective_from", "a rule that is refused takes no effect", "不予采纳的规则没有生效时间")
        return self


class EndRule(RequestBody):
    """规则废止."""

    note: Reason


class RulesQuery(PageQuery):
    """Those of one state, or all that there ever were."""

    state: DutyRuleState | None = None


class SettledQuery(PageQuery):
    """The cases since when."""

    since: Moment


class DutyRuleOut(AnswerBody):
    """A duty rule (职责规则), with the figures of its last dry run."""

    rule_id: str
    case_id: str
    arbitration: int
    category_code: str
    area_code: str
    words: list[str]
    lead_unit: str
    support_units: list[str]
    basis: str
    state: DutyRuleState
    proposed_at: AwareDatetime
    proposed_by: str | None
    tried_at: AwareDatetime | None
    tried_since: AwareDatetime | None
    tried_open: Annotated[int | None, Field(description="Open cases that it would have settled (在办)")]
    tried_closed: Annotated[int | None, Field(description="Closed ones (已销号)")]
    tried_returned: Annotated[int | None, Field(description="Of all, those that a unit asked to give back (退单)")]
    tried_dissatisfied: Annotated[int | None, Field(description="Of all, those that citizens sent back (发回重办)")]
    decided_at: AwareDatetime | None
    decided_by: str | None
    decision_note: str | None
    effective_from: AwareDatetime | None
    ended_at: AwareDatetime | None
    ended_by: str | None
    end_note: str | None
    version: Version
