"""How the office asks the house: every request takes one of a few hands, is counted, and is written in the journal."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bench.drive.client import Unanswered
from bench.drive.journal import Entry, Journal
from bench.drive.tally import UNANSWERED, Tally
from huiyin.office.wire import Response

_SERVER_ERRORS = 500


@dataclass(slots=True)
class Desk:
    """Requests, at most ``at_once`` under way."""

    at_once: int
    journal: Journal | None = None
    tally: Tally = field(default_factory=Tally)
    _hands: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        """Count the hands."""
        self._hands = asyncio.Semaphore(self.at_once)

    async def ask(
        self, step: str, send: Callable[[], Awaitable[Response]], planned: float | None = None
    ) -> Response | None:
        """The answer to a request that is counted as ``step``, None when there was none.

        The latency counts from ``planned`` (monotonic clock) where given, else from the moment a hand was free.
        """
        async with self._hands:
            begun = time.monotonic() if planned is None else planned
            status, answer = UNANSWERED, None
            try:
                answer = await send()
                status = answer.status_code
            except Unanswered:
                pass
        self.tally.note(step, status, time.monotonic() - begun)
        return answer

    def invoke(self, kind: str, **said: object) -> Entry | None:
        """Note in the journal, where there is one, what is about to be asked."""
        return None if self.journal is None else self.journal.invoke(kind, **said)

    async def told(self, noted: Entry | None, answer: Response | None, *, doubt: bool = False, **said: object) -> None:
        """Note what came of it. A refusal did nothing; after a 5xx, after silence or in ``doubt`` nobody knows."""
        if self.journal is None or noted is None:
            return
        if answer is None:
            await self.journal.unknown(noted, **said)
        elif answer.is_success:
            await self.journal.ok(noted, status=answer.status_code, **said)
        elif doubt or answer.status_code >= _SERVER_ERRORS:
            await self.journal.unknown(noted, status=answer.status_code, **said)
        else:
            await self.journal.fail(noted, status=answer.status_code, **said)
