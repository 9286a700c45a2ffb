"""What a registration tells of the order from above 上级交办 that it came by."""

from pydantic import BaseModel, ConfigDict

from libs.common.events.base import Moment


class UpperOrder(BaseModel):
    """An order from above (上级交办): the body above, its number, and its deadline if it names one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    body: str
    """交办单位: a county's or a province's office, in words; never a person."""
    number: str
    """上级编号: of one body each number is one order."""
    due_at: Moment | None = None
    """Until when it wants its answer (上级时限); None: it names no time."""
