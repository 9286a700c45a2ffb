"""``POST /cases/batch``: complaints as NDJSON, one a line, as many as there are."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Annotated

from fastapi import APIRouter, Header, Response

from libs.common.database.session import Session
from libs.common.errors import FieldError, Forbidden, Invalid, Problem, Unavailable, invalid
from libs.common.logs import get_logger
from libs.common.run.failpoints import failpoint
from libs.common.web.door import Door, needs
from libs.common.web.ndjson import Read, in_chunks, ndjson_body, read_lines
from libs.common.web.problems import CHINESE, language_of
from libs.common.web.tracing import current_traceparent
from services.intake import rights
from services.intake.batches.actions import DraftedLine, LineKeys, keep_taken, once_of, take_lines
from services.intake.batches.api.report import BatchReport
from services.intake.batches.schemas import BatchOut, TakenLine
from services.intake.cases.actions.drafts import Desk, check, draft_case
from services.intake.cases.actions.numbers import take_numbers
from services.intake.cases.actions.prepare import source_keys
from services.intake.cases.api.callers import desk_of
from services.intake.cases.schemas import RegisterCase

router = APIRouter(prefix="/v1", tags=["cases 诉求件"])
log = get_logger(__name__)

LINES_AT_ONCE = 200
"""Lines in one transaction."""
_LINES_AT_A_STRETCH = 10
"""Lines drafted before others have their turn: the chunk that is being written must not wait for the next one."""

BatchKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,180}$",
        description="Send the same batch again with the same key, and no line is taken twice (幂等键); kept for 48 h",
    ),
]


@dataclass(slots=True)
class Chunk:
    """Lines that are written together."""

    last_line: int
    once: LineKeys | None
    lines: list[DraftedLine] = field(default_factory=list)
    refused: list[tuple[int, str | None, Sequence[FieldError]]] = field(default_factory=list)
    """Number, the caller's own mark, and what is wrong."""


@router.post("/cases/batch", response_model=BatchOut, openapi_extra=ndjson_body(RegisterCase))
async def register_batch(
    door: Annotated[Door, needs(rights.REGISTER_BATCH)], idempotency_key: BatchKey = None
) -> Response:
    """Register many complaints (批量登记), one JSON object a line. Good lines are taken, each bad one is named.

    A line whose `source_no` has a case already counts as repeated. When the database goes away in the middle, the
    answer is 503 and says in `lines_done` how far it came: send the rest, or the same batch under the same key.
    """
    report = BatchReport(language_of(door.request.headers.get("accept-language", "")) == CHINESE)
    writing: asyncio.Task[None] | None = None
    try:
        async for reads in in_chunks(read_lines(door.request, RegisterCase), LINES_AT_ONCE):
            chunk = await _chunk(door, idempotency_key, reads)
            # While one chunk is written, the next is read and drafted.
            if writing is not None:
                await writing
            writing = asyncio.create_task(_write(door, chunk, report))
        if writing is not None:
            await writing
    except Unavailable as problem:
        problem.extra.update(report.counts())
        raise
    finally:
        if writing is not None:
            await asyncio.wait([writing])
    return door.answer(report.answer())


async def _chunk(door: Door, key: str | None, reads: Sequence[Read[RegisterCase]]) -> Chunk:
    """The good lines of a chunk as drafts, and what is wrong with the others."""
    desk = desk_of(door)
    once = None if key is None else once_of(door.sender("batch"), key, reads)
    chunk = Chunk(reads[-1].number, once)
    good = [(read.number, body) for read in reads if (body := _right(desk, read, chunk)) is not None]
    numbers = await take_numbers(door.runtime.door_database, desk.shelved, desk.now, len(good))
    for done, ((number, body), case_no) in enumerate(zip(good, numbers, strict=True)):
        if done % _LINES_AT_A_STRETCH == 0:
            await asyncio.sleep(0)
        try:
            chunk.lines.append((number, draft_case(desk, body, case_no)))
        except Invalid as problem:
            chunk.refused.append((number, body.ref, problem.fields))
    return chunk


def _right(desk: Desk, read: Read[RegisterCase], chunk: Chunk) -> RegisterCase | None:
    """What the line wants to register, when it can be; else what is wrong with it is noted."""
    if read.value is None:
        chunk.refused.append((read.number, None, read.errors))
        return None
    try:
        check(desk, read.value)
        _check_no_repeat(read.value)
    except (Forbidden, Invalid) as problem:
        chunk.refused.append((read.number, read.value.ref, problem.fields))
        return None
    return read.value


def _check_no_repeat(body: RegisterCase) -> None:
    """One line that names no case within reach would cost all others of its transaction their registration."""
    if body.repeat_of is not None:
        message = "is not named in a batch: say it afterwards, at /cases/{case_id}/repeats"
        raise invalid("repeat_of", message, "批量登记不能填写，请登记后逐件认定")


async def _write(door: Door, chunk: Chunk, report: BatchReport) -> None:
    try:
        if chunk.lines:
            report.take(await _commit(door, chunk.lines, chunk.once))
    except Problem:
        raise
    except Exception:
        # One line that nobody foresaw must not cost the others their registration.
        log.exception("chunk taken line by line", count=len(chunk.lines))
        await _write_singly(door, chunk, report)
    await failpoint("door.after_lines")
    for refused in sorted(chunk.refused, key=itemgetter(0)):
        report.refuse(*refused)
    report.lines_done = chunk.last_line


async def _write_singly(door: Door, chunk: Chunk, report: BatchReport) -> None:
    """One by one, each under a key of its own: a crash on the way lets none of them be taken twice.

    The chunk counts as taken only when all of its lines are; when it comes again, the others are tried again.
    """
    taken: list[TakenLine] = []
    for number, draft in chunk.lines:
        try:
            line = await _commit(door, [(number, draft)], chunk.once and chunk.once.singly[number])
        except Problem:
            raise
        except Exception:
            log.exception("line not taken", case_id=draft.event.case_id)
            wrong = FieldError("line", "could not be stored; the office was told", "无法保存，已记录")
            chunk.refused.append((number, draft.ref, [wrong]))
        else:
            report.take(line)
            taken += line
    if chunk.once is not None and len(taken) == len(chunk.lines):
        await door.run(_keeping(taken, chunk.once))


def _keeping(taken: Sequence[TakenLine], once: LineKeys) -> Callable[[Session], Awaitable[None]]:
    async def keep(session: Session) -> None:
        keep_taken(session, taken, once)

    return keep


async def _commit(door: Door, lines: Sequence[DraftedLine], once: LineKeys | None) -> tuple[TakenLine, ...]:
    drafts = [draft for _, draft in lines]
    return await door.runtime.commit.run(
        lambda session: take_lines(session, lines, door.scope, once),
        now=drafts[0].event.registered_at,
        keys=source_keys(drafts),
        answer_key=None if once is None else once.key,
        traceparent=current_traceparent(),
        by=door.by,
    )
