"""What dispatch says of who answers for a case, and how that is shown."""

from libs.common.database.session import Session
from libs.common.events.responsible import ResponsibleNamed
from libs.common.events.whistles import CallResponsibleNamed
from libs.common.web.people import ResponsibleOut, responsible_out
from services.followup.responsible.queries import Names
from services.followup.responsible.tables import Responsible


async def note_named(session: Session, event: ResponsibleNamed | CallResponsibleNamed) -> None:
    """责任人: this person answers for it from now on, or nobody does."""
    rows = await session.rows(Responsible, "case_id", event.case_id)
    row = next((row for row in rows if (row.round, row.unit_code) == (event.round, event.unit_code)), None)
    if event.staff_id is None:
        if row is not None:
            await session.remove(row)
    elif row is not None:
        row.staff_id, row.named_at = event.staff_id, event.occurred_at
    else:
        session.new(
            Responsible,
            case_id=event.case_id,
            round=event.round,
            unit_code=event.unit_code,
            staff_id=event.staff_id,
            named_at=event.occurred_at,
        )


def shown_for(
    session: Session, names: Names, case_id: str, round_number: int, unit_code: str | None
) -> ResponsibleOut | None:
    """Who of this unit answers for the case in this round."""
    staff_id = None if unit_code is None else names.get((case_id, round_number, unit_code))
    return responsible_out(session.staff, staff_id, unit_code, session.now)
