"""What is said of a clock that was set, and which promises an event sets, passes on and ends."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from libs.common.events.base import Moment
from libs.common.events.terms import DECLARED, Deadline


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


def set_by(event: object) -> list[Deadline]:
    """The promises about a case that an event sets."""
    held = bool(getattr(event, "held", False))
    named = [one for one in _naming("set_by", event) if one.promise.about == "case"]
    return [one for one in named if one.promise.while_held is held]


def passed_on_by(event: object) -> list[Deadline]:
    """Those that it gives to the unit that leads then."""
    return _naming("passed_on_by", event)


def ended_by(event: object) -> list[Deadline]:
    """Those that it keeps or makes void."""
    return [*_naming("kept_by", event), *_naming("void_by", event)]


def _naming(role: str, event: object) -> list[Deadline]:
    return [one for one in DECLARED.values() if type(event).__name__ in getattr(one.promise, role)]
