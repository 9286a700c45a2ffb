"""What one transaction does to cases: each is read once, and written with its timeline in one statement for all.

However many events or requests a batch holds, it costs one SELECT for its cases, one UPDATE for those that changed and
one INSERT for all timelines.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from libs.common.database.session import Session
from libs.common.events.base import Event
from libs.common.security.masking import mask_text
from services.intake.cases.domain.lifecycle import Said, State, evolve
from services.intake.cases.queries.locking import KnownCase, LockedCase, SourceKey, lock_cases

LONGEST_NOTE = 500

_INFO = "intake.unit_of_work"
_UPDATE = """
    UPDATE cases SET status = new.status, category_code = new.category_code, round = new.round,
        lead_unit = new.lead_unit, sign_due_at = new.sign_due_at, due_at = new.due_at,
        satisfaction = new.satisfaction, closing = new.closing, answered_directly = new.answered_directly,
        delegate_unit = new.delegate_unit, withdrawal_wished = new.withdrawal_wished, words = new.words,
        words_due_at = new.words_due_at, objection_id = new.objection_id, objection_state = new.objection_state,
        not_accepted_for = new.not_accepted_for, go_to = new.go_to, notice = new.notice,
        version = new.version, updated_at = new.updated_at
    FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::timestamptz[], $7::timestamptz[],
                $8::text[], $9::text[], $10::boolean[], $11::text[], $12::text[], $13::timestamptz[], $14::boolean[],
                $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::int[], $21::timestamptz[])
         AS new(case_id, status, category_code, round, lead_unit, sign_due_at, due_at,
                satisfaction, closing, answered_directly, delegate_unit, words, words_due_at, withdrawal_wished,
                objection_id, objection_state, not_accepted_for, go_to, notice, version, updated_at)
    WHERE cases.case_id = new.case_id
"""
_INSERT = """
    INSERT INTO timeline (case_id, at, what, round, unit_code, by, note, status, version)
    SELECT case_id, at, what, round, unit_code, by, note, status, version
    FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::int[])
         WITH ORDINALITY AS new(case_id, at, what, round, unit_code, by, note, status, version, place)
    ORDER BY place
"""


@dataclass(slots=True)
class UnitOfWork:
    """The cases of one transaction, and what it writes of them in the end."""

    cases: dict[str, LockedCase | None] = field(default_factory=dict)
    known: dict[SourceKey, KnownCase | None] = field(default_factory=dict)
    changed: dict[str, datetime] = field(default_factory=dict)
    entries: list[tuple[object, ...]] = field(default_factory=list)


def unit_of_work(session: Session) -> UnitOfWork:
    """The work of this transaction."""
    work = session.info.get(_INFO)
    if not isinstance(work, UnitOfWork):
        work = session.info[_INFO] = UnitOfWork()
    return work


async def load_cases(session: Session, case_ids: Iterable[str]) -> None:
    """Read and lock these cases, in one round trip."""
    cases = unit_of_work(session).cases
    missing = {case_id for case_id in case_ids if case_id not in cases}
    if missing:
        found = await lock_cases(session, missing)
        cases.update((case_id, found.get(case_id)) for case_id in missing)


async def load_case(session: Session, case_id: str) -> LockedCase | None:
    """The case as it stands in this transaction; None when there is no such case."""
    await load_cases(session, [case_id])
    return unit_of_work(session).cases[case_id]


def apply(session: Session, case: LockedCase, said: Said, *says: Event) -> None:
    """What was said moves the case, stands on its timeline, and is told; written when the transaction ends."""
    before, case.state = case.state, evolve(case.state, said)
    if case.state is not before:
        unit_of_work(session).changed[case.case_id] = session.now
    add_entry(session, case.case_id, case.state, said)
    for event in says:
        session.publish(event)


def add_entry(session: Session, case_id: str, state: State, said: Said) -> None:
    """Put an entry on the timeline of a case, with where it stands after it; the note is masked and cut."""
    note = mask_text(said.note)[:LONGEST_NOTE]
    place = (case_id, said.at, said.what, said.round, said.unit_code, said.by)
    unit_of_work(session).entries.append((*place, note, state.status, state.version))
    session.before_commit(_INFO, _write)


async def _write(session: Session) -> None:
    work = unit_of_work(session)
    cases = [(case, at) for case_id, at in sorted(work.changed.items()) if (case := work.cases[case_id]) is not None]
    if cases:
        rows = [(case.case_id, *_columns(case.state), at) for case, at in cases]
        await session.fetch(_UPDATE, *map(list, zip(*rows, strict=True)))
    if work.entries:
        await session.fetch(_INSERT, *map(list, zip(*work.entries, strict=True)))


def _columns(state: State) -> tuple[object, ...]:
    return (
        state.status,
        state.category_code,
        state.round,
        state.lead_unit,
        state.sign_due_at,
        state.due_at,
        state.satisfaction,
        state.closing,
        state.answered_directly,
        state.delegate_unit,
        state.words,
        state.words_due_at,
        state.withdrawal_wished,
        state.objection_id,
        state.objection_state,
        state.not_accepted_for,
        state.go_to,
        state.notice,
        state.version,
    )
