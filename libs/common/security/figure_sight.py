"""Who may see which figures (指标可见范围): one table by role and by how far down the caller stands.

Whoever answers for the whole place sees every figure of it, exact. Whoever answers for a town of it sees the same of
that town, without the cases that are counted for the whole place only: confidential ones and those about a unit. All
others, village leaders among them, see what is published for many: of the place and the areas right below it, closed
periods alone, and no number by which a single case could be told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from libs.common.errors import Forbidden
from libs.common.pack.areas import TOWN_DIGITS, area_prefix
from libs.common.security.principal import Principal, Role


class FigureSight(IntEnum):
    """How much of the figures somebody sees; of several roles the widest holds."""

    NOTHING = 0
    """Outside systems."""
    PUBLISHED = 1
    """Closed periods, by area right below the place; no small numbers, no case is opened, nothing is of now."""
    OWN_TOWN = 2
    """Every row and grouping of the own area, of now; cases are opened; not those that no row below the place shows."""
    EVERYTHING = 3
    """Every row and grouping of the place, small numbers and all cases included."""

    @property
    def is_live(self) -> bool:
        """Whether figures of now are asked at all, their rows grouped in any way and their cases opened."""
        return self >= FigureSight.OWN_TOWN


@dataclass(frozen=True, slots=True)
class SightByArea:
    """What a role sees, by the area that its bearer stands for."""

    place: FigureSight
    """Of the whole place, or more."""
    town: FigureSight
    """Of a town inside it."""
    below: FigureSight
    """Of a village or grid."""


_OF_THE_PLACE = SightByArea(FigureSight.EVERYTHING, FigureSight.OWN_TOWN, FigureSight.PUBLISHED)
_PUBLISHED = SightByArea(FigureSight.PUBLISHED, FigureSight.PUBLISHED, FigureSight.PUBLISHED)
_NOTHING = SightByArea(FigureSight.NOTHING, FigureSight.NOTHING, FigureSight.NOTHING)

FIGURES_BY_ROLE: Mapping[Role, SightByArea] = MappingProxyType(
    {
        Role.LEADER: _OF_THE_PLACE,
        Role.SUPERVISOR: _OF_THE_PLACE,
        Role.AUDITOR: _OF_THE_PLACE,
        Role.OPERATOR: _PUBLISHED,
        Role.VISITOR: _PUBLISHED,
        Role.DISPATCHER: _PUBLISHED,
        Role.HANDLER: _PUBLISHED,
        Role.CALLER: _PUBLISHED,
        Role.MEDIATOR: _PUBLISHED,
        Role.ADMIN: _PUBLISHED,
        Role.INTEGRATOR: _NOTHING,
    }
)
"""A leader 领导 of a village is as near to its people as its clerk, and is shown no more."""


def figure_sight(principal: Principal, place_code: str) -> FigureSight:
    """How much a caller sees of the figures of a place."""
    own, place = area_prefix(principal.area_code), area_prefix(place_code)
    found = FigureSight.NOTHING
    for role in principal.roles:
        by_area = FIGURES_BY_ROLE[role]
        if len(own) <= len(place):
            found = max(found, by_area.place)
        else:
            found = max(found, by_area.town if len(own) <= TOWN_DIGITS else by_area.below)
    return found


class OnlyPublished(Forbidden):
    """Figures of now are not for the caller; what is published is."""

    def __init__(self) -> None:
        super().__init__(
            "Figures of now are for leaders, supervisors and auditors of the place or of a town of it;"
            " for everybody there is what is published: /analytics/v1/publications",
            "实时指标仅供本地和所辖乡镇的领导、督办、审计人员查看；其他人员请查看已公布的数据",
        )
