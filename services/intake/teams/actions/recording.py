"""A team's step, with its row, its members, its record and what is told of it together."""

from dataclasses import asdict
from typing import Any

from libs.common.database.session import Session
from libs.common.events.team_terms import TeamStep
from libs.common.events.teams import TeamChanged, TeamDissolved, TeamFormed, TeamSeat
from libs.common.security.masking import mask_text
from services.intake.teams.domain.course import Guide, Said, Seat, State, evolve
from services.intake.teams.tables import Team, TeamChange, TeamMember


async def seats_of(session: Session, team_id: str) -> list[TeamMember]:
    """Who is and was in the team, locked."""
    return await session.rows(TeamMember, "team_id", team_id)


def state_of(row: Team, members: list[TeamMember]) -> State:
    """What the rules see of the rows."""
    seats = [Seat(one.staff_id, one.part, one.from_day, one.until_day) for one in members]
    return State(
        status=row.status,
        from_day=row.from_day,
        until_day=row.until_day,
        dissolved_from=row.dissolved_from,
        seats=tuple(sorted(seats, key=lambda seat: (seat.from_day, seat.staff_id))),
        guide=Guide(row.guide_staff_id, row.guide),
        version=row.version,
    )


async def apply(session: Session, row: Team, before: State, said: Said) -> State:
    """Take the step: rows move, the step is kept. Who was there is told by whoever keeps it, all else here."""
    after = evolve(before, said)
    _move(row, after)
    row.updated_at = said.at
    await _seat(session, row.team_id, after)
    why, by = mask_text(said.why), said.by
    session.insert(
        TeamChange,
        {
            "team_id": row.team_id,
            "version": after.version,
            "action": said.action,
            "from_status": before.status,
            "to_status": after.status,
            "holds_from": said.what.holds_from,
            "until_day": after.until_day,
            "seats": [asdict(seat) for seat in after.seats],
            "guide_staff_id": after.guide.staff_id,
            "guide": after.guide.words,
            "who": by.subject,
            "unit_code": by.unit_code,
            "staff_id": by.staff_id,
            "at": said.at,
            "why": why,
        },
    )
    _tell(session, row, after, said, why)
    return after


def _move(row: Team, after: State) -> None:
    assert after.status is not None  # noqa: S101 - every step leads somewhere
    row.status, row.version = after.status, after.version
    row.from_day, row.until_day, row.dissolved_from = after.from_day, after.until_day, after.dissolved_from
    row.guide_staff_id, row.guide = after.guide.staff_id, after.guide.words


async def _seat(session: Session, team_id: str, after: State) -> None:
    """Bring the rows of members to the seats, which are told apart by person and first day."""
    rows = {(row.staff_id, row.from_day): row for row in await seats_of(session, team_id)}
    for seat in after.seats:
        row = rows.pop((seat.staff_id, seat.from_day), None)
        if row is None:
            session.new(TeamMember, team_id=team_id, **asdict(seat))
        else:
            row.until_day, row.part = seat.until_day, seat.part
    for row in rows.values():
        await session.remove(row)


def _tell(session: Session, row: Team, after: State, said: Said, why: str) -> None:
    """Each event takes what it has of this."""
    told: dict[str, Any] = {
        "occurred_at": said.at,
        "team_id": row.team_id,
        "version": after.version,
        "rule": row.rule,
        "area_code": row.area_code,
        "holds_from": said.what.holds_from,
        "from_day": after.from_day,
        "until_day": after.until_day,
        "seats": tuple(TeamSeat(**asdict(seat)) for seat in after.seats),
        "guide_staff_id": after.guide.staff_id,
        "guide": after.guide.words,
        "why": why,
    }
    match said.action:
        case TeamStep.FORM:
            session.publish(TeamFormed(**told), first=True)
        case TeamStep.CHANGE:
            session.publish(TeamChanged(**told))
        case TeamStep.DISSOLVE:
            session.publish(TeamDissolved(**told))
