"""Resources matched with needs (资源对接): who has something that fits, and what a person confirms or ends."""

from datetime import timedelta

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import Conflict, NotFound, invalid
from libs.common.events.households import HouseholdMatched, HouseholdUnmatched
from libs.common.pack.directory import Directory
from libs.common.rules.requests import Request
from libs.common.security.policy import Scope
from libs.common.security.vault import Vault
from libs.common.web.cursors import Page, PageQuery
from services.intake.households.actions.recording import today_of
from services.intake.households.actions.sealing import without_names
from services.intake.households.domain import Status
from services.intake.households.queries import BY_AREA, find, identity_of
from services.intake.households.tables import Household
from services.intake.matches.domain import MatchStatus, Near, NeedRule, fitting
from services.intake.matches.queries import NEWEST_FIRST, candidates, list_matches, topics_since
from services.intake.matches.schemas import (
    CandidateItem,
    CandidateQuery,
    Candidates,
    ConfirmMatch,
    EndMatch,
    FitOut,
    MatchOut,
)
from services.intake.matches.tables import HouseholdMatch

SPOKEN_OF = timedelta(days=183)
"""For so long what was spoken of at a visit counts as a need."""
_VILLAGE, _TOWN = 12, 9
"""Digits of the code of a village, and of a town."""


async def offered(session: Session, scope: Scope, household_id: str, query: CandidateQuery) -> Candidates:
    """Who has something that fits a need of the household, within reach, by area."""
    row = await _found(session, scope, household_id)
    directory = session.packs.current(session.now).directory
    fits = await _fits(session, directory, row)
    resources = [one for one in fits if query.resource in (None, one)]
    village, town = row.area_code[:_VILLAGE], row.area_code[:_TOWN]
    area = (village, None) if query.near is Near.VILLAGE else (town, village)
    rows = await candidates(session, scope, row, resources, area, query) if resources else []

    def item(one: Household) -> CandidateItem:
        named = directory.area(one.area_code).name if one.area_code in directory.area_codes else one.area_code
        same = {name: getattr(one, name) for name in ("household_id", "household_no", "area_code", "contact_staff_id")}
        return CandidateItem(**same, area_name=named, resources=[word for word in one.resources if word in resources])

    page = BY_AREA.page(rows, query.limit, item)
    shown = [
        FitOut(resource=resource, resource_name=directory.resource(resource), needs=[*needs])
        for resource, needs in fits.items()
    ]
    return Candidates(items=page.items, next_cursor=page.next_cursor, fits=shown)


async def confirm(session: Session, asked: Request, household_id: str, body: ConfirmMatch, vault: Vault) -> MatchOut:
    """A person confirms it.

    Raises:
        NotFound: the household is out of reach. Invalid: the other is, or has nothing of the kind, or it fits no need.
        Conflict: one of them is no more, or the two are matched so already.
    """
    if body.giver_id == household_id:
        raise invalid("giver_id", "is this household itself", "不能与本户对接")
    await session.load(Household, "household_id", sorted((household_id, body.giver_id)))
    row, giver = [await session.one(Household, "household_id", one) for one in (household_id, body.giver_id)]
    if row is None or not asked.scope.covers(row.area_code):
        raise NotFound
    if giver is None or not asked.scope.covers(giver.area_code):
        raise invalid("giver_id", "is no household in your reach", "户不存在或不在管辖范围内")
    if Status.ENDED in (row.status, giver.status):
        raise Conflict("One of the households is part of another", "其中一户已并户")
    await _check_fit(session, row, giver, body)
    for known in await session.rows(HouseholdMatch, "household_id", household_id):
        same = (known.giver_id, known.resource, known.need) == (body.giver_id, body.resource, body.need)
        if same and known.status is MatchStatus.CONFIRMED:
            raise Conflict(f"They are matched so already, {known.match_id}", f"已有相同对接（{known.match_id}）")
    why = await _hidden(session, (household_id, body.giver_id), body.why or "", vault)
    told = {"household_id": household_id, "giver_id": body.giver_id, "resource": body.resource, "need": body.need}
    match = session.new(
        HouseholdMatch,
        match_id=str(uuid_utils.uuid7()),
        **told,
        status=MatchStatus.CONFIRMED,
        confirmed_at=session.now,
        confirmed_by=asked.actor.subject,
        staff_id=asked.actor.staff_id,
        why=why,
        ended_at=None,
        ended_by=None,
        ended_why="",
    )
    session.publish(HouseholdMatched(occurred_at=session.now, match_id=match.match_id, why=why, **told))
    return _out(match, giver)


async def end(
    session: Session, asked: Request, household_id: str, match_id: str, body: EndMatch, vault: Vault
) -> MatchOut:
    """解除对接. NotFound when there is none such; Conflict when it ended already."""
    await _found(session, asked.scope, household_id)
    row = await session.one(HouseholdMatch, "match_id", match_id)
    if row is None or row.household_id != household_id:
        raise NotFound
    if row.status is MatchStatus.ENDED:
        raise Conflict("It ended already", "该对接已解除")
    why = await _hidden(session, (household_id, row.giver_id), body.why, vault)
    row.status, row.ended_at, row.ended_by, row.ended_why = MatchStatus.ENDED, session.now, asked.actor.subject, why
    session.publish(HouseholdUnmatched(occurred_at=session.now, household_id=household_id, match_id=match_id, why=why))
    return _out(row, await find(session, asked.scope, row.giver_id))


async def page(session: Session, scope: Scope, household_id: str, query: PageQuery) -> Page[MatchOut]:
    """Matches of a household, whether it needs or gives, of which both are within reach or the other is not named."""
    await _found(session, scope, household_id)
    rows = await list_matches(session, household_id, query)
    others = sorted({one for row in rows for one in (row.giver_id, row.household_id)} - {household_id})
    await session.load(Household, "household_id", others, lock=False)
    reached = {one: await find(session, scope, one) for one in others}
    seen = [row for row in rows if row.household_id == household_id or reached[row.household_id] is not None]
    found = NEWEST_FIRST.page(rows, query.limit, lambda row: row)
    items = [_out(row, reached.get(row.giver_id, True)) for row in found.items if row in seen]
    return Page(items=items, next_cursor=found.next_cursor)


async def _check_fit(session: Session, row: Household, giver: Household, body: ConfirmMatch) -> None:
    directory = session.packs.current(session.now).directory
    directory.resource(body.resource)
    if body.resource not in giver.resources:
        raise invalid("resource", "is nothing that the other household has to give", "对方户没有该项资源")
    if body.need not in (await _fits(session, directory, row)).get(body.resource, ()):
        raise invalid("need", "is no need of this household that the resource fits", "该资源不适配本户此项需求")


async def _fits(session: Session, directory: Directory, row: Household) -> dict[str, tuple[str, ...]]:
    rules = [NeedRule(fit.resource, (*fit.kinds, *fit.topics)) for fit in directory.pack.households.fits]
    topics = await topics_since(session, row.household_id, today_of(session) - SPOKEN_OF) if rules else frozenset()
    return fitting(rules, {*row.kinds, *topics})


async def _found(session: Session, scope: Scope, household_id: str) -> Household:
    row = await find(session, scope, household_id)
    if row is None:
        raise NotFound
    return row


async def _hidden(session: Session, household_ids: tuple[str, str], text: str, vault: Vault) -> str:
    """Nobody of either stands in it any more."""
    for household_id in household_ids if text else ():
        identity = await identity_of(session, household_id)
        if identity is not None:
            text = without_names(vault, identity, text)
    return text


def _out(row: HouseholdMatch, giver: object) -> MatchOut:
    same = ("match_id", "household_id", "resource", "need", "status", "confirmed_at", "staff_id", "why")
    told = {name: getattr(row, name) for name in (*same, "ended_at", "ended_why")}
    return MatchOut(**told, giver_id=None if giver is None else row.giver_id)
