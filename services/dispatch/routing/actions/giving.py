"""A step of a case with the decision on who handles it: whoever was chosen, and why, is kept for ever."""

from libs.common.database.session import Session
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
    return Today(current.directory, current.version, session.packs.codes, case.area_code, case.accused_unit)


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
            },
        )
    return before, after
