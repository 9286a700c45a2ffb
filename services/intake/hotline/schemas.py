"""What a hotline platform sends."""

from typing import Annotated, Literal

from pydantic import Field

from libs.common.events.terms import Channel
from libs.common.web.fields import ExternalId
from services.intake.cases.schemas import RegisterCase


class HotlineOrder(RegisterCase):
    """An order of a hotline (热线工单): a registration with the platform's own number, by which it is known again."""

    channel: Annotated[Literal[Channel.HOTLINE], Field(description="Nothing else comes this way")] = Channel.HOTLINE
    source_no: ExternalId
