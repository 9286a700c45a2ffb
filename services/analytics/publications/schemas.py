"""What is answered of a publication, and the document that is kept of it."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from libs.common.time.periods import PeriodKind
from libs.common.web.fields import AnswerBody


class PublishedRate(AnswerBody):
    """A rate of the whole place; without numbers when fewer cases than the smallest cell stand below the line."""

    code: str
    version: int
    name: str
    name_en: str
    numerator: Annotated[str | None, Field(description="In whole cases", examples=["116"])]
    denominator: Annotated[str | None, Field(examples=["127"])]
    text: Annotated[str, Field(examples=["91.3 %", "＜5"])]
    suppressed: bool


class UnlistedYear(BaseModel):
    """The cases of a year that no row below the place shows; no number when there are fewer than the smallest cell."""

    model_config = ConfigDict(frozen=True)

    label: str
    first_day: date
    last_day: date
    count: int | None


class PublishedDocument(BaseModel):
    """What is kept: nothing but what may be read."""

    model_config = ConfigDict(frozen=True)

    smallest_cell: int
    total: int | None
    rows: dict[str, int] | None
    rates: list[PublishedRate]
    unlisted: UnlistedYear | None = None


class PublishedCount(AnswerBody):
    """A number, or that there is none to be told."""

    count: Annotated[int | None, Field(description="Null: it would tell of single cases", examples=[127])]
    text: Annotated[
        str, Field(description="For people; ＊ where it is kept back, ＜5 where it is below", examples=["127", "＊"])
    ]
    suppressed: bool


class PublishedArea(AnswerBody):
    """The cases registered in an area right below the place."""

    key: str
    name: str
    name_en: str
    count: int


class UnlistedOut(PublishedCount):
    """不分列件: the year's cases that no row shows, confidential ones and those about a unit, for the whole place."""

    label: str
    first_day: date
    last_day: date


class PublicationOut(AnswerBody):
    """What was published of a closed period, once: it never changes, and what was learned later is in none."""

    kind: PeriodKind
    label: str
    first_day: date
    last_day: date
    smallest_cell: Annotated[int, Field(description="No number below it is told; 0: all are", examples=[5])]
    registered: Annotated[
        PublishedCount,
        Field(description="Cases registered, without confidential ones and those about a unit: see `unlisted`"),
    ]
    rows: Annotated[
        list[PublishedArea] | None,
        Field(description="By area right below the place; null: one of them is small, so none is told"),
    ]
    rates: list[PublishedRate]
    unlisted: Annotated[UnlistedOut | None, Field(description="Once a year, in the period in which it ends")]
    suppressed: Annotated[bool, Field(description="Whether a number, or the rows, are kept back")]
    reason: Annotated[str | None, Field(description="Why; null when nothing is kept back")]
    reason_zh: str | None
