"""The register of people (人员名册) in memory: who is in office at a moment, and where. Pure.

A term of office (任期) holds from ``begins_at`` on and ends the moment before ``ends_at``. Whether it does is asked for
the moment of the question, so that a right ends with its term and no job has to end it.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TermOfOffice:
    """任期: one post of one unit, of one of its areas where the post is for one; ``number`` counts a person's terms.

    ``stand_in_for`` (代理): the member of staff who holds the post and in whose place this one acts.
    """

    number: int
    post_code: str
    unit_code: str
    begins_at: datetime
    ends_at: datetime | None = None
    area_code: str | None = None
    stand_in_for: str | None = None

    def holds_at(self, moment: datetime) -> bool:
        """Whether somebody is in office by it."""
        return self.begins_at <= moment and (self.ends_at is None or moment < self.ends_at)

    def holds_between(self, begins: datetime, ends: datetime) -> bool:
        """Whether somebody is in office by it at some time from ``begins`` on until before ``ends``."""
        return self.begins_at < ends and (self.ends_at is None or self.ends_at > begins)

    def overlaps(self, other: "TermOfOffice") -> bool:
        """Whether there is a moment at which both hold; one that ends when it begins never does."""
        latest = max(self.begins_at, other.begins_at)
        return all(term.ends_at is None or latest < term.ends_at for term in (self, other))


def unchanged_between(terms: Iterable[TermOfOffice], moment: datetime) -> tuple[datetime, datetime]:
    """From when, and until before when, the same of these terms hold as at a moment."""
    moments = [change for term in terms for change in (term.begins_at, term.ends_at) if change is not None]
    since = max((change for change in moments if change <= moment), default=_EVER[0])
    return since, min((change for change in moments if change > moment), default=_EVER[1])


@dataclass(frozen=True, slots=True)
class StaffMember:
    """人员: the public record of one person; ``version`` grows by one with every change."""

    staff_id: str
    name: str
    terms: tuple[TermOfOffice, ...] = ()
    version: int = 1

    def in_office(self, moment: datetime) -> tuple[TermOfOffice, ...]:
        """The terms that hold then."""
        return tuple(term for term in self.terms if term.holds_at(moment))


class StaffRegister:
    """Everybody whom this service has heard of. A record that is older than the one known is let go."""

    def __init__(self) -> None:
        self.place = 0
        """How far the table was read."""
        self.learned = 0
        """How many records it has taken: the same number, the same people."""
        self.remembered: dict[object, object] = {}
        """For whoever asks the same again and again; nothing that could not be worked out anew."""
        self._members: dict[str, StaffMember] = {}
        self._of_unit: dict[str, set[str]] = {}

    def copy(self) -> "StaffRegister":
        """The same, to go on alone: for what is not committed yet."""
        other = StaffRegister()
        other.place, other.learned = self.place, self.learned
        other._members = dict(self._members)
        other._of_unit = {unit: set(ids) for unit, ids in self._of_unit.items()}
        return other

    def put(self, member: StaffMember) -> None:
        """Learn a record."""
        known = self._members.get(member.staff_id)
        if known is not None and known.version >= member.version:
            return
        self._members[member.staff_id] = member
        self.learned += 1
        # Whoever left a unit stays among those who are asked: their terms say that they left.
        for term in member.terms:
            self._of_unit.setdefault(term.unit_code, set()).add(member.staff_id)

    def member(self, staff_id: str | None) -> StaffMember | None:
        """The person of this id; None for one who is not known."""
        return None if staff_id is None else self._members.get(staff_id)

    def members(self) -> Collection[StaffMember]:
        """All, in no order."""
        return self._members.values()

    def ever_of_unit(self, unit_code: str) -> Iterator[StaffMember]:
        """All who ever had a term at a unit, or will have."""
        yield from (self._members[staff_id] for staff_id in self._of_unit.get(unit_code, ()))

    def of_unit(self, unit_code: str, moment: datetime) -> Iterator[tuple[StaffMember, TermOfOffice]]:
        """Who is in office at a unit, with the term by which; by staff id."""
        for staff_id in sorted(self._of_unit.get(unit_code, ())):
            member = self._members[staff_id]
            yield from ((member, term) for term in member.in_office(moment) if term.unit_code == unit_code)

    def in_office_by(self, post_code: str, moment: datetime) -> Iterator[tuple[StaffMember, TermOfOffice]]:
        """Who is in office by a post, at whichever unit, with the term by which; by staff id."""
        for staff_id in sorted(self._members):
            member = self._members[staff_id]
            yield from ((member, term) for term in member.in_office(moment) if term.post_code == post_code)

    def is_in_office(self, staff_id: str, unit_code: str, moment: datetime) -> bool:
        """Whether the person holds any post of the unit then."""
        member = self._members.get(staff_id)
        return member is not None and any(term.unit_code == unit_code for term in member.in_office(moment))

    def holders(
        self, post_code: str, unit_code: str, moment: datetime, area_code: str | None = None
    ) -> tuple[StaffMember, ...]:
        """Who holds a post of a unit at a moment; of one area where the post is for one and the area is named.

        A stand-in counts: it acts in the place of who holds it.
        """
        found = (
            member
            for member, term in self.of_unit(unit_code, moment)
            if term.post_code == post_code and area_code in (None, term.area_code)
        )
        return tuple({member.staff_id: member for member in found}.values())
