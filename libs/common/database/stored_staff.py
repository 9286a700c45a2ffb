"""How a service learns of people: from the event, from its table at start, from what a twin process stored."""

from collections.abc import Sequence

import orjson

from libs.common.database.session import Database, Session
from libs.common.events.directory import RecordedTerm, StaffRecorded
from libs.common.staff.register import StaffMember, StaffRegister, TermOfOffice

_INFO = "database.stored_staff"
# Else two writers could give out places in one order and commit in the other, and a reader would miss the first.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.staff'))"
_STORE = """
    INSERT INTO staff (staff_id, version, name, terms, sealed, recorded_at, place)
    SELECT staff_id, version, name, terms::jsonb, sealed, recorded_at,
           (SELECT coalesce(max(place), 0) FROM staff) + ordinality
    FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
         WITH ORDINALITY AS new(staff_id, version, name, terms, sealed, recorded_at, ordinality)
    ON CONFLICT (staff_id) DO UPDATE SET version = excluded.version, name = excluded.name, terms = excluded.terms,
        sealed = excluded.sealed, recorded_at = excluded.recorded_at, place = excluded.place
    WHERE staff.version < excluded.version
"""
_AT_ONCE = 1_000
_CHANGED = f"""
    SELECT staff_id, version, name, terms::text AS terms, place FROM staff
    WHERE place > $1 ORDER BY place LIMIT {_AT_ONCE}
"""  # noqa: S608 - our own number


async def learn_staff(session: Session, event: StaffRecorded) -> None:
    """Store a record that dispatch said, and know it from now on."""
    await store_staff(session, [event])
    session.staff.put(member_of(event))


async def register_to_change(session: Session) -> StaffRegister:
    """The register as this transaction sees it, what it stored itself included. One writer at a time changes it, in
    whichever process; readers go on."""
    register = session.info.get(_INFO)
    if not isinstance(register, StaffRegister):
        await session.fetch(_LOCK)
        register = session.info[_INFO] = session.staff.copy()
    await _catch_up(session, register)
    return register


async def store_staff(session: Session, events: Sequence[StaffRecorded]) -> None:
    """Store records, at most one a person, and nothing more: whoever said them knows them after its commit."""
    if _INFO not in session.info:
        await session.fetch(_LOCK)
    await session.fetch(
        _STORE,
        [event.staff_id for event in events],
        [event.version for event in events],
        [event.name for event in events],
        [orjson.dumps([term.model_dump(mode="json") for term in event.terms]).decode() for event in events],
        [event.sealed for event in events],
        [event.occurred_at for event in events],
    )


async def read_stored_staff(session: Session) -> None:
    """Learn what was stored since this process last looked. Not in a transaction that stores anything itself."""
    await _catch_up(session, session.staff)


async def _catch_up(session: Session, register: StaffRegister) -> None:
    more = True
    while more:
        rows = await session.fetch(_CHANGED, register.place)
        for row in rows:
            terms = tuple(_term(RecordedTerm.model_validate(term)) for term in orjson.loads(row.terms))
            register.put(StaffMember(row.staff_id, row.name, terms, row.version))
            register.place = row.place
        more = len(rows) == _AT_ONCE


async def refresh_staff(database: Database) -> None:
    """``read_stored_staff`` in a transaction of its own."""
    async with database.reading() as session:
        await read_stored_staff(session)


def member_of(event: StaffRecorded) -> StaffMember:
    """The record that an event carries."""
    return StaffMember(event.staff_id, event.name, tuple(map(_term, event.terms)), event.version)


def _term(said: RecordedTerm) -> TermOfOffice:
    return TermOfOffice(**dict(said))
