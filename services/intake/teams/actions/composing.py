"""Forming a team (组队), changing and dissolving it from a day on: by the pack's rule, nobody in two on one day."""

from datetime import date

import uuid_utils

from libs.common.database.one_writer import only_writer
from libs.common.database.session import Session
from libs.common.errors import Conflict, Forbidden, NotFound, invalid
from libs.common.events.team_terms import TeamStep
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.intake.households.actions.recording import today_of
from services.intake.teams.actions.recording import apply, seats_of, state_of
from services.intake.teams.actions.rules import fits_on, rule_of
from services.intake.teams.domain.composition import Member, check_members
from services.intake.teams.domain.course import Guide, Said, State, Status, TeamWord, decide, evolve
from services.intake.teams.queries import elsewhere
from services.intake.teams.schemas import ChangeTeam, DissolveTeam, FormTeam
from services.intake.teams.tables import Team

_MATTER = "teams"


class InAnotherTeam(Conflict):
    """Somebody is in another team on one of the days."""

    type, title, title_zh = "in-another-team", "One person is in one team a day", "同一人同日只能在一支队伍"


async def form(session: Session, asked: Request, body: FormTeam) -> Team:
    """A new team.

    Raises:
        Forbidden: its area is out of reach. Invalid: a rule, an area, days or a guide that cannot be.
        AgainstTheRule: a part has too few people, too many, or one without a post for it.
        InAnotherTeam: somebody is in another team on one of its days. NotTheirs: see ``decide``.
    """
    directory = session.packs.current(session.now).directory
    area, rule = directory.area(body.area_code), rule_of(directory, body.rule)
    if not asked.scope.covers(area.code):
        raise Forbidden("This area is not in your reach", "该区域不在您的管辖范围内")
    first, last = _days(body)
    members = tuple(Member(one.staff_id, one.part) for one in body.members)
    check_members(rule, members, fits_on(session, rule.code, area.code, first, last))
    what = TeamWord(first, last, members, _guide(session, body))
    await only_writer(session, _MATTER)
    said = decide(State(), TeamStep.FORM, what, asked.actor, session.now, today_of(session), body.why or "")
    row = session.new(
        Team,
        team_id=str(uuid_utils.uuid7()),
        rule=rule.code,
        area_code=area.code,
        status=Status.FORMED,
        from_day=first,
        until_day=last,
        dissolved_from=None,
        guide_staff_id=None,
        guide="",
        formed_at=session.now,
        updated_at=session.now,
        version=0,
    )
    await _check_apart(session, asked, row, State(), said)
    await apply(session, row, State(), said)
    return row


async def change(session: Session, asked: Request, team_id: str, body: ChangeTeam) -> Team:
    """Other members, another guide, another last day, from a day on; what was before stays. Raises as ``form`` does."""
    await only_writer(session, _MATTER)
    row = await load_for(session, asked, team_id)
    before, today = state_of(row, await seats_of(session, team_id)), today_of(session)
    day, last = _holds_from(before, body.holds_from, today), body.until_day or before.until_day
    members = None
    if body.members is not None:
        members = tuple(Member(one.staff_id, one.part) for one in body.members)
    told = {"guide", "guide_staff_id"} & body.model_fields_set
    what = TeamWord(day, last, members, _guide(session, body) if told else before.guide)
    said = decide(before, TeamStep.CHANGE, what, asked.actor, session.now, today, body.why or "")
    if members is None and last > before.until_day:
        day, members = before.until_day, tuple(Member(one.staff_id, one.part) for one in before.on(before.until_day))
    if members is not None:
        rule = rule_of(session.packs.current(session.now).directory, row.rule)
        check_members(rule, members, fits_on(session, rule.code, row.area_code, day, last))
    await _check_apart(session, asked, row, before, said)
    await apply(session, row, before, said)
    return row


async def dissolve(session: Session, asked: Request, team_id: str, body: DissolveTeam) -> Team:
    """解散: it goes out no more from a day on."""
    row = await load_for(session, asked, team_id)
    before, today = state_of(row, await seats_of(session, team_id)), today_of(session)
    what = TeamWord(_holds_from(before, body.holds_from, today), before.until_day, guide=before.guide)
    said = decide(before, TeamStep.DISSOLVE, what, asked.actor, session.now, today, body.why)
    await apply(session, row, before, said)
    return row


async def load_for(session: Session, asked: Request, team_id: str) -> Team:
    """The team that is to change, locked; NotFound when it is out of reach, StaleVersion when it has changed."""
    row = await session.one(Team, "team_id", team_id)
    if row is None or not asked.scope.covers(row.area_code):
        raise NotFound
    asked.check_version(row.version)
    session.now = max(session.now, row.formed_at)
    return row


def _days(body: FormTeam) -> tuple[date, date]:
    """The first and the last day; Invalid when they are said in both ways, or in none."""
    if body.on is not None and body.from_day is None and body.until_day is None:
        return body.on, body.on
    if body.on is None and body.from_day is not None and body.until_day is not None:
        return body.from_day, body.until_day
    raise invalid("on", "is given, or from_day and until_day are", "须填 on，或同时填 from_day 与 until_day")


def _holds_from(before: State, told: date | None, today: date) -> date:
    return told or max(today, before.from_day)


def _guide(session: Session, body: FormTeam | ChangeTeam) -> Guide:
    if body.guide_staff_id is not None and body.guide is not None:
        raise invalid("guide", "goes without guide_staff_id", "与 guide_staff_id 只填其一")
    if body.guide_staff_id is not None:
        member = session.staff.member(body.guide_staff_id)
        if member is None or not member.in_office(session.now):
            raise invalid("guide_staff_id", "is nobody in office", "人员名册中没有此在任人员")
    return Guide(body.guide_staff_id, mask_text(body.guide or ""))


async def _check_apart(session: Session, asked: Request, row: Team, before: State, said: Said) -> None:
    """InAnotherTeam, naming the person, the day, and the other team where its area is in reach."""
    found = await elsewhere(session, evolve(before, said).seats, row.team_id)
    if found is None:
        return
    reached = asked.scope.covers(found.area_code)
    where = f"team {found.team_id} of {found.area_code}" if reached else "a team out of your reach"
    where_zh = f"{found.area_code} 的队伍 {found.team_id}" if reached else "管辖范围外的队伍"
    raise InAnotherTeam(
        f"{found.staff_id} is in {where} on {found.on_day}",
        f"{found.staff_id} 在 {found.on_day} 已在{where_zh}",
        extra={"staff_id": found.staff_id, "on_day": found.on_day.isoformat()}
        | ({"team_id": found.team_id} if reached else {}),
    )
