"""A matter that was raised face to face, as it is sent and as it is answered."""

from typing import Annotated

from pydantic import Field

from libs.common.events.terms import Kind
from libs.common.events.visit_terms import MatterEnd
from libs.common.web.fields import AnswerBody, CategoryCode, LongText, RequestBody, ShortText


class MatterIn(RequestBody):
    """A matter that was raised (走访诉求): what is solved on the spot or becomes a case is registered with the visit.

    What is confidential or anonymous, or about an office or one of its staff, is registered by itself.
    """

    what: MatterEnd
    text: LongText
    kind: Kind = Kind.HELP
    category_code: CategoryCode | None = None
    title: ShortText | None = None
    answer: Annotated[
        LongText | None, Field(description="What was done, or explained; needed unless it becomes a case")
    ] = None


class MatterOut(AnswerBody):
    """A matter that was raised. The words of a case stand there."""

    number: int
    what: MatterEnd
    kind: Kind
    category_code: str | None
    text: Annotated[str | None, Field(description="Masked")]
    answer: Annotated[str | None, Field(description="Masked")]
    case_id: Annotated[str | None, Field(description="null also where the case may not be seen")]
