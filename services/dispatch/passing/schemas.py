"""What delegates, takes back and raises a case."""

from typing import Annotated

from pydantic import Field

from libs.common.web.fields import Reason, RequestBody, UnitCode
from services.dispatch.routing.schemas import ItemCode


class Delegate(RequestBody):
    """下派: to which unit below, and what for."""

    to_unit: UnitCode
    note: Reason


class Recall(RequestBody):
    """收回下派."""

    note: Reason


class Raise(RequestBody):
    """上报: for which of the pack's reasons, and why in words."""

    reason_code: ItemCode
    note: Reason
    to_unit: Annotated[
        UnitCode | None,
        Field(description="A unit above, or of the pack's next level; else who delegated it, or the nearest above"),
    ] = None
