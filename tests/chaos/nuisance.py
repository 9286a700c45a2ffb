"""What else may stand in a topic: records that nobody of ours wrote; and the operator who clears them away."""

import asyncio
from contextlib import suppress
from urllib.parse import quote

import orjson

from bench.drive.client import Unanswered
from bench.drive.house import bearer
from libs.common.bus.flow import Service, Stream
from libs.common.bus.port import BusTrouble, Message
from libs.common.security.principal import Role
from tests.chaos.stage import Stage

NONSENSE = 3
NONSENSE_KEY = "nonsense"


async def write_nonsense(stage: Stage) -> None:
    """Somebody else writes to the topic of cases what is no event: few enough that no consumer thinks that all fail."""
    bus = stage.open_bus("stranger")
    message = Message(f"{stage.ground.topic_prefix}{Stream.CASES}", NONSENSE_KEY, {"from": "somebody"}, b"what is this")
    written = 0
    try:
        while written < NONSENSE:
            # After any trouble a sender is of no use any more: a new one.
            with suppress(BusTrouble):
                async with bus.sender() as sender:
                    await sender.send([message])
                    written += 1
            await asyncio.sleep(0.2)
    finally:
        await bus.close()


async def drop_what_was_parked(stage: Stage) -> int:
    """An operator gives up, at every service, the records that nobody can read; how many there were."""
    headers = bearer(stage.house.token("admin-1", Role.ADMIN))
    dropped = 0
    for service in Service:
        client = stage.house.client(service)
        base = f"/{service}/ops/parked"
        try:
            while keys := (await client.send("GET", f"{base}?limit=200", headers=headers)).json()["items"]:
                unreadable = [one["key"] for one in keys if one["key"].startswith("unreadable:")]
                if not unreadable:
                    break
                for key in unreadable:
                    path = f"{base}/{Stream.CASES}/{quote(key, safe='')}"
                    events = (await client.send("GET", path, headers=headers)).json()["events"]
                    body = orjson.dumps({"ids": [event["id"] for event in events], "reason": "not ours"})
                    answer = await client.send("POST", f"{path}/drop", headers=headers, body=body)
                    dropped += answer.json()["dropped"]
        except Unanswered:
            continue
        finally:
            client.close()
    return dropped
