"""Opening a case to the units: at registration, and again for every round that the citizen sends it back for."""

from libs.common.database.session import Session
from libs.common.events.cases import CaseRegistered, CaseSentBack
from services.dispatch.cases.actions.steps import end_return, keep_step, record, settle_clocks, target_of
from services.dispatch.cases.domain.terms import SYSTEM, Action, Standing, Status
from services.dispatch.cases.domain.transitions import next_status
from services.dispatch.cases.tables import Work
from services.dispatch.routing.actions.giving import give, say_assigned, say_queued, take_from_units, today
from services.dispatch.routing.domain.choosing import Choice, by_rule
from services.dispatch.routing.domain.succession import with_units_of_today


def open_work(session: Session, event: CaseRegistered) -> None:
    """Find the unit by rule, queue it for a dispatcher, or note that the door answers it itself."""
    # The citizen may have spoken before the office took it in; no unit's time starts earlier than that.
    session.now = max(session.now, event.registered_at)
    work = _new_work(session, event)
    if event.answered_at_once:
        _open(session, work, Action.NOTE_ANSWER, "登记即答复 answered at registration")
        return
    directory = session.packs.version(event.pack_version)
    choice = by_rule(directory, event.pack_version, event.category_code, event.area_code, event.accused_unit)
    if isinstance(choice, Choice):
        choice = with_units_of_today(today(session, event.area_code, event.accused_unit), choice)
    if isinstance(choice, Choice):
        give(work, choice, session.now)
        _open(session, work, Action.ROUTE, choice.explanation)
        say_assigned(session, work, choice)
    else:
        work.explanation = choice
        _open(session, work, Action.QUEUE, choice)
        say_queued(session, work, choice)


def open_next_round(session: Session, work: Work, event: CaseSentBack) -> None:
    """The same unit again (谁办谁改); when no unit ever had it, the rule's, or a dispatcher's choice.

    A running case keeps its pack version: a new pack opens no round under other rules by itself, unless its unit is
    gone.
    """
    choice = _choice_again(session, work)
    if isinstance(choice, Choice):
        choice = with_units_of_today(today(session, work.area_code, work.accused_unit), choice)
    action = Action.SEND_BACK if isinstance(choice, Choice) else Action.SEND_BACK_TO_TRIAGE
    target = target_of(work, action, session.now)
    _begin_round(work, event.next_round)
    if isinstance(choice, Choice):
        give(work, choice, session.now)
        record(session, work, action, target, by=SYSTEM, why=event.words)
        say_assigned(session, work, choice)
    else:
        take_from_units(work, choice)
        record(session, work, action, target, by=SYSTEM, why=event.words)
        say_queued(session, work, choice)


def _new_work(session: Session, event: CaseRegistered) -> Work:
    return session.new(
        Work,
        case_id=event.case_id,
        case_no=event.case_no,
        status=Status.TRIAGE,
        support_units=[],
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
    )


def _open(session: Session, work: Work, action: Action, why: str) -> None:
    work.status = next_status(Standing(), action, session.now)
    settle_clocks(work)
    keep_step(session, work, action, None, by=SYSTEM, why=why)


def _choice_again(session: Session, work: Work) -> Choice | str:
    if work.lead_unit is not None and work.category_code is not None:
        return Choice(
            work.lead_unit,
            tuple(work.support_units),
            work.category_code,
            work.pack_version,
            by_rule=True,
            explanation=f"发回重办，仍由原单位办理 sent back to the unit that handled it: {work.lead_unit}",
        )
    directory = session.packs.version(work.pack_version)
    return by_rule(directory, work.pack_version, work.category_code, work.area_code, work.accused_unit)


def _begin_round(work: Work, number: int) -> None:
    work.round = number
    work.handled_at = work.triage_due_at = work.handle_due_at = None
    work.result_kind = work.result = work.contacted_at = None
    work.warnings, work.misses = [], []
    end_return(work)
