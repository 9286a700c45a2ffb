"""Taking a step: what the rules say of it, then the row, its history and what is said of it together."""

from libs.common.database.session import Session
from libs.common.events.base import Event
from libs.common.events.cases import CaseClosed
from libs.common.rules.steps import Kept, Taken
from services.followup.cases.domain.terms import Action, Given, Standing
from services.followup.cases.domain.transitions import MACHINE, take
from services.followup.cases.tables import Matter, Transition

CASES = Kept[Matter, Standing](Standing, Transition, also=("case_id", "round"))


def can(matter: Matter, action: Action) -> bool:
    """Whether the table has this step from where the case stands."""
    return MACHINE.allows(matter.status, action)


def decide(matter: Matter, action: Action, given: Given, why: str = "") -> Taken[Action, Standing]:
    """The step, when it may be taken now; else NotTheirs, or OutOfTurn, saying what is possible."""
    return Taken(action, take(CASES.state_of(matter), action, given), given.by, why)


def apply(session: Session, matter: Matter, taken: Taken[Action, Standing], *says: Event) -> None:
    """Take the step. Of one that closes the case that is said, too, whoever takes it."""
    matter.sent_back += taken.state.round - matter.round
    CASES.apply(session, matter, taken, *says, *_closed(session, matter, taken.state))


def _closed(session: Session, matter: Matter, state: Standing) -> tuple[CaseClosed, ...]:
    if state.closing is None:
        return ()
    return (
        CaseClosed(
            case_id=matter.case_id,
            occurred_at=session.now,
            round=state.round,
            closing=state.closing,
            satisfaction=state.satisfaction,
        ),
    )
