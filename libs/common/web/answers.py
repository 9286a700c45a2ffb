"""Answers kept under an Idempotency-Key: whoever repeats a request gets the first answer again, and no second effect.

The answer is kept in the transaction of the effect. A batch looks all its keys up in one query and keeps all its new
answers in one statement; if another process kept one of them first, the batch is rolled back and looks again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson

from libs.common.database.batch import Job
from libs.common.database.session import Database, Overtaken, Session

KEPT_FOR = timedelta(hours=48)
"""After that a repeated key is a new request; Stripe and the IETF draft speak of 24 h."""

AnswerKey = tuple[str, str]
"""Scope (who asked, for what) and Idempotency-Key."""

_INFO = "web.answers"
_PRUNED_AT_ONCE = 5_000

_FIND = """
    SELECT scope, idempotency_key, request_hash, status, headers::text AS headers, body
    FROM answer JOIN unnest($1::text[], $2::text[]) AS wanted(scope, idempotency_key) USING (scope, idempotency_key)
"""
_KEEP = """
    INSERT INTO answer (scope, idempotency_key, request_hash, status, headers, body, answered_at)
    SELECT scope, idempotency_key, request_hash, status, headers::jsonb, body, answered_at
    FROM unnest($1::text[], $2::text[], $3::bytea[], $4::smallint[], $5::text[], $6::bytea[], $7::timestamptz[])
         AS new(scope, idempotency_key, request_hash, status, headers, body, answered_at)
    ORDER BY scope, idempotency_key
    ON CONFLICT (scope, idempotency_key) DO NOTHING
    RETURNING 1
"""
_PRUNE = """
    DELETE FROM answer WHERE ctid = ANY (ARRAY(SELECT ctid FROM answer WHERE answered_at < $1 LIMIT $2)) RETURNING 1
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer, as it was sent."""

    request_hash: bytes
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class _Answers:
    """What one transaction knows: the answers looked up or given in it, and those it still has to keep."""

    known: dict[AnswerKey, Kept | None] = field(default_factory=dict)
    new: list[tuple[AnswerKey, Kept, datetime]] = field(default_factory=list)


async def prepare_answers(session: Session, jobs: Sequence[Job]) -> None:
    """Look up, in one query, what the jobs of a batch may have been answered before. Call it first in ``prepare``."""
    await _look_up(session, [job.answer_key for job in jobs if job.answer_key is not None])


async def find_answer(session: Session, key: AnswerKey) -> Kept | None:
    """What was answered under this key, in this very transaction or before."""
    known = _of(session).known
    if key not in known:
        await _look_up(session, [key])
    return known[key]


async def find_answers(session: Session, keys: Iterable[AnswerKey]) -> dict[AnswerKey, Kept | None]:
    """What was answered under each of these keys, found in one query."""
    wanted = list(keys)
    await _look_up(session, wanted)
    known = _of(session).known
    return {key: known[key] for key in wanted}


def keep_answer(session: Session, key: AnswerKey, answer: Kept) -> None:
    """Keep it with the effect, when the transaction ends. Overtaken then, if another process was faster."""
    answers = _of(session)
    answers.known[key] = answer
    answers.new.append((key, answer, session.now))
    session.before_commit(_INFO, _write)


async def prune_answers(database: Database, now: datetime) -> int:
    """Forget answers older than 48 h, in small transactions; gives how many went."""
    pruned = 0
    while True:
        async with database.transaction(now) as session:
            gone = len(await session.fetch(_PRUNE, now - KEPT_FOR, _PRUNED_AT_ONCE))
        pruned += gone
        if gone < _PRUNED_AT_ONCE:
            return pruned


def _of(session: Session) -> _Answers:
    answers = session.info.setdefault(_INFO, _Answers())
    if not isinstance(answers, _Answers):
        raise TypeError(f"session.info[{_INFO!r}] is taken")
    return answers


async def _look_up(session: Session, keys: Iterable[AnswerKey]) -> None:
    known = _of(session).known
    wanted = sorted({key for key in keys if key not in known})
    if not wanted:
        return
    known.update(dict.fromkeys(wanted))
    for row in await session.fetch(_FIND, [scope for scope, _ in wanted], [key for _, key in wanted]):
        known[row.scope, row.idempotency_key] = Kept(
            bytes(row.request_hash), row.status, orjson.loads(row.headers), bytes(row.body)
        )


async def _write(session: Session) -> None:
    new = _of(session).new
    columns: tuple[list[object], ...] = tuple(
        list(column)
        for column in zip(
            *(
                (*key, kept.request_hash, kept.status, orjson.dumps(dict(kept.headers)).decode(), kept.body, at)
                for key, kept, at in new
            ),
            strict=True,
        )
    )
    if len(await session.fetch(_KEEP, *columns)) < len(new):
        raise Overtaken("another process answered under the same Idempotency-Key")
