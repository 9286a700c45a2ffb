"""``POST /cases/batch``: complaints as NDJSON, one a line, as many as there are."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Header, Response

from libs.common.database.session import Session
from libs.common.errors import FieldError, Problem, Unavailable
from libs.common.security.policy import Right
from libs.common.web.door import Door, needs
from libs.common.web.ndjson import Read, in_chunks, ndjson_body, read_lines
from libs.common.web.problems import CHINESE, language_of
from libs.common.web.tracing import current_traceparent
from services.intake.actions.batch import DraftedLine, Once, fingerprint_of, keep_taken, take_lines
from services.intake.actions.drafting import Desk, check, draft_case
from services.intake.actions.numbers import take_numbers
from services.intake.actions.prepare import source_keys
from services.intake.queries.reach import reach_of
from services.intake.schemas import BatchOut, LineProblem, RegisterCase, TakenLine

router = APIRouter(prefix="/v1", tags=["cases 诉求件"])
logger = logging.getLogger(__name__)

LINES_AT_ONCE = 200
"""Lines in one transaction."""
MOST_NAMED = 1_000
"""Results, and problems, that the answer names; beyond it they are counted."""

BatchKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,180}$",
        description="Send the same batch again with the same key, and no line is taken twice (幂等键); kept for 48 h",
    ),
]


@dataclass(slots=True)
class Report:
    """What became of the lines so far."""

    chinese: bool
    accepted: int = 0
    repeated: int = 0
    refused: int = 0
    lines_done: int = 0
    results: list[TakenLine] = field(default_factory=list)
    problems: list[LineProblem] = field(default_factory=list)

    def take(self, taken: Sequence[TakenLine]) -> None:
        """Note lines that have a case."""
        repeated = sum(line.repeated for line in taken)
        self.repeated += repeated
        self.accepted += len(taken) - repeated
        self.results += taken[: max(0, MOST_NAMED - len(self.results))]

    def refuse(self, number: int, ref: str | None, errors: Sequence[FieldError]) -> None:
        """Note a line that was not taken, with all that is wrong with it."""
        self.refused += 1
        for error in errors[: max(0, MOST_NAMED - len(self.problems))]:
            message = error.message_zh if self.chinese else error.message
            self.problems.append(LineProblem(line=number, ref=ref, field=error.field, message=message))

    def answer(self) -> BatchOut:
        """The whole."""
        return BatchOut(
            accepted=self.accepted,
            repeated=self.repeated,
            refused=self.refused,
            results=tuple(self.results),
            problems=tuple(self.problems),
        )


@router.post("/cases/batch", response_model=BatchOut, openapi_extra=ndjson_body(RegisterCase))
async def register_batch(
    door: Annotated[Door, needs(Right.CASE_REGISTER_BATCH)], idempotency_key: BatchKey = None
) -> Response:
    """Register many complaints (批量登记), one JSON object a line. Good lines are taken, each bad one is named.

    A line whose `source_no` has a case already counts as repeated. When the database goes away in the middle, the
    answer is 503 and says in `lines_done` how far it came: send the rest, or the same batch under the same key.
    """
    report = Report(language_of(door.request.headers.get("accept-language", "")) == CHINESE)
    try:
        async for reads in in_chunks(read_lines(door.request, RegisterCase), LINES_AT_ONCE):
            await _take_chunk(door, idempotency_key, reads, report)
            report.lines_done = reads[-1].number
    except Unavailable as problem:
        counts = report.answer().model_dump(include={"accepted", "repeated", "refused"})
        problem.extra.update(counts, lines_done=report.lines_done)
        raise
    return door.answer(report.answer())


async def _take_chunk(door: Door, key: str | None, reads: Sequence[Read[RegisterCase]], report: Report) -> None:
    lines = await _drafted(door, reads, report)
    if not lines:
        return
    once = None if key is None else Once((_scope(door), f"{key}#{reads[0].number}"), fingerprint_of(reads))
    try:
        report.take(await _commit(door, lines, once))
    except Problem:
        raise
    except Exception:
        # One line that nobody foresaw must not cost the others their registration.
        logger.exception("chunk taken line by line", extra={"count": len(lines)})
        await _take_singly(door, lines, once, report)


async def _drafted(door: Door, reads: Sequence[Read[RegisterCase]], report: Report) -> list[DraftedLine]:
    """The good lines as drafts; the others are noted."""
    # A long batch goes on for minutes: its later lines are registered later.
    now = door.runtime.clock.now()
    shelved = door.runtime.door_database.packs.current(now)
    desk = Desk(door.principal, door.scope, door.right, shelved, door.runtime.vault, now)
    numbers = await take_numbers(door.runtime.door_database, shelved, now, len(reads))
    lines: list[DraftedLine] = []
    for read, case_no in zip(reads, numbers, strict=True):
        if read.value is None:
            report.refuse(read.number, None, read.errors)
            continue
        try:
            check(desk, read.value)
            lines.append((read.number, draft_case(desk, read.value, case_no)))
        except Unavailable:
            raise
        except Problem as problem:
            report.refuse(read.number, read.value.ref, _named(problem))
    return lines


async def _commit(door: Door, lines: Sequence[DraftedLine], once: Once | None) -> tuple[TakenLine, ...]:
    reach = reach_of(door.principal, door.right)
    drafts = [draft for _, draft in lines]
    return await door.runtime.commit.run(
        lambda session: take_lines(session, lines, reach, once),
        now=drafts[0].event.registered_at,
        keys=source_keys(drafts),
        answer_key=None if once is None else once.key,
        traceparent=current_traceparent(),
    )


async def _take_singly(door: Door, lines: Sequence[DraftedLine], once: Once | None, report: Report) -> None:
    taken: list[TakenLine] = []
    for number, draft in lines:
        try:
            taken += await _commit(door, [(number, draft)], None)
        except Problem:
            raise
        except Exception:
            logger.exception("line not taken", extra={"case_id": draft.event.case_id})
            wrong = FieldError("line", "could not be stored; the office was told", "无法保存，已记录")
            report.refuse(number, draft.ref, [wrong])
    report.take(taken)

    async def keep(session: Session) -> None:
        keep_taken(session, taken, once)

    await door.run(keep)


def _scope(door: Door) -> str:
    return f"{door.runtime.service} batch {door.principal.subject}"


def _named(problem: Problem) -> Sequence[FieldError]:
    return problem.fields or (FieldError("line", str(problem), problem.detail_zh or problem.title_zh),)
