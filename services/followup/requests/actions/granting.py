"""What a grant does: one function a kind."""

from collections.abc import Awaitable, Callable, Mapping

from libs.common.database.session import Session
from libs.common.errors import Permanent
from libs.common.events.asking import RequestGranted
from libs.common.events.asking_terms import RequestKind
from libs.common.events.terms import Deadline
from libs.common.rules.apart import names_of
from libs.common.rules.machine import SYSTEM, Actor, NotTheirs, OutOfTurn
from libs.common.time.due import due
from libs.common.time.moments import day_end, local_day
from services.followup.callbacks.actions.opening import bring_others
from services.followup.cases.actions import decide
from services.followup.cases.domain.terms import Action, StepInput, Terminated
from services.followup.cases.tables import Case, working_unit_of
from services.followup.clocks.actions.changing import extend_by, suspend_clock
from services.followup.clocks.actions.running import start_clock_about, stop_clocks
from services.followup.clocks.queries import fired_clock
from services.followup.closing.actions import close

Grant = Callable[[Session, Case, RequestGranted], Awaitable[None]]


async def grant(session: Session, case: Case, event: RequestGranted) -> None:
    """Of a case that is being handled in that round."""
    await _GRANTS[event.kind](session, case, event)


async def _more_time(session: Session, case: Case, event: RequestGranted) -> None:
    """延期: its handling clock ends later. One that was missed before word of it came is overdue no more."""
    ended = await fired_clock(session, case.case_id, case.round, Deadline.HANDLE)
    if event.days is None or event.unit is None or event.until is None:
        raise Permanent(f"request {event.request} of case {case.case_id} says not how many days it grants")
    extend_by(session, case, Deadline.HANDLE, event.until, event.days, event.unit, ended)


async def _stand_still(session: Session, case: Case, event: RequestGranted) -> None:
    """挂账: its handling clock stands still until the day on which the case comes back."""
    if event.until is None:
        raise Permanent(f"request {event.request} of case {case.case_id} says not until when it is suspended")
    suspend_clock(session, case, Deadline.HANDLE, event.until)


async def _answer_for_now(session: Session, case: Case, event: RequestGranted) -> None:
    """阶段性答复: its handling clock stands still until the day named; from then on the unit has to answer again."""
    await _stand_still(session, case, event)
    directory = session.packs.version(case.pack_version)
    calendar, until = directory.calendar(), event.until or session.now
    limit = directory.limit(Deadline.STAGED, case.kind, case.urgency)
    day = day_end(local_day(until, calendar.time_zone), calendar.time_zone)
    stop_clocks(session, case, Deadline.STAGED)
    due_at = day if limit is None else due(until, limit, calendar)
    start_clock_about(session, case, Deadline.STAGED, "", due_at, working_unit_of(case), since=event.occurred_at)


async def _end(session: Session, case: Case, event: RequestGranted) -> None:
    """终止办理: the hotline approved it; nobody is asked about a result that there is none of, and he may object."""
    by = Actor(event.by or SYSTEM.subject, event.by_unit, event.by_staff)
    given = StepInput(session.now, by=by, terminated=terminated(event))
    try:
        said = decide(case, Action.TERMINATE, given, f"{event.reason_code}: {event.note}")
    except (NotTheirs, OutOfTurn) as refused:
        raise Permanent(f"the handling of case {case.case_id} cannot end: {refused}") from refused
    await bring_others(session, case, Action.TERMINATE)
    close(session, case, said)


def terminated(event: RequestGranted) -> Terminated:
    """What the rules have to know of it."""
    asked_by = names_of(event.asked_by, event.asked_by_staff)
    return Terminated(event.reason_code, event.evidence or "", asked_by, frozenset(event.units))


_GRANTS: Mapping[RequestKind, Grant] = {
    RequestKind.EXTENSION: _more_time,
    RequestKind.SUSPENSION: _stand_still,
    RequestKind.TERMINATION: _end,
    RequestKind.STAGED: _answer_for_now,
}
