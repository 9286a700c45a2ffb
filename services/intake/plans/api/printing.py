"""``/plans/{plan_id}/sheet``: a team's sheet of a day (走访单) to print or to go on with in a spreadsheet."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from libs.common.bus.flow import Service
from libs.common.rules.requests import Request
from libs.common.web.door import Door, needs
from libs.common.web.looks import Looks
from libs.common.web.printing import A_SHEET, PrintedSheet, sheet_answer
from services.intake import rights
from services.intake.plans.actions import printing
from services.intake.plans.labels import CONFIDENTIAL, MASKED, SHEET
from services.intake.plans.schemas import PlanId, PrintInClear, PrintQuery

router = APIRouter(prefix="/v1/plans", tags=["plans 走访排期"])

InPath = Annotated[PlanId, Path()]
_LOOKS = Looks(Service.INTAKE)


@router.get("/{plan_id}/sheet", response_class=Response, responses=A_SHEET)
async def print_sheet(
    plan_id: InPath, query: Annotated[PrintQuery, Query()], door: Annotated[Door, needs(rights.READ_ROUNDS)]
) -> Response:
    """A team's sheet of a day (走访单) in walking order, with empty fields to fill by hand; heads and doors hidden."""
    vault = door.runtime.vault
    found = await door.read(lambda session: printing.masked_sheet(session, door.scope, plan_id, query, vault))
    return _answered(found, query)


@router.post("/{plan_id}/sheet", response_class=Response, responses=A_SHEET | {429: {}})
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
    return sheet_answer(found, SHEET, note, query.format, f"sheet-{query.on.isoformat()}")
