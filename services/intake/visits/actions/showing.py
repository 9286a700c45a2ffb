"""Visits as they are answered: words masked, and no case that the reader may not know of."""

from collections.abc import Sequence
from datetime import date, datetime, time

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.pack.schema import CodedReason
from libs.common.security.policy import Scope
from libs.common.time.moments import day_end, day_start
from libs.common.web.cursors import Page, PageQuery
from services.intake.raised.queries import seen_cases
from services.intake.raised.schemas import MatterOut
from services.intake.rounds.actions.stages import came_early
from services.intake.rounds.queries.following import terms_of
from services.intake.rounds.tables import VisitRound
from services.intake.visits.domain import ACTIONS, STATUSES
from services.intake.visits.queries import (
    BY_STEP,
    NEWEST_FIRST,
    VisitFilter,
    document,
    find,
    list_changes,
    list_visits,
)
from services.intake.visits.schemas import (
    InRound,
    QuantityIn,
    VisitChangeItem,
    VisitItem,
    VisitOut,
    VisitQuery,
    VisitWord,
    VisitWordsOut,
)
from services.intake.visits.tables import Visit, VisitChange, VisitMatter

_MADE = {"status_zh", "materials", "findings", "quantities", "matters", "rounds", "unmuted"}


async def shown(session: Session, scope: Scope, row: Visit, *, unmuted: bool = False, new: bool = False) -> VisitOut:
    """A visit as it is by now. The cases of a ``new`` one are not written yet, and about nobody."""
    matters = await session.rows(VisitMatter, "visit_id", row.visit_id, lock=False)
    case_ids = frozenset(one.case_id for one in matters if one.case_id is not None)
    seen = case_ids if new else await seen_cases(session, scope, case_ids)
    await session.load(VisitRound, "round_id", row.rounds, lock=False)
    return VisitOut(
        **{name: getattr(row, name) for name in VisitOut.model_fields if name not in _MADE},
        status_zh=STATUSES[row.status][0],
        materials=document(row.materials),
        findings=document(row.findings),
        quantities=[QuantityIn.model_validate(one) for one in document(row.quantities)],
        matters=[_matter(one, seen=one.case_id in seen) for one in matters],
        rounds=[await _in_round(session, row, round_id) for round_id in row.rounds],
        unmuted=unmuted,
    )


async def one(session: Session, scope: Scope, visit_id: str) -> VisitOut:
    """One visit; NotFound when its household is out of reach."""
    row = await find(session, scope, visit_id)
    if row is None:
        raise NotFound
    return await shown(session, scope, row)


def words(session: Session) -> VisitWordsOut:
    """What can be said of a visit, by the pack in force."""
    rules = session.packs.current(session.now).directory.pack.visits
    findings = [
        VisitWord(code=setting.code, name=setting.name, name_en=setting.name_en, kind=setting.kind)
        for setting in rules.findings
    ]
    return VisitWordsOut(
        purposes=_words(rules.purposes),
        materials=_words(rules.materials),
        topics=_words(rules.topics),
        findings=findings,
        gap_days=rules.gap_days,
        night_from=_clock(rules.night_from),
        night_until=_clock(rules.night_until),
    )


def _clock(moment: time | None) -> str | None:
    return None if moment is None else f"{moment:%H:%M}"


def _words(reasons: Sequence[CodedReason]) -> list[VisitWord]:
    return [VisitWord(code=reason.code, name=reason.name, name_en=reason.name_en) for reason in reasons]


async def page(session: Session, scope: Scope, query: VisitQuery) -> Page[VisitItem]:
    """A page of visits."""
    begun = (None, None) if query.on is None else _day(session, query.on)
    same = query.model_dump(exclude={"cursor", "limit", "on"})
    rows = await list_visits(session, scope, VisitFilter(**same, begun_from=begun[0], begun_to=begun[1]), query)
    return NEWEST_FIRST.page(rows, query.limit, lambda row: VisitItem.model_validate(row, from_attributes=True))


async def changes(session: Session, scope: Scope, visit_id: str, query: PageQuery) -> Page[VisitChangeItem]:
    """What became of a visit's record, step by step."""
    if await find(session, scope, visit_id) is None:
        raise NotFound
    return BY_STEP.page(await list_changes(session, visit_id, query), query.limit, _change)


async def _in_round(session: Session, row: Visit, round_id: str) -> InRound:
    (found,) = await session.rows(VisitRound, "round_id", round_id, lock=False)
    late = found.closed_at is not None and row.recorded_at >= found.closed_at
    early = came_early(session, found, row.staff_ids, row.day)
    return InRound(round_id=round_id, counts=terms_of(found).counts_slot(row.slot), late=late, early=early)


def _day(session: Session, day: date) -> tuple[datetime, datetime]:
    zone = session.packs.current(session.now).directory.calendar().time_zone
    return day_start(day, zone), day_end(day, zone)


def _matter(row: VisitMatter, *, seen: bool) -> MatterOut:
    said = {name: getattr(row, name) for name in ("number", "kind", "category_code", "text", "answer")}
    return MatterOut(**said, what=row.ended, case_id=row.case_id if seen else None)


def _change(row: VisitChange) -> VisitChangeItem:
    said = {name: getattr(row, name) for name in VisitChangeItem.model_fields if name not in ("by", "action_zh")}
    return VisitChangeItem(**said, by=row.who, action_zh=ACTIONS[row.action][0])
