"""The receipt (回执) of a change."""

from services.intake.queries.files import CaseFile
from services.intake.schemas import Receipt, status_zh


def receipt(file: CaseFile) -> Receipt:
    """Where the case stands now."""
    standing = file.standing
    return Receipt(
        case_id=file.case_id,
        case_no=file.case_no,
        status=standing.status,
        status_zh=status_zh(standing.status),
        round=standing.round,
        registered_at=file.registered_at,
        version=standing.version,
    )
