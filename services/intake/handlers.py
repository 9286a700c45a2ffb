"""Events in: what dispatch and followup say of a case, and the county pack."""

from collections.abc import Sequence

from libs.common.database.session import Session
from libs.common.database.stored_packs import learn_pack
from libs.common.database.stored_staff import learn_staff
from libs.common.delivery.handlers import on, reactions
from libs.common.events.base import Event
from libs.common.events.cases import CaseEvent
from libs.common.events.directory import PackPublished, StaffRecorded
from services.intake.cases.actions.projection import EFFECTS, follow
from services.intake.cases.actions.unit_of_work import load_cases


async def prepare(session: Session, events: Sequence[Event]) -> None:
    """Read and lock the cases of a batch in one query."""
    await load_cases(session, (event.case_id for event in events if isinstance(event, CaseEvent)))


HANDLERS = (
    on(PackPublished, learn_pack),
    on(StaffRecorded, learn_staff),
    *(on(event, follow) for event in EFFECTS),
)

REACTIONS = reactions(HANDLERS, prepare)
