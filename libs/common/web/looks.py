"""Answering with an identity (查看): never kept under a key, counted when it was shown, told in the log by account."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from fastapi import Response
from pydantic import BaseModel

from libs.common import metrics
from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.errors import Forbidden
from libs.common.logs import get_logger
from libs.common.rules.looks import TooManyLooks
from libs.common.web.door import Door

ModelT = TypeVar("ModelT", bound=BaseModel)
ResultT = TypeVar("ResultT")

log = get_logger(__name__)


class Looks:
    """The looks of one service. Counted from 0, before anybody looks: of a counter that begins with 1 no scrape sees
    the first increase.
    """

    def __init__(self, service: Service) -> None:
        self._shown = metrics.VAULT_REVEALS_TOTAL.labels(service, "shown")
        self._refused = metrics.VAULT_REVEALS_TOTAL.labels(service, "refused")

    async def show(self, door: Door, key: str, look: Callable[[Session], Awaitable[ModelT]]) -> Response:
        """What ``look`` shows of the case, or the person, of this key.

        Not through `door.write`: an answer that is kept for an Idempotency-Key would be an identity outside the vault.
        """
        account = door.principal.subject
        with self._refusals(account, key):
            shown = await door.run(look)
        self._shown.inc()
        log.info("an identity was looked at", account=account, case_id=key)
        return door.answer(shown)

    async def show_many(self, door: Door, look: Callable[[Session], Awaitable[tuple[ResultT, int]]]) -> ResultT:
        """What ``look`` shows of many at once, and of how many. It has a transaction of its own."""
        account = door.principal.subject
        with self._refusals(account, None):
            shown, count = await door.run_alone(look)
        self._shown.inc(count)
        log.info("many identities were looked at", account=account, count=count)
        return shown

    @contextmanager
    def _refusals(self, account: str, key: str | None) -> Iterator[None]:
        try:
            yield
        except TooManyLooks:
            self._refused.inc()
            log.warning("a look at an identity was refused: too many in an hour", account=account, case_id=key)
            raise
        except Forbidden:
            log.warning("a look at an identity was refused", account=account, case_id=key)
            raise
