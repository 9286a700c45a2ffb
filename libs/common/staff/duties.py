"""What people answer for by the duty directory (个人权责清单): its rows name a post, the register who holds it. Pure.

Both questions go by the pack in force: who answers for a case, and for what somebody answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from libs.common.pack.directory import Directory, UnknownCode
from libs.common.pack.schema import Duty, Post
from libs.common.staff.register import StaffMember, StaffRegister, TermOfOffice


@dataclass(frozen=True, slots=True)
class PersonalDuty:
    """A row for which somebody answers at a unit; in these areas, where the post is for one (else there are none)."""

    duty: Duty
    unit_code: str
    post: Post
    area_codes: tuple[str, ...] = ()


def who_answers(
    directory: Directory, register: StaffRegister, category_code: str, area_code: str, unit_code: str, moment: datetime
) -> tuple[StaffMember, ...]:
    """Who holds the post that the row of such a case names, at this unit; nobody where another one leads by the row.

    A post that is for an area is held by whoever has the one in which the case lies. Nobody, too, for a case whose
    category or area the pack has no longer: nothing of today is said of it.
    """
    try:
        duty = directory.duty(category_code, area_code)
        post = None if duty is None or duty.post is None else directory.post(duty.post)
    except UnknownCode:
        return ()
    if duty is None or post is None or directory.resolve(duty.lead, area_code) != unit_code:
        return ()
    if post.area_level is None:
        return register.holders(post.code, unit_code, moment)
    around = (code for code in directory.ancestors(area_code) if directory.area(code).level is post.area_level)
    own = next(around, None)
    return () if own is None else register.holders(post.code, unit_code, moment, own)


def duties_of(directory: Directory, member: StaffMember, moment: datetime) -> Iterator[PersonalDuty]:
    """All rows that a person answers for by the posts held at a moment, in the pack's order, one for each unit."""
    terms = [term for term in member.in_office(moment) if term.unit_code in directory.unit_codes]
    for duty in directory.pack.duties:
        if duty.post is None:
            continue
        held = [term for term in terms if term.post_code == duty.post and _leads(directory, duty, term.unit_code)]
        for unit_code in sorted({term.unit_code for term in held}):
            post = directory.post(duty.post)
            areas = _areas(directory, post, [term for term in held if term.unit_code == unit_code])
            if areas or post.area_level is None:
                yield PersonalDuty(duty, unit_code, post, areas)


def _leads(directory: Directory, duty: Duty, unit_code: str) -> bool:
    """Whether the unit is the one that the row means somewhere: in its own area."""
    return directory.resolve(duty.lead, directory.unit(unit_code).area_code) == unit_code


def _areas(directory: Directory, post: Post, terms: list[TermOfOffice]) -> tuple[str, ...]:
    """Where the post is for an area by the pack in force; a term of former days may be for one of another kind."""
    codes = {term.area_code for term in terms if term.area_code in directory.area_codes}
    return tuple(sorted(code for code in codes if code and directory.area(code).level is post.area_level))
