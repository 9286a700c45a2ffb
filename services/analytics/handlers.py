"""Events in: every event about a case, and every one about visits, goes through the one fold of its subject."""

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
from services.analytics.visits.actions.events import HEARD
from services.analytics.visits.actions.folding import fold_visits, load_visits


async def prepare(session: Session, events: Sequence[Event]) -> None:
    """Read and lock the facts of a batch: of cases in one query, of households and what surrounds them in five."""
    await load_facts(session, (event.case_id for event in events if isinstance(event, CaseEvent)))
    await load_visits(session, events)


HANDLERS = (
    on(PackPublished, learn_pack),
    on(StaffRecorded, learn_staff),
    *(on(event, fold_event) for event in heard(Service.ANALYTICS) if issubclass(event, CaseEvent)),
    *(on(event, fold_visits) for event in heard(Service.ANALYTICS) if event in HEARD),
)

REACTIONS = reactions(HANDLERS, prepare, under_pack=[cases.CaseRegistered])
