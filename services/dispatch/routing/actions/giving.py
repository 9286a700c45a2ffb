"""A step of a case with the decision on who handles it: whoever was chosen, and why, is kept for ever."""

from collections.abc import Iterable

from libs.common.database.session import Session
from libs.common.events.people import accused_staff, accused_units
from services.dispatch.cases.domain.state import Said, State
from services.dispatch.cases.tables import Case
from services.dispatch.routing.domain.choosing import Choice, Nobody
from services.dispatch.routing.domain.terms import Rule
from services.dispatch.routing.domain.today import Today
from services.dispatch.routing.tables import Decision
from services.dispatch.tasks.actions import keeping


def today(session: Session, case: Case) -> Today:
    """The pack in force, for this case."""
    current = session.packs.current(session.now)
    about, led = accused_units(case), units_led_by(session, accused_staff(case))
    return Today(current.directory, current.version, session.packs.codes, case.area_code, about, led)


def units_led_by(session: Session, staff_ids: Iterable[str]) -> frozenset[str]:
    """The units of which one of these members of staff is in office as the leader, by the register of people.

    That is whoever holds a post that only one may hold, and that makes a leader by its roles.
    """
    directory, there = session.packs.current(session.now).directory, (session.staff.member(one) for one in staff_ids)
    terms = (term for member in there if member is not None for term in member.in_office(session.now))
    return frozenset(term.unit_code for term in terms if directory.leads(term.post_code))


async def apply(session: Session, case: Case, said: Said) -> tuple[State, State]:
    """Take the step: row, history, ledger, tasks, and the decision where it is one. The state before, and after."""
    before, after = await keeping.apply(session, case, said)
    if isinstance(said.what, Choice | Nobody):
        found = said.what
        session.insert(
            Decision,
            {
                "case_id": case.case_id,
                "version": after.version,
                "rule": found.rule if isinstance(found, Choice) else Rule.NOBODY,
                "lead_unit": after.lead_unit,
                "support_units": list(after.support_units),
                "category_code": after.category_code,
                "candidates": [{"unit_code": one.unit_code, "verdict": one.verdict.value} for one in found.candidates],
                "explanation": found.explanation,
                "pack_version": found.pack_version,
                "reason_code": found.reason_code if isinstance(found, Choice) else None,
            },
        )
    return before, after
