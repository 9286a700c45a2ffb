"""What is answered about a link, and what its page sends."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from libs.common.web.fields import AnswerBody, RequestBody


class AnswerLinkOut(AnswerBody):
    """A link that was just made (一次性链接). It is told this once: what is kept opens nothing."""

    path: Annotated[str, Field(description="Behind the office's own address; opens the page without a token")]
    requester: Annotated[str, Field(description="Whose answer it takes (诉求人)")]
    ends_at: AwareDatetime


class LinkRecord(AnswerBody):
    """That a link was made, by whom, and whether somebody answered by it; never the link."""

    made_by: str
    made_by_unit: str | None
    made_by_staff: str | None
    made_at: AwareDatetime
    ends_at: AwareDatetime
    used_at: AwareDatetime | None


class LinksOut(AnswerBody):
    """All links that were made for a callback, oldest first."""

    items: list[LinkRecord]


class AnswerForm(RequestBody):
    """Whether he takes his case back."""

    answer: Literal["yes", "no"]
