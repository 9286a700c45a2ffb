"""The whole pack (县包): ``Settings`` is what pack.yaml holds, ``Pack`` adds the four tables."""

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from libs.common.pack.schema.base import AreaCode, Model, Name
from libs.common.pack.schema.clocks import Assessment, CalendarSettings, Limits, ReturnRules
from libs.common.pack.schema.duties import Category, Duty
from libs.common.pack.schema.figures import Formula, Score
from libs.common.pack.schema.places import Area, Merged, Unit
from libs.common.pack.schema.promises import CallbackPolicy, Ladder


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone of the IANA list, such as Asia/Shanghai") from error
    return name


class PackPlace(Model):
    """The county that the pack is for (适用县区)."""

    code: AreaCode
    name: Name
    name_en: Name
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"


class TextLimits(Model):
    """Longest and shortest texts, in characters (字数)."""

    title_max: int = Field(default=100, ge=10, le=500)
    text_max: int = Field(default=5000, ge=100, le=50000)
    result_min: int = Field(default=10, ge=1, le=500)
    result_max: int = Field(default=5000, ge=100, le=50000)
    note_max: int = Field(default=2000, ge=100, le=50000)


class PackSettings(Model):
    """pack.yaml. ``format`` is the version of this schema; ``version`` is the place's own label for this edition."""

    format: Literal["huiyin-pack/1"]
    place: PackPlace
    version: Name
    effective_from: date
    limits: Limits
    calendar: CalendarSettings = CalendarSettings()
    assessment: Assessment = Assessment()
    returns: ReturnRules
    callback: CallbackPolicy
    ladder: Ladder
    formulas: tuple[Formula, ...] = Field(min_length=1)
    scores: tuple[Score, ...] = ()
    texts: TextLimits = TextLimits()


class Pack(PackSettings):
    """A place's way of working, whole: what is loaded, published as one event, and kept by version."""

    areas: tuple[Area, ...] = Field(min_length=1)
    units: tuple[Unit, ...] = Field(min_length=1)
    categories: tuple[Category, ...] = Field(min_length=1)
    duties: tuple[Duty, ...] = Field(min_length=1)
    merged: Merged = Merged()
