"""Importing people (人员导入): every row is judged alone, and what is taken becomes one record a person.

One row is one term of office; a person with several has several rows, one without a post none. Rows that say what is so
already change nothing, so the same file may come again. Whoever does not stand in it stays: terms end by a date.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from libs.common.database.session import Session
from libs.common.database.stored_staff import read_stored_staff, register_to_change
from libs.common.errors import FieldError
from libs.common.rules.requests import Request
from libs.common.security.vault import Vault
from libs.common.sheets import SheetRow
from libs.common.staff.register import StaffMember, StaffRegister, TermOfOffice
from libs.common.web.tables import BadCell, ImportOut, import_out, nothing_taken
from services.dispatch.staff import domain
from services.dispatch.staff.actions.contacts import Told, contact_of, keep_contacts
from services.dispatch.staff.actions.recording import record
from services.dispatch.staff.actions.showing import has_in_reach, lasting_units, may_reach, stands_for_a_part
from services.dispatch.staff.actions.table import COLUMNS, PersonRow, Places, read_table
from services.dispatch.staff.queries import contacts_of


@dataclass(slots=True)
class _Judged:
    """What the rows come to: the register as it would be, whom they touch, what was told of how to reach them."""

    asked: Request
    places: Places
    register: StaffRegister
    told: dict[str, Told] = field(default_factory=dict)
    touched: dict[str, StaffMember | None] = field(default_factory=dict)
    """By staff id the record before."""
    names: dict[str, str] = field(default_factory=dict)
    bad: list[BadCell] = field(default_factory=list)


async def try_import(session: Session, asked: Request, rows: Sequence[SheetRow], vault: Vault) -> ImportOut:
    """What an import would do now (预览); nothing is kept."""
    await read_stored_staff(session)
    judged = _judge(asked, rows, session.staff.copy(), _places(session))
    changed = _changed(judged) | await _told_anew(session, judged, vault)
    return _shown(judged, rows, changed, taken=False)


async def take_import(
    session: Session, asked: Request, rows: Sequence[SheetRow], vault: Vault, *, only_good: bool
) -> ImportOut:
    """Take the rows: all of them, or, when the caller says so, those that are good. Invalid, naming each bad line."""
    judged = _judge(asked, rows, (await register_to_change(session)).copy(), _places(session))
    if judged.bad and not only_good:
        raise nothing_taken(judged.bad)
    changed = _changed(judged) | await keep_contacts(session, vault, judged.told)
    members = [judged.register.member(staff_id) for staff_id in sorted(changed)]
    await record(session, [_next(member, judged.touched[member.staff_id]) for member in members if member is not None])
    return _shown(judged, rows, changed, taken=True)


def _places(session: Session) -> Places:
    return Places(session.packs.current(session.now).directory, session.now)


def _judge(asked: Request, rows: Sequence[SheetRow], register: StaffRegister, places: Places) -> _Judged:
    found, bad = read_table(rows, places)
    judged = _Judged(asked, places, register, bad=bad)
    # Whoever stands in for somebody of the same file comes after them, in whatever order they stand there.
    for row in sorted(found, key=lambda row: row.term is not None and row.term.stand_in_for is not None):
        faults = [*_taken_over(judged, row)]
        judged.bad += [COLUMNS.bad_cell(row.line, fault) for fault in faults]
    judged.bad.sort(key=lambda cell: cell.line)
    return judged


def _taken_over(judged: _Judged, row: PersonRow) -> Iterable[FieldError]:
    """Put what a row says into the register; whatever is wrong with it leaves all as it was."""
    before = judged.register.member(row.staff_id)
    if judged.names.setdefault(row.staff_id, row.name) != row.name:
        return [FieldError("name", "is another one than in a row above", "与上方同一人员的姓名不一致")]
    member, faults = _with_term(judged, row, before or StaffMember(row.staff_id, row.name, version=0))
    after = replace(member, name=row.name)
    faults += _out_of_reach(judged, before, after, row)
    if faults:
        return faults
    if before is None or after != before:
        judged.touched.setdefault(row.staff_id, before)
        judged.register.put(replace(after, version=after.version + 1))
    _tell(judged, row)
    return []


def _with_term(judged: _Judged, row: PersonRow, member: StaffMember) -> tuple[StaffMember, list[FieldError]]:
    term = row.term
    if term is None:
        return member, []
    same = next((one for one in member.terms if _is_meant(one, row, term, judged.places)), None)
    if same is None:
        faults = [*domain.faults(term, member, judged.register, judged.places.directory)]
        return (member if faults else domain.appointed(member, term)), faults
    if term.ends_at is None or _day_of(same.ends_at, judged.places, last=True) == _day_of(
        term.ends_at, judged.places, last=True
    ):
        return member, []
    now = judged.places.now
    if same.ends_at is not None and same.ends_at <= now:
        return member, [FieldError("ends_at", "this term has ended already on another day", "该任期已于其他日期结束")]
    if term.ends_at <= same.begins_at:
        return member, [FieldError("ends_at", "must be later than the beginning", "须晚于开始时间")]
    return domain.ended(member, same.number, term.ends_at, now), []


def _is_meant(one: TermOfOffice, row: PersonRow, term: TermOfOffice, places: Places) -> bool:
    """Whether a row is about this term: of the day that it names, else one that is not over."""
    for name in ("post_code", "unit_code", "area_code", "stand_in_for"):
        if getattr(one, name) != getattr(term, name):
            return False
    if row.begins:
        return _day_of(one.begins_at, places) == _day_of(term.begins_at, places)
    return one.ends_at is None or one.ends_at > places.now


def _day_of(moment: datetime | None, places: Places, *, last: bool = False) -> object:
    if moment is None:
        return None
    zone = ZoneInfo(places.directory.pack.place.time_zone)
    return (moment.astimezone(zone) - timedelta(microseconds=1 if last else 0)).date()


def _out_of_reach(judged: _Judged, before: StaffMember | None, after: StaffMember, row: PersonRow) -> list[FieldError]:
    """Nobody changes the own record, or people of units outside the own area; what stays as it is needs no right."""
    tells = row.languages is not None or row.phone is not None or row.other is not None
    if after == before and not tells:
        return []
    if row.staff_id == judged.asked.actor.staff_id:
        return [FieldError("staff_id", domain.OwnRecord.title, domain.OwnRecord.title_zh)]
    units = lasting_units(before, judged.places.now) if before is not None else set()
    units |= set() if row.term is None else {row.term.unit_code}
    for unit in sorted(units):
        if not may_reach(judged.asked.scope, judged.places.directory, unit):
            return [FieldError("unit_code", f"you may not appoint people at {unit}", f"无权管理 {unit} 的人员")]
    scope, directory = judged.asked.scope, judged.places.directory
    known = before is None or has_in_reach(scope, directory, after, judged.places.now)
    if not known or not stands_for_a_part(scope, directory):
        return [FieldError("staff_id", "is nobody of your area", "不在您的辖区内")]
    return []


def _tell(judged: _Judged, row: PersonRow) -> None:
    """What a row says of how to reach somebody; of several rows the last that says something holds."""
    told = judged.told.get(row.staff_id, Told())
    given = {"phone": row.phone, "other": row.other}
    said = {name: value for name, value in given.items() if value is not None}
    if row.languages is not None or said:
        judged.touched.setdefault(row.staff_id, judged.register.member(row.staff_id))
        judged.told[row.staff_id] = Told(
            told.languages if row.languages is None else row.languages, {**told.contact, **said}
        )


def _changed(judged: _Judged) -> set[str]:
    """Whose public record is another."""
    after = ((staff_id, judged.register.member(staff_id), before) for staff_id, before in judged.touched.items())
    return {staff_id for staff_id, member, before in after if member != before}


async def _told_anew(session: Session, judged: _Judged, vault: Vault) -> set[str]:
    """Of whom something was told that is not kept so already."""
    rows = await contacts_of(session, judged.told)
    return {
        staff_id
        for staff_id, told in judged.told.items()
        if told.changes(rows.get(staff_id), contact_of(vault, rows.get(staff_id)))
    }


def _next(member: StaffMember, before: StaffMember | None) -> StaffMember:
    return replace(member, version=1 if before is None else before.version + 1)


def _shown(judged: _Judged, rows: Sequence[SheetRow], changed: set[str], *, taken: bool) -> ImportOut:
    entered = sum(judged.touched[staff_id] is None for staff_id in changed)
    return import_out(rows, entered, len(changed) - entered, judged.bad, taken=taken)
