"""Opening a case to the units: at registration, and again for every round that the citizen sends it back for."""

from dataclasses import replace

from libs.common.database.session import Session
from libs.common.events.accused import also_accused
from libs.common.events.cases import CaseRegistered, CaseSentBack
from libs.common.events.door import WordingReleased
from libs.common.events.objections import CaseReopened
from libs.common.events.people import accused_staff, accused_units
from libs.common.events.task_terms import Before
from libs.common.rules.machine import SYSTEM
from services.dispatch.cases.actions.steps import CASES
from services.dispatch.cases.domain.state import Ask
from services.dispatch.cases.domain.terms import Action, Status
from services.dispatch.cases.domain.transitions import decide
from services.dispatch.cases.tables import Case
from services.dispatch.duty_rules.actions import settled_by
from services.dispatch.lists.actions import missing_of
from services.dispatch.routing.actions.giving import apply, today, units_led_by
from services.dispatch.routing.domain.accused import Accused
from services.dispatch.routing.domain.choosing import Candidate, Choice, Nobody, as_ruled, by_rule
from services.dispatch.routing.domain.succession import with_units_of_today
from services.dispatch.routing.domain.terms import CandidateVerdict, Rule

FIRST_ROUND = 1
_NOT_ACCEPTED = "异议成立，应当受理，待人工派单 an objection was granted: it is to be accepted, and a unit to be chosen"
_HELD = "转办文本待审定 waits for a person's wording"


async def open_case(session: Session, event: CaseRegistered) -> None:
    """Find the unit by rule, queue it for a dispatcher, or note that the door answers it itself."""
    # The citizen may have spoken before the office took it in; no unit's time starts earlier than that.
    session.now = max(session.now, event.registered_at)
    case = _new_case(session, event)
    if event.answered_at_once:
        await _take(session, case, Ask(Action.NOTE_ANSWER, why="登记即答复 answered at registration"))
    elif event.held:
        await _take(session, case, Ask(Action.HOLD, why=_HELD))
    else:
        await _find_unit(session, case)


async def release(session: Session, case: Case, event: WordingReleased) -> None:
    """What it says is known from now on: its unit is found, unless it was answered meanwhile."""
    case.title, case.text = event.title, event.text
    await _take(session, case, Ask(Action.RELEASE, why=event.title))
    if case.status is Status.TRIAGE:
        # Whoever sent it back found it waiting for its wording: then it is in the queue already.
        await _find_unit(session, case, queued=case.round > FIRST_ROUND)


async def _find_unit(session: Session, case: Case, *, queued: bool = False) -> None:
    directory = session.packs.version(case.pack_version)
    about = Accused(frozenset(accused_units(case)), units_led_by(session, accused_staff(case)))
    place = case.category_code, case.area_code, about
    rule = await settled_by(session, case)
    found = None if rule is None else as_ruled(directory, case.pack_version, rule, case.category_code or "", *place[1:])
    found = found or by_rule(directory, case.pack_version, *place)
    found = _of_today(session, case, found)
    if isinstance(found, Choice) and (missing := await missing_of(session, case, Before.ASSIGNMENT)):
        why = f"派单前应当填报清单：{'、'.join(missing)} lists are to be filled before it is assigned"
        found = Nobody(found.pack_version, why, found.candidates)
    if isinstance(found, Choice):
        await _take(session, case, Ask(Action.ROUTE, found, found.explanation))
    elif not queued:
        await _take(session, case, Ask(Action.QUEUE, found, found.explanation))


async def open_next_round(session: Session, case: Case, event: CaseSentBack) -> None:
    """The same unit again (谁办谁改); when no unit ever had it, the rule's, or a dispatcher's choice.

    A running case keeps its pack version: a new pack opens no round under other rules by itself, unless its unit is
    gone.
    """
    found = _found_again(session, case)
    action = Action.SEND_BACK if isinstance(found, Choice) else Action.SEND_BACK_TO_TRIAGE
    await _take(session, case, Ask(action, found, event.words))


async def reopen(session: Session, case: Case, event: CaseReopened) -> None:
    """The round after the one whose closing fell: whoever led it has it again, else as when it was sent back.

    For what was not accepted, a person chooses a unit: no rule had found one, or its unit had given it back.
    """
    unaccepted = case.not_accepted_for is not None
    found = Nobody(case.pack_version, _NOT_ACCEPTED) if unaccepted else _found_again(session, case)
    found = replace(found, opens=event.next_round)
    action = Action.REOPEN if isinstance(found, Choice) else Action.REOPEN_TO_TRIAGE
    await _take(session, case, Ask(action, found, event.words))


def _found_again(session: Session, case: Case) -> Choice | Nobody:
    return _of_today(session, case, Nobody(case.pack_version, _HELD) if case.held else _choice_again(session, case))


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
        held=event.held,
        support_units=[],
        open_support=[],
        open_called=[],
        open_letters=[],
        delegates=[],
        given_back=[],
        disputing=[],
        category_code=event.category_code,
        area_code=event.area_code,
        kind=event.kind,
        urgency=event.urgency,
        title=event.title,
        text=event.text,
        confidential=event.confidential,
        accused_unit=event.accused_unit,
        also_accused=list(also_accused(event)),
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
        now = today(session, case)
        return Choice(
            case.lead_unit,
            tuple(unit for unit in case.support_units if not now.is_accused(unit)),
            case.category_code,
            case.pack_version,
            by_rule=True,
            explanation=f"发回重办，仍由原单位办理 sent back to the unit that handled it: {case.lead_unit}",
            rule=Rule.SAME_UNIT,
            candidates=(Candidate(case.lead_unit, CandidateVerdict.CHOSEN),),
        )
    directory = session.packs.version(case.pack_version)
    about = Accused(frozenset(accused_units(case)), units_led_by(session, accused_staff(case)))
    return by_rule(directory, case.pack_version, case.category_code, case.area_code, about)
