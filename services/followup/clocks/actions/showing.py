"""Clocks as they are shown, with who of their unit answers in their round."""

from collections.abc import Callable, Collection, Sequence

from libs.common.database.session import Session
from services.followup.cases.queries import veils_of
from services.followup.clocks.schemas import ClockOut
from services.followup.clocks.tables import ClockRow
from services.followup.responsible.actions import shown_for
from services.followup.responsible.queries import responsible_for


async def clocks_with_names(
    session: Session, rows: Sequence[ClockRow], own: Collection[str]
) -> Callable[[ClockRow], ClockOut]:
    """What shows each of these to somebody of these units."""
    names = await responsible_for(session, (row.case_id for row in rows))
    veils = await veils_of(session, (row.case_id for row in rows if row.unit_code is None), own)

    def show(row: ClockRow) -> ClockOut:
        shown = ClockOut.of(row, shown_for(session, names, row.case_id, row.round, row.unit_code))
        return shown.veiled(veils.get(row.case_id) if row.unit_code is None else None)

    return show
