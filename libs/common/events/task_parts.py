"""What an assignment says of the parts that units have beside its lead."""

from pydantic import BaseModel, ConfigDict

from libs.common.events.base import Moment, SaidByHand


class AssignedPart(BaseModel):
    """What one support unit is to do (协办任务), by what measures, until when where somebody named it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    unit_code: str
    what: str
    measures: str = ""
    due_at: Moment | None = None


class NamedParts(SaidByHand):
    """What an event says of those parts."""

    tasks: tuple[str, ...] = ()
    """Names of the tasks that support units have by it."""
    parts: tuple[AssignedPart, ...] = ()
    """What was said of some of them."""
