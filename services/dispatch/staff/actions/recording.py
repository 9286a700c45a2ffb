"""A record that changed: stored and said whole."""

from collections.abc import Sequence
from dataclasses import asdict

from libs.common.database.session import Session
from libs.common.database.stored_staff import store_staff
from libs.common.events.directory import RecordedTerm, StaffRecorded
from libs.common.staff.register import StaffMember
from services.dispatch.staff.actions.contacts import prints_of


async def record(session: Session, members: Sequence[StaffMember]) -> None:
    """Store the records as they are now, at most one a person, and say them; after what is sealed of them was kept."""
    prints = await prints_of(session, [member.staff_id for member in members])
    events = [
        StaffRecorded(
            occurred_at=session.now,
            staff_id=member.staff_id,
            version=member.version,
            name=member.name,
            terms=tuple(RecordedTerm(**asdict(term)) for term in member.terms),
            sealed=prints.get(member.staff_id),
        )
        for member in members
    ]
    await store_staff(session, events)
    for event in events:
        session.publish(event)
