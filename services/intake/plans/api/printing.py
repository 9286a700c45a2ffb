"""``/plans/{plan_id}/sheet``: a team's sheet of a day (走访单) to print or to go on with in a spreadsheet."""

from pathlib import Path as File
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from libs.common.bus.flow import Service
from libs.common.rules.requests import Request
from libs.common.web.door import Door, needs
from libs.common.web.frame import Frame
from libs.common.web.looks import Looks
from libs.common.workbooks import xlsx_of
from services.intake import rights
from services.intake.plans.actions import printing
from services.intake.plans.actions.printing import PrintedSheet
from services.intake.plans.labels import ABOUT, BY_HAND, COLUMNS, CONFIDENTIAL, MASKED, SHEET, WIDTHS
from services.intake.plans.schemas import PlanId, PrintInClear, PrintQuery, SheetForm

router = APIRouter(prefix="/v1/plans", tags=["plans 走访排期"])

InPath = Annotated[PlanId, Path()]
_LOOKS = Looks(Service.INTAKE)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_A_SHEET: dict[int | str, dict[str, Any]] = {
    200: {"description": "The sheet", "content": {"text/html": {"schema": {"type": "string"}}, _XLSX: _BYTES}}
}
_FRAME = Frame(File(__file__).parents[1] / "templates", Cache_Control="no-store", X_Robots_Tag="noindex")


@router.get("/{plan_id}/sheet", response_class=Response, responses=_A_SHEET)
async def print_sheet(
    plan_id: InPath, query: Annotated[PrintQuery, Query()], door: Annotated[Door, needs(rights.READ_ROUNDS)]
) -> Response:
    """A team's sheet of a day (走访单) in walking order, with empty fields to fill by hand; heads and doors hidden."""
    vault = door.runtime.vault
    found = await door.read(lambda session: printing.masked_sheet(session, door.scope, plan_id, query, vault))
    return _answered(found, query)


@router.post("/{plan_id}/sheet", response_class=Response, responses=_A_SHEET | {429: {}})
async def print_sheet_in_clear(
    plan_id: InPath,
    body: PrintInClear,
    door: Annotated[Door, needs(rights.READ_ROUNDS)],
    _: Annotated[Door, needs(rights.REVEAL_HOUSEHOLD)],
) -> Response:
    """The same with heads and doors, for whoever may look at them; each household is a look on the record.

    429 when the person, by all accounts together, has looked as often within an hour as the office allows, one sheet
    counting once, or would have more than 2,000 households in tables and sheets of an hour.
    """
    asked, runtime = Request(door.actor, door.scope), door.runtime
    found = await _LOOKS.show_many(
        door,
        lambda session: printing.clear_sheet(session, asked, plan_id, body, runtime.vault, runtime.looks_per_hour),
    )
    return _answered(found, body)


def _answered(found: PrintedSheet, query: PrintQuery) -> Response:
    note = CONFIDENTIAL if found.in_clear else MASKED
    if query.format is not SheetForm.XLSX:
        words = {"about": ABOUT, "columns": COLUMNS, "by_hand": BY_HAND}
        return _FRAME.page("sheet.html", SHEET, words=words, note=note, sheet=found)
    headers = {
        "Content-Disposition": f'attachment; filename="sheet-{query.on.isoformat()}.xlsx"',
        "Cache-Control": "no-store",
    }
    return Response(_workbook(found, note[0]), media_type=_XLSX, headers=headers)


def _workbook(found: PrintedSheet, note: str) -> bytes:
    """Headings first, so that the table is one to go on with; what it is about stands below it."""
    rows = [[words[0] for words in COLUMNS.values()]]
    rows += [[row.get(name, "") for name in COLUMNS] for row in found.rows]
    rows += [[], *([words[0], found.about[name]] for name, words in ABOUT.items()), [note]]
    return xlsx_of(rows, [*WIDTHS.values()])
