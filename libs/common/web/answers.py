"""Answers kept under an Idempotency-Key: whoever repeats a request gets the first answer again, and no second effect.

The answer is kept in the transaction of the effect. A batch looks all its keys up in one query and keeps all its new
answers in one statement; if another process kept one of them first, the batch is rolled back and looks again.

Neither key nor request is kept, only their keyed fingerprints: under each answer key that is known, so that all
processes find what any of them kept while a key is being replaced.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson

from libs.common.database.batch import Job
from libs.common.database.session import Database, Session
from libs.common.errors import Overtaken
from libs.common.security.fingerprints import Fingerprints
from libs.common.security.principal import Principal

KEPT_FOR = timedelta(hours=48)
"""After that a repeated key is a new request; Stripe and the IETF draft speak of 24 h."""

AnswerKey = tuple[str, tuple[str, ...]]
"""Scope (who asked, for what), and the fingerprints of the Idempotency-Key."""
RequestMarks = tuple[bytes, ...]
"""The fingerprints of a request."""

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
class KeptAnswer:
    """One answer, as it was sent, and the fingerprints of its request."""

    request: RequestMarks
    status: int
    headers: Mapping[str, str]
    body: bytes

    def is_for(self, request: RequestMarks) -> bool:
        """Whether it is the answer to this request."""
        return not set(self.request).isdisjoint(request)


@dataclass(frozen=True, slots=True)
class IdempotentSender:
    """Who sends something under Idempotency-Keys, with which rights, and where to.

    The rights are part of the request: whoever has others by now gets no answer that was made with those of before.
    They are no part of the key, so that a repeated request is refused then and not done a second time.
    """

    scope: str
    rights: str
    fingerprints: Fingerprints

    def key(self, idempotency_key: str) -> AnswerKey:
        """Under which an answer is kept."""
        return self.scope, self.fingerprints.names(self.scope, idempotency_key)

    def request(self, *parts: bytes) -> RequestMarks:
        """What makes two requests the same: all these parts, and the sender's rights."""
        digest = hashlib.sha256()
        for part in (self.rights.encode(), *parts):
            digest.update(len(part).to_bytes(4))
            digest.update(part)
        return self.fingerprints.requests(digest.digest())


def rights_of(principal: Principal) -> str:
    """Area, unit and roles, as one text."""
    return f"{principal.area_code} {principal.unit_code or '-'} {' '.join(sorted(principal.roles))}"


@dataclass(slots=True)
class _Answers:
    """What one transaction knows: the answers looked up or given in it, and those it still has to keep."""

    known: dict[AnswerKey, KeptAnswer | None] = field(default_factory=dict)
    new: list[tuple[AnswerKey, KeptAnswer, datetime]] = field(default_factory=list)


async def prepare_answers(session: Session, jobs: Sequence[Job]) -> None:
    """Look up, in one query, what the jobs of a batch may have been answered before. Call it first in ``prepare``."""
    await _look_up(session, [job.answer_key for job in jobs if job.answer_key is not None])


async def find_answer(session: Session, key: AnswerKey) -> KeptAnswer | None:
    """What was answered under this key, in this very transaction or before."""
    known = _of(session).known
    if key not in known:
        await _look_up(session, [key])
    return known[key]


async def find_answers(session: Session, keys: Iterable[AnswerKey]) -> dict[AnswerKey, KeptAnswer | None]:
    """What was answered under each of these keys, found in one query."""
    wanted = list(keys)
    await _look_up(session, wanted)
    known = _of(session).known
    return {key: known[key] for key in wanted}


def keep_answer(session: Session, key: AnswerKey, answer: KeptAnswer) -> None:
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
    asked = {(scope, name): (scope, names) for scope, names in wanted for name in names}
    for row in await session.fetch(_FIND, [scope for scope, _ in asked], [name for _, name in asked]):
        known[asked[row.scope, row.idempotency_key]] = KeptAnswer(
            (bytes(row.request_hash),), row.status, orjson.loads(row.headers), bytes(row.body)
        )


async def _write(session: Session) -> None:
    rows = [
        (scope, name, mark, kept.status, orjson.dumps(dict(kept.headers)).decode(), kept.body, at)
        for (scope, names), kept, at in _of(session).new
        for name, mark in zip(names, kept.request, strict=True)
    ]
    columns: tuple[list[object], ...] = tuple(list(column) for column in zip(*rows, strict=True))
    if len(await session.fetch(_KEEP, *columns)) < len(rows):
        raise Overtaken("another process answered under the same Idempotency-Key")
