"""A look at who spoke: what is asked for and what is shown."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from libs.common.web.fields import AnswerBody, Reason, RequestBody


class RevealField(StrEnum):
    """What of a requester can be asked for."""

    NAME = "name"
    PHONE = "phone"
    ID_NO = "id_no"
    HOME = "home"
    TEXT = "text"


class RevealRequester(RequestBody):
    """A look at who spoke (查看诉求人); it is recorded with the reason."""

    reason: Reason
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
    withdrawal: Annotated[str | None, Field(description="Why the citizen took it back (撤单)")] = None
