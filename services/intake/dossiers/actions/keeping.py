"""Keeping up a grid's dossier (网格档案): entries are made, changed, looked at again and taken out."""

from datetime import date

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import Conflict, NotFound, invalid
from libs.common.events.dossiers import DossierEntryKept
from libs.common.events.visit_terms import DossierStep
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.intake.dossiers.actions.showing import SAME, kind_of, kinds_of, shown
from services.intake.dossiers.domain import due_on
from services.intake.dossiers.schemas import ChangeEntry, EnterEntry, EntryOut, RemoveEntry
from services.intake.dossiers.tables import DossierChange, DossierEntry
from services.intake.households.actions.recording import today_of
from services.intake.households.actions.registering import check_place


async def enter(session: Session, asked: Request, body: EnterEntry) -> EntryOut:
    """A new entry. Forbidden for an area out of reach; Invalid for a kind that is none of the pack, or a day ahead."""
    check_place(asked, session.packs.current(session.now).directory, body.area_code)
    kind = kind_of(session, body.kind)
    if kind is None:
        listed = ", ".join(one.code for one in kinds_of(session)) or "none"
        raise invalid("kind", f"is no kind of entry of the pack, which has {listed}", "配置包中没有此条目类型")
    looked_on = _looked_on(session, body.looked_on)
    row = session.new(
        DossierEntry,
        entry_id=str(uuid_utils.uuid7()),
        area_code=body.area_code,
        part=kind.part,
        kind=kind.code,
        name=mask_text(body.name),
        text=mask_text(body.text),
        looked_on=looked_on,
        due_on=due_on(looked_on, kind.look_again_months),
        removed=False,
        updated_at=session.now,
        version=0,
    )
    return _taken(session, asked, row, DossierStep.ENTER, "")


async def change(session: Session, asked: Request, entry_id: str, body: ChangeEntry) -> EntryOut:
    """Other words, or looked at and as it was. NotFound, StaleVersion; Invalid for a day that cannot be."""
    row = await _load(session, asked, entry_id)
    told = {name: mask_text(value) for name in ("name", "text") if (value := getattr(body, name)) is not None}
    told = {name: value for name, value in told.items() if value != getattr(row, name)}
    looked_on, kind = _looked_on(session, body.looked_on), kind_of(session, row.kind)
    if looked_on < row.looked_on:
        raise invalid(
            "looked_on", f"lies before {row.looked_on}, when it was seen last", f"早于上次核实之日 {row.looked_on}"
        )
    for name, value in told.items():
        setattr(row, name, value)
    row.looked_on = looked_on
    row.due_on = due_on(looked_on, None if kind is None else kind.look_again_months)
    return _taken(session, asked, row, DossierStep.CHANGE if told else DossierStep.LOOK, body.why or "")


async def remove(session: Session, asked: Request, entry_id: str, body: RemoveEntry) -> EntryOut:
    """It is there no more, and stands in no list; its steps stay. NotFound, StaleVersion."""
    row = await _load(session, asked, entry_id)
    row.removed = True
    return _taken(session, asked, row, DossierStep.REMOVE, body.why)


async def _load(session: Session, asked: Request, entry_id: str) -> DossierEntry:
    row = await session.one(DossierEntry, "entry_id", entry_id)
    if row is None or not asked.scope.covers(row.area_code):
        raise NotFound
    asked.check_version(row.version)
    if row.removed:
        raise Conflict("It was taken out of the dossier", "该条目已销项")
    session.now = max(session.now, row.updated_at)
    return row


def _taken(session: Session, asked: Request, row: DossierEntry, step: DossierStep, why: str) -> EntryOut:
    """The step stands in the entry's history, and is told."""
    by, why = asked.actor, mask_text(why)
    row.version, row.updated_at = row.version + 1, session.now
    same = {name: getattr(row, name) for name in SAME}
    who = {"who": by.subject, "unit_code": by.unit_code, "staff_id": by.staff_id, "at": session.now, "why": why}
    session.insert(DossierChange, {"entry_id": row.entry_id, "version": row.version, "action": step} | same | who)
    session.publish(
        DossierEntryKept(
            occurred_at=session.now,
            entry_id=row.entry_id,
            version=row.version,
            step=step,
            area_code=row.area_code,
            part=row.part,
            why=why,
            **same,
        ),
        first=step is DossierStep.ENTER,
    )
    return shown(session, row)


def _looked_on(session: Session, day: date | None) -> date:
    if day is not None and day > today_of(session):
        raise invalid("looked_on", "lies ahead", "日期晚于今天")
    return day or today_of(session)
