"""Who may look after households now: worked out once, until the register, the pack or an office changes."""

from dataclasses import dataclass
from datetime import datetime

from libs.common.database.session import Session
from libs.common.pack.directory import Directory
from libs.common.staff.register import unchanged_between
from services.intake.households.actions.registering import may_look_after

_KEY = "intake.contacts.in_office"


@dataclass(frozen=True, slots=True)
class _Known:
    people: frozenset[str]
    learned: int
    directory: Directory
    since: datetime
    until: datetime

    def holds(self, learned: int, directory: Directory, now: datetime) -> bool:
        return self.learned == learned and self.directory is directory and self.since <= now < self.until


def in_office(session: Session) -> frozenset[str]:
    """The ids of those who hold a post now that looks after households."""
    staff, now, directory = session.staff, session.now, session.packs.current(session.now).directory
    known = staff.remembered.get(_KEY)
    if not isinstance(known, _Known) or not known.holds(staff.learned, directory, now):
        people = frozenset(one.staff_id for one in staff.members() if may_look_after(directory, one, now))
        terms = (term for one in staff.members() for term in one.terms)
        known = _Known(people, staff.learned, directory, *unchanged_between(terms, now))
        staff.remembered[_KEY] = known
    return known.people
