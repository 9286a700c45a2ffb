"""The ledger of visits as it is asked for."""

from typing import Annotated

from pydantic import Field

from libs.common.web.cursors import CursorText
from libs.common.web.fields import AreaCode, Day, LookReason, RequestBody
from libs.common.web.printing import SheetForm

LONGEST_SPAN = 366
MOST_VISITS = 2_000


class LedgerQuery(RequestBody):
    """Of which area and days, as what, and which page of it."""

    area_code: Annotated[AreaCode, Field(description="The community, or another area, and all inside it")]
    from_day: Day
    until_day: Annotated[Day, Field(description=f"At most {LONGEST_SPAN} days in all")]
    format: SheetForm = SheetForm.HTML
    limit: Annotated[int, Field(ge=1, le=MOST_VISITS, description="Visits of one page")] = 500
    cursor: Annotated[CursorText, Field(description="The answer before had it as `Next-Cursor`")] = None


class LedgerInClear(LedgerQuery):
    """The same with heads and doors, and why they are needed: each household is a look on the record."""

    limit: Annotated[int, Field(strict=True, ge=1, le=MOST_VISITS, description="Visits of one page")] = 500
    reason: LookReason
