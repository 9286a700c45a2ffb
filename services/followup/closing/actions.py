"""Closing a case (销号): nothing of it runs any more, and whoever counts is told how it ended."""

from libs.common.database.session import Session
from libs.common.events.cases import CaseClosed
from libs.common.events.terms import Closing
from services.followup.cases.tables import Matter
from services.followup.clocks.actions.running import stop_all


def close(session: Session, matter: Matter, closing: Closing) -> None:
    """The case has taken its last step: its clocks end, and how it was closed is said."""
    stop_all(session, matter)
    session.publish(
        CaseClosed(
            case_id=matter.case_id,
            occurred_at=session.now,
            round=matter.round,
            closing=closing,
            satisfaction=matter.satisfaction,
        )
    )
