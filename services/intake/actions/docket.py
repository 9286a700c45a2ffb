"""What one transaction does to cases (卷宗): files read once, and written with their timelines in one statement each.

However many events or requests a batch holds, it costs one SELECT for its files, one UPDATE for those that moved and
one INSERT for all timelines.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from libs.common.database.session import Session
from libs.common.security.masking import mask_text
from services.intake.domain.lifecycle import Standing
from services.intake.queries.files import CaseFile, KnownCase, SourceKey, lock_files

LONGEST_NOTE = 500

_INFO = "intake.docket"
_MOVE = """
    UPDATE cases SET status = new.status, category_code = new.category_code, round = new.round,
        lead_unit = new.lead_unit, sign_due_at = new.sign_due_at, due_at = new.due_at,
        satisfaction = new.satisfaction, closing = new.closing, answered_directly = new.answered_directly,
        version = new.version, updated_at = new.updated_at
    FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::timestamptz[], $7::timestamptz[],
                $8::text[], $9::text[], $10::boolean[], $11::int[], $12::timestamptz[])
         AS new(case_id, status, category_code, round, lead_unit, sign_due_at, due_at,
                satisfaction, closing, answered_directly, version, updated_at)
    WHERE cases.case_id = new.case_id
"""
_ENTER = """
    INSERT INTO timeline (case_id, at, what, round, unit_code, by, note, status, version)
    SELECT case_id, at, what, round, unit_code, by, note, status, version
    FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::int[])
         WITH ORDINALITY AS new(case_id, at, what, round, unit_code, by, note, status, version, place)
    ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, for the timeline. The note is masked and cut to its length here."""

    at: datetime
    what: str
    round: int
    note: str = ""
    unit_code: str | None = None
    by: str | None = None


@dataclass(slots=True)
class Docket:
    """The files of one transaction."""

    files: dict[str, CaseFile | None] = field(default_factory=dict)
    known: dict[SourceKey, KnownCase | None] = field(default_factory=dict)
    moved: dict[str, datetime] = field(default_factory=dict)
    entries: list[tuple[object, ...]] = field(default_factory=list)


def docket_of(session: Session) -> Docket:
    """The docket of this transaction."""
    docket = session.info.get(_INFO)
    if not isinstance(docket, Docket):
        docket = session.info[_INFO] = Docket()
    return docket


async def open_files(session: Session, case_ids: Iterable[str]) -> None:
    """Read and lock the files of these cases, in one round trip."""
    files = docket_of(session).files
    missing = {case_id for case_id in case_ids if case_id not in files}
    if missing:
        found = await lock_files(session, missing)
        files.update((case_id, found.get(case_id)) for case_id in missing)


async def file_of(session: Session, case_id: str) -> CaseFile | None:
    """The file of a case as it stands in this transaction; None when there is no such case."""
    await open_files(session, [case_id])
    return docket_of(session).files[case_id]


def move(session: Session, file: CaseFile, standing: Standing) -> None:
    """The case stands elsewhere now; written when the transaction ends."""
    if standing is file.standing:
        return
    file.standing = standing
    docket_of(session).moved[file.case_id] = session.now
    session.before_commit(_INFO, _write)


def enter(session: Session, case_id: str, standing: Standing, entry: Entry) -> None:
    """Put an entry on the timeline of a case, with where it stands after it."""
    docket_of(session).entries.append(
        (
            case_id,
            entry.at,
            entry.what,
            entry.round,
            entry.unit_code,
            entry.by,
            mask_text(entry.note)[:LONGEST_NOTE],
            standing.status,
            standing.version,
        )
    )
    session.before_commit(_INFO, _write)


async def _write(session: Session) -> None:
    docket = docket_of(session)
    files = [(file, at) for case_id, at in sorted(docket.moved.items()) if (file := docket.files[case_id]) is not None]
    if files:
        rows = [(file.case_id, *_columns(file.standing), at) for file, at in files]
        await session.fetch(_MOVE, *map(list, zip(*rows, strict=True)))
    if docket.entries:
        await session.fetch(_ENTER, *map(list, zip(*docket.entries, strict=True)))


def _columns(standing: Standing) -> tuple[object, ...]:
    return (
        standing.status,
        standing.category_code,
        standing.round,
        standing.lead_unit,
        standing.sign_due_at,
        standing.due_at,
        standing.satisfaction,
        standing.closing,
        standing.answered_directly,
        standing.version,
    )
