"""Letting somebody try, or wait: in rows, so that it holds in every process and after a restart."""

import math
from collections.abc import Collection, Mapping
from datetime import datetime

from libs.common.database.session import Session
from libs.common.errors import Problem
from libs.common.security.fingerprints import Fingerprints
from services.dispatch.accounts.domain.waiting import Tries, WaitRule, charged, given_back, may_try
from services.dispatch.accounts.tables import SignInTries

_MAKE = """
    INSERT INTO sign_in_tries (name, count, counted_at)
    SELECT name, 0, $2 FROM unnest($1::text[]) AS new(name) ORDER BY name ON CONFLICT DO NOTHING
"""
_FORGET = "DELETE FROM sign_in_tries WHERE name = ANY($1::text[])"


class TooManyTries(Problem):
    """Somebody has to wait before the next try; for how long, says Retry-After."""

    status, type = 429, "too-many-tries"
    title, title_zh = "Too many tries; wait before the next one", "尝试次数过多，请稍后再试"


def tries_name(fingerprints: Fingerprints, what: str) -> str:
    """What stands for a name or an address in the table of tries: nobody finds it out from there."""
    return fingerprints.names("sign-in", what)[0]


async def charge(session: Session, rules: Mapping[str, WaitRule], now: datetime) -> Collection[str]:
    """Count a try under each of these names, before it is made; those under which the next one has to wait.

    TooManyTries when this one has to; then nothing was counted.
    """
    await session.fetch(_MAKE, sorted(rules), now)
    await session.load(SignInTries, "name", rules)
    rows = [(await session.rows(SignInTries, "name", name))[0] for name in rules]
    waits = [row.until for row in rows if row.until is not None and not may_try(_tries(row), now)]
    if waits:
        seconds = max(1, math.ceil((max(waits) - now).total_seconds()))
        raise TooManyTries(
            f"Try again in {seconds} s", f"请在 {seconds} 秒后再试", headers={"Retry-After": str(seconds)}
        )
    for row in rows:
        _write(row, charged(_tries(row), rules[row.name], now))
    return [row.name for row in rows if row.until is not None]


async def give_back(session: Session, name: str) -> None:
    """A try under a name that many share was right."""
    row = await session.one(SignInTries, "name", name)
    if row is not None:
        _write(row, given_back(_tries(row)))


async def forget(session: Session, *names: str) -> None:
    """Nobody waits under these names any more."""
    await session.fetch(_FORGET, list(names))


def _tries(row: SignInTries) -> Tries:
    return Tries(row.count, row.counted_at, row.until)


def _write(row: SignInTries, tries: Tries) -> None:
    row.count, row.counted_at, row.until = tries.count, tries.counted_at, tries.until
