"""Who spoke: as it is sent, and as it is shown, masked."""

from typing import Annotated

from pydantic import Field

from libs.common.web.fields import AnswerBody, RequestBody, ShortText


class RequesterIn(RequestBody):
    """Who speaks (诉求人). It goes into the vault and leaves intake in no event."""

    name: ShortText | None = None
    phone: Annotated[ShortText | None, Field(description="Any spelling of a phone number (电话)")] = None
    id_no: Annotated[ShortText | None, Field(description="Number of an identity document (证件号码)")] = None
    home: Annotated[ShortText | None, Field(description="Address of the home (住址)")] = None


class RequesterOut(AnswerBody):
    """The requester, masked."""

    name: str | None
    phone: str | None
    id_no: str | None
    home: str | None
