"""Every SELECT of area days: which teams stand for which of some days, who is in them, and who was there."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from libs.common.database.session import Session

_STANDING = """
    SELECT asked.day AS on_day, team.team_id, team.rule, team.area_code, said.present,
        ARRAY(SELECT member.staff_id FROM team_member AS member WHERE member.team_id = team.team_id
            AND asked.day BETWEEN member.from_day AND member.until_day ORDER BY member.staff_id) AS members,
        ARRAY(SELECT member.part FROM team_member AS member WHERE member.team_id = team.team_id
            AND asked.day BETWEEN member.from_day AND member.until_day ORDER BY member.staff_id) AS parts
    FROM unnest($1::date[]) AS asked(day)
    JOIN team ON daterange(from_day, until_day, '[]') @> asked.day
    LEFT JOIN LATERAL (
        SELECT present FROM attendance WHERE attendance.team_id = team.team_id AND on_day = asked.day
        ORDER BY correction DESC LIMIT 1
    ) AS said ON true
    WHERE (dissolved_from IS NULL OR asked.day < dissolved_from) AND starts_with(team.area_code, $2)
    ORDER BY on_day, team.team_id
"""


async def standing_teams(session: Session, days: Sequence[date], prefix: str) -> Sequence[Any]:
    """The teams of areas that begin so which stand for these days, with who was there by the latest word."""
    return await session.fetch(_STANDING, [*days], prefix) if days else []
