"""Where is my complaint? Lists, one case, its timeline."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.case_numbers import LENGTHS, is_case_number
from libs.common.database.session import Session
from libs.common.errors import NotFound, invalid
from libs.common.events.people import accused_staff, accused_units
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door, needs
from libs.common.web.fields import CaseId
from services.intake import rights
from services.intake.cases.actions.requester import shown_requester
from services.intake.cases.actions.veiling import veil_of, veiled, veiled_entry
from services.intake.cases.queries.reading import (
    IN_ORDER,
    NEWEST_FIRST,
    CaseFilter,
    WholeCase,
    find_case,
    find_whole,
    list_cases,
    list_timeline,
    said_since,
)
from services.intake.cases.schemas import CaseItem, CaseList, CaseOut, CaseReference, TimelineItem, status_zh
from services.intake.cases.tables import Case, Supplement, TimelineEntry, working_unit_of

router = APIRouter(prefix="/v1", tags=["cases 诉求件"])


@router.get("/cases", response_model=Page[CaseItem])
async def get_cases(chosen: Annotated[CaseList, Query()], door: Annotated[Door, needs(rights.LIST)]) -> Response:
    """Cases within your reach, newest first."""
    packs = door.runtime.door_database.packs
    undivided = chosen.category_code is not None and packs.is_undivided(chosen.category_code)
    narrowed = CaseFilter(**chosen.model_dump(exclude={"cursor", "limit"}), undivided=undivided)
    own = door.principal.own_units
    rows = await door.read(lambda session: list_cases(session, door.scope, narrowed, chosen.cursor, chosen.limit, own))

    def item(row: Case) -> CaseItem:
        return veiled(_item(row), veil_of(door, row))

    return door.answer(NEWEST_FIRST.page(rows, chosen.limit, item, by_key=bool(own)))


@router.get("/cases/{reference}", response_model=CaseOut)
async def get_case(reference: CaseReference, door: Annotated[Door, needs(rights.READ)]) -> Response:
    """One case by its id or its number, with its requester masked for those who may know."""
    if len(reference) in LENGTHS and not is_case_number(reference):
        raise invalid("reference", "its check digit is wrong: a digit was mistaken", "校验位不符，请核对编号")

    async def query(session: Session) -> CaseOut:
        whole = await find_whole(session, door.scope, reference)
        if whole is None:
            raise NotFound
        shown = _shown(door, whole, await said_since(session, whole.case.case_id))
        return veiled(shown, veil_of(door, whole.case))

    return door.answer(await door.read(query))


@router.get("/cases/{case_id}/timeline", response_model=Page[TimelineItem])
async def get_timeline(
    case_id: CaseId, page: Annotated[PageQuery, Query()], door: Annotated[Door, needs(rights.READ_TIMELINE)]
) -> Response:
    """Everything that happened to a case (办理纪实), oldest first."""

    async def query(session: Session) -> tuple[Case, Sequence[TimelineEntry]]:
        case = await find_case(session, door.scope, case_id)
        if case is None:
            raise NotFound
        by_key = veil_of(door, case) is not None
        return case, await list_timeline(session, case_id, page.cursor, page.limit, by_key=by_key)

    case, rows = await door.read(query)
    veil, own = veil_of(door, case), door.principal.own_units

    def entry(row: TimelineEntry) -> TimelineItem:
        return veiled_entry(_entry(row), veil, own)

    return door.answer(IN_ORDER.page(rows, page.limit, entry, by_key=veil is not None))


def _item(row: Case) -> CaseItem:
    hidden = {"accused_unit", "also_accused", "delegate_unit", "notice"}
    return CaseItem(
        status_zh=status_zh(row.status), working_unit=working_unit_of(row), **row.model_dump(exclude=hidden)
    )


def _shown(door: Door, whole: WholeCase, since: Sequence[Supplement]) -> CaseOut:
    case = whole.case
    kept = {name: getattr(case, name) for name in CaseOut.model_fields if hasattr(case, name)}
    return CaseOut(
        **kept,
        status_zh=status_zh(case.status),
        text=whole.wording.text,
        supplements=tuple(row.text for row in since if row.what == "supplemented"),
        requester=shown_requester(door.principal, whole, door.runtime.vault),
        requester_erased_at=None if whole.key is None else whole.key.destroyed_at,
        working_unit=working_unit_of(case),
        accused_units=accused_units(case),
        accused_staff=accused_staff(case),
    )


def _entry(row: TimelineEntry) -> TimelineItem:
    return TimelineItem(status_zh=status_zh(row.status), **row.model_dump(exclude={"id", "case_id"}))
