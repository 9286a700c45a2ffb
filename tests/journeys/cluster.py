"""What the journeys through a cluster have in common: a complaint, and waiting for what becomes of it."""

from typing import Any

import httpx

from tests.support.eventually import eventually

COMPLAINT = {
    "channel": "visit",
    "kind": "help",
    "area_code": "999001101201",
    "category_code": "0101",
    "text": "村道积水无法通行，请派人疏通排水沟",
}


async def answers(client: httpx.AsyncClient, url: str, path: str) -> bool:
    try:
        return (await client.get(f"{url}{path}")).is_success
    except httpx.HTTPError:
        return False


async def until(client: httpx.AsyncClient, url: str, headers: dict[str, str], **wanted: Any) -> dict[str, Any]:
    """What a GET answers once it has these values."""

    async def has() -> dict[str, Any] | None:
        answer = await client.get(url, headers=headers)
        found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        assert {name: found.get(name) for name in wanted} == wanted
        return found

    return await eventually(has, within=60, what=f"{wanted} at {url}") or {}
