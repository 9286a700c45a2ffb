"""Starting and ending aiokafka's clients in bounded time.

Version 0.14 waits for ever in known ways: a producer flushes for ever while the broker is away and later delivers what
its caller gave up long ago; a consumer that stops waits for its group. What does not end in time is taken apart here,
by its private parts since there is no other way, so that no task of it lives on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from traceback import walk_tb
from typing import Any

from aiokafka.conn import CloseReason

from libs.common.bus.port import BusTrouble
from libs.common.logs import get_logger
from libs.common.run.supervise import being_cancelled

log = get_logger(__name__)

_TAKE_APART_SECONDS = 2.0
_CONSUMER_TASKS = ("_coordination_task", "_heartbeat_task", "_commit_refresh_task")


@contextmanager
def troubles(doing: str) -> Iterator[None]:
    """Turn every surprise into a BusTrouble: the client is thrown away whatever it was."""
    try:
        yield
    except BusTrouble:
        raise
    except Exception as error:
        raise BusTrouble(f"Kafka, {doing}: {error!r}") from error


async def start(client: Any, doing: str, within: float) -> None:
    """Start a client. Raises BusTrouble."""
    with troubles(doing):
        async with asyncio.timeout(within):
            try:
                await client.start()
            except BaseException as error:
                _close_first_connection(error)
                raise


def _close_first_connection(error: BaseException) -> None:
    """Close what a start leaves open that is given up while it asks who the brokers are: only its frame knows it."""
    for frame, _ in walk_tb(error.__traceback__):
        connection = frame.f_locals.get("bootstrap_conn")
        if connection is not None:
            connection.close()


@dataclass(slots=True)
class Interruptions:
    """How many connections of a client were lost: aiokafka makes new ones and says nothing of it."""

    count: int = 0
    idle: int = 0
    """Of them, those that were given up since nothing had passed for long."""


def interruptions_of(client: Any) -> Interruptions:
    """Count them from now on. A broker that lost its tail was down: whoever was connected to it was cut off."""
    lost = Interruptions()
    usual = attrgetter("_on_connection_closed")(client)

    def closed(connection: Any, reason: CloseReason) -> None:
        lost.count += 1
        lost.idle += reason is CloseReason.IDLE_DROP
        usual(connection, reason)

    setattr(client, "_on_connection_closed", closed)  # noqa: B010 - aiokafka has no public way
    return lost


async def end_producer(producer: Any, within: float) -> None:
    """End a producer in bounded time; ``within`` 0 means without a flush."""
    if await _bounded("stopping a producer", producer.stop, within):
        return
    # Its messages are nobody's any more: a late delivery would only be a duplicate.
    queued, under_way = attrgetter("_batches", "_pending_batches")(attrgetter("_message_accumulator")(producer))
    for batch in [*chain.from_iterable(queued.values()), *under_way]:
        batch.future.cancel()
    queued.clear()
    sending, at_its_end = attrgetter("_sender.sender_task", "_sender._fail_all")(producer)
    if sending is not None:
        # At its end it would fail what waits for a transaction, and stumbles where there are none.
        sending.remove_done_callback(at_its_end)
    await _bounded("closing a producer's connections", producer.client.close, _TAKE_APART_SECONDS)
    await _end(sending)


async def end_consumer(consumer: Any, within: float) -> None:
    """End a consumer in bounded time."""
    if await _bounded("stopping a consumer", consumer.stop, within):
        return
    fetcher, coordinator = attrgetter("_fetcher", "_coordinator")(consumer)
    if fetcher is not None:
        await _bounded("closing a fetcher", fetcher.close, _TAKE_APART_SECONDS)
    await _bounded("closing a consumer's connections", attrgetter("_client")(consumer).close, _TAKE_APART_SECONDS)
    for name in _CONSUMER_TASKS:
        await _end(getattr(coordinator, name, None))


async def end_admin(admin: Any, within: float) -> None:
    """End an admin client in bounded time."""
    await _bounded("closing an admin client", admin.close, within)


async def _bounded(doing: str, step: Callable[[], Awaitable[object]], within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            await step()
    except (Exception, asyncio.CancelledError) as error:
        # aiokafka cancels tasks of its own and may let their cancellation through; ours goes on.
        if isinstance(error, asyncio.CancelledError) and being_cancelled():
            raise
        # The client is at its end, whatever this is.
        log.info("kafka client did not end by itself", doing=doing, error=type(error).__name__)
        return False
    return True


async def _end(task: "asyncio.Task[object] | None") -> None:
    """Cancel a task until it is done: aiokafka's sender swallows a cancellation to wait for requests under way."""
    for _ in range(10):
        if task is None or task.done():
            break
        task.cancel()
        await asyncio.wait([task], timeout=_TAKE_APART_SECONDS / 10)
    if task is not None and task.done() and not task.cancelled() and (error := task.exception()) is not None:
        log.info("kafka client did not end by itself", doing="ending its task", error=type(error).__name__)
