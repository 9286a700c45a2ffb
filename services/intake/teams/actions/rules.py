"""The pack's rules of teams, and who may fill which part of one by the posts in office."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.pack.areas import contains
from libs.common.pack.directory import Directory
from libs.common.pack.schema import TeamPart, TeamRule
from libs.common.staff.register import TermOfOffice
from services.intake.teams.domain.composition import Member, Part, TeamComposition


def find_rule(directory: Directory, code: str) -> TeamComposition | None:
    """The rule of this code; None where the pack in force has it no more."""
    found = _found(directory, code)
    return None if found is None else _rule(found)


def rule_of(directory: Directory, code: str) -> TeamComposition:
    """The same; Invalid, naming those that there are."""
    found = find_rule(directory, code)
    if found is None:
        listed = ", ".join(rule.code for rule in directory.pack.visits.teams) or "none"
        raise invalid("rule", f"is no rule of the pack, which has {listed}", "配置包中没有此队伍规则")
    return found


def fits_on(session: Session, code: str, area_code: str, first: date, last: date) -> Callable[[Member], bool]:
    """Whether somebody holds a post of the part, for the area if the part says so, on the first and the last day."""
    directory = session.packs.current(session.now).directory
    rule = _found(directory, code)
    parts = {} if rule is None else {part.code: part for part in rule.parts}
    zone = ZoneInfo(directory.pack.place.time_zone)

    def fits(member: Member) -> bool:
        part, person = parts[member.part], session.staff.member(member.staff_id)
        terms = [] if person is None else [term for term in person.terms if term.post_code in part.posts]
        there = [term for term in terms if not part.of_area or _is_near(session, directory, term, area_code)]
        return all(any(_holds_on(term, day, zone) for term in there) for day in (first, last))

    return fits


def _found(directory: Directory, code: str) -> TeamRule | None:
    return next((rule for rule in directory.pack.visits.teams if rule.code == code), None)


def _rule(rule: TeamRule) -> TeamComposition:
    return TeamComposition(rule.code, rule.name, rule.name_en, tuple(map(_part, rule.parts)))


def _part(part: TeamPart) -> Part:
    return Part(part.code, part.name, part.name_en, part.fewest, part.most)


def _is_near(session: Session, directory: Directory, term: TermOfOffice, area_code: str) -> bool:
    """Whether the post is for the area, for one around it, or for one inside it; by where what was merged went."""
    return any(contains(place, area_code) or contains(area_code, place) for place in _place(session, directory, term))


def _place(session: Session, directory: Directory, term: TermOfOffice) -> Iterator[str]:
    codes = session.packs.codes
    unit = codes.successor(term.unit_code, directory.unit_codes)
    if term.area_code is not None:
        yield codes.successor(term.area_code, directory.area_codes) or term.area_code
    elif unit is not None and unit in directory.unit_codes:
        yield directory.unit(unit).area_code


def _holds_on(term: TermOfOffice, day: date, zone: ZoneInfo) -> bool:
    """Whether it holds at some time of the day."""
    begins = datetime.combine(day, time(), zone)
    ends = datetime.combine(day + timedelta(days=1), time(), zone)
    return term.holds_between(begins, ends)
