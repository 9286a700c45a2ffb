"""What is said of a clock that was set."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from libs.common.events.base import Moment
from libs.common.events.terms import Deadline


class SetDeadline(BaseModel):
    """One promise and its clock. ``about`` is the id of what is to be answered by then; empty: the case itself."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    deadline: Deadline
    about: str = ""
    unit_code: str | None
    starts_at: Moment
    warn_at: Moment
    due_at: Moment
    pack_version: int


def alone_or_together(schema: dict[str, Any]) -> None:
    """The schema of an event that has the fields of one such clock, or a list of several."""
    schema["anyOf"] = [schema["properties"]["deadlines"]["items"].copy(), {"required": ["deadlines"]}]
    schema["required"].remove("deadlines")
