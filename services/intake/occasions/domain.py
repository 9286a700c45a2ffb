"""An occasion's record (活动记录): who may correct it when, and what its cases say of their source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from libs.common.events.occasion_terms import OccasionKind
from libs.common.events.people import person_name
from libs.common.rules.machine import Actor, NotTheirs

KINDS: Mapping[OccasionKind, tuple[str, str]] = {
    OccasionKind.COLLECTION: ("收集点收集", "collecting at a point"),
    OccasionKind.FORUM: ("座谈会", "forum"),
    OccasionKind.ON_THE_SPOT_OFFICE: ("现场办公会", "on-the-spot office"),
}
SOURCES: Mapping[OccasionKind, str] = {
    OccasionKind.COLLECTION: "huiyin.collection-point",
    OccasionKind.FORUM: "huiyin.forum",
    OccasionKind.ON_THE_SPOT_OFFICE: "huiyin.on-the-spot-office",
}
"""What stands as the source (来源) of a case that came of one."""
_IN_LETTERS = str.maketrans("0123456789abcdef", "ghijklmnopabcdef", "-")


@dataclass(frozen=True, slots=True)
class RecordedBy:
    """Who was there, who wrote it down, and on which day of the place."""

    staff_ids: tuple[str, ...]
    entered_by: str
    entered_on: date


def source_no(occasion_id: str, point_code: str | None, day: date, number: int) -> str:
    """The number of a matter in its source: the point where it was raised, if any, the day, the occasion, its place.

    The occasion's id stands in letters alone: no run of its digits is then taken for somebody's phone.
    """
    where = () if point_code is None else (point_code,)
    return "/".join((*where, day.isoformat(), occasion_id.translate(_IN_LETTERS), str(number)))


def check_corrector(record: RecordedBy, by: Actor, today: date, *, oversees: bool) -> None:
    """Who was there or wrote it down corrects it within the day of its entry; later somebody else who oversees visits.

    NotTheirs.
    """
    mine = not by.names.isdisjoint({*map(person_name, record.staff_ids), record.entered_by})
    if mine and today == record.entered_on:
        return
    if mine or not oversees:
        raise NotTheirs(
            "Who was there or wrote it down corrects it on the day of its entry; later somebody else",
            "在场人、登记人仅可在登记当日更正，之后由其他管理人员更正",
        )
