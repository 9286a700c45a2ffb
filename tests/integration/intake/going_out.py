"""What the tests of visiting teams do: people of a town, teams of its night, and their steps."""

from collections.abc import Mapping
from typing import Any

import httpx

from tests.integration.intake.door import VILLAGE, IntakeDoor

TEAMS = "/intake/v1/teams"
TODAY, TOMORROW, YESTERDAY = "2026-03-04", "2026-03-05", "2026-03-03"
TOWN_UNIT, OTHER_VILLAGE, OTHER_VILLAGE_UNIT = "T-999001101", "999001101202", "V-999001101202"
LEADERS, DUTY, VILLAGERS = ("L-1", "L-2"), ("D-1", "D-2", "D-3"), ("V-1", "V-2", "V-3")


def members(**parts: int) -> list[dict[str, str]]:
    """So many for each part of the night's rule."""
    people = {"leader": LEADERS, "duty": DUTY, "village": VILLAGERS}
    return [{"staff_id": one, "part": part} for part, many in parts.items() for one in people[part][:many]]


def night(**fields: Any) -> dict[str, Any]:
    """A team of a night as it is asked for."""
    return {
        "rule": "night",
        "area_code": VILLAGE,
        "on": TODAY,
        "members": members(leader=1, duty=2, village=3),
        **fields,
    }


async def form(door: IntakeDoor, body: Mapping[str, Any], headers: dict[str, str] | None = None) -> httpx.Response:
    """Ask for a team."""
    return await door.http.post(TEAMS, json=body, headers=headers or door.operator)


async def formed(door: IntakeDoor, **fields: Any) -> dict[str, Any]:
    """A team for a night that was taken."""
    answer = await form(door, night(**fields))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def step(
    door: IntakeDoor,
    team: Mapping[str, Any],
    what: str,
    headers: Any = None,
    version: Any = "*",
    **body: Any,
) -> httpx.Response:
    """Ask for a step of a team; on the version that is there unless told otherwise."""
    match = {"If-Match": version}
    path = f"{TEAMS}/{team['team_id']}/{what}"
    return await door.http.post(path, json=body, headers=(headers or door.operator) | match)


async def listed(door: IntakeDoor, headers: Any = None, **query: Any) -> list[dict[str, Any]]:
    """Teams of the list."""
    found: list[dict[str, Any]] = (await door.get(TEAMS, headers, query))["items"]
    return found
