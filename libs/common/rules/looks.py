"""Looks at identities (查看记录): how many a person may take in an hour, over all accounts, processes and restarts.

What is counted is the record itself: rows of a table with ``who``, ``by_staff`` and ``at``. A person is locked
while it is counted, so that of many looks at once none passes the limit unseen.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from libs.common.database.session import Session
from libs.common.errors import Problem
from libs.common.rules.machine import Actor

SPAN = timedelta(hours=1)
LOOKS_PER_HOUR = 30
"""Unless the setting says otherwise."""

# In a batch several people are locked one after the other, in any order. Two batches that wait for each other are
# told apart by PostgreSQL, and each look is then done alone, where only one person is ever locked.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_RECENT = """
    SELECT at FROM {table} WHERE (by_staff = $1 OR who = $2) AND at > $3 ORDER BY at DESC LIMIT $4
"""
_RECENT_TOGETHER = """
    SELECT max(at) AS at FROM {table} WHERE (by_staff = $1 OR who = $2) AND at > $3
    GROUP BY {together} ORDER BY max(at) DESC LIMIT $4
"""
_IN_THE_WAY = """
    SELECT at FROM {table} WHERE (by_staff = $1 OR who = $2) AND at > $3 AND {those}
    ORDER BY at DESC OFFSET $4 LIMIT 1
"""
_INFO = "looks"


class TooManyLooks(Problem):
    """The person has looked at as many identities as an hour allows; when the next may be, says Retry-After."""

    status, type = 429, "too-many-looks"
    title, title_zh = "Too many looks at identities within an hour", "一小时内查看次数过多"


async def check_looks(session: Session, table: str, actor: Actor, most: int, *, together: str | None = None) -> None:
    """One more look, which is written in this very transaction. TooManyLooks when an hour has had ``most`` of them.

    All accounts of a member of staff are one person; one of whom no member of staff is known is its account, and what
    an account did before its member of staff was known counts too. ``together``: what is the same, in SQL, for rows
    that are one look.
    """
    person = actor.person
    await session.fetch(_LOCK, f"{session.service} look {person}")
    recent = (_RECENT if together is None else _RECENT_TOGETHER).format(table=table, together=together)
    rows = await session.fetch(recent, actor.staff_id, actor.subject, session.now - SPAN, most)
    here: dict[str, list[datetime]] = session.info.setdefault(_INFO, {})
    looks = [*here.get(person, ()), *(row.at for row in rows)]
    if len(looks) >= most:
        raise _too_many(most, seconds_left(looks, most, session.now))
    here.setdefault(person, []).append(session.now)


async def check_amount(session: Session, table: str, actor: Actor, more: int, most: int, *, those: str) -> None:
    """So many rows more, at most ``most``, that are written in this very transaction, after `check_looks`.

    TooManyLooks when an hour would have more than ``most``. ``those``: which rows count, in SQL.
    """
    left = max(0, most - more)
    asked = _IN_THE_WAY.format(table=table, those=those)
    rows = await session.fetch(asked, actor.staff_id, actor.subject, session.now - SPAN, left)
    if rows and more:
        raise _too_many(most, seconds_left([row.at for row in rows], 1, session.now))


def seconds_left(looks: Sequence[datetime], most: int, now: datetime) -> int:
    """Until fewer than ``most`` of these looks are of the last hour; there are at least so many."""
    frees = sorted(looks, reverse=True)[most - 1] + SPAN
    return max(1, math.ceil((frees - now).total_seconds()))


def _too_many(most: int, seconds: int) -> TooManyLooks:
    return TooManyLooks(
        f"At most {most} within an hour; try again in {seconds} s",
        f"每小时最多查看 {most} 次，请在 {seconds} 秒后再试",
        headers={"Retry-After": str(seconds)},
    )
