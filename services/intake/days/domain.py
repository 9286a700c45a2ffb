"""Area days (片区走访日): which areas are to go out on which days, and which of them went.

An area went out when somebody of a team of it was there, as somebody else said. Nobody counts it by hand.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from libs.common.pack.areas import area_prefix


class AreaDayState(StrEnum):
    """Whether an area went out on a day, and why it counts as not (片区出队情况)."""

    WENT = "went"
    NOBODY_CAME = "nobody_came"
    NOT_KEPT = "not_kept"
    NO_TEAM = "no_team"


REASONS: Mapping[AreaDayState, tuple[str, str]] = {
    AreaDayState.WENT: ("已走访", "went out"),
    AreaDayState.NOBODY_CAME: ("无人出勤", "nobody of its team was there"),
    AreaDayState.NOT_KEPT: ("未登记考勤", "nobody has said who was there"),
    AreaDayState.NO_TEAM: ("未组队", "no team was formed for it"),
}


@dataclass(frozen=True, slots=True)
class TeamOnDay:
    """A team that stands for a day. ``present`` is None where nobody has said who was there."""

    on_day: date
    rule: str
    area_code: str
    members: int
    present: int | None
    short: bool
    """A part of its rule had too few."""


@dataclass(frozen=True, slots=True)
class AreaDay:
    """An area that is to go out on a day. ``teams``: by which rule, by any where there is None."""

    day: date
    area_code: str
    teams: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class AreaWent:
    """What came of an area day: how many of the teams there are, and were there."""

    area_day: AreaDay
    state: AreaDayState
    members: int = 0
    present: int = 0
    short: bool = False


def joined(expected: Iterable[AreaDay]) -> list[AreaDay]:
    """Each area once a day, in order, whichever rules ask for it."""
    found: dict[tuple[date, str], AreaDay] = {}
    for one in expected:
        before = found.get((one.day, one.area_code))
        either = one.teams if before is None else _either(before.teams, one.teams)
        found[(one.day, one.area_code)] = AreaDay(one.day, one.area_code, either)
    return [found[at] for at in sorted(found)]


def went(expected: Sequence[AreaDay], teams: Iterable[TeamOnDay]) -> list[AreaWent]:
    """What came of each. A team of an area, or of one inside it, is a team of it; one of a larger area is not."""
    by_day: defaultdict[date, dict[str, AreaDay]] = defaultdict(dict)
    for one in expected:
        by_day[one.day][area_prefix(one.area_code)] = one
    there: defaultdict[AreaDay, list[TeamOnDay]] = defaultdict(list)
    for team in teams:
        for one in _of(team, by_day[team.on_day]):
            there[one].append(team)
    return [_came_of(one, there[one]) for one in expected]


def _either(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return None if one is None or other is None else one | other


def _of(team: TeamOnDay, areas: Mapping[str, AreaDay]) -> Iterator[AreaDay]:
    for end in range(1, len(team.area_code) + 1):
        found = areas.get(team.area_code[:end])
        if found is not None and (found.teams is None or team.rule in found.teams):
            yield found


def _came_of(one: AreaDay, teams: Collection[TeamOnDay]) -> AreaWent:
    present = sum(team.present or 0 for team in teams)
    if present:
        state = AreaDayState.WENT
    elif any(team.present is None for team in teams):
        state = AreaDayState.NOT_KEPT
    else:
        state = AreaDayState.NOBODY_CAME if teams else AreaDayState.NO_TEAM
    short = any(team.short for team in teams if team.present)
    return AreaWent(one, state, sum(team.members for team in teams), present, short)
