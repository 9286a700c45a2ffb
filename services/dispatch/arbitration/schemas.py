"""What arbitration takes and answers."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from libs.common.web.cursors import PageQuery
from libs.common.web.fields import (
    AnswerBody,
    CategoryCode,
    Digest,
    Flag,
    LongText,
    Reason,
    RequestBody,
    UnitCode,
    Version,
)
from services.dispatch.disputes.domain import ArbitrationState
from services.dispatch.routing.schemas import SupportUnits


class CallArbitration(RequestBody):
    """提请裁定: whose it may be, beside the units that gave it back, and what is to be ruled on."""

    units: Annotated[tuple[UnitCode, ...], Field(max_length=20, description="Units in dispute (争议单位)")] = ()
    question: Reason


class HearUnit(RequestBody):
    """听取意见: what a unit in dispute says, or that it was asked and did not come."""

    unit_code: UnitCode
    absent: Flag = False
    words: Annotated[Reason, Field(description="What it says; of one that did not come how it was asked (意见)")]


class RuleOnIt(RequestBody):
    """裁定: which unit leads and which support it, why, and the minutes of the session."""

    lead_unit: UnitCode
    support_units: SupportUnits = ()
    category_code: CategoryCode | None = None
    words: Annotated[Reason, Field(description="Why (裁定理由)")]
    minutes: Annotated[LongText, Field(description="What was said and decided (会商纪要)")]
    files: Annotated[tuple[Digest, ...], Field(max_length=20, description="Files of the minutes (纪要附件)")] = ()


class ArbitrationsQuery(PageQuery):
    """Which sessions."""

    state: ArbitrationState = ArbitrationState.OPEN


class HearingOut(AnswerBody):
    """What a unit said in a session."""

    unit_code: str
    absent: bool
    words: str
    heard_at: AwareDatetime


class ArbitrationItem(AnswerBody):
    """One session about whose a case is, and its ruling (争议裁定)."""

    case_id: str
    version: Version
    round: int
    state: ArbitrationState
    by_rule: Annotated[bool, Field(description="It went up by itself: so many units had given the case back")]
    units: list[str]
    question: str
    opened_at: AwareDatetime
    ended_at: AwareDatetime | None
    lead_unit: str | None
    support_units: list[str]
    ruling: str | None
    minutes: str | None
    files: list[str]
    ruled_by: str | None
    ruled_by_staff: str | None
    ruled_unit: str | None


class ArbitrationOut(ArbitrationItem):
    """The same with what each unit said in it."""

    hearings: list[HearingOut]


class ArbitrationsOut(AnswerBody):
    """All sessions about one case, oldest first; there are few."""

    items: list[ArbitrationOut]
