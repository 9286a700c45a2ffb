"""What else may stand in a topic: records that nobody of ours wrote; and the operator who clears them away."""

import asyncio
from contextlib import suppress
from urllib.parse import quote

from bench.drive.client import Unanswered
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
    dropped = 0
    with stage.house.people() as people:
        admin = people.person("admin-1", Role.ADMIN)
        for service in Service:
            base = f"/{service}/ops/parked"
            with suppress(Unanswered):
                while keys := (await admin.ask(base, limit=200))["items"]:
                    unreadable = [one["key"] for one in keys if one["key"].startswith("unreadable:")]
                    if not unreadable:
                        break
                    for key in unreadable:
                        path = f"{base}/{Stream.CASES}/{quote(key, safe='')}"
                        ids = [event["id"] for event in (await admin.ask(path))["events"]]
                        told = await admin.do(f"{path}/drop", {"ids": ids, "reason": "not ours"})
                        dropped += told["dropped"]
    return dropped
