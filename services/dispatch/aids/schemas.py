"""What is sent and answered about aid."""

from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from libs.common.events.aid_terms import AidStatus
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, Flag, Moment, Reason, RequestBody, UnitCode, Version

AidKindCode = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"), Field(description="A kind of aid of the pack (救助类别)")
]
AmountFen = Annotated[
    int, Field(strict=True, ge=1, le=10_000_000_000, description="What is granted, in whole fen (金额，分)")
]


class FindAid(RequestBody):
    """发现: somebody of the case may be owed aid; nobody is named."""

    kind: AidKindCode
    persons: Annotated[int, Field(strict=True, ge=1, le=10_000, description="For how many people (人数)")] = 1
    note: Reason


class SayOfAid(RequestBody):
    """申请、不再办理: what was handed in, or why it is not pursued."""

    note: Reason


class DecideAid(RequestBody):
    """审批: granted or not, and why; an amount where the kind pays one."""

    granted: Flag
    amount_fen: AmountFen | None = None
    note: Reason


class AidSumsQuery(RequestBody):
    """Which matters of aid are summed up."""

    kind: AidKindCode | None = None
    status: AidStatus | None = None
    found_unit: UnitCode | None = None
    since: Moment | None = None
    until: Moment | None = None


class AidsQuery(PageQuery):
    """Which matters of aid."""

    kind: AidKindCode | None = None
    status: AidStatus | None = None
    found_unit: UnitCode | None = None
    since: Moment | None = None
    until: Moment | None = None


class AidOut(AnswerBody):
    """A matter of aid (救助事项): each step with its unit and time."""

    aid_id: str
    case_id: str
    round: int
    kind: str
    persons: int
    status: AidStatus
    found_note: str
    found_unit: str | None
    found_by: str
    found_at: AwareDatetime
    applied_note: str | None
    applied_unit: str | None
    applied_by: str | None
    applied_at: AwareDatetime | None
    amount_fen: Annotated[int | None, Field(description="What was granted, in whole fen; null of what pays nothing")]
    end_note: str | None
    ended_unit: str | None
    ended_by: str | None
    ended_at: AwareDatetime | None
    version: Version


class AidsOut(AnswerBody):
    """What came of one case, oldest first."""

    items: list[AidOut]


class AidSum(AnswerBody):
    """Matters of one kind, found by one unit, that stand so; the list filtered by the three opens to them."""

    kind: str
    found_unit: str | None
    status: AidStatus
    aids: int
    persons: int
    amount_fen: int


class AidSumsOut(AnswerBody):
    """Aid that came of cases in the caller's reach, summed up in whole fen."""

    items: list[AidSum]
