"""Events of what units ask for, and what was decided."""

from libs.common.database.session import Session
from libs.common.errors import Permanent
from libs.common.events.accepting import CaseNotAccepted, NonacceptanceRefused, NonacceptanceRequested
from libs.common.events.asking import RequestGranted, RequestLapsed, RequestMade, RequestRefused, SuspensionLifted
from libs.common.events.cases import ReturnDecided, ReturnRequested
from libs.common.events.terms import Deadline
from libs.common.rules.machine import NotTheirs, OutOfTurn
from services.followup.clocks.actions.changing import lift_clock
from services.followup.handlers.finding import in_hand, known
from services.followup.requests.actions import decisions
from services.followup.requests.actions.granting import grant
from services.followup.rounds import actions as rounds


async def not_accepted(session: Session, event: CaseNotAccepted) -> None:
    """不予受理 -> over, unless an answer at the door, or the citizen's own word, came first.

    What a unit has in hand never ends by it, whoever says so: a person has to look.
    """
    case = await in_hand(session, event)
    if case is None:
        return
    try:
        await rounds.not_accept(session, case, event)
    except (NotTheirs, OutOfTurn) as refused:
        raise Permanent(f"case {case.case_id} cannot be not accepted: {refused}") from refused


async def wanted(session: Session, event: ReturnRequested | NonacceptanceRequested | RequestMade) -> None:
    """申请 -> somebody has to decide in time, where the pack says so."""
    if (case := await in_hand(session, event)) is not None:
        decisions.ask(session, case, event)


async def decided(
    session: Session, event: ReturnDecided | NonacceptanceRefused | RequestRefused | RequestLapsed
) -> None:
    """审核 -> nobody waits for that any more."""
    decisions.end(session, await known(session, event), event)


async def granted(session: Session, event: RequestGranted) -> None:
    """延期、挂账 -> its handling clock ends later."""
    if (case := await in_hand(session, event)) is not None:
        decisions.end(session, case, event)
        await grant(session, case, event)


async def lifted(session: Session, event: SuspensionLifted) -> None:
    """提前恢复 -> its handling clock runs on."""
    if (case := await in_hand(session, event)) is not None:
        lift_clock(session, case, Deadline.HANDLE)
