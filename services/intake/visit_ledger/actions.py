"""The ledger of visits (走访台账), a page at a time: without who lives there, or with, each a look on the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import NotFound, invalid
from libs.common.events.visit_terms import MatterEnd, VisitOutcome, VisitSlot
from libs.common.pack.areas import area_prefix
from libs.common.pack.directory import Directory
from libs.common.rules.requests import Request
from libs.common.security.policy import Scope
from libs.common.security.vault import Vault
from libs.common.web.cursors import decode_cursor, encode_cursor
from libs.common.web.printing import PrintedSheet
from services.intake.households.actions.looking import look_at_many
from services.intake.households.actions.sealing import Identity, Masked
from services.intake.households.actions.table import CLASSES
from services.intake.households.queries import identities_of
from services.intake.visit_ledger.queries import LedgerSpan, Place, ledger_rows
from services.intake.visit_ledger.schemas import LONGEST_SPAN, LedgerInClear, LedgerQuery

_NAME = "intake.visit_ledger"
_OUTCOMES = {
    VisitOutcome.REACHED: "见到人",
    VisitOutcome.NOBODY_HOME: "无人在家",
    VisitOutcome.REFUSED: "拒访",
    VisitOutcome.MOVED: "已搬离",
    VisitOutcome.BY_PHONE: "电话（线上）联系",
}
_SLOTS = {VisitSlot.DAY: "日间", VisitSlot.NIGHT: "夜间"}
_ENDS = {MatterEnd.SOLVED_ON_THE_SPOT: "当场解决", MatterEnd.BECOMES_CASE: "登记办理", MatterEnd.EXPLAINED: "解释说明"}
_SHOWN_OF_A_HOME = ("door", "head")


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """A page of it, and where the next begins, if there is more."""

    sheet: PrintedSheet
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class _Material:
    area: str
    first: int
    """The number of its first line."""
    rows: Sequence[Any]
    next_cursor: str | None


async def without_names(session: Session, scope: Scope, query: LedgerQuery) -> LedgerPage:
    """By group and number alone. NotFound for an area out of reach; Invalid for a span that cannot be."""
    return _page(session, await _gather(session, scope, query), query, {}, in_clear=False)


async def in_clear(
    session: Session, asked: Request, body: LedgerInClear, vault: Vault, most: int
) -> tuple[LedgerPage, int]:
    """With heads and doors, and of how many households. Raises as ``without_names`` and ``look_at_many`` do."""
    found = await _gather(session, asked.scope, body)
    identities = await identities_of(session, sorted({row.household_id for row in found.rows}))
    who = await look_at_many(session, asked, [*identities.values()], body.reason, _SHOWN_OF_A_HOME, vault, most)
    seen = sum(isinstance(one, Identity) for one in who.values())
    return _page(session, found, body, who, in_clear=True), seen


async def _gather(session: Session, scope: Scope, query: LedgerQuery) -> _Material:
    if query.until_day < query.from_day:
        raise invalid("until_day", "must not be before from_day", "不得早于开始日期")
    if (query.until_day - query.from_day).days >= LONGEST_SPAN:
        raise invalid("until_day", f"makes more than {LONGEST_SPAN} days", f"超过 {LONGEST_SPAN} 天")
    directory = session.packs.current(session.now).directory
    area = directory.area(query.area_code)
    if not scope.covers(area.code):
        raise NotFound
    span = LedgerSpan(area_prefix(area.code), query.from_day, query.until_day)
    after, number = (span.start, 0) if query.cursor is None else _place(query.cursor)
    rows = await ledger_rows(session, span, after, query.limit + 1)
    shown, following = rows[: query.limit], None
    if len(rows) > query.limit:
        last = shown[-1]
        following = encode_cursor(_NAME, [last.area_code, last.day, last.visit_id, number + len(shown)])
    return _Material(area.name, number + 1, shown, following)


def _place(cursor: str) -> tuple[Place, int]:
    group, day, visit_id, number = decode_cursor(_NAME, cursor, (str, date, str, int))
    return (str(group), day if isinstance(day, date) else date.min, str(visit_id)), int(str(number))


def _page(
    session: Session, found: _Material, query: LedgerQuery, who: Mapping[str, Identity | Masked], *, in_clear: bool
) -> LedgerPage:
    directory = session.packs.current(session.now).directory
    rows = [
        _row(session, directory, row, who.get(row.household_id)) | {"number": str(number)}
        for number, row in enumerate(found.rows, start=found.first)
    ]
    about = {
        "area": found.area,
        "days": f"{query.from_day} — {query.until_day}",
        "visits": str(len(rows)),
        "more": "" if found.next_cursor is None else "后接下一页 continues on the next page",
    }
    return LedgerPage(PrintedSheet(about, rows, in_clear), found.next_cursor)


def _row(session: Session, directory: Directory, row: Any, who: Identity | Masked | None) -> dict[str, str]:
    rules, area = directory.pack.visits, row.area_code
    purposes = {word.code: word.name for word in rules.purposes}
    topics = {word.code: word.name for word in rules.topics}
    people = [(session.staff.member(one), one) for one in row.staff_ids]
    started = row.started_at.astimezone(directory.calendar().time_zone)
    return {
        "day": row.day.isoformat(),
        "time": f"{started:%H:%M}",
        "slot": _SLOTS[row.slot],
        "area": directory.area(area).name if area in directory.area_codes else area,
        "household_no": row.household_no or "",
        "class": CLASSES[row.household_class],
        "head": (who.head if who is not None else None) or "",
        "door": (who.door if who is not None else None) or "",
        "staff": "、".join(staff_id if member is None else member.name for member, staff_id in people),
        "outcome": _OUTCOMES[row.outcome],
        "purposes": "、".join(purposes.get(one, one) for one in row.purposes),
        "topics": "、".join(topics.get(one, one) for one in row.topics),
        "matters": "；".join(f"{label} {many}" for end, label in _ENDS.items() if (many := getattr(row, end.value))),
        "remark": "同日重复" if row.duplicate else "",
    }
