"""A look at who spoke: what is asked for and what is shown."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, CaseId, LookReason, Moment, RequestBody, StaffId, UnitCode


class RevealField(StrEnum):
    """What of a requester can be asked for."""

    NAME = "name"
    PHONE = "phone"
    ID_NO = "id_no"
    HOME = "home"
    TEXT = "text"


class RevealRequester(RequestBody):
    """A look at who spoke (查看诉求人); it is recorded with the reason."""

    reason: LookReason
    fields: Annotated[
        tuple[RevealField, ...],
        Field(min_length=1, max_length=5, description="`text`: the words of the citizen before masking"),
    ]


class Revealed(AnswerBody):
    """What was asked for, unmasked; null for what was not asked for or never given."""

    case_id: str
    name: str | None = None
    phone: str | None = None
    id_no: str | None = None
    home: str | None = None
    title: str | None = None
    text: str | None = None
    supplements: tuple[str, ...] | None = None
    urgings: Annotated[tuple[str, ...] | None, Field(description="Calls that ask to hurry (催办来电)")] = None
    objections: Annotated[tuple[str, ...] | None, Field(description="What was said against a closing (异议)")] = None
    withdrawal: Annotated[str | None, Field(description="Why the citizen takes it back, as last told (撤单)")] = None


class RevealList(PageQuery):
    """What the list of looks is narrowed to, and which page of it."""

    staff_id: Annotated[StaffId | None, Field(description="Who looked, by whichever account")] = None
    account: Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=255)] | None, Field(description="Whose token it was")
    ] = None
    unit_code: Annotated[UnitCode | None, Field(description="For which unit somebody looked")] = None
    case_id: CaseId | None = None
    looked_from: Annotated[Moment | None, Field(description="Looked at this time or later")] = None
    looked_to: Annotated[Moment | None, Field(description="Looked before this time")] = None


class RevealItem(AnswerBody):
    """One look at who spoke (查看记录). What was seen stands in no record."""

    reveal_id: str
    at: datetime
    account: str
    staff_id: str | None
    staff_name: Annotated[str | None, Field(description="As the register of people has it; null where it knows nobody")]
    unit_code: str | None
    case_id: str
    case_no: str
    fields: tuple[RevealField, ...]
    reason: str
