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


async def open_work(session: Session, event: CaseRegistered) -> None:
    """Find the unit by rule, queue it for a dispatcher, or note that the door answers it itself."""
    # The citizen may have spoken before the office took it in; no unit's time starts earlier than that.
    session.now = max(session.now, event.registered_at)
    work = _new_work(session, event)
    if event.answered_at_once:
        await _take(session, work, Ask(Action.NOTE_ANSWER, why="登记即答复 answered at registration"))
        return
    directory = session.packs.version(event.pack_version)
    found = by_rule(directory, event.pack_version, event.category_code, event.area_code, event.accused_unit)
    found = _of_today(session, work, found)
    action = Action.ROUTE if isinstance(found, Choice) else Action.QUEUE
    await _take(session, work, Ask(action, found, found.explanation))


async def open_next_round(session: Session, work: Case, event: CaseSentBack) -> None:
    """The same unit again (谁办谁改); when no unit ever had it, the rule's, or a dispatcher's choice.

    A running case keeps its pack version: a new pack opens no round under other rules by itself, unless its unit is
    gone.
    """
    found = _of_today(session, work, _choice_again(session, work))
    action = Action.SEND_BACK if isinstance(found, Choice) else Action.SEND_BACK_TO_TRIAGE
    await _take(session, work, Ask(action, found, event.words))


async def _take(session: Session, work: Case, ask: Ask) -> None:
    await apply(session, work, decide(CASES.state_of(work), ask, SYSTEM, session.now))


def _of_today(session: Session, work: Case, found: Choice | Nobody) -> Choice | Nobody:
    """Who was found, or who stands in for it today."""
    return with_units_of_today(today(session, work), found) if isinstance(found, Choice) else found


def _new_work(session: Session, event: CaseRegistered) -> Case:
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


def _choice_again(session: Session, work: Case) -> Choice | Nobody:
    if work.lead_unit is not None and work.category_code is not None:
        return Choice(
            work.lead_unit,
            tuple(work.support_units),
            work.category_code,
            work.pack_version,
            by_rule=True,
            explanation=f"发回重办，仍由原单位办理 sent back to the unit that handled it: {work.lead_unit}",
            rule=Rule.SAME_UNIT,
            candidates=(Candidate(work.lead_unit, CandidateVerdict.CHOSEN),),
        )
    directory = session.packs.version(work.pack_version)
    return by_rule(directory, work.pack_version, work.category_code, work.area_code, work.accused_unit)
