"""Passwords (密码): kept as argon2id, and checked by a few at a time, so that no flood of them takes the machine.

The parameters are those of the OWASP Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane). A hash tells its own, so
they can be raised: who signs in next gets a new one.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from libs.common.errors import Unavailable

AT_ONCE = 2
"""Hashes that are made at a time, of 19 MiB each; the event loop runs beside them."""
WAITING = 32
"""Who may wait for one of them, some 60 ms each; the rest is told to come again."""
_NOBODYS = "the password of nobody at all"

ResultT = TypeVar("ResultT")


def new_hasher() -> PasswordHasher:
    """With the parameters of today: 19 MiB and two passes, the least that OWASP names for argon2id."""
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Passwords:
    """Makes and checks hashes in threads of its own. For one event loop."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or new_hasher()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._under_way = 0
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """What is kept of it. Unavailable when too many wait."""
        return await self._run(lambda: self._hasher.hash(password))

    async def matches(self, kept: str | None, password: str) -> bool:
        """Whether it is the password that was kept. None kept costs the same. Unavailable as ``hash``."""
        return await self._run(lambda: self._verify(kept, password))

    def outdated(self, kept: str) -> bool:
        """Whether it was made with other parameters than are in use now."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str | None, password: str) -> bool:
        if self._nobody is None:
            self._nobody = self._hasher.hash(_NOBODYS)
        try:
            self._hasher.verify(kept or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    async def _run(self, work: Callable[[], ResultT]) -> ResultT:
        if self._under_way >= AT_ONCE + WAITING:
            raise Unavailable("Too many people sign in just now", "登录人数过多", headers={"Retry-After": "3"})
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._under_way -= 1
