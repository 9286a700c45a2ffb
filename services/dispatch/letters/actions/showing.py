"""Letters as they are answered and printed."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from libs.common.database.session import Session
from libs.common.pack.directory import Directory, UnknownCode
from libs.common.rules.requests import Request
from libs.common.time.moments import local_day
from services.dispatch.cases.tables import Case
from services.dispatch.letters import queries
from services.dispatch.letters.domain import WAITING
from services.dispatch.letters.labels import FIELDS
from services.dispatch.letters.schemas import LetterItem, LetterOut
from services.dispatch.letters.tables import Letter


def item(session: Session, row: Letter) -> LetterItem:
    """A letter in a list."""
    return LetterItem.model_validate({name: _of(session, row, None, name) for name in LetterItem.model_fields})


def shown(session: Session, row: Letter, case: Case | None) -> LetterOut:
    """A letter with the wording of its case, as its two units see it."""
    return LetterOut.model_validate({name: _of(session, row, case, name) for name in LetterOut.model_fields})


async def read(session: Session, asked: Request, letter_id: str) -> LetterOut:
    """One letter, for who writes or gets it."""
    return shown(session, *await queries.visible_letter(session, asked.scope, asked.actor, letter_id, lock=False))


async def printed(session: Session, asked: Request, letter_id: str) -> tuple[LetterOut, Mapping[str, str]]:
    """One letter, with what stands in its named fields."""
    letter = await read(session, asked, letter_id)
    return letter, fields_of(session, letter)


def _of(session: Session, row: Letter, case: Case | None, name: str) -> object:
    waits = row.status in WAITING
    match name:
        case "office_name" | "to_name":
            return name_of(_directory(session), row.office if name == "office_name" else row.to_unit)
        case "kind_name":
            kinds = _directory(session).pack.letters.kinds
            return next((kind.name for kind in kinds if kind.code == row.kind), row.kind)
        case "warned":
            return waits and row.warn_at is not None and row.warn_at <= session.now
        case "overdue":
            return waits and row.due_at is not None and row.due_at <= session.now
        case "case_no" | "case_title" | "case_text":
            return None if case is None else getattr(case, name if name == "case_no" else name.removeprefix("case_"))
    return getattr(row, name)


def _directory(session: Session) -> Directory:
    return session.packs.current(session.now).directory


def name_of(directory: Directory, unit_code: str) -> str:
    """What a unit is called; its code where it is no more."""
    with suppress(UnknownCode):
        return directory.unit(unit_code).name
    return unit_code


def fields_of(session: Session, letter: LetterOut) -> Mapping[str, str]:
    """What stands in a letter's named fields, by their codes."""
    zone = session.packs.current(session.now).directory.calendar().time_zone
    told = {
        "to": letter.to_name,
        "office": letter.office_name,
        "kind": letter.kind_name,
        "due": "" if letter.due_at is None else _last_day(letter.due_at, zone),
        "date": "" if letter.sent_at is None else _day(letter.sent_at, zone),
        "signed_by": letter.sent_by or "",
        "evidence": "\n".join(letter.evidence),
    }
    return {name: told[name] if name in told else str(getattr(letter, name) or "") for name in FIELDS}


def _day(moment: datetime, zone: ZoneInfo) -> str:
    day = local_day(moment, zone)
    return f"{day.year}年{day.month}月{day.day}日"


def _last_day(due_at: datetime, zone: ZoneInfo) -> str:
    """The last day on which a reply is in time: a deadline is the midnight that ends it."""
    return _day(due_at - datetime.resolution, zone)
