"""Group commit: work that arrives while the writer is busy is committed together, with one flush to disk for all.

A job that fails takes nobody with it: the batch is rolled back and each job is done in a transaction of its own. Who
waits too long is told so, whatever the writer is held up by.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

from libs.common import metrics
from libs.common.database.engine import PATIENCE
from libs.common.database.session import Database, DatabaseTrouble, Session
from libs.common.errors import Overtaken, Unavailable
from libs.common.events.base import By
from libs.common.logs import lines_about
from libs.common.run.failpoints import failpoint

ResultT = TypeVar("ResultT")
Action = Callable[[Session], Awaitable[Any]]
Prepare = Callable[[Session, Sequence["Job"]], Awaitable[None]]

_LOOK_EVERY = 0.5


@dataclass(eq=False, slots=True)
class Job:
    """One action at the door, what it will touch, and who waits for it."""

    action: Action
    now: datetime
    keys: tuple[str, ...]
    answer_key: tuple[str, tuple[str, ...]] | None
    traceparent: str | None
    by: By | None
    asked: float = field(default_factory=time.monotonic)
    done: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class GroupCommit:
    """The writer of one service in one process.

    ``prepare`` loads what all jobs of a batch need in a few round trips. A full queue is refused with 503
    and Retry-After, since beyond it only the waiting grows. A job without an answer after ``patience`` seconds is
    refused in the same way; one that was under way may still be done, as after a COMMIT without an answer.
    """

    def __init__(
        self,
        database: Database,
        prepare: Prepare,
        *,
        largest: int = 64,
        waiting: int = 2_000,
        patience: float = PATIENCE,
    ) -> None:
        self._database = database
        self._prepare = prepare
        self._largest = largest
        self._waiting = waiting
        self.patience = patience
        """Seconds that a job has; so long a question at the door may take, too."""
        self._refusals = metrics.GROUP_COMMIT_REFUSALS_TOTAL.labels(database.schema)
        self._queue: list[Job] = []
        self._under_way: list[Job] = []
        self._alarm: asyncio.TimerHandle | None = None
        self._writer: asyncio.Task[None] | None = None

    async def run(
        self,
        action: Callable[[Session], Awaitable[ResultT]],
        *,
        now: datetime,
        keys: Sequence[str] = (),
        answer_key: tuple[str, tuple[str, ...]] | None = None,
        traceparent: str | None = None,
        by: By | None = None,
    ) -> ResultT:
        """Do ``action``, which this person asks for, in a committed transaction; its result, or what it raised."""
        if len(self._queue) >= self._waiting:
            self._refusals.inc()
            raise Unavailable("Too many requests are waiting", "排队请求过多", headers={"Retry-After": "1"})
        job = Job(action, now, tuple(keys), answer_key, traceparent, by)
        self._queue.append(job)
        if self._writer is None or self._writer.done():
            # It writes for all who wait, so what it logs is of no one request.
            with lines_about(self._database.schema):
                self._writer = asyncio.create_task(self._write(), name=f"group-commit-{self._database.name}")
        return cast("ResultT", await job.done)

    @property
    def waiting(self) -> int:
        """Jobs that wait for the batch after the one under way."""
        return len(self._queue)

    async def drain(self) -> None:
        """Wait until all that was taken in is answered."""
        while self._writer is not None and not self._writer.done():
            await asyncio.wait([self._writer])

    async def _write(self) -> None:
        self._look()
        try:
            await self._write_all()
        finally:
            self._under_way = []
            if self._alarm is not None:
                self._alarm.cancel()

    def _look(self) -> None:
        """Tell those who have waited for too long."""
        self._alarm = asyncio.get_running_loop().call_later(min(_LOOK_EVERY, self.patience), self._look)
        until = time.monotonic() - self.patience
        for jobs, unknown in ((self._under_way, True), (self._queue, False)):
            late = [job for job in jobs if job.asked < until]
            if late:
                _fail(late, DatabaseTrouble(f"no answer within {self.patience:g} s", unknown=unknown))

    async def _write_all(self) -> None:
        while self._queue:
            self._under_way = batch = [job for job in self._queue[: self._largest] if not job.done.done()]
            del self._queue[: self._largest]
            if not batch:
                continue
            metrics.GROUP_COMMIT_BATCH_SIZE.labels(self._database.schema).observe(len(batch))
            if len(batch) > 1 and await self._together(batch):
                continue
            for job in batch:
                if not job.done.done():
                    await self._alone(job)

    async def _together(self, batch: Sequence[Job]) -> bool:
        results: list[Any] = []
        try:
            await failpoint("door.before_batch")
            async with self._database.transaction(batch[0].now) as session:
                await self._prepare(session, batch)
                await failpoint("door.after_prepare")
                results += [await _act(session, job) for job in batch]
                await failpoint("door.before_commit")
            await failpoint("door.after_commit")
        except DatabaseTrouble as error:
            if error.unknown:
                # It may have been done. Who gave an Idempotency-Key is tried again and finds the kept answer, if
                # there is one; the others are told that it is not known.
                _fail([job for job in batch if job.answer_key is None], error)
            return False
        except Exception:
            return False
        for job, result in zip(batch, results, strict=True):
            if not job.done.done():
                job.done.set_result(result)
        return True

    async def _alone(self, job: Job) -> None:
        for last in (False, True):
            try:
                await failpoint("door.before_batch")
                async with self._database.transaction(job.now) as session:
                    await self._prepare(session, [job])
                    await failpoint("door.after_prepare")
                    result = await _act(session, job)
                    await failpoint("door.before_commit")
                await failpoint("door.after_commit")
            except Overtaken as error:
                if last:
                    _fail([job], Unavailable(str(error)))
                continue
            except Exception as error:
                _fail([job], error)
            else:
                if not job.done.done():
                    job.done.set_result(result)
            return


async def _act(session: Session, job: Job) -> Any:
    session.now = job.now
    session.traceparent, session.by = job.traceparent, job.by
    return await job.action(session)


def _fail(jobs: Sequence[Job], error: Exception) -> None:
    for job in jobs:
        if not job.done.done():
            job.done.set_exception(error)
