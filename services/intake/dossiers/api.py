"""``/dossiers``: the six-part dossier of a grid (人、地、事、物、情、组织), put together and kept up."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from libs.common.rules.requests import Request
from libs.common.rules.versions import ANY_VERSION, ExpectedVersion
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door, needs
from libs.common.web.fields import AreaCode
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.intake import rights
from services.intake.dossiers.actions import assembling, keeping, showing
from services.intake.dossiers.schemas import (
    ChangeEntry,
    DossierOut,
    EnterEntry,
    EntryChangeItem,
    EntryId,
    EntryOut,
    EntryQuery,
    OverdueQuery,
    RemoveEntry,
)

router = APIRouter(prefix="/v1", tags=["dossiers 网格档案"])
InPath = Annotated[EntryId, Path()]
Reads = Annotated[Door, needs(rights.READ_VISITS)]
Keeps = Annotated[Door, needs(rights.KEEP_HOUSEHOLDS)]


@router.get("/dossiers/{area_code}", response_model=DossierOut)
async def one_dossier(area_code: Annotated[AreaCode, Path()], door: Reads) -> Response:
    """The dossier of a grid or village (网格六要素档案): households, and the cases, visits and moods of a year.

    Beside them how much of places, things and organisations is kept up, and how much of that is overdue.
    """
    return door.answer(await door.read(lambda session: assembling.dossier(session, door.scope, area_code)))


@router.get("/dossier-entries", response_model=Page[EntryOut])
async def list_entries(query: Annotated[EntryQuery, Query()], door: Reads) -> Response:
    """Entries of dossiers within your reach (档案条目), by area."""
    return door.answer(await door.read(lambda session: showing.entries(session, door.scope, query)))


@router.post("/dossier-entries", response_model=EntryOut, status_code=201)
async def enter_entry(body: EnterEntry, door: Keeps, once: IdempotencyKey) -> Response:
    """A place, thing or organisation of a grid (登记条目), by a kind of the pack's `visits.dossier`."""
    asked = _asked(door)
    return await door.write(
        lambda session: keeping.enter(session, asked, body),
        once,
        location=lambda entry: f"/intake/v1/dossier-entries/{entry.entry_id}",
    )


@router.get("/dossier-entries/overdue", response_model=Page[EntryOut])
async def list_overdue(query: Annotated[OverdueQuery, Query()], door: Reads) -> Response:
    """Entries that were to be looked at again before today (逾期未复核), the longest first."""
    return door.answer(await door.read(lambda session: showing.overdue(session, door.scope, query)))


@router.get("/dossier-entries/{entry_id}", response_model=EntryOut)
async def one_entry(entry_id: InPath, door: Reads) -> Response:
    """An entry as it is now (档案条目)."""
    return door.answer(await door.read(lambda session: showing.one_entry(session, door.scope, entry_id)))


@router.get("/dossier-entries/{entry_id}/changes", response_model=Page[EntryChangeItem])
async def list_entry_changes(entry_id: InPath, query: Annotated[PageQuery, Query()], door: Reads) -> Response:
    """What became of an entry (条目变动记录): who took each step, when, and what it is by that."""
    return door.answer(await door.read(lambda session: showing.changes(session, door.scope, entry_id, query)))


@router.post("/dossier-entries/{entry_id}/change", response_model=EntryOut)
async def change_entry(
    entry_id: InPath, body: ChangeEntry, door: Keeps, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """Other words (条目变更), or looked at and as it was (核实无变化): its next day follows. Needs If-Match."""
    asked = _asked(door, expected)
    return await door.write(lambda session: keeping.change(session, asked, entry_id, body), once)


@router.post("/dossier-entries/{entry_id}/removal", response_model=EntryOut)
async def remove_entry(
    entry_id: InPath, body: RemoveEntry, door: Keeps, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """It is there no more (条目销项); what became of it stays to be read. Needs If-Match."""
    asked = _asked(door, expected)
    return await door.write(lambda session: keeping.remove(session, asked, entry_id, body), once)


def _asked(door: Door, expected: ExpectedVersion = ANY_VERSION) -> Request:
    return Request(door.actor, door.scope, expected)
