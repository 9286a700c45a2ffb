"""Teams as they are answered: with names, with who was there on some days, step by step."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from libs.common.database.session import Session
from libs.common.errors import NotFound, invalid
from libs.common.events.team_terms import AbsentFor
from libs.common.security.policy import Scope
from libs.common.web.cursors import Page, PageQuery
from services.intake.teams.actions.recording import state_of
from services.intake.teams.actions.rules import find_rule
from services.intake.teams.domain.composition import TeamComposition, short_or_over
from services.intake.teams.domain.course import ACTIONS, STATUSES, Seat, State
from services.intake.teams.queries import (
    BY_AREA,
    BY_STEP,
    TeamFilter,
    attendance_kept,
    attended,
    find,
    list_changes,
    list_teams,
    members_of,
)
from services.intake.teams.schemas import (
    LONGEST_ROSTER,
    AbsenceOut,
    AttendanceOut,
    SeatOut,
    ShortPart,
    TeamAttendanceOut,
    TeamAttendanceQuery,
    TeamChangeItem,
    TeamItem,
    TeamOut,
    TeamQuery,
)
from services.intake.teams.tables import Team, TeamChange, TeamMember

_SAME = ("team_id", "rule", "area_code", "status", "from_day", "until_day", "dissolved_from", "formed_at", "version")


def shown(session: Session, row: Team, members: Sequence[TeamMember]) -> TeamOut:
    """A team with everybody who is and was in it."""
    return TeamOut(**_told(session, row, state_of(row, [*members])))


async def one(session: Session, scope: Scope, team_id: str) -> TeamOut:
    """One team; NotFound when it is out of reach."""
    row = await find(session, scope, team_id)
    if row is None:
        raise NotFound
    return shown(session, row, await members_of(session, [team_id]))


async def page(session: Session, scope: Scope, query: TeamQuery) -> Page[TeamItem]:
    """A page of teams; of days, with who was there."""
    days = _days(query)
    first, last = (None, None) if days is None else days
    narrowed = TeamFilter(first, last, query.area_code, query.staff_id, query.rule)
    rows = await list_teams(session, scope, narrowed, query)
    ids = [row.team_id for row in rows]
    members: defaultdict[str, list[TeamMember]] = defaultdict(list)
    for member in await members_of(session, ids):
        members[member.team_id].append(member)
    words: defaultdict[str, list[Any]] = defaultdict(list)
    for word in [] if days is None else await attended(session, ids, *days):
        words[word.team_id].append(word)

    def item(row: Team) -> TeamItem:
        state = state_of(row, members[row.team_id])
        return TeamItem(
            **_told(session, row, state),
            attendance=[_attendance(session, row, state, word) for word in words[row.team_id]],
        )

    return BY_AREA.page(rows, query.limit, item)


async def changes(session: Session, scope: Scope, team_id: str, query: PageQuery) -> Page[TeamChangeItem]:
    """What became of a team, step by step."""
    row = await find(session, scope, team_id)
    if row is None:
        raise NotFound
    rule = find_rule(session.packs.current(session.now).directory, row.rule)

    def item(change: TeamChange) -> TeamChangeItem:
        same = {name: getattr(change, name) for name in TeamChangeItem.model_fields if hasattr(change, name)}
        seats = [
            Seat(
                one["staff_id"], one["part"], date.fromisoformat(one["from_day"]), date.fromisoformat(one["until_day"])
            )
            for one in change.seats
        ]
        shown_seats = [_seat(session, rule, seat) for seat in seats]
        return TeamChangeItem(**same | {"seats": shown_seats, "by": change.who, "action_zh": ACTIONS[change.action][0]})

    return BY_STEP.page(await list_changes(session, team_id, query), query.limit, item)


async def attendance(session: Session, scope: Scope, team_id: str, query: TeamAttendanceQuery) -> TeamAttendanceOut:
    """All that was said of who was there on some days."""
    row = await find(session, scope, team_id)
    if row is None:
        raise NotFound
    _check_span(query.from_day, query.until_day)
    state = state_of(row, [*await members_of(session, [team_id])])
    words = await attendance_kept(session, team_id, query.from_day, query.until_day)
    return TeamAttendanceOut(items=[_attendance(session, row, state, word) for word in words])


def _days(query: TeamQuery) -> tuple[date, date] | None:
    """The days asked for; Invalid when they are said in two ways, or by half."""
    if query.on is not None:
        if query.from_day is not None or query.until_day is not None:
            raise invalid("on", "goes without from_day and until_day", "不能与 from_day、until_day 同用")
        return query.on, query.on
    if query.from_day is None and query.until_day is None:
        return None
    if query.from_day is None or query.until_day is None:
        missing = "from_day" if query.from_day is None else "until_day"
        raise invalid(missing, "is needed: the two go together", "from_day 与 until_day 须同时填写")
    _check_span(query.from_day, query.until_day)
    return query.from_day, query.until_day


def _check_span(first: date, last: date) -> None:
    if not 0 <= (last - first).days < LONGEST_ROSTER:
        message = f"must be the same day as from_day or later, and {LONGEST_ROSTER} days in all at most"
        raise invalid("until_day", message, f"须不早于 from_day，且合计不超过 {LONGEST_ROSTER} 天")


def _told(session: Session, row: Team, state: State) -> dict[str, Any]:
    directory = session.packs.current(session.now).directory
    rule, guide = find_rule(directory, row.rule), session.staff.member(row.guide_staff_id)
    formed_on = row.formed_at.astimezone(ZoneInfo(directory.pack.place.time_zone)).date()
    return {name: getattr(row, name) for name in _SAME} | {
        "rule_name": None if rule is None else rule.name,
        "shape": None if rule is None else rule.shape,
        "area_name": directory.area(row.area_code).name if row.area_code in directory.area_codes else None,
        "status_zh": STATUSES[row.status][0],
        "members": [_seat(session, rule, seat) for seat in state.seats],
        "guide_staff_id": row.guide_staff_id,
        "guide": guide.name if guide is not None else row.guide or None,
        "formed_late": formed_on > row.from_day,
    }


def _seat(session: Session, rule: TeamComposition | None, seat: Seat) -> SeatOut:
    member = session.staff.member(seat.staff_id)
    names = {} if rule is None else {part.code: part.name for part in rule.parts}
    return SeatOut(
        staff_id=seat.staff_id,
        name=None if member is None else member.name,
        part=seat.part,
        part_name=names.get(seat.part),
        in_office=member is not None and bool(member.in_office(session.now)),
        from_day=seat.from_day,
        until_day=seat.until_day,
    )


def _attendance(session: Session, row: Team, state: State, word: Any) -> AttendanceOut:
    absent = [(one["staff_id"], AbsentFor(one["reason"])) for one in orjson.loads(word.absent)]
    members = {staff_id: session.staff.member(staff_id) for staff_id, _ in absent}
    names = {staff_id: None if member is None else member.name for staff_id, member in members.items()}
    rule = find_rule(session.packs.current(session.now).directory, row.rule)
    there = Counter(seat.part for seat in state.on(word.on_day) if seat.staff_id in word.present)
    return AttendanceOut(
        on_day=word.on_day,
        correction=word.correction,
        present=sorted(word.present),
        absent=[AbsenceOut(staff_id=one, name=names[one], reason=reason) for one, reason in absent],
        short=[] if rule is None else [*_short(rule, there)],
        by=word.who,
        staff_id=word.staff_id,
        at=word.at,
        why=word.why,
    )


def _short(rule: TeamComposition, there: Mapping[str, int]) -> Iterator[ShortPart]:
    for part, present in short_or_over(rule, there):
        if present < part.fewest:
            yield ShortPart(part=part.code, part_name=part.name, present=present, fewest=part.fewest)
