"""Recurring days and area days as they are asked for and shown."""

from typing import Annotated

from pydantic import Field, StringConstraints

from libs.common.web.fields import AnswerBody, AreaCode, Day, RequestBody
from services.intake.days.domain import AreaDayState

LONGEST_SPAN = 366
"""Days asked for at once."""
MOST_AREA_DAYS = 10_000
"""Areas times days of one answer."""

DaysCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"),
    Field(description="A rule of days of the pack (走访日规则)", examples=["tuesdays"]),
]


class SpanQuery(RequestBody):
    """From which day to which, both included."""

    from_day: Day
    until_day: Annotated[Day, Field(description=f"At most {LONGEST_SPAN} days in all")]
    days: DaysCode | None = None


class AreaDaysQuery(SpanQuery):
    """The same, of which areas."""

    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None


class VisitDayOut(AnswerBody):
    """A recurring day (走访日)."""

    day: Day
    days: str
    name: str
    name_en: str
    instead_of: Annotated[list[Day], Field(description="Holidays before it whose place it takes (节假日顺延)")]
    provisional: Annotated[bool, Field(description="The notice of that year's days off is not known yet")]


class LeftOutDay(AnswerBody):
    """One that falls on a public holiday."""

    day: Day
    days: str
    name: str
    moved_to: Annotated[Day | None, Field(description="The day that takes its place; null: it is left out")]


class VisitDaysOut(AnswerBody):
    """The recurring days of a span, and those that fall on a holiday."""

    items: list[VisitDayOut]
    on_holidays: list[LeftOutDay]


class MissingArea(AnswerBody):
    """An area that did not go out on a day (未走访片区), by name."""

    area_code: str
    area_name: str
    state: AreaDayState
    why: str
    why_en: str


class ShortArea(AnswerBody):
    """An area that went out with fewer people than the rule of its team asks for (缺员)."""

    area_code: str
    area_name: str
    present: int
    members: int


class DayOfAreas(AnswerBody):
    """One day: which areas were to go out, how many did, and which did not."""

    day: Day
    instead_of: list[Day]
    expected: int
    went: int
    share: Annotated[str, Field(description="As it is printed; never 100 % while one is missing")]
    members: Annotated[int, Field(description="People in the teams of these areas (应到人数)")]
    present: Annotated[int, Field(description="Of them those who were there (实到人数)")]
    missing: list[MissingArea]
    short: list[ShortArea]


class AreaOverDays(AnswerBody):
    """One area over all these days."""

    area_code: str
    area_name: str
    expected: int
    went: int
    missing: list[Day]


class AreaDaysOut(AnswerBody):
    """Area days until today: how many were expected, how many went, and which are missing by name."""

    expected: int
    went: int
    share: str
    ahead: Annotated[int, Field(description="Area days after today, which are in none of the other numbers")]
    days: list[DayOfAreas]
    areas: list[AreaOverDays]
