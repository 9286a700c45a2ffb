"""The receipt (回执) of a change."""

from services.intake.cases.queries.locking import LockedCase
from services.intake.cases.schemas import Receipt, status_zh


def receipt(case: LockedCase) -> Receipt:
    """Where the case stands now."""
    state = case.state
    return Receipt(
        case_id=case.case_id,
        case_no=case.case_no,
        status=state.status,
        status_zh=status_zh(state.status),
        round=state.round,
        registered_at=case.registered_at,
        version=state.version,
    )
