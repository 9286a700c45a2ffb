"""Registrations as fast as so many connections go, closed loop: requests are put together from parts made beforehand.

The general client parses and schedules; this one looks only for the status and the end of each answer, because at
thousands of requests a second the load generator would otherwise measure itself.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import cast
from uuid import uuid4

import orjson

from bench.drive.complaints import Complaints
from bench.drive.house import HOST
from bench.drive.tally import UNANSWERED, percentile

_BODIES = 2_000
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
_STATUS = slice(9, 12)
_CREATED = 201


@dataclass(slots=True)
class Strokes:
    """What came of the requests that were sent in the window; ``loading``: processors that the sending kept busy."""

    seconds: float
    loading: float
    statuses: Counter[int]
    latencies: list[float] = field(repr=False)
    """Seconds."""

    @property
    def created(self) -> int:
        """Answers with 201."""
        return self.statuses[_CREATED]

    @property
    def rate(self) -> float:
        """Cases accepted a second."""
        return self.created / self.seconds

    def percentile_ms(self, share: float) -> float:
        """Of all answers, in milliseconds."""
        return percentile(self.latencies, share) * 1000


@dataclass(slots=True)
class Hammer:
    """Sends ``POST /intake/v1/cases``, each with an Idempotency-Key of its own, to one or several doors in turn."""

    ports: Sequence[int]
    token: str
    seed: int
    created: int = 0
    """201s over all windows."""
    _bodies: list[bytes] = field(init=False)
    _name: bytes = field(init=False)
    """Part of every Idempotency-Key: no other run has the same."""
    _numbers: "count[int]" = field(default_factory=count)
    _running: bool = False
    _counting: Strokes | None = None

    def __post_init__(self) -> None:
        """Write the complaints."""
        self._name = uuid4().hex[:20].encode()
        complaints = Complaints(self.seed)
        made = [orjson.dumps(complaints.next()) for _ in range(_BODIES)]
        self._bodies = [b"Content-Length: %d%s%s" % (len(body), _HEAD_END, body) for body in made]

    async def strike(self, connections: int, warm_up: float, seconds: float) -> Strokes:
        """Keep so many connections busy; what is counted begins after the warm-up."""
        loop = asyncio.get_running_loop()
        self._running = True
        opened = []
        for number in range(connections):
            port = self.ports[number % len(self.ports)]
            opened.append((await loop.create_connection(partial(_Stroke, self, port), HOST, port))[1])
        await asyncio.sleep(warm_up)
        strokes = Strokes(0.0, 0.0, Counter(), [])
        self._counting, begun, spent = strokes, time.monotonic(), time.process_time()
        await asyncio.sleep(seconds)
        self._counting, strokes.seconds = None, time.monotonic() - begun
        strokes.loading = (time.process_time() - spent) / strokes.seconds
        self._running = False
        await asyncio.gather(*(stroke.ended for stroke in opened))
        return strokes

    def next_request(self, port: int) -> bytes | None:
        """The next request, None when it is enough."""
        if not self._running:
            return None
        number = next(self._numbers)
        return (
            b"POST /intake/v1/cases HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Bearer %s\r\n"
            b"Content-Type: application/json\r\nIdempotency-Key: %s-%x\r\n%s"
            % (HOST.encode(), port, self.token.encode(), self._name, number, self._bodies[number % _BODIES])
        )

    def note(self, status: int, seconds: float) -> None:
        """An answer came, or none."""
        self.created += status == _CREATED
        if self._counting is not None:
            self._counting.statuses[status] += 1
            self._counting.latencies.append(seconds)


class _Stroke(asyncio.Protocol):
    """One connection."""

    def __init__(self, hammer: Hammer, port: int) -> None:
        self._hammer, self._port = hammer, port
        self._held = b""
        self._sent_at = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See :class:`asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        """See :class:`asyncio.Protocol`."""
        self._held = held = self._held + data if self._held else data
        head_end = held.find(_HEAD_END)
        if head_end < 0:
            return
        at = held.find(_LENGTH, 0, head_end) + len(_LENGTH)
        length = int(held[at : held.find(b"\r", at)])
        if len(held) < head_end + len(_HEAD_END) + length:
            return
        self._held = b""
        self._hammer.note(int(held[_STATUS]), time.monotonic() - self._sent_at)
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """See :class:`asyncio.Protocol`."""
        if not self.ended.done():
            self._hammer.note(UNANSWERED, time.monotonic() - self._sent_at)
            self.ended.set_result(None)

    def _next(self) -> None:
        request = self._hammer.next_request(self._port)
        if request is None:
            self.ended.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.monotonic()
        self._transport.write(request)
