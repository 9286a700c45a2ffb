"""What a grant does: one function a kind."""

from collections.abc import Awaitable, Callable, Mapping

from libs.common.database.session import Session
from libs.common.events.asking import RequestGranted
from libs.common.events.asking_terms import RequestKind
from libs.common.events.terms import Deadline
from services.followup.cases.tables import Case
from services.followup.clocks.actions.running import extend_by, suspend_clock
from services.followup.clocks.queries import last_clock

Grant = Callable[[Session, Case, RequestGranted], Awaitable[None]]


async def grant(session: Session, case: Case, event: RequestGranted) -> None:
    """Of a case that is being handled in that round."""
    await _GRANTS[event.kind](session, case, event)


async def _more_time(session: Session, case: Case, event: RequestGranted) -> None:
    """延期: its handling clock ends later. One that was missed before word of it came is overdue no more."""
    ended = await last_clock(session, case.case_id, case.round, Deadline.HANDLE)
    if event.days is None or event.unit is None:
        raise ValueError(f"request {event.request} of case {case.case_id} says not how many days it grants")
    extend_by(session, case, Deadline.HANDLE, event.until, event.days, event.unit, ended)


async def _stand_still(session: Session, case: Case, event: RequestGranted) -> None:
    """挂账: its handling clock stands still until the day on which the case comes back."""
    suspend_clock(session, case, Deadline.HANDLE, event.until)


_GRANTS: Mapping[RequestKind, Grant] = {
    RequestKind.EXTENSION: _more_time,
    RequestKind.SUSPENSION: _stand_still,
}
