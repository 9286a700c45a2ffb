"""How the office asks the house: every request takes one of a few hands, is counted, and is written in the journal."""

import asyncio
import time
from dataclasses import dataclass, field

from bench.drive.client import Answer, Client, Unanswered
from bench.drive.house import House
from bench.drive.journal import Entry, Journal
from bench.drive.tally import UNANSWERED, Tally
from libs.common.bus.flow import Service

_SERVER_ERRORS = 500


@dataclass(frozen=True, slots=True)
class Errand:
    """One request. ``step`` is what it is counted as; without a ``body`` it is a GET."""

    service: Service
    step: str
    path: str
    headers: bytes
    body: bytes | None = None


@dataclass(slots=True)
class Desk:
    """Requests, at most ``at_once`` under way; each may take ``timeout`` seconds."""

    house: House
    at_once: int
    timeout: float
    journal: Journal | None = None
    tally: Tally = field(default_factory=Tally)
    _clients: dict[Service, Client] = field(init=False)
    _hands: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        """One client a service."""
        self._clients = {service: self.house.client(service, timeout=self.timeout) for service in Service}
        self._hands = asyncio.Semaphore(self.at_once)

    async def ask(self, errand: Errand, planned: float | None = None) -> Answer | None:
        """The answer, None when there was none.

        The latency counts from ``planned`` (monotonic clock) where given, else from the moment a hand was free.
        """
        async with self._hands:
            begun = time.monotonic() if planned is None else planned
            status = UNANSWERED
            try:
                method = "GET" if errand.body is None else "POST"
                answer = await self._clients[errand.service].send(
                    method, errand.path, headers=errand.headers, body=errand.body
                )
                status = answer.status
            except Unanswered:
                answer = None
        self.tally.note(errand.step, status, time.monotonic() - begun)
        return answer

    def invoke(self, kind: str, **said: object) -> Entry | None:
        """Note in the journal, where there is one, what is about to be asked."""
        return None if self.journal is None else self.journal.invoke(kind, **said)

    async def told(self, noted: Entry | None, answer: Answer | None, *, doubt: bool = False, **said: object) -> None:
        """Note what came of it. A refusal did nothing; after a 5xx, after silence or in ``doubt`` nobody knows."""
        if self.journal is None or noted is None:
            return
        if answer is None:
            await self.journal.unknown(noted, **said)
        elif answer.ok:
            await self.journal.ok(noted, status=answer.status, **said)
        elif doubt or answer.status >= _SERVER_ERRORS:
            await self.journal.unknown(noted, status=answer.status, **said)
        else:
            await self.journal.fail(noted, status=answer.status, **said)

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()
