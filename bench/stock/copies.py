"""Decides what is copied how often, and when each copy happened; the case ids and numbers that copies get."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bench.stock.templates import WEEK, Template
from libs.common.case_numbers import case_number
from libs.common.events.terms import Channel
from libs.common.ledger.append import part_of
from libs.common.pack.areas import AreaLevel
from libs.common.pack.schema import Pack

YEARS = timedelta(days=730)
OPEN_SHARE, RUNNING_SHARE = 0.02, 0.005
"""Of all cases: those still open, and among them those whose clocks and callbacks run."""

_CHANNELS = tuple(channel.value for channel in Channel)
_VILLAGE, _VARIANT = 12, "8"


class Copy(NamedTuple):
    """One copy: a row of the scratch table. ``weeks`` may be negative."""

    number: int
    template: int
    weeks: int
    case_id: str
    case_no: str
    channel: str
    area_code: str
    part: int
    first: datetime
    last: datetime


def copies(templates: Sequence[Template], pack: Pack, many: int, now: datetime, chance: Random) -> Iterator[Copy]:
    """``many`` copies in the order in which they were registered, so that ids rise as they would have."""
    zone = ZoneInfo(pack.place.time_zone)
    grids = _places(pack)
    sequence: Counter[date] = Counter()
    by_number = {template.number: template for template in templates}
    for number, (first, which, weeks) in enumerate(sorted(_plan(templates, many, now, chance)), start=1):
        template = by_number[which]
        day = first.astimezone(zone).date()
        sequence[day] += 1
        case_id = _uuid7(first, chance)
        choices = grids.get(template.area_code[:_VILLAGE], [template.area_code])
        yield Copy(
            number=number,
            template=which,
            weeks=weeks,
            case_id=case_id,
            case_no=case_number(pack.place.code[:6], day, sequence[day]),
            channel=chance.choice(_CHANNELS),
            area_code=template.area_code if len(template.area_code) == _VILLAGE else chance.choice(choices),
            part=part_of(case_id),
            first=first,
            last=template.last + weeks * WEEK,
        )


def _plan(
    templates: Sequence[Template], many: int, now: datetime, chance: Random
) -> Iterator[tuple[datetime, int, int]]:
    """When each copy is registered, of which template, and by how many weeks it is shifted."""
    running = [one for one in templates if one.young and not one.closed]
    left = [one for one in templates if not one.young and not one.closed]
    finished = [one for one in templates if one.closed]
    open_, run = round(many * OPEN_SHARE), round(many * RUNNING_SHARE)
    for group, count in ((running, run), (left, open_ - run), (finished, many - open_)):
        reach = {one.number: _reach(one, now, still=group is running) for one in group}
        for _ in range(count):
            one = group[chance.randrange(len(group))]
            earliest, latest = reach[one.number]
            weeks = chance.randint(earliest, latest)
            yield one.first + weeks * WEEK, one.number, weeks


def _reach(one: Template, now: datetime, *, still: bool) -> tuple[int, int]:
    """The shifts that keep a copy within the two years, and all that happened to it in the past."""
    if still:
        return 0, 0
    return -((one.first - (now - YEARS)) // WEEK), (now - one.last) // WEEK


def _places(pack: Pack) -> Mapping[str, list[str]]:
    """The grids of each village: they have the same units, so a copy may stand in any of them."""
    found: dict[str, list[str]] = {}
    for area in pack.areas:
        if area.level is AreaLevel.GRID:
            found.setdefault(area.code[:_VILLAGE], []).append(area.code)
    return found


def _uuid7(moment: datetime, chance: Random) -> str:
    digits = f"{int(moment.timestamp() * 1000):012x}"
    noise = f"{chance.getrandbits(72):018x}"
    return f"{digits[:8]}-{digits[8:]}-7{noise[:3]}-{_VARIANT}{noise[3:6]}-{noise[6:]}"
