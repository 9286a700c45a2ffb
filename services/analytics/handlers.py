"""Events in: every event about a case goes through the one fold."""

from collections.abc import Sequence

from libs.common.bus.flow import Service, heard
from libs.common.database.session import Session
from libs.common.database.stored_packs import learn_pack
from libs.common.database.stored_staff import learn_staff
from libs.common.delivery.handlers import on, reactions
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.cases import CaseEvent
from libs.common.events.directory import PackPublished, StaffRecorded
from services.analytics.facts.actions.folding import fold_event, load_facts


async def prepare(session: Session, events: Sequence[Event]) -> None:
    """Read and lock the facts of a batch in one query."""
    await load_facts(session, (event.case_id for event in events if isinstance(event, CaseEvent)))


HANDLERS = (
    on(PackPublished, learn_pack),
    on(StaffRecorded, learn_staff),
    *(on(event, fold_event) for event in heard(Service.ANALYTICS) if issubclass(event, CaseEvent)),
)

REACTIONS = reactions(HANDLERS, prepare, under_pack=[cases.CaseRegistered])
