"""Who is away for work is found out (外出甄别), kept in contact with, and heard (联系、反馈)."""

from dataclasses import asdict
from datetime import date
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import Conflict, NotFound, invalid
from libs.common.events.household_terms import (
    AWAY_FOUND_LABELS,
    AwayFound,
    HouseholdClass,
    HouseholdFact,
    HouseholdStep,
)
from libs.common.rules.requests import Request
from libs.common.security.policy import Scope
from libs.common.security.vault import Vault
from libs.common.visits.placing import NEVER
from libs.common.web.cursors import Page, PageQuery
from services.intake.households.actions.away import AwayFinding, note_away_look
from services.intake.households.actions.changing import load_for
from services.intake.households.actions.recording import apply, state_of, today_of
from services.intake.households.actions.sealing import envelope_of, hidden_in, opened
from services.intake.households.domain import Status, What, decide
from services.intake.households.queries import find, identity_of
from services.intake.households.tables import Household, HouseholdAwayLook
from services.intake.migrants.domain import contacted_before, looked_before
from services.intake.migrants.queries import (
    LONGEST_SILENT,
    LONGEST_UNLOOKED,
    NEWEST_LOOK,
    NEWEST_MATTER,
    MigrantFilter,
    last_looks,
    looks_statement,
    matters_of,
    migrants_statement,
    raised_by,
    rows_of,
    unlooked_statement,
)
from services.intake.migrants.schemas import (
    AwayLookOut,
    AwayLookTaken,
    FeedbackItem,
    LookForAway,
    MigrantItem,
    MigrantQuery,
    UnlookedItem,
    UnlookedQuery,
)
from services.intake.raised.queries import seen_cases

_NOBODY_LIVES_THERE = (HouseholdClass.SHOP, HouseholdClass.BUILDING)
_UNSEEN = dict.fromkeys(("case_id", "case_no", "status"))
"""Of a case that is about whoever looks nothing is said."""
_SAME = ("household_id", "household_no", "area_code", "contact_staff_id")


async def look(session: Session, asked: Request, household_id: str, body: LookForAway, vault: Vault) -> AwayLookTaken:
    """Keep what was found out; the household's class follows, from the day since which it is so.

    Raises:
        NotFound: the household is out of reach. Conflict: it is no more, or nobody lives there.
        Invalid: a day lies ahead, or what is said only of those who are away is said of others.
    """
    row = await load_for(session, asked, household_id)
    identity = await identity_of(session, household_id, lock=True)
    if identity is None:
        raise NotFound
    if row.status is Status.ENDED:
        raise Conflict("The household is no more", "该户已并户")
    if row.household_class in _NOBODY_LIVES_THERE:
        raise Conflict("Nobody lives there who could be away: it is a shop or a building", "商户、楼宇不作外出甄别")
    today = today_of(session)
    on_day = body.on_day or today
    _check(body, on_day, today)
    since = body.since or (on_day if body.away else None)
    why = hidden_in(opened(envelope_of(vault, identity), identity), body.why) if body.why else ""
    found = AwayFinding(body.away, body.how, on_day, since, body.to_code, body.expected_back, why)
    becomes = HouseholdClass.AWAY if body.away else HouseholdClass.RESIDENT
    before = state_of(row)
    if body.away is (row.household_class is HouseholdClass.AWAY):
        note_away_look(session, row, found, asked.actor)
    else:
        # What the register said of later days stays said: it is otherwise from the last word of it on.
        day = max(since or on_day, row.class_since)
        what = What(day, {HouseholdFact.HOUSEHOLD_CLASS: becomes})
        said = decide(before, HouseholdStep.CHANGE, what, asked.actor, session.now, today, why)
        apply(session, row, before, said, identity, found)
    said_by: dict[str, Any] = {
        "how_zh": AWAY_FOUND_LABELS[body.how][0],
        "account": asked.actor.subject,
        "staff_id": asked.actor.staff_id,
        "at": session.now,
    }
    told = AwayLookOut(household_id=household_id, **asdict(found), **said_by)
    return AwayLookTaken(look=told, household_class=row.household_class, version=row.version)


async def looks(session: Session, scope: Scope, household_id: str, query: PageQuery) -> Page[AwayLookOut]:
    """A page of what was found out of a household; NotFound."""
    if await find(session, scope, household_id) is None:
        raise NotFound
    rows = await rows_of(session, looks_statement(household_id, query))
    return NEWEST_LOOK.page(rows, query.limit, _look_out)


async def unlooked(session: Session, scope: Scope, query: UnlookedQuery) -> Page[UnlookedItem]:
    """A page of households of which it is to be found out, by the pack's rule."""
    months = session.packs.current(session.now).directory.pack.households.away_look_months
    before = looked_before(today_of(session), months, NEVER)
    narrowed = MigrantFilter(before, query.area_code, query.contact_staff_id)
    rows = await rows_of(session, unlooked_statement(scope, narrowed, query))
    return LONGEST_UNLOOKED.page(rows, query.limit, _unlooked)


async def migrants(session: Session, scope: Scope, query: MigrantQuery) -> Page[MigrantItem]:
    """A page of those that are away, with where, when they were last in contact, and what they raised."""
    days = session.packs.current(session.now).directory.pack.households.away_contact_days
    before = contacted_before(today_of(session), days, NEVER)
    narrowed = MigrantFilter(before if query.due else None, query.area_code, query.contact_staff_id)
    rows = await rows_of(session, migrants_statement(scope, narrowed, query))
    ids = [row.household_id for row in rows]
    where, raised = await last_looks(session, ids), await raised_by(session, ids)
    return LONGEST_SILENT.page(rows, query.limit, lambda row: _migrant(row, where, raised, before))


async def feedback(session: Session, scope: Scope, household_id: str, query: PageQuery) -> Page[FeedbackItem]:
    """A page of what a household raised at visits and calls, and what became of it; NotFound."""
    if await find(session, scope, household_id) is None:
        raise NotFound
    rows = await matters_of(session, household_id, query)
    seen = await seen_cases(session, scope, {row.case_id for row in rows if row.case_id is not None})

    def item(row: Any) -> FeedbackItem:
        found = FeedbackItem.model_validate(row, from_attributes=True)
        return found if row.case_id in seen else found.model_copy(update=_UNSEEN)

    return NEWEST_MATTER.page(rows, query.limit, item)


def _check(body: LookForAway, on_day: date, today: date) -> None:
    if on_day > today:
        raise invalid("on_day", "lies ahead", "日期晚于今天")
    if body.how is AwayFound.BY_REGISTER:
        raise invalid("how", "is what a step of the register says by itself", "此方式仅由户册变更自动登记")
    if body.since is not None and body.since > on_day:
        raise invalid("since", "lies after the day on which it was found out", "晚于甄别之日")
    for name in ("to_code", "expected_back"):
        if not body.away and getattr(body, name) is not None:
            raise invalid(name, "is said only of who is away", "仅外出人员填写")
    if body.expected_back is not None and body.expected_back <= on_day:
        raise invalid("expected_back", "lies not after the day on which it was found out", "须晚于甄别之日")


def _look_out(row: HouseholdAwayLook) -> AwayLookOut:
    told = {name: getattr(row, name) for name in AwayLookOut.model_fields if name not in ("account", "how_zh")}
    return AwayLookOut(account=row.who, how_zh=AWAY_FOUND_LABELS[row.how][0], **told)


def _unlooked(row: Household) -> UnlookedItem:
    same = {name: getattr(row, name) for name in (*_SAME, "household_class")}
    return UnlookedItem(**same, away_looked_on=_ever(row.away_looked_on))


def _migrant(row: Household, where: dict[str, Any], raised: dict[str, Any], before: date) -> MigrantItem:
    look, counts = where.get(row.household_id), raised.get(row.household_id)
    told: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
    told |= {name: getattr(look, name, None) for name in ("since", "to_code", "expected_back")}
    told |= {name: getattr(counts, name, 0) for name in ("raised", "explained", "open")}
    return MigrantItem(
        **told,
        away_looked_on=_ever(row.away_looked_on),
        contacted_on=_ever(row.contacted_on),
        due=row.contacted_on < before,
    )


def _ever(day: date) -> date | None:
    return None if day == NEVER else day
