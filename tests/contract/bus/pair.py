"""Two services on one bus: what one says the other hears."""

from libs.common.bus.flow import Service
from libs.common.bus.port import Bus, TopicSpec
from libs.common.database.session import Database
from libs.common.delivery.consumer import Consumer, ConsumerOptions
from libs.common.delivery.relay import Relay, Sending
from libs.common.time.clock import SystemClock
from tests.support.eventually import eventually
from tests.support.ledgers import Failing, applied, progressed, say, supplemented

KEYS = [f"case-{number}" for number in range(8)]

FIRST = [f"first-{number}" for number in range(48)]


class Pair:
    """Intake speaks, dispatch hears."""

    def __init__(self, url: str, bus: Bus, prefix: str, intake: Database, dispatch: Database) -> None:
        self.intake, self.dispatch, self.bus, self.url, self.prefix = intake, dispatch, bus, url, prefix
        self.failing = Failing()

    def relay(self, stall_seconds: float = 30.0) -> Relay:
        relay = Relay(Sending(Service.INTAKE, self.bus, self.url, "intake", self.prefix, stall_seconds))
        self.intake.on_spoken.append(relay.wake)
        return relay

    def consumer(self) -> Consumer:
        return Consumer(
            ConsumerOptions(
                Service.DISPATCH, self.bus, self.dispatch, self.failing.reactions(), SystemClock(), self.prefix
            )
        )

    async def say(self, numbers: range) -> None:
        for number in numbers:
            await say(self.intake, *(supplemented(key, f"{key}/{number}") for key in KEYS))

    async def say_first(self) -> None:
        """The only event of each of many keys: nothing later tells of one that is missing."""
        for key in FIRST:
            await say(self.intake, supplemented(key, key))

    async def expect_first(self) -> None:
        async def whole() -> bool:
            return [await applied(self.dispatch, key) for key in FIRST] == [[key] for key in FIRST]

        await eventually(whole, within=45, what="the only event of each key, once")

    def replies(self) -> Relay:
        """Dispatch's own relay."""
        relay = Relay(Sending(Service.DISPATCH, self.bus, self.url, "dispatch", self.prefix, 30.0))
        self.dispatch.on_spoken.append(relay.wake)
        return relay

    async def reply(self) -> None:
        """Dispatch says several things about each key, which it skips itself when it reads them."""
        for number in range(5):
            await say(self.dispatch, *(progressed(key, f"{number}") for key in KEYS))

    async def all_sent(self) -> bool:
        for database in (self.intake, self.dispatch):
            async with database.reading() as session:
                if await session.fetch("SELECT id FROM ledger_unsent"):
                    return False
        return True

    async def all_read(self) -> bool:
        behind = await self.bus.behind("huiyin-dispatch", [f"{self.prefix}cases"])
        return await self.all_sent() and not any(behind.values())

    async def expect(self, upto: int, keys: list[str] | None = None) -> None:
        async def whole() -> bool:
            for key in keys or KEYS:
                assert await applied(self.dispatch, key) == [f"{key}/{number}" for number in range(upto)]
            return True

        await eventually(whole, within=45, what=f"{upto} effects per key, each once and in order")


def topics_of(prefix: str) -> list[TopicSpec]:
    return [
        TopicSpec(f"{prefix}cases", partitions=4),
        TopicSpec(f"{prefix}visits", partitions=4),
        TopicSpec(f"{prefix}directory", partitions=1),
        TopicSpec(f"{prefix}ops", partitions=1),
    ]
