"""Registering a chunk of a batch (批量登记): all its good lines in one transaction, and once only under a key."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import TypeAdapter
from pydantic_core import to_json

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from libs.common.web.answers import (
    AnswerKey,
    IdempotentSender,
    KeptAnswer,
    RequestMarks,
    find_answer,
    find_answers,
    keep_answer,
)
from libs.common.web.door import another_request
from libs.common.web.ndjson import Read
from services.intake.batches.schemas import TakenLine
from services.intake.cases.actions.drafts import Draft
from services.intake.cases.actions.register import known_before, write_case
from services.intake.cases.queries.reach import sees
from services.intake.cases.schemas import RegisterCase

DraftedLine = tuple[int, Draft]
"""The line's number and what it is about to become."""

_TAKEN = TypeAdapter(tuple[TakenLine, ...])


@dataclass(frozen=True)
class LineKeys:
    """Under which key lines are taken once only, and what they must look like when they come again."""

    key: AnswerKey
    sender: IdempotentSender
    reads: Sequence[Read[RegisterCase]]
    singly: Mapping[int, "LineKeys"] = field(default_factory=dict)
    """By number, the lines of a chunk, for when they have to be taken one by one."""

    @cached_property
    def request(self) -> RequestMarks:
        """What the lines look like; seldom asked of a single one."""
        return self.sender.request(content_of(self.reads))


def once_of(sender: IdempotentSender, key: str, reads: Sequence[Read[RegisterCase]]) -> LineKeys:
    """A chunk of the batch that came with this Idempotency-Key: its own key, and one for each of its lines."""
    singly = {read.number: LineKeys(sender.key(f"{key}#{read.number}!"), sender, [read]) for read in reads}
    return LineKeys(sender.key(f"{key}#{reads[0].number}"), sender, reads, singly)


async def take_lines(
    session: Session, lines: Sequence[DraftedLine], scope: Scope, once: LineKeys | None
) -> tuple[TakenLine, ...]:
    """Register the lines, or name the case that a line's source number has already.

    Lines that were taken one by one before a crash are not taken again, whether or not the chunk was finished.
    IdempotencyKeyReused when other lines were sent under the same key before.
    """
    if once is None:
        return tuple([await _take(session, number, draft, scope) for number, draft in lines])
    kept = await find_answer(session, once.key)
    if kept is not None:
        return _taken(once, kept)
    before = await find_answers(session, (line.key for line in once.singly.values()))
    taken: list[TakenLine] = []
    for number, draft in lines:
        line = once.singly.get(number)
        known = None if line is None else before[line.key]
        if line is not None and known is not None:
            taken += _taken(line, known)
        else:
            taken.append(await _take(session, number, draft, scope))
    keep_taken(session, taken, once)
    return tuple(taken)


def _taken(once: LineKeys, kept: KeptAnswer) -> tuple[TakenLine, ...]:
    if not kept.is_for(once.request):
        raise another_request()
    refs = {read.number: read.value.ref for read in once.reads if read.value is not None}
    return tuple([_marked(line, refs.get(line.line)) for line in _TAKEN.validate_json(kept.body)])


def keep_taken(session: Session, taken: Sequence[TakenLine], once: LineKeys) -> None:
    """Remember what became of the lines, for whoever sends them again, who then says the own marks again."""
    body = to_json([_marked(line, None) for line in taken])
    keep_answer(session, once.key, KeptAnswer(once.request, 200, {}, body))


def _marked(line: TakenLine, ref: str | None) -> TakenLine:
    return line if line.ref == ref else line.model_copy(update={"ref": ref})


def content_of(reads: Sequence[Read[RegisterCase]]) -> bytes:
    """What makes two chunks the same: a digest of every line's number, and of what it held. It is kept nowhere."""
    digest = hashlib.sha256()
    for read in reads:
        digest.update(to_json((read.number, read.value, [(error.field, error.message) for error in read.errors])))
    return digest.digest()


async def _take(session: Session, number: int, draft: Draft, scope: Scope) -> TakenLine:
    known = await known_before(session, draft)
    if known is None:
        write_case(session, draft)
        # Of thousands of lines, each made of what was checked before.
        return TakenLine.model_construct(
            line=number, ref=draft.ref, case_id=draft.event.case_id, case_no=draft.event.case_no, repeated=False
        )
    another = known.is_of_another_than(draft.by)
    seen = sees(scope, known) and not another
    return TakenLine(
        line=number,
        ref=draft.ref,
        case_id=known.case_id if seen else None,
        case_no=known.case_no if seen else None,
        repeated=not another,
        disputed=another,
    )
