"""Entries of dossiers as they are answered: each, in lists, and what became of it."""

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.pack.schema import DossierKind
from libs.common.security.policy import Scope
from libs.common.web.cursors import Page, PageQuery
from services.intake.dossiers.domain import STEPS
from services.intake.dossiers.queries import (
    BY_AREA,
    BY_STEP,
    LONGEST_DUE,
    EntryFilter,
    entries_of,
    list_changes,
    list_statement,
    overdue_statement,
)
from services.intake.dossiers.schemas import EntryChangeItem, EntryOut, EntryQuery, OverdueQuery
from services.intake.dossiers.tables import DossierChange, DossierEntry
from services.intake.households.actions.recording import today_of

SAME = ("kind", "name", "text", "looked_on", "due_on")
"""What an entry and each step of it say alike."""


async def one_entry(session: Session, scope: Scope, entry_id: str) -> EntryOut:
    """An entry as it is now; NotFound."""
    return shown(session, await _find(session, scope, entry_id))


async def entries(session: Session, scope: Scope, query: EntryQuery) -> Page[EntryOut]:
    """A page of entries, by area."""
    narrowed = EntryFilter(query.area_code, query.part, query.kind)
    rows = await entries_of(session, list_statement(scope, narrowed, query))
    return BY_AREA.page(rows, query.limit, lambda row: shown(session, row))


async def overdue(session: Session, scope: Scope, query: OverdueQuery) -> Page[EntryOut]:
    """A page of those that were to be looked at again before today, the longest first."""
    rows = await entries_of(session, overdue_statement(scope, query.area_code, today_of(session), query))
    return LONGEST_DUE.page(rows, query.limit, lambda row: shown(session, row))


async def changes(session: Session, scope: Scope, entry_id: str, query: PageQuery) -> Page[EntryChangeItem]:
    """A page of what became of an entry; NotFound."""
    await _find(session, scope, entry_id)
    return BY_STEP.page(await list_changes(session, entry_id, query), query.limit, _change_item)


async def _find(session: Session, scope: Scope, entry_id: str) -> DossierEntry:
    row = await session.one(DossierEntry, "entry_id", entry_id, lock=False)
    if row is None or not scope.covers(row.area_code):
        raise NotFound
    return row


def kinds_of(session: Session) -> tuple[DossierKind, ...]:
    """The kinds of entries of the pack in force."""
    return session.packs.current(session.now).directory.pack.visits.dossier


def kind_of(session: Session, code: str) -> DossierKind | None:
    """The one of this code; None where the pack has it no more."""
    return next((kind for kind in kinds_of(session) if kind.code == code), None)


def shown(session: Session, row: DossierEntry) -> EntryOut:
    """An entry as it is answered."""
    made = {"kind_name", "overdue"}
    kind = kind_of(session, row.kind)
    return EntryOut(
        **{name: getattr(row, name) for name in EntryOut.model_fields if name not in made},
        kind_name=None if kind is None else kind.name,
        overdue=not row.removed and row.due_on is not None and row.due_on < today_of(session),
    )


def _change_item(row: DossierChange) -> EntryChangeItem:
    same = {name: getattr(row, name) for name in (*SAME, "version", "action", "staff_id", "at", "why")}
    return EntryChangeItem(**same, action_zh=STEPS[row.action], account=row.who)
