"""``/visit-ledger``: the ledger of visits (走访台账) of a community, to print or to go on with in a spreadsheet."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.bus.flow import Service
from libs.common.rules.requests import Request
from libs.common.web.door import Door, needs
from libs.common.web.looks import Looks
from libs.common.web.printing import A_SHEET, sheet_answer
from services.intake import rights
from services.intake.visit_ledger import actions
from services.intake.visit_ledger.actions import LedgerPage
from services.intake.visit_ledger.labels import CONFIDENTIAL, LEDGER, MASKED
from services.intake.visit_ledger.schemas import LedgerInClear, LedgerQuery

router = APIRouter(prefix="/v1/visit-ledger", tags=["visits 走访"])
_LOOKS = Looks(Service.INTAKE)


@router.get("", response_class=Response, responses=A_SHEET)
async def print_ledger(
    query: Annotated[LedgerQuery, Query()], door: Annotated[Door, needs(rights.READ_VISITS)]
) -> Response:
    """Every visit of an area and a span of days (走访台账), by group and day; households by group and number.

    Void visits stand in none. With more than `limit` visits, `Next-Cursor` of the answer is the `cursor` of the next
    page, whose lines are numbered on.
    """
    return _answered(await door.read(lambda session: actions.without_names(session, door.scope, query)), query)


@router.post("", response_class=Response, responses=A_SHEET | {429: {}})
async def print_ledger_in_clear(
    body: LedgerInClear,
    door: Annotated[Door, needs(rights.READ_VISITS)],
    _: Annotated[Door, needs(rights.REVEAL_HOUSEHOLD)],
) -> Response:
    """The same with heads and doors, for whoever may look at them; each household is a look on the record.

    429 when the person, by all accounts together, has looked as often within an hour as the office allows, one page
    counting once, or would have more than 2,000 households in tables and sheets of an hour.
    """
    asked, runtime = Request(door.actor, door.scope), door.runtime
    found = await _LOOKS.show_many(
        door, lambda session: actions.in_clear(session, asked, body, runtime.vault, runtime.looks_per_hour)
    )
    return _answered(found, body)


def _answered(found: LedgerPage, query: LedgerQuery) -> Response:
    note, name = CONFIDENTIAL if found.sheet.in_clear else MASKED, f"visits-{query.area_code}-{query.from_day}"
    more = {} if found.next_cursor is None else {"Next-Cursor": found.next_cursor}
    return sheet_answer(found.sheet, LEDGER, note, query.format, name, **more)
