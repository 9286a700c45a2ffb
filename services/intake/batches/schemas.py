"""What became of a batch."""

from typing import Annotated

from pydantic import Field

from libs.common.web.fields import AnswerBody


class TakenLine(AnswerBody):
    """A line that has a case now."""

    line: int
    ref: str | None
    case_id: str | None
    case_no: Annotated[str | None, Field(description="Null: sent before, in an area that you may not see")]
    repeated: Annotated[bool, Field(description="Its source number had a case already; nothing was done again")]
    disputed: Annotated[
        bool, Field(description="Somebody else took its number before names had owners: it is among the problems")
    ] = False


class LineProblem(AnswerBody):
    """What is wrong with a line; nothing of it was taken."""

    line: Annotated[int, Field(description="From 1, blank lines counted")]
    ref: str | None
    field: str
    message: str


class BatchOut(AnswerBody):
    """What became of a batch. Lists name the first thousand each; the counts are complete."""

    accepted: int
    repeated: int
    refused: int
    results: tuple[TakenLine, ...]
    problems: tuple[LineProblem, ...]
