"""The clocks of tasks (任务时限), and of claims, letters and risks beside a case: started when somebody has something
to do, stopped when it is done, or nobody waits for it.
"""

from collections.abc import Collection
from datetime import datetime

from libs.common.database.session import Session
from libs.common.events.cases import (
    CaseAnsweredDirectly,
    CaseAssigned,
    CaseHandled,
    CaseReassigned,
    TaskCancelled,
    TaskDone,
    TriageQueued,
)
from libs.common.events.letter_terms import letter_deadline
from libs.common.events.letters import LetterHandedOn, LetterReplied, LetterSent, LetterSentBack, LetterWithdrawn
from libs.common.events.risks import RiskAcknowledged, RiskReported
from libs.common.events.task_terms import unit_of_task
from libs.common.events.tasks import TaskGiven
from libs.common.events.terms import Deadline
from libs.common.events.whistle_terms import ClaimKind, claim_name, gives_back
from libs.common.events.whistles import (
    CallCancelled,
    CallDone,
    ClaimDecided,
    ClaimMade,
    ConsultationHeld,
    StreetWhistled,
    UnitArrived,
)
from libs.common.time.due import due
from services.followup.cases.tables import Case
from services.followup.clocks.actions.book import clocks_of
from services.followup.clocks.actions.changing import move_clock_about
from services.followup.clocks.actions.running import hand_over, start_clock_about, stop_clocks


def given_with(session: Session, case: Case, event: CaseAssigned | CaseReassigned) -> None:
    """派单、改派 -> each support unit that has a task by it has the end that was named, else its limit.

    Who is not named again has none.
    """
    stop_tasks(session, case, event.round, but_not=event.support_units)
    named = {part.unit_code: part.due_at for part in event.parts}
    for name in event.tasks:
        unit = unit_of_task(name)
        _begin(session, case, name, unit, event.occurred_at, named.get(unit))


def given(session: Session, case: Case, event: TaskGiven) -> None:
    """增派任务 -> it has the end that was named, else the limit of the pack."""
    _begin(session, case, event.task, event.unit_code, event.occurred_at, event.due_at)


def ended(session: Session, case: Case, event: TaskDone | TaskCancelled) -> None:
    """协办办结、撤销协办 -> nobody waits for it; whoever it was handed on to has a limit anew."""
    _stop(session, case, event.round, event.unit_code)
    if isinstance(event, TaskCancelled) and event.task is not None and event.successor is not None:
        _begin(session, case, event.task, event.successor, event.occurred_at)


def all_ended(session: Session, case: Case, event: CaseHandled | CaseAnsweredDirectly | TriageQueued) -> None:
    """办结反馈、直接答复、待派 -> no support unit has anything to do in this round."""
    stop_tasks(session, case, event.round)


def stop_tasks(session: Session, case: Case, number: int, but_not: Collection[str] = ()) -> None:
    """Nobody waits for the tasks of these support units in this round."""
    for clock in clocks_of(session).of(case.case_id):
        if clock.what is Deadline.TASK and clock.round == number and clock.unit_code not in but_not:
            clocks_of(session).stop(clock)


def whistled(session: Session, case: Case, event: StreetWhistled) -> None:
    """吹哨 -> each summoned unit has to be there in time, and to do its part in time."""
    for name in event.tasks:
        unit = unit_of_task(name)
        _begin(session, case, name, unit, event.occurred_at, event.report_due_at, Deadline.REPORT_IN)
        _begin(session, case, name, unit, event.occurred_at, event.due_at, Deadline.CALLED)


def came(session: Session, case: Case, event: UnitArrived) -> None:
    """报到 -> that promise is kept, in time or not."""
    stop_clocks(session, case, Deadline.REPORT_IN, about=event.task)


def call_ended(session: Session, case: Case, event: CallDone | CallCancelled) -> None:
    """吹哨任务办结、撤销召集 -> nobody waits for it, nor for a decision on giving it back."""
    stop_clocks(session, case, Deadline.REPORT_IN, Deadline.CALLED, about=event.task)
    clocks = clocks_of(session)
    for clock in clocks.of(case.case_id):
        if clock.what is Deadline.CLAIM and gives_back(clock.about, event.task):
            clocks.stop(clock)


def consulted(session: Session, case: Case, event: ConsultationHeld) -> None:
    """会商 -> each unit has to do its own part until then, whatever the whistle said."""
    for one in event.tasks:
        if not move_clock_about(session, case, Deadline.CALLED, one.task, one.due_at):
            since = event.occurred_at
            start_clock_about(session, case, Deadline.CALLED, one.task, one.due_at, one.unit_code, since=since)


def claimed(session: Session, case: Case, event: ClaimMade) -> None:
    """被召集单位申请 -> it has to be decided within the limit of the pack, if that has one, be the case over or not."""
    directory = session.packs.version(case.pack_version)
    limit = directory.limit(Deadline.CLAIM, case.kind, case.urgency)
    if limit is not None:
        due_at = due(event.occurred_at, limit, directory.calendar())
        about = claim_name(event.claim, event.kind, event.task)
        start_clock_about(session, case, Deadline.CLAIM, about, due_at, None, since=event.occurred_at)


def claim_decided(session: Session, case: Case, event: ClaimDecided) -> None:
    """被召集单位申请审核 -> it is decided; nobody waits for a task that was given back."""
    stop_clocks(session, case, Deadline.CLAIM, about=claim_name(event.claim, event.kind, event.task))
    if event.granted and event.kind is ClaimKind.RETURN:
        stop_clocks(session, case, Deadline.REPORT_IN, Deadline.CALLED, about=event.task)


def lettered(session: Session, case: Case, event: LetterSent | LetterSentBack) -> None:
    """签发、复函退回 -> the unit that a letter goes to has to answer it in time, about whatever round it was."""
    about = letter_deadline(event.letter_id, event.edition)
    start_clock_about(session, case, Deadline.LETTER, about, event.due_at, event.to_unit, since=event.occurred_at)


def letter_ended(session: Session, case: Case, event: LetterReplied | LetterWithdrawn) -> None:
    """复函、撤回函件 -> nobody waits for a reply any more."""
    stop_clocks(session, case, Deadline.LETTER, about=letter_deadline(event.letter_id, event.edition))


def letter_handed_on(session: Session, case: Case, event: LetterHandedOn) -> None:
    """收函单位承接 -> its clock runs on, and is the successor's."""
    about = letter_deadline(event.letter_id, event.edition)
    hand_over(session, case, Deadline.LETTER, event.to_unit, about=about)


def risk_reported(session: Session, case: Case, event: RiskReported) -> None:
    """风险上报 -> somebody has to acknowledge it until then, however late it is heard of: minutes are soon over."""
    start_clock_about(session, case, Deadline.RISK, event.risk_id, event.due_at, None, since=event.occurred_at)


def risk_acknowledged(session: Session, case: Case, event: RiskAcknowledged) -> None:
    """风险签收 -> nobody waits for it any more."""
    stop_clocks(session, case, Deadline.RISK, about=event.risk_id)


def _stop(session: Session, case: Case, number: int, unit_code: str) -> None:
    for clock in clocks_of(session).of(case.case_id):
        if (clock.what, clock.round, clock.unit_code) == (Deadline.TASK, number, unit_code):
            clocks_of(session).stop(clock)


def _begin(
    session: Session,
    case: Case,
    name: str,
    unit_code: str,
    start: datetime,
    due_at: datetime | None = None,
    what: Deadline = Deadline.TASK,
) -> None:
    directory = session.packs.version(case.pack_version)
    if due_at is None:
        limit = directory.limit(what, case.kind, case.urgency)
        if limit is None:
            return
        due_at = due(start, limit, directory.calendar())
    start_clock_about(session, case, what, name, due_at, unit_code, since=start)
