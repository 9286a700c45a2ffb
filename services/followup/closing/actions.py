"""Closing a case (销号): nothing of it runs any more, and whoever counts is told how it ended."""

from libs.common.database.session import Session
from services.followup.cases.actions import apply
from services.followup.cases.domain.terms import Said
from services.followup.cases.tables import Case
from services.followup.clocks.actions.running import stop_all


def close(session: Session, case: Case, said: Said) -> None:
    """The case takes its last step: its clocks end, and how it was closed is said."""
    stop_all(session, case)
    apply(session, case, said)
