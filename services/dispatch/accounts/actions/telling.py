"""What of an account is told to auditors, and counted."""

from libs.common import metrics
from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.events.base import By
from libs.common.events.directory import AccountChanged, AccountStep

OUTCOMES = ("done", "wrong", "waits", "refused")
"""Labels of the counter of sign-ins."""


def tell(
    session: Session,
    staff_id: str,
    step: AccountStep,
    *,
    session_id: str | None = None,
    unit_code: str | None = None,
) -> None:
    """Say it. Where nobody is at the door by a token, it is the person of the account."""
    if session.by is None and step is not AccountStep.LOCKED:
        session.by = By(staff_id, unit_code, staff_id)
    session.publish(
        AccountChanged(
            occurred_at=session.now, staff_id=staff_id, step=step, session_id=session_id, unit_code=unit_code
        )
    )


def count(outcome: str) -> None:
    """One try to sign in came to this end."""
    metrics.SIGN_INS_TOTAL.labels(Service.DISPATCH, outcome).inc()


# From 0, before anybody signs in: of a counter that begins with 1 no scrape sees the first increase.
for _outcome in OUTCOMES:
    metrics.SIGN_INS_TOTAL.labels(Service.DISPATCH, _outcome)
