"""Writing what is for few (敏感情况登记), and looking at it: by those who are to go there, on the record."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson
import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import Conflict, Forbidden, NotFound, Unavailable
from libs.common.events.households import HouseholdNoted
from libs.common.pack.directory import UnknownCode
from libs.common.pack.schema import HouseholdNoteField
from libs.common.rules.requests import Request
from libs.common.security.envelopes import KeyEnvelope
from libs.common.security.vault import CannotOpen, Vault, VaultCell, print_of_sealed
from services.intake.households.actions.looking import check_one_more_look, record_look
from services.intake.households.actions.recording import today_of
from services.intake.households.actions.sealing import check_not_erased, envelope_of, hidden_in, opened
from services.intake.households.domain import Status
from services.intake.households.queries import find, identity_of
from services.intake.households.tables import Household, HouseholdIdentity
from services.intake.notes.domain import may_open, nights, open_until
from services.intake.notes.queries import how_many, notes_of, planned_days
from services.intake.notes.schemas import (
    EarlierNote,
    NotesOut,
    OpenField,
    RevealedNote,
    RevealedNotes,
    RevealNotes,
    WriteNote,
)
from services.intake.notes.tables import HouseholdNote

_DAY = timedelta(days=1)
_LOOKED_AT = "note:"
"""How a field of a note is called in the record of looks."""


class NotesNotOpen(Forbidden):
    """A note that is not open to who asks: no visit of theirs is planned there now, or it is for others."""

    type, title, title_zh = "notes-not-open", "This is not open to you now", "该情况当前未对您开放"


async def write(session: Session, asked: Request, household_id: str, body: WriteNote, vault: Vault) -> NotesOut:
    """Write it down, or correct it, unseen. Conflict for a household that was merged into another."""
    _note_field(session, body.field, "field")
    row = await session.one(Household, "household_id", household_id)
    if row is None or not asked.scope.covers(row.area_code):
        raise NotFound
    if row.status is Status.ENDED:
        raise Conflict("The household is part of another", "该户已并户")
    envelope = envelope_of(vault, await _identity(session, household_id))
    kept = _by_field(envelope, await notes_of(session, household_id))
    wordings = kept.get(body.field, [])
    number = wordings[-1][0].number if wordings else len(kept) + 1
    correction = len(wordings)
    text = orjson.dumps({"field": body.field, "text": body.text}).decode()
    sealed = envelope.seal(text, aad=_cell(household_id, number, correction))
    session.insert(
        HouseholdNote,
        {
            "household_id": household_id,
            "number": number,
            "correction": correction,
            "cleared": body.text is None,
            "sealed": sealed,
            "who": asked.actor.subject,
            "unit_code": asked.actor.unit_code,
            "staff_id": asked.actor.staff_id,
            "at": session.now,
        },
    )
    session.publish(
        HouseholdNoted(
            occurred_at=session.now,
            household_id=household_id,
            number=number,
            correction=correction,
            cleared=body.text is None,
            sealed=print_of_sealed(sealed),
        )
    )
    last = [words[-1][1] for field, words in kept.items() if field != body.field]
    counted = sum(one is not None for one in (*last, body.text))
    return NotesOut(household_id=household_id, notes=counted, open=await _open_now(session, asked, household_id))


async def shown(session: Session, asked: Request, household_id: str) -> NotesOut:
    """How many there are, and what of them is open to who asks."""
    if await find(session, asked.scope, household_id) is None:
        raise NotFound
    fields = await _open_now(session, asked, household_id)
    return NotesOut(household_id=household_id, notes=await how_many(session, household_id), open=fields)


async def reveal(
    session: Session, asked: Request, household_id: str, body: RevealNotes, vault: Vault, most: int
) -> RevealedNotes:
    """What was asked for. The look is recorded in the same transaction, also where nothing is written.

    Raises NotFound; NotesNotOpen, whatever there is; and TooManyLooks.
    """
    fields = [*dict.fromkeys(body.fields)]
    for place, field in enumerate(fields):
        _note_field(session, field, f"fields/{place}")
    if await find(session, asked.scope, household_id) is None:
        raise NotFound
    may_see = {one.field for one in await _open_now(session, asked, household_id)}
    closed = [field for field in fields if field not in may_see]
    if closed:
        raise NotesNotOpen(
            f"{', '.join(closed)}: open to those of a team that is planned to go there, shortly before they do",
            f"{'、'.join(closed)}：仅对已排期走访该户、且任相应岗位的人员在走访前后开放",
        )
    identity = await _identity(session, household_id)
    await check_one_more_look(session, asked, most)
    envelope = envelope_of(vault, identity)
    kept = _by_field(envelope, await notes_of(session, household_id))
    reason = hidden_in(opened(envelope, identity), body.reason)
    looked_at = [f"{_LOOKED_AT}{field}" for field in sorted(fields)]
    record_look(session, asked, household_id, str(uuid_utils.uuid7()), reason, looked_at)
    return RevealedNotes(household_id=household_id, notes=[_revealed(field, kept.get(field, [])) for field in fields])


def _revealed(field: str, wordings: Sequence[tuple[HouseholdNote, str | None]]) -> RevealedNote:
    earlier = [EarlierNote(text=text, at=row.at) for row, text in wordings[:-1]]
    row, text = wordings[-1] if wordings else (None, None)
    return RevealedNote(field=field, text=text, at=None if row is None else row.at, earlier=earlier)


async def _open_now(session: Session, asked: Request, household_id: str) -> list[OpenField]:
    """By who asks and when, and by nothing of what is written."""
    directory, staff_id = session.packs.current(session.now).directory, asked.actor.staff_id
    member = session.staff.member(staff_id)
    rules = directory.pack.households
    if member is None or not rules.notes:
        return []
    held = {term.post_code for term in member.in_office(session.now)}
    today, ahead = today_of(session), max(note.opens_hours for note in rules.notes)
    last = today + _DAY + timedelta(hours=ahead)
    days = await planned_days(session, household_id, member.staff_id, today - _DAY, last)
    how = nights(directory.calendar().time_zone, directory.pack.visits.night_from, directory.pack.visits.night_until)
    found = []
    for note in rules.notes:
        until = open_until(days, note.opens_hours, how, session.now) if may_open(note.posts, held) else None
        if until is not None:
            found.append(OpenField(field=note.code, name=note.name, name_en=note.name_en, until=until))
    return found


def _note_field(session: Session, code: str, field: str) -> HouseholdNoteField:
    for note in session.packs.current(session.now).directory.pack.households.notes:
        if note.code == code:
            return note
    raise UnknownCode(field, code, None)


async def _identity(session: Session, household_id: str) -> HouseholdIdentity:
    identity = await identity_of(session, household_id)
    if identity is None:
        raise NotFound
    check_not_erased(identity)
    return identity


def _by_field(
    envelope: KeyEnvelope, rows: Sequence[HouseholdNote]
) -> Mapping[str, list[tuple[HouseholdNote, str | None]]]:
    """Each wording with its text, by field. Unavailable when its key is not here, or it was changed."""
    found: dict[str, list[tuple[HouseholdNote, str | None]]] = {}
    for row in rows:
        try:
            plain = envelope.open(row.sealed, aad=_cell(row.household_id, row.number, row.correction))
        except CannotOpen as error:
            raise Unavailable(
                "What was sealed cannot be opened: its key is not here, or it was changed",
                "密封信息无法打开：缺少密钥或内容已被改动",
            ) from error
        said: dict[str, Any] = orjson.loads(plain)
        found.setdefault(said["field"], []).append((row, said["text"]))
    return found


def _cell(household_id: str, number: int, correction: int) -> VaultCell:
    return VaultCell("household_note", f"note {number} {correction}", household_id)
