"""``/teams``: visiting teams (走访工作队) by the pack's rules, who is in which on which days, and who was there."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.rules.versions import ANY_VERSION, ExpectedVersion
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door, needs
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.intake import rights
from services.intake.teams.actions import attending, composing, showing
from services.intake.teams.actions.recording import seats_of
from services.intake.teams.schemas import (
    ChangeTeam,
    DissolveTeam,
    FormTeam,
    KeepAttendance,
    TeamAttendanceOut,
    TeamAttendanceQuery,
    TeamChangeItem,
    TeamId,
    TeamItem,
    TeamOut,
    TeamQuery,
)
from services.intake.teams.tables import Team

router = APIRouter(prefix="/v1/teams", tags=["teams 工作队"])

InPath = Annotated[TeamId, Path()]
Reads = Annotated[Door, needs(rights.READ_TEAMS)]
Keeps = Annotated[Door, needs(rights.KEEP_TEAMS)]


@router.get("", response_model=Page[TeamItem])
async def list_teams(query: Annotated[TeamQuery, Query()], door: Reads) -> Response:
    """Teams within your reach, by area. With `on`, or `from_day` and `until_day`, those that go out then, with who was
    there and who was missing: the duty roster (值班表).
    """
    return door.answer(await door.read(lambda session: showing.page(session, door.scope, query)))


@router.post("", response_model=TeamOut, status_code=201)
async def form_team(body: FormTeam, door: Keeps, once: IdempotencyKey) -> Response:
    """A team by a rule of the pack (组队).

    422 names the rule and each part that has too few people, too many, or one without a post for it; 409 the other
    team in which somebody is on one of the days.
    """
    asked = _asked(door)
    act = _answered(lambda session: composing.form(session, asked, body))
    return await door.write(act, once, location=lambda team: f"/intake/v1/teams/{team.team_id}")


@router.get("/{team_id}", response_model=TeamOut)
async def one_team(team_id: InPath, door: Reads) -> Response:
    """One team, with everybody who is or was in it and on which days."""
    return door.answer(await door.read(lambda session: showing.one(session, door.scope, team_id)))


@router.get("/{team_id}/changes", response_model=Page[TeamChangeItem])
async def list_team_changes(team_id: InPath, query: Annotated[PageQuery, Query()], door: Reads) -> Response:
    """What became of a team (队伍变动记录), with its members as they were by each step."""
    return door.answer(await door.read(lambda session: showing.changes(session, door.scope, team_id, query)))


@router.post("/{team_id}/change", response_model=TeamOut)
async def change_team(
    team_id: InPath, body: ChangeTeam, door: Keeps, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """Other members, another guide or another last day, from a day on (队伍变更). Needs If-Match."""
    asked = _asked(door, expected)
    return await door.write(_answered(lambda session: composing.change(session, asked, team_id, body)), once)


@router.post("/{team_id}/dissolution", response_model=TeamOut)
async def dissolve_team(
    team_id: InPath, body: DissolveTeam, door: Keeps, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """The team goes out no more from a day on (解散). Needs If-Match."""
    asked = _asked(door, expected)
    return await door.write(_answered(lambda session: composing.dissolve(session, asked, team_id, body)), once)


@router.post("/{team_id}/attendance", response_model=TeamOut)
async def keep_attendance(
    team_id: InPath,
    body: KeepAttendance,
    door: Annotated[Door, needs(rights.KEEP_ATTENDANCE)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """Who of the team was there on a day (考勤). Said again, it corrects what was said, which is kept.

    403 for whoever would say of themself that they were there.
    """
    asked = _asked(door, expected)
    return await door.write(_answered(lambda session: attending.attend(session, asked, team_id, body)), once)


@router.get("/{team_id}/attendance", response_model=TeamAttendanceOut)
async def list_attendance(team_id: InPath, query: Annotated[TeamAttendanceQuery, Query()], door: Reads) -> Response:
    """All that was said of who was there on some days, what was corrected since included (考勤记录)."""
    return door.answer(await door.read(lambda session: showing.attendance(session, door.scope, team_id, query)))


def _asked(door: Door, expected: ExpectedVersion = ANY_VERSION) -> Request:
    return Request(door.actor, door.scope, expected)


def _answered(step: Callable[[Session], Awaitable[Team]]) -> Callable[[Session], Awaitable[TeamOut]]:
    """The step, and the team as it is by it."""

    async def act(session: Session) -> TeamOut:
        row = await step(session)
        return showing.shown(session, row, await seats_of(session, row.team_id))

    return act
