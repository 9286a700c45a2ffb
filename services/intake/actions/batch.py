"""Registering a chunk of a batch (批量登记): all its good lines in one transaction, and once only under a key."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter
from pydantic_core import to_json

from libs.common.database.session import Session
from libs.common.web.answers import AnswerKey, Kept, find_answer, keep_answer
from libs.common.web.door import IdempotencyKeyReused
from libs.common.web.ndjson import Read
from services.intake.actions.drafting import Draft
from services.intake.actions.register import known_before, write_case
from services.intake.queries.reach import Reach
from services.intake.schemas import RegisterCase, TakenLine

DraftedLine = tuple[int, Draft]
"""The line's number and what it is about to become."""

_TAKEN = TypeAdapter(tuple[TakenLine, ...])


@dataclass(frozen=True, slots=True)
class Once:
    """Under which key a chunk is taken once only, and what it must look like when it comes again."""

    key: AnswerKey
    fingerprint: bytes


async def take_lines(
    session: Session, lines: Sequence[DraftedLine], reach: Reach, once: Once | None
) -> tuple[TakenLine, ...]:
    """Register the lines, or name the case that a line's source number has already.

    IdempotencyKeyReused when other lines were sent under the same key before.
    """
    kept = None if once is None else await find_answer(session, once.key)
    if kept is None:
        taken = tuple([await _take(session, number, draft, reach) for number, draft in lines])
        keep_taken(session, taken, once)
        return taken
    if once is not None and kept.request_hash != once.fingerprint:
        raise IdempotencyKeyReused("Use a new key for a new batch", "新的批次请使用新的键")
    return _TAKEN.validate_json(kept.body)


def keep_taken(session: Session, taken: Sequence[TakenLine], once: Once | None) -> None:
    """Remember what became of a chunk, for whoever sends it again."""
    if once is not None:
        keep_answer(session, once.key, Kept(once.fingerprint, 200, {}, to_json(taken)))


def fingerprint_of(reads: Sequence[Read[RegisterCase]]) -> bytes:
    """What makes two chunks the same: every line's number, and what it held."""
    digest = hashlib.sha256()
    for read in reads:
        digest.update(to_json((read.number, read.value, [(error.field, error.message) for error in read.errors])))
    return digest.digest()


async def _take(session: Session, number: int, draft: Draft, reach: Reach) -> TakenLine:
    known = await known_before(session, draft)
    if known is None:
        write_case(session, draft)
        return TakenLine(
            line=number, ref=draft.ref, case_id=draft.event.case_id, case_no=draft.event.case_no, repeated=False
        )
    seen = reach.sees(known)
    return TakenLine(
        line=number,
        ref=draft.ref,
        case_id=known.case_id if seen else None,
        case_no=known.case_no if seen else None,
        repeated=True,
    )
