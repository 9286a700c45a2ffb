"""The words of collection points (民情收集点) and of occasions such as fora (座谈会). Standard library only."""

from enum import StrEnum


class PointKind(StrEnum):
    """Where a collection point stands (收集点类型)."""

    ESTATE = "estate"
    SQUARE = "square"
    MARKET = "market"
    OFFICE = "office"
    OTHER = "other"


class PointStep(StrEnum):
    """What became of a collection point (收集点变动)."""

    OPEN = "open"
    CHANGE = "change"


class OccasionKind(StrEnum):
    """What kind of occasion it is (活动类型): collecting at a point, a forum, an office that meets on the spot."""

    COLLECTION = "collection"
    FORUM = "forum"
    ON_THE_SPOT_OFFICE = "on_the_spot_office"


class OccasionStep(StrEnum):
    """What became of an occasion's record (活动记录变动)."""

    RECORD = "record"
    CORRECT = "correct"


class AtHours(StrEnum):
    """Whether a collection kept to the hours of its point (是否在开放时间)."""

    WITHIN = "within"
    OUTSIDE = "outside"
    NOT_OPEN_THAT_DAY = "not_open_that_day"
