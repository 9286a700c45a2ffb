"""What is asked of who words a held case, and what is proposed."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from libs.common.events.terms import Channel, Kind, Urgency
from libs.common.web.cursors import DEFAULT_PAGE_SIZE, CursorText, PageSize
from libs.common.web.fields import AnswerBody, AreaCode, LongText, RequestBody, ShortText, Version
from services.intake.cases.domain.lifecycle import Words

_AS_PROPOSED = "Without it, what is proposed"


class HeldList(RequestBody):
    """Which of the held cases, and which page of them."""

    area_code: Annotated[AreaCode | None, Field(description="With all areas inside it")] = None
    cursor: CursorText = None
    limit: PageSize = DEFAULT_PAGE_SIZE


class HeldItem(AnswerBody):
    """A case that waits for its wording (待审定)."""

    case_id: str
    case_no: str
    channel: Channel
    kind: Kind
    urgency: Urgency
    category_code: str | None
    area_code: str
    confidential: bool
    anonymous: bool
    registered_at: datetime
    words_due_at: Annotated[datetime | None, Field(description="When it is to be worded (审定时限)")]
    version: Version


class ProposedAddition(AnswerBody):
    """What was added and waits, as rules would let it travel."""

    supplement_id: str
    at: datetime
    text: str


class WordingOut(AnswerBody):
    """What waits, as rules would let it travel (拟转办文本). Names that rules do not find still stand in it."""

    case_id: str
    case_no: str
    words: Annotated[Words, Field(description="`held` while something waits")]
    title: Annotated[str | None, Field(description="Null when it was released before")]
    text: Annotated[str | None, Field(description="Null when it was released before")]
    additions: tuple[ProposedAddition, ...]
    version: Version


class WordedAddition(RequestBody):
    """What travels of an addition."""

    supplement_id: Annotated[str, Field(min_length=1, max_length=36)]
    text: LongText


class ReleaseWording(RequestBody):
    """What travels (转办文本): what is left out is confirmed as it was proposed."""

    title: Annotated[ShortText | None, Field(description=_AS_PROPOSED)] = None
    text: Annotated[LongText | None, Field(description=_AS_PROPOSED)] = None
    additions: Annotated[
        tuple[WordedAddition, ...], Field(max_length=100, description="Those that travel otherwise than as proposed")
    ] = ()
