"""The whole pack (县包): ``Settings`` is what pack.yaml holds, ``Pack`` adds the four tables."""

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from libs.common.pack.areas import AreaLevel
from libs.common.pack.schema.aid import AidRules
from libs.common.pack.schema.asking import AskingRules
from libs.common.pack.schema.base import AreaCode, Model, Name, SourceName, unset
from libs.common.pack.schema.clocks import (
    Assessment,
    CalendarSettings,
    ExclusionRules,
    Limits,
    ObjectionRules,
    PetitionRules,
    ReturnRules,
    UpperOrderRules,
)
from libs.common.pack.schema.duties import Category, Duty
from libs.common.pack.schema.figures import FigureSettings, Formula, Score
from libs.common.pack.schema.households import HouseholdRules
from libs.common.pack.schema.letters import LetterRules
from libs.common.pack.schema.lists import ListRules
from libs.common.pack.schema.mediation import MediationRules
from libs.common.pack.schema.passing import HandoverRules, RaiseRules
from libs.common.pack.schema.places import Area, AreaKind, Merged, PeopleRange, Post, Unit
from libs.common.pack.schema.promises import CallbackPolicy, Ladder
from libs.common.pack.schema.risks import RiskRules
from libs.common.pack.schema.visits import VisitRules
from libs.common.pack.schema.whistles import WhistleRules


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone of the IANA list, such as Asia/Shanghai") from error
    return name


_RAISING, _HANDOVERS, _OBJECTIONS, _HOUSEHOLDS = RaiseRules(), HandoverRules(), ObjectionRules(), HouseholdRules()
_VISITS, _ASKING, _UPPER_ORDERS = VisitRules(), AskingRules(), UpperOrderRules()
_LISTS, _WHISTLES, _LETTERS, _MEDIATION = ListRules(), WhistleRules(), LetterRules(), MediationRules()
_AID, _RISKS = AidRules(), RiskRules()
"""Left out where a pack says just this, so that a pack of before keeps its digest."""


class PackPlace(Model):
    """The county, town or street that the pack is for (适用地区)."""

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


def _as_without(rules: object) -> bool:
    """Said by no pack of before, so that its digest stays what it was."""
    return rules in (None, PetitionRules())


def _none_set(ranges: object) -> bool:
    return ranges == {}


def _plain(figures: object) -> bool:
    return figures == FigureSettings()


class PackSettings(Model):
    """pack.yaml. ``format`` is the version of this schema; ``version`` is the place's own label for this edition."""

    format: Literal["huiyin-pack/1"]
    place: PackPlace
    version: Name
    effective_from: date
    area_kinds: tuple[AreaKind, ...] = Field(default=(), exclude_if=unset)
    people_per_area: dict[AreaLevel, PeopleRange] = Field(default_factory=dict, exclude_if=_none_set)
    """The fewest and the most people (服务人口) that should live in one area of a level, such as a grid."""
    desk_sources: tuple[SourceName, ...] = Field(default=(), exclude_if=unset)
    """Sources whose numbers desks write down by hand (窗口来源); other names are those of outside systems alone."""
    limits: Limits
    calendar: CalendarSettings = CalendarSettings()
    assessment: Assessment = Assessment()
    returns: ReturnRules
    raising: RaiseRules = Field(default=_RAISING, exclude_if=_RAISING.__eq__)
    handovers: HandoverRules = Field(default=_HANDOVERS, exclude_if=_HANDOVERS.__eq__)
    lists: ListRules = Field(default=_LISTS, exclude_if=_LISTS.__eq__)
    whistles: WhistleRules = Field(default=_WHISTLES, exclude_if=_WHISTLES.__eq__)
    letters: LetterRules = Field(default=_LETTERS, exclude_if=_LETTERS.__eq__)
    mediation: MediationRules = Field(default=_MEDIATION, exclude_if=_MEDIATION.__eq__)
    aid: AidRules = Field(default=_AID, exclude_if=_AID.__eq__)
    risks: RiskRules = Field(default=_RISKS, exclude_if=_RISKS.__eq__)
    petitions: PetitionRules = Field(default=PetitionRules(), exclude_if=_as_without)
    exclusions: ExclusionRules | None = Field(default=None, exclude_if=_as_without)
    objections: ObjectionRules = Field(default=_OBJECTIONS, exclude_if=_OBJECTIONS.__eq__)
    asking: AskingRules = Field(default=_ASKING, exclude_if=_ASKING.__eq__)
    upper_orders: UpperOrderRules = Field(default=_UPPER_ORDERS, exclude_if=_UPPER_ORDERS.__eq__)
    callback: CallbackPolicy
    ladder: Ladder
    figures: FigureSettings = Field(default=FigureSettings(), exclude_if=_plain)
    formulas: tuple[Formula, ...] = Field(min_length=1)
    scores: tuple[Score, ...] = ()
    texts: TextLimits = TextLimits()
    posts: tuple[Post, ...] = ()
    households: HouseholdRules = Field(default=_HOUSEHOLDS, exclude_if=_HOUSEHOLDS.__eq__)
    visits: VisitRules = Field(default=_VISITS, exclude_if=_VISITS.__eq__)

    @field_validator("formulas")
    @classmethod
    def _digits_of_the_place(cls, formulas: tuple[Formula, ...], info: ValidationInfo) -> tuple[Formula, ...]:
        """A rate that says what holds for all anyway says nothing, so that the same pack always has the same digest."""
        figures = info.data.get("figures", FigureSettings())
        return tuple(
            formula.model_copy(update={"decimals": None}) if formula.decimals == figures.decimals else formula
            for formula in formulas
        )


class Pack(PackSettings):
    """A place's way of working, whole: what is loaded, published as one event, and kept by version."""

    areas: tuple[Area, ...] = Field(min_length=1)
    units: tuple[Unit, ...] = Field(min_length=1)
    categories: tuple[Category, ...] = Field(min_length=1)
    duties: tuple[Duty, ...] = Field(min_length=1)
    merged: Merged = Merged()
