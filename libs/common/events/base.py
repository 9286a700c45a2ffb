"""What every event is: a frozen past fact that names its key and when it happened."""

from datetime import UTC, datetime
from typing import Annotated, ClassVar, NamedTuple

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An instant; in whatever zone it was said, it is kept in UTC."""


class Event(BaseModel):
    """A fact. Fields are only ever added, with defaults: every shape ever shipped decodes for ever."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type_name: ClassVar[str]
    """CloudEvents type, e.g. ``cn.huiyin.case.registered``."""

    occurred_at: Moment

    @property
    def key(self) -> str:
        """What the event is about; events of one key keep their order."""
        raise NotImplementedError


class By(NamedTuple):
    """Who asked for something: an account, the unit that it acts for if any, and the member of staff if it is known."""

    account: str
    unit_code: str | None
    staff_id: str | None = None


class SaidByHand(Event):
    """A fact that a person may have brought about.

    All are None in what followed from an event or a clock, and in events from before it was told.
    """

    by: str | None = None
    """The account, never a citizen."""
    by_unit: str | None = None
    """The unit that it acts for."""
    by_staff: str | None = None
    """The member of staff whose account it is (人员编号), where the token says so."""


class Cause(NamedTuple):
    """An event by its identity: as whose how-manieth word about its key it was said. ``event_id`` names it anywhere."""

    source: str
    stream: str
    key: str
    seq: int
    event_id: str
