"""Events about the county's directory: areas, units, duties, limits, formulas; and its people."""

from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from libs.common.events.base import Event, Moment, SaidByHand


class PackPublished(Event):
    """A county pack version took effect. It travels whole, so that no service ever sees half a version."""

    type_name: ClassVar[str] = "cn.huiyin.directory.pack_published"

    place_code: str
    version: int
    digest: str
    document: dict[str, Any]

    @property
    def key(self) -> str:
        return self.place_code


class RecordedTerm(BaseModel):
    """任期: a post of a unit, from a moment on until, not including, another; open without one.

    ``stand_in_for`` (代理): the member of staff in whose place this one acts.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int
    post_code: str
    unit_code: str
    begins_at: Moment
    ends_at: Moment | None = None
    area_code: str | None = None
    stand_in_for: str | None = None


class StaffRecorded(SaidByHand):
    """The public record of a member of staff (人员) is now this. It travels whole, so that nobody sees half of one.

    The name may travel (责任人公示); how to reach somebody stays in dispatch's vault, of which ``sealed`` is a digest.
    """

    type_name: ClassVar[str] = "cn.huiyin.directory.staff_recorded"

    staff_id: str
    version: int
    name: str
    terms: tuple[RecordedTerm, ...] = ()
    sealed: str | None = None

    @property
    def key(self) -> str:
        return self.staff_id


class AccountStep(StrEnum):
    """What became of an account of a member of staff (账号变动)."""

    MADE = "made"
    PASSWORD_GIVEN = "password_given"  # noqa: S105 - the name of a step
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a step
    SIGNED_IN = "signed_in"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    SESSION_ENDED = "session_ended"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - the name of a step
    TOTP_ON = "totp_on"
    TOTP_OFF = "totp_off"
    DISABLED = "disabled"
    ENABLED = "enabled"


class AccountChanged(SaidByHand):
    """Something became of an account (账号变动). No password, phone, address or token is ever told, nor a failed try:
    of a row of them, that the name has to wait.
    """

    type_name: ClassVar[str] = "cn.huiyin.directory.account_changed"

    staff_id: str
    step: AccountStep
    session_id: str | None = None
    unit_code: str | None = None

    @property
    def key(self) -> str:
        return self.staff_id


class StaffContactRevealed(SaidByHand):
    """Somebody looked at how a member of staff is reached (查看联系方式), and why."""

    type_name: ClassVar[str] = "cn.huiyin.directory.staff_contact_revealed"

    staff_id: str
    look_id: str
    reason: str

    @property
    def key(self) -> str:
        return self.staff_id
