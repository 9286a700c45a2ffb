"""What every event is: a frozen past fact that names its key and when it happened."""

from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Event(BaseModel):
    """A fact. Fields are only ever added, with defaults: every shape ever shipped decodes for ever."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type_name: ClassVar[str]
    """CloudEvents type, e.g. ``cn.huiyin.case.registered``."""

    occurred_at: AwareDatetime

    @property
    def key(self) -> str:
        """What the event is about; events of one key keep their order."""
        raise NotImplementedError
