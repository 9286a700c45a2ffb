"""What all answers about visits have in common."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from libs.common.web.fields import AnswerBody


class ShareOut(AnswerBody):
    """A share, exact; what is printed never shows more than there is: 12,791 of 12,800 is 99.9 %."""

    numerator: int
    denominator: int
    text: Annotated[str, Field(description="For people; a dash when there is no data", examples=["91.3 %", "—"])]


class KnownOut(AnswerBody):
    """What every answer about visits says of itself."""

    area_code: Annotated[str, Field(description="The whole of what is shown: the area asked for, or your reach")]
    as_of: Annotated[AwareDatetime | None, Field(description="When the newest event about visits happened")]
    lag_seconds: Annotated[float | None, Field(description="How long after it happened that event was counted")]
