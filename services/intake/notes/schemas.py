"""Notes of households as they are written, counted and looked at."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from libs.common.web.fields import AnswerBody, LongText, LookReason, RequestBody

MOST_FIELDS = 20
NoteField = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"),
    Field(description="A field of the pack (敏感情况项)", examples=["income"]),
]


class WriteNote(RequestBody):
    """Something that is for few (敏感情况), such as an income. What was written before is kept, and shown with it."""

    field: NoteField
    text: Annotated[LongText | None, Field(description="null takes it away; what was written is kept")]


class RevealNotes(RequestBody):
    """A look at notes (查看敏感情况); it is recorded with the reason and the fields."""

    reason: LookReason
    fields: Annotated[tuple[NoteField, ...], Field(min_length=1, max_length=MOST_FIELDS)]


class OpenField(AnswerBody):
    """A field that is open to you now, whether or not anything is written."""

    field: str
    name: str
    name_en: str
    until: datetime


class NotesOut(AnswerBody):
    """How much is kept of a household that is for few, and what of it you may look at now."""

    household_id: str
    notes: Annotated[int, Field(description="How many there are, of whatever fields")]
    open: list[OpenField]


class EarlierNote(AnswerBody):
    """What was written before."""

    text: Annotated[str | None, Field(description="null: it was taken away")]
    at: datetime


class RevealedNote(AnswerBody):
    """What is written in a field."""

    field: str
    text: Annotated[str | None, Field(description="null where nothing is written")]
    at: datetime | None
    earlier: list[EarlierNote]


class RevealedNotes(AnswerBody):
    """What was asked for."""

    household_id: str
    notes: list[RevealedNote]
