"""Opening a case to the units: at registration, and again for every round that the citizen sends it back for."""

from libs.common.database.session import Session
from libs.common.events.cases import CaseRegistered, CaseSentBack
from libs.common.rules.machine import SYSTEM
from services.dispatch.cases.actions.steps import CASES
from services.dispatch.cases.domain.state import Ask
from services.dispatch.cases.domain.terms import Action, Status
from services.dispatch.cases.domain.transitions import decide
from services.dispatch.cases.tables import Case
from services.dispatch.routing.actions.giving import apply, today
from services.dispatch.routing.domain.choosing import Candidate, Choice, Nobody, by_rule
from services.dispatch.routing.domain.succession import with_units_of_today
from services.dispatch.routing.domain.terms import CandidateVerdict, Rule


async def open_case(session: Session, event: CaseRegistered) -> None:
    """Find the unit by rule, queue it for a dispatcher, or note that the door answers it itself."""
    # The citizen may have spoken before the office took it in; no unit's time starts earlier than that.
    session.now = max(session.now, event.registered_at)
    case = _new_case(session, event)
    if event.answered_at_once:
        await _take(session, case, Ask(Action.NOTE_ANSWER, why="登记即答复 answered at registration"))
        return
    directory = session.packs.version(event.pack_version)
    found = by_rule(directory, event.pack_version, event.category_code, event.area_code, event.accused_unit)
    found = _of_today(session, case, found)
    action = Action.ROUTE if isinstance(found, Choice) else Action.QUEUE
    await _take(session, case, Ask(action, found, found.explanation))


async def open_next_round(session: Session, case: Case, event: CaseSentBack) -> None:
    """The same unit again (谁办谁改); when no unit ever had it, the rule's, or a dispatcher's choice.

    A running case keeps its pack version: a new pack opens no round under other rules by itself, unless its unit is
    gone.
    """
    found = _of_today(session, case, _choice_again(session, case))
    action = Action.SEND_BACK if isinstance(found, Choice) else Action.SEND_BACK_TO_TRIAGE
    await _take(session, case, Ask(action, found, event.words))


async def _take(session: Session, case: Case, ask: Ask) -> None:
    await apply(session, case, decide(CASES.state_of(case), ask, SYSTEM, session.now))


def _of_today(session: Session, case: Case, found: Choice | Nobody) -> Choice | Nobody:
    """Who was found, or who stands in for it today."""
    return with_units_of_today(today(session, case), found) if isinstance(found, Choice) else found


def _new_case(session: Session, event: CaseRegistered) -> Case:
    return session.new(
        Case,
        case_id=event.case_id,
        case_no=event.case_no,
        status=Status.TRIAGE,
        support_units=[],
        open_support=[],
        category_code=event.category_code,
        area_code=event.area_code,
        kind=event.kind,
        urgency=event.urgency,
        title=event.title,
        text=event.text,
        confidential=event.confidential,
        accused_unit=event.accused_unit,
        supplements=[],
        warnings=[],
        misses=[],
        registered_at=event.registered_at,
        list_due_at=event.registered_at,
        pack_version=event.pack_version,
        version=0,
    )


def _choice_again(session: Session, case: Case) -> Choice | Nobody:
    if case.lead_unit is not None and case.category_code is not None:
        return Choice(
            case.lead_unit,
            tuple(case.support_units),
            case.category_code,
            case.pack_version,
            by_rule=True,
            explanation=f"发回重办，仍由原单位办理 sent back to the unit that handled it: {case.lead_unit}",
            rule=Rule.SAME_UNIT,
            candidates=(Candidate(case.lead_unit, CandidateVerdict.CHOSEN),),
        )
    directory = session.packs.version(case.pack_version)
    return by_rule(directory, case.pack_version, case.category_code, case.area_code, case.accused_unit)
