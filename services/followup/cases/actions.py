"""Taking a step: what the rules say of it, then the row, its history and what is said of it together."""

from libs.common.database.session import Session
from libs.common.events.base import Event
from libs.common.events.cases import CaseClosed
from libs.common.rules.steps import Kept
from services.followup.cases.domain import transitions
from services.followup.cases.domain.terms import Action, Heard, Said, State, StepInput
from services.followup.cases.tables import Case, HistoryEntry

CASES = Kept[Case, State, Heard](
    State, transitions.evolve, HistoryEntry, also=("case_id", "round"), derived=("sent_back",)
)


def can(case: Case, action: Action) -> bool:
    """Whether the table has this step from where the case stands."""
    return transitions.MACHINE.allows(case.status, action)


def decide(case: Case, action: Action, given: StepInput, why: str = "") -> Said:
    """The step, when it may be taken now; else NotTheirs, or OutOfTurn, saying what is possible."""
    return transitions.decide(CASES.state_of(case), action, given, why)


def apply(session: Session, case: Case, said: Said, *says: Event) -> None:
    """Take the step. Of one that closes the case that is said, too, whoever takes it."""
    before, after = CASES.apply(session, case, said, *says)
    if after.closing is not None and before.closing is None:
        session.publish(
            CaseClosed(
                case_id=case.case_id,
                occurred_at=said.at,
                round=after.round,
                closing=after.closing,
                satisfaction=after.satisfaction,
            )
        )
