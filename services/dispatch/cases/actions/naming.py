"""Naming who of a unit answers for a case (责任人): one of its people in office, nobody of those complained about."""

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.events.people import accused_staff, accused_units
from libs.common.events.responsible import ResponsibleNamed
from libs.common.rules.requests import Request
from libs.common.staff.duties import who_answers
from services.dispatch.cases.actions.steps import CASES, load_for, shown
from services.dispatch.cases.domain.naming import check_may_name
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.cases.tables import Case, working_unit_of


async def name(session: Session, asked: Request, case_id: str, staff_id: str) -> WorkOut:
    """The unit that works names one of its people."""
    case = await load_for(session, asked, case_id, Action.SIGN)
    name_for_worker(session, case, staff_id)
    return shown(session, case, asked.actor)


def name_for_worker(session: Session, case: Case, staff_id: str) -> None:
    """Of a case that the unit may act on: this person answers for it from now on."""
    check_may_name(CASES.state_of(case))
    unit = working_unit_of(case) or ""
    check_person(session, case, unit, staff_id)
    case.responsible_staff, case.responsible_at = staff_id, session.now
    say_named(session, case, unit, staff_id)


def name_by_post(session: Session, case: Case) -> None:
    """Of a case that a unit has signed without naming anybody: whoever holds the post that its duty names (责任岗位).

    Only at the lead unit itself, and only where that is one person, about whom the case is not: nothing is guessed.
    """
    unit, category = case.lead_unit, case.category_code
    if case.responsible_staff is not None or case.delegates or unit is None or category is None:
        return
    directory = session.packs.current(session.now).directory
    found = who_answers(directory, session.staff, category, case.area_code, unit, session.now)
    if len(found) == 1 and not is_about(session, case, found[0].staff_id):
        name_for_worker(session, case, found[0].staff_id)


def check_person(session: Session, case: Case, unit_code: str, staff_id: str) -> None:
    """Invalid for who is not in office at the unit, is complained about, or is in office at a unit that is, too."""
    if not session.staff.is_in_office(staff_id, unit_code, session.now):
        raise invalid("responsible", f"is nobody in office at {unit_code}", f"不是 {unit_code} 的在任人员")
    if is_about(session, case, staff_id):
        raise invalid(
            "responsible", "is complained about, or of a unit that is", "系被反映人或任职于被反映单位，应当回避"
        )


def is_about(session: Session, case: Case, staff_id: str) -> bool:
    """Whether the case is about this person (被反映人), or a unit that the person is in office at (被反映单位)."""
    directory, member = session.packs.current(session.now).directory, session.staff.member(staff_id)
    terms = () if member is None else member.in_office(session.now)
    units = accused_units(case)
    return staff_id in accused_staff(case) or any(directory.is_within_any(term.unit_code, units) for term in terms)


def say_named(session: Session, case: Case, unit_code: str, staff_id: str | None) -> None:
    """Tell who answers for it, or that nobody does any more."""
    session.publish(
        ResponsibleNamed(
            occurred_at=session.now, case_id=case.case_id, round=case.round, unit_code=unit_code, staff_id=staff_id
        )
    )
