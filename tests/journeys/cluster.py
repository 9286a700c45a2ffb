"""What the journeys through a cluster have in common: a complaint, and waiting for what becomes of it."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.support.eventually import eventually

COMPLAINT = {
    "channel": "visit",
    "kind": "help",
    "area_code": "999001101201",
    "category_code": "0101",
    "text": "村道积水无法通行，请派人疏通排水沟",
}


async def until(get: Callable[[str], Awaitable[Any]], path: str, **wanted: Any) -> dict[str, Any]:
    """What a GET answers once it has these values."""

    async def has() -> dict[str, Any]:
        answer = await get(path)
        found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        assert {name: found.get(name) for name in wanted} == wanted
        return found

    return await eventually(has, within=60, what=f"{wanted} at {path}")
