"""The topics of the map, there before anybody uses them."""

from libs.common.bus.flow import TOPICS
from libs.common.bus.port import Bus, BusTrouble
from libs.common.logs import get_logger
from libs.common.run.supervise import Backoff

log = get_logger(__name__)


async def ensure_topics(bus: Bus, prefix: str, partitions: int) -> None:
    """Create those that are missing; waits, with back-off, for a bus that is away."""
    backoff = Backoff()
    while True:
        try:
            return await bus.ensure_topics([topic.spec(prefix, partitions) for topic in TOPICS.values()])
        except BusTrouble as error:
            log.warning("no topics yet", error=type(error).__name__)
            await backoff.wait()
