"""Keeping the embedded PostgreSQL up: what ended by itself is started again, for as long as it takes.

PostgreSQL gives up when it can write neither its log nor the end of its recovery, so a full disk ends it. Elsewhere the
machine's supervisor starts it again; of the one that we brought along we are the supervisor.
"""

import asyncio

from libs.common.logs import get_logger
from libs.common.run.supervise import Backoff
from libs.programs.postgres.server import EmbeddedPostgres, PostgresUnavailable

log = get_logger(__name__)

LOOK_EVERY = 0.5
"""Seconds."""
LONGEST_WAIT = 4.0
"""Seconds between two starts that fail."""


async def keep_up(postgres: EmbeddedPostgres) -> None:
    """Start the server whenever it does not run, until cancelled; whoever stops it then is the last to act."""
    backoff = Backoff(first=0.5, longest=LONGEST_WAIT)
    while True:
        await asyncio.sleep(LOOK_EVERY)
        if postgres.running:
            backoff.reset()
            continue
        log.error("the embedded PostgreSQL has ended; starting it again")
        try:
            await asyncio.to_thread(postgres.start)
        except (PostgresUnavailable, OSError) as error:
            log.error("the embedded PostgreSQL does not start", error=type(error).__name__, log=str(postgres.log))  # noqa: TRY400
            await backoff.wait()
