"""What is sent of an order from above, and what is answered."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from libs.common.events.terms import Channel
from libs.common.web.fields import ExternalId, Moment, ShortText
from services.intake.cases.schemas import Receipt, RegisterCase


class TakeUpperOrder(RegisterCase):
    """An order from above (上级交办): a registration with who gave it, its number there, and its deadline."""

    channel: Annotated[Literal[Channel.UPPER], Field(description="Nothing else comes this way")] = Channel.UPPER
    upper_body: Annotated[
        ShortText, Field(description="The office that gave it (交办单位), not a person", examples=["岳西县信访局"])
    ]
    upper_no: Annotated[
        ExternalId, Field(description="Its number there (上级编号): of one body each number is one order")
    ]
    upper_due_at: Annotated[
        Moment | None,
        Field(
            description="Until when it wants its answer (上级时限), in the future; without it the pack's limit holds"
        ),
    ] = None


class UpperOrderReceipt(Receipt):
    """Where the case of the order stands, and whether it came before (回执)."""

    repeated: Annotated[bool, Field(description="It came before: nothing but its deadline is taken over")]
    deadline_changed: Annotated[bool, Field(description="It came again with another deadline, which holds from now on")]
    upper_due_at: datetime | None
