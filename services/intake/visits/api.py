"""``/visits``: what happened at a household's door (走访), what was raised there, and what becomes of the record."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from libs.common import visit_metrics
from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.rules.versions import ANY_VERSION, ExpectedVersion
from libs.common.security.policy import has_right
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door, needs
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.intake import rights
from services.intake.cases.actions.numbers import take_numbers
from services.intake.cases.actions.prepare import source_keys
from services.intake.cases.api.callers import desk_of
from services.intake.raised.actions.drafting import become_cases
from services.intake.visits.actions import changing, recording, showing
from services.intake.visits.actions.preparing import open_home, ready
from services.intake.visits.schemas import (
    AskVoiding,
    CorrectVisit,
    DecideVoiding,
    RecordVisit,
    VisitChangeItem,
    VisitId,
    VisitItem,
    VisitOut,
    VisitQuery,
    VisitWordsOut,
)

router = APIRouter(prefix="/v1/visits", tags=["visits 走访"])

words_router = APIRouter(prefix="/v1/visit-words", tags=["visits 走访"])

InPath = Annotated[VisitId, Path()]
Reads = Annotated[Door, needs(rights.READ_VISITS)]
Corrects = Annotated[Door, needs(rights.CORRECT_VISIT)]


@router.post("", response_model=VisitOut, status_code=201)
async def record_visit(
    body: RecordVisit, door: Annotated[Door, needs(rights.RECORD_VISIT)], once: IdempotencyKey
) -> Response:
    """A visit as it was made (走访登记), with the cases that it becomes. The same `visit_id` again is the same visit.

    A visit within the gap is refused with 409 naming the first; one on the same day is kept as its duplicate.
    """
    vault, database = door.runtime.vault, door.runtime.door_database
    home = await door.read(lambda session: open_home(session, door.scope, body.household_id, vault))
    desk, many = desk_of(door), len(become_cases(body.matters))
    numbers = await take_numbers(database, desk.shelved, desk.now, many) if many else []
    visit = ready(desk, body, home, numbers, database.staff)
    new: list[VisitOut] = []

    async def act(session: Session) -> VisitOut:
        made = await recording.record(session, _asked(door), door.principal, visit, vault)
        new[:] = [made] if recording.is_new(session, made.visit_id) else []
        return made

    answer = await door.write(
        act,
        once,
        keys=source_keys([*visit.drafts.values()]),
        location=lambda made: f"/intake/v1/visits/{made.visit_id}",
    )
    for made in new:
        visit_metrics.VISITS_TOTAL.labels(Service.INTAKE, made.outcome.value).inc()
    return answer


@words_router.get("", response_model=VisitWordsOut)
async def visit_words(door: Reads) -> Response:
    """What can be said of a visit: purposes, materials, topics and findings of the pack, and its night hours."""

    async def find(session: Session) -> VisitWordsOut:
        return showing.words(session)

    return door.answer(await door.read(find))


@router.get("", response_model=Page[VisitItem])
async def list_visits(query: Annotated[VisitQuery, Query()], door: Reads) -> Response:
    """Visits to households within your reach, newest first."""
    return door.answer(await door.read(lambda session: showing.page(session, door.scope, query)))


@router.get("/{visit_id}", response_model=VisitOut)
async def one_visit(visit_id: InPath, door: Reads) -> Response:
    """One visit, words masked."""
    return door.answer(await door.read(lambda session: showing.one(session, door.scope, visit_id)))


@router.get("/{visit_id}/changes", response_model=Page[VisitChangeItem])
async def list_visit_changes(visit_id: InPath, query: Annotated[PageQuery, Query()], door: Reads) -> Response:
    """What became of its record (走访变动记录), each step with what it was before."""
    return door.answer(await door.read(lambda session: showing.changes(session, door.scope, visit_id, query)))


@router.post("/{visit_id}/correction", response_model=VisitOut)
async def correct_visit(
    visit_id: InPath, body: CorrectVisit, door: Corrects, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """Correct its record (走访更正): who made or entered it, on that day; later somebody else who oversees visits."""
    asked, vault, oversees = _asked(door, expected), door.runtime.vault, _oversees(door)
    return await door.write(
        lambda session: changing.correct(session, asked, visit_id, body, vault, oversees=oversees), once
    )


@router.post("/{visit_id}/voiding", response_model=VisitOut)
async def ask_voiding(
    visit_id: InPath, body: AskVoiding, door: Corrects, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """Say that it never was (申请作废). It counts until somebody else has confirmed that."""
    asked, vault, oversees = _asked(door, expected), door.runtime.vault, _oversees(door)
    return await door.write(
        lambda session: changing.ask_voiding(session, asked, visit_id, body, vault, oversees=oversees), once
    )


@router.post("/{visit_id}/voiding/decision", response_model=VisitOut)
async def decide_voiding(
    visit_id: InPath,
    body: DecideVoiding,
    door: Annotated[Door, needs(rights.VOID_VISIT)],
    expected: IfMatch,
    once: IdempotencyKey,
) -> Response:
    """Confirm or refuse it (确认作废); 409 for whoever made the visit, wrote it down or asked that it is void."""
    asked, vault = _asked(door, expected), door.runtime.vault
    return await door.write(lambda session: changing.decide_voiding(session, asked, visit_id, body, vault), once)


def _asked(door: Door, expected: ExpectedVersion = ANY_VERSION) -> Request:
    return Request(door.actor, door.scope, expected)


def _oversees(door: Door) -> bool:
    return has_right(door.principal, rights.VOID_VISIT)
