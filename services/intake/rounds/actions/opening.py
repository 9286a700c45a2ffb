"""Opening a round (开启轮次), entering its households by the thousand, and closing it.

Each part is a transaction of its own, so that nobody at the door waits for two hundred thousand households; who asks
again goes on where it ended. A household that takes a step meanwhile is entered by that step, and found to be there.
"""

from datetime import datetime, timedelta
from typing import Any

from libs.common.database.session import Database, Session
from libs.common.errors import Conflict, Forbidden, NotFound, invalid
from libs.common.events.base import By
from libs.common.events.visit_terms import RoundStatus, SlotRule
from libs.common.events.visits import RoundClosed, RoundOpened
from libs.common.pack.areas import area_prefix
from libs.common.pack.visit_words import purpose as known_purpose
from libs.common.rules.requests import Request
from libs.common.security.policy import Scope
from libs.common.time.moments import local_day
from libs.common.visits.counting import View
from services.intake.rounds.actions.stages import stages_asked
from services.intake.rounds.queries.figures import whole_of
from services.intake.rounds.queries.following import hold_rounds
from services.intake.rounds.schemas import OpenRound
from services.intake.rounds.tables import VisitRound

TICK = timedelta(microseconds=1)
AT_ONCE = 20_000
"""Households that one transaction enters."""
_ENTER = """
    WITH chunk AS (
        SELECT household_id, area_code, household_class, contact_staff_id, (cardinality(kinds) = 0)::int AS rank
        FROM household
        WHERE household_id > $2 AND area_code LIKE $3 AND household_class = ANY($4::text[])
          AND (cardinality($5::text[]) = 0 OR kinds && $5::text[]) AND ($6::text IS NULL OR visit_every = $6)
          AND muted_for IS NULL AND merged_into IS NULL
        ORDER BY household_id LIMIT $7 FOR SHARE
    ), entered AS (
        INSERT INTO round_household (round_id, household_id, stands, area_code, household_class, contact_staff_id,
                                     now_area_code, now_household_class, now_contact_staff_id, tries, late, purposes,
                                     rank, last_visited_on, updated_at)
        SELECT $1, household_id, true, area_code, household_class, contact_staff_id,
               area_code, household_class, contact_staff_id, 0, false, '{}', rank,
               coalesce((SELECT max(day) FROM visit WHERE visit.household_id = chunk.household_id
                         AND outcome IN ('reached', 'refused') AND status <> 'void'), '1970-01-01'), $8
        FROM chunk ON CONFLICT DO NOTHING
        RETURNING area_code, household_class, contact_staff_id
    ), counted AS (
        INSERT INTO round_tally AS known (round_id, view, cut, member, area_code, households,
                                          reached, nobody_home, refused, moved, by_phone, late)
        SELECT $1, view, cut, member, area_code, count(*), 0, 0, 0, 0, 0, 0
        FROM entered CROSS JOIN (VALUES ('then'), ('now')) AS views(view)
        CROSS JOIN LATERAL (VALUES ('class', household_class), ('person', coalesce(contact_staff_id, '')))
            AS cuts(cut, member)
        GROUP BY view, cut, member, area_code ORDER BY view, cut, member, area_code
        ON CONFLICT (round_id, view, cut, member, area_code) DO UPDATE
        SET households = known.households + excluded.households
    )
    SELECT count(*) AS looked_at, max(household_id) AS last FROM chunk
"""
_OPENING = "SELECT round_id FROM visit_round WHERE status = 'opening' AND opened_at < $1 ORDER BY round_id"
LEFT_ALONE = timedelta(minutes=5)
"""After which nobody is at it any more who began it."""
_LAST_CHANGE = "SELECT max(updated_at) AS at FROM round_household WHERE round_id = $1"


async def open_round(database: Database, asked: Request, by: By, now: datetime, round_id: str, body: OpenRound) -> None:
    """Open it and enter its households; where it is there already, on the same terms, go on with that.

    Raises:
        Forbidden: the area is out of reach. Invalid: a word that the pack does not have, or days that are over.
        Conflict: there is one of this id on other terms.
    """
    async with database.transaction(now) as session:
        session.by = by
        await _begin(session, asked, round_id, body)
    while await _enter_some(database, now, round_id):
        pass


async def finish_opening(database: Database, now: datetime) -> None:
    """Go on with rounds whose opening was cut short, as by a process that ended."""
    async with database.reading() as session:
        opening = [row.round_id for row in await session.fetch(_OPENING, now - LEFT_ALONE)]
    for round_id in opening:
        while await _enter_some(database, now, round_id):
            pass


async def close_round(database: Database, asked: Request, by: By, now: datetime, round_id: str) -> None:
    """From now on nothing that is entered changes who stands in it; visits that were made in it are late."""
    async with database.transaction(now) as session:
        session.by = by
        await hold_rounds(session, alone=True)
        row = await find_to_change(session, asked.scope, round_id)
        asked.check_version(row.version)
        if row.status is not RoundStatus.OPEN:
            raise _not_open(row)
        (last,) = await session.fetch(_LAST_CHANGE, round_id)
        # What a process wrote whose clock is ahead was before the closing all the same.
        closed_at = max(now, row.opened_at) if last.at is None else max(now, row.opened_at, last.at + TICK)
        row.status, row.closed_at, row.closed_by = RoundStatus.CLOSED, closed_at, asked.actor.subject
        row.version += 1
        sums = await whole_of(session, round_id, View.THEN, area_prefix(row.area_code))
        told = {name: getattr(sums, name) for name in ("households", "reached", "refused")}
        session.publish(RoundClosed(occurred_at=closed_at, round_id=round_id, closed_at=closed_at, **told))


async def find_to_change(session: Session, scope: Scope, round_id: str) -> VisitRound:
    """The round, locked; NotFound when it is out of reach, Forbidden when it goes beyond that."""
    row = await session.one(VisitRound, "round_id", round_id)
    if row is None or not may_see(scope, row):
        raise NotFound
    if not scope.covers(row.area_code):
        raise Forbidden("This round goes beyond your reach", "该轮次超出您的管辖范围")
    return row


def may_see(scope: Scope, row: VisitRound) -> bool:
    """Whether a round concerns what somebody reaches: it lies in it, or around it."""
    return scope.covers(row.area_code) or scope.area_prefix.startswith(area_prefix(row.area_code))


async def _begin(session: Session, asked: Request, round_id: str, body: OpenRound) -> None:
    await hold_rounds(session, alone=True)
    terms = _terms(session, asked, body)
    known = await session.one(VisitRound, "round_id", round_id)
    if known is not None:
        if any(getattr(known, name) != value for name, value in terms.items()):
            raise Conflict("There is a round of this id on other terms", "该编号的轮次已存在，内容不同")
        return
    _check_days(session, body)
    session.new(
        VisitRound,
        **terms,
        round_id=round_id,
        status=RoundStatus.OPENING,
        entered_to="",
        opened_at=session.now,
        opened_by=asked.actor.subject,
        closed_at=None,
        closed_by=None,
        version=1,
    )
    session.publish(RoundOpened(**terms, round_id=round_id, occurred_at=session.now))


def _terms(session: Session, asked: Request, body: OpenRound) -> dict[str, Any]:
    directory = session.packs.current(session.now).directory
    directory.area(body.area_code)
    if not asked.scope.covers(body.area_code):
        raise Forbidden("This area is not in your reach", "该区域不在您的管辖范围内")
    rules = directory.pack.visits
    for kind in body.kinds:
        directory.household_kind(kind)
    for purpose in body.purposes:
        known_purpose(rules, purpose)
    if body.slots is SlotRule.NIGHT and rules.night_from is None:
        raise invalid("slots", "the place has said no night hours", "县包未设定夜访时段")
    lists = {name: [*dict.fromkeys(map(str, getattr(body, name)))] for name in ("classes", "kinds", "purposes")}
    same = {name: getattr(body, name) for name in ("name", "area_code", "begins_on", "ends_on", "visit_every", "slots")}
    order = {"visit_order": body.visit_order, "stages": stages_asked(rules, body)}
    return same | lists | order | {"gap_days": rules.gap_days if body.gap_days is None else body.gap_days}


def _check_days(session: Session, body: OpenRound) -> None:
    today = local_day(session.now, session.packs.current(session.now).directory.calendar().time_zone)
    if body.ends_on < body.begins_on:
        raise invalid("ends_on", "must not be before begins_on", "不得早于开始日期")
    if body.begins_on < today:
        message = f"is over: visits of before are in no round that begins later; today is {today}"
        raise invalid("begins_on", message, f"不得早于今天（{today}），此前的走访不计入新开轮次")


async def _enter_some(database: Database, now: datetime, round_id: str) -> bool:
    """Enter the next households; whether there may be more."""
    async with database.transaction(now) as session:
        row = await session.one(VisitRound, "round_id", round_id)
        if row is None or row.status is not RoundStatus.OPENING:
            return False
        every = None if row.visit_every is None else row.visit_every.value
        like = area_prefix(row.area_code) + "%"
        whom = (round_id, row.entered_to, like, row.classes, row.kinds, every)
        (entered,) = await session.fetch(_ENTER, *whom, AT_ONCE, now)
        if entered.looked_at < AT_ONCE:
            row.status, row.version = RoundStatus.OPEN, row.version + 1
            return False
        row.entered_to = entered.last
        return True


def _not_open(row: VisitRound) -> Conflict:
    if row.status is RoundStatus.CLOSED:
        return Conflict("The round is closed already", "该轮次已结束")
    return Conflict(
        "The round is still opening: ask for it again to go on", "该轮次仍在开启中，请重新提交开启请求以继续"
    )
