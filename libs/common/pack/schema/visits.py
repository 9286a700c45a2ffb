"""How a place goes out to its households (走访): who makes up a team."""

from pydantic import Field

from libs.common.pack.schema.base import ItemCode, Model, Name

MOST_OF_A_PART = 100


class TeamPart(Model):
    """队伍构成: one part of a team, filled by people who hold one of ``posts``, at least ``fewest`` of them.

    ``most``: at most so many, any number without it. ``of_area``: by a post of the very area where the team goes, of
    one that contains it, or of one inside it.
    """

    code: ItemCode
    name: Name
    name_en: Name
    posts: tuple[ItemCode, ...] = Field(min_length=1)
    fewest: int = Field(default=1, ge=0, le=MOST_OF_A_PART)
    most: int | None = Field(default=None, ge=1, le=MOST_OF_A_PART)
    of_area: bool = False


class TeamRule(Model):
    """队伍规则: the parts of one kind of team, such as 1+2+N."""

    code: ItemCode
    name: Name
    name_en: Name
    parts: tuple[TeamPart, ...] = Field(min_length=1, max_length=10)


class VisitRules(Model):
    """走访: ``teams`` are the kinds of teams that go out; without any, none can be formed."""

    teams: tuple[TeamRule, ...] = ()
