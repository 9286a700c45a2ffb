"""The case that an event is about, with its due timers settled; and whether its round is in hand."""

from libs.common.database.session import Session
from libs.common.errors import Permanent
from libs.common.events.cases import CaseEvent, RoundEvent
from libs.common.rules.hands import hands_in
from services.followup.cases.actions import CASES
from services.followup.cases.domain.transitions import believed
from services.followup.cases.tables import Case
from services.followup.clocks.actions.finding import find_case
from services.followup.ladder.actions.firing import settle


async def known(session: Session, event: CaseEvent) -> Case:
    """The case, with everything that was due before this event already said."""
    case = await find_case(session, event.case_id)
    if case is None:
        raise Permanent(f"{type(event).__name__} about case {event.case_id}, whose registration was never heard")
    settle(session, case, event.occurred_at)
    # Also of a round that is over, or of a case that is closed: whoever worked on it once never asks about it.
    CASES.note(case, hands_in(event))
    return case


async def in_hand(session: Session, event: RoundEvent) -> Case | None:
    """The case, when it is being handled in the round that the event is about."""
    case = await known(session, event)
    check_opened(case, event)
    return case if believed(CASES.state_of(case), event.round) else None


def check_opened(case: Case, event: RoundEvent) -> None:
    """Permanent when the event speaks of a round that was never opened."""
    try:
        believed(CASES.state_of(case), event.round)
    except ValueError as error:
        raise Permanent(f"{type(event).__name__} about case {case.case_id}: {error}") from error
