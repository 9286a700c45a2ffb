"""Counting area days (片区走访日): what the days of the pack ask for, against the teams and who of them was there."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.pack.areas import area_prefix
from libs.common.pack.visit_days import PlannedDay, expects, planned_days
from libs.common.security.policy import Scope
from libs.common.shares import percent, text_of
from services.intake.days.actions.showing import check_span
from services.intake.days.domain import REASONS, AreaDay, AreaDayState, AreaWent, TeamOnDay, joined, went
from services.intake.days.queries import standing_teams
from services.intake.days.schemas import (
    MOST_AREA_DAYS,
    AreaDaysOut,
    AreaDaysQuery,
    AreaOverDays,
    DayOfAreas,
    MissingArea,
    ShortArea,
)
from services.intake.households.actions.recording import today_of
from services.intake.teams.actions.rules import find_rule
from services.intake.teams.domain.composition import TeamComposition, short_or_over


async def area_days(session: Session, scope: Scope, query: AreaDaysQuery) -> AreaDaysOut:
    """Which areas went out on which of the days, and which did not. Invalid for a span that cannot be."""
    check_span(query.from_day, query.until_day)
    zone, today = session.packs.current(session.now).directory.calendar().time_zone, today_of(session)
    planned = [
        one
        for one in planned_days(session.packs, zone, query.from_day, query.until_day)
        if query.days in (None, one.days.code)
    ]
    asked = joined(_asked_for(planned, scope, query.area_code))
    if len(asked) > MOST_AREA_DAYS:
        message = f"takes in more than {MOST_AREA_DAYS} area days: ask for fewer days, or for a smaller area"
        raise invalid("until_day", message, f"超过 {MOST_AREA_DAYS} 个片区走访日，请缩小日期或区域")
    until_now = [one for one in asked if one.day <= today]
    within = scope.area_prefix if query.area_code is None else area_prefix(query.area_code)
    teams = await _teams(session, planned, until_now, within)
    rows = went(until_now, teams)
    names = {area.code: area.name for one in planned for area in one.directory.pack.areas}
    many = _went(rows)
    return AreaDaysOut(
        expected=len(rows),
        went=many,
        share=text_of(percent(many, len(rows))),
        ahead=len(asked) - len(rows),
        days=[*_by_day(rows, planned, names)],
        areas=[*_by_area(rows, names)],
    )


def _asked_for(planned: Iterable[PlannedDay], scope: Scope, area_code: str | None) -> Iterator[AreaDay]:
    within = "" if area_code is None else area_prefix(area_code)
    for one in planned:
        teams = None if one.days.team is None else frozenset({one.days.team})
        for area in one.directory.pack.areas:
            if expects(one.days, area) and scope.covers(area.code) and area.code.startswith(within):
                yield AreaDay(one.day, area.code, teams)


async def _teams(
    session: Session, planned: Sequence[PlannedDay], asked: Sequence[AreaDay], within: str
) -> list[TeamOnDay]:
    directories = {one.day: one.directory for one in planned}
    rows = await standing_teams(session, sorted({one.day for one in asked}), within)
    found = []
    for row in rows:
        rule = find_rule(directories[row.on_day], row.rule)
        short = rule is not None and row.present is not None and _is_short(rule, row)
        many = None if row.present is None else len(row.present)
        found.append(TeamOnDay(row.on_day, row.rule, row.area_code, len(row.members), many, short))
    return found


def _is_short(rule: TeamComposition, row: Any) -> bool:
    parts = zip(row.members, row.parts, strict=True)
    there = Counter(part for staff_id, part in parts if staff_id in row.present)
    return any(present < part.fewest for part, present in short_or_over(rule, there))


def _went(rows: Iterable[AreaWent]) -> int:
    return sum(row.state is AreaDayState.WENT for row in rows)


def _by_day(rows: Sequence[AreaWent], planned: Iterable[PlannedDay], names: Mapping[str, str]) -> Iterator[DayOfAreas]:
    moved: defaultdict[date, set[date]] = defaultdict(set)
    for one in planned:
        moved[one.day] |= {*one.instead_of}
    days: defaultdict[date, list[AreaWent]] = defaultdict(list)
    for row in rows:
        days[row.area_day.day].append(row)
    for day, of_day in sorted(days.items()):
        many = _went(of_day)
        yield DayOfAreas(
            day=day,
            instead_of=sorted(moved[day]),
            expected=len(of_day),
            went=many,
            share=text_of(percent(many, len(of_day))),
            members=sum(row.members for row in of_day),
            present=sum(row.present for row in of_day),
            missing=[_missing(row, names) for row in of_day if row.state is not AreaDayState.WENT],
            short=[_short(row, names) for row in of_day if row.short],
        )


def _missing(row: AreaWent, names: Mapping[str, str]) -> MissingArea:
    code, (why, why_en) = row.area_day.area_code, REASONS[row.state]
    return MissingArea(area_code=code, area_name=names[code], state=row.state, why=why, why_en=why_en)


def _short(row: AreaWent, names: Mapping[str, str]) -> ShortArea:
    code = row.area_day.area_code
    return ShortArea(area_code=code, area_name=names[code], present=row.present, members=row.members)


def _by_area(rows: Sequence[AreaWent], names: Mapping[str, str]) -> Iterator[AreaOverDays]:
    areas: defaultdict[str, list[AreaWent]] = defaultdict(list)
    for row in rows:
        areas[row.area_day.area_code].append(row)
    for code, of_area in sorted(areas.items()):
        missing = [row.area_day.day for row in of_area if row.state is not AreaDayState.WENT]
        expected = len(of_area)
        yield AreaOverDays(
            area_code=code, area_name=names[code], expected=expected, went=expected - len(missing), missing=missing
        )
