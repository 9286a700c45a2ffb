"""What signing in takes and answers. A password, a code or a token stands in a body, never in an address."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from libs.common.security.principal import Role
from libs.common.web.fields import AnswerBody, Flag, RequestBody, StaffId, UnitCode
from services.dispatch.accounts.actions.tokens import TOKEN_PATTERN
from services.dispatch.accounts.domain.passwords import LONGEST
from services.dispatch.accounts.domain.steps import Step

SessionId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
    Field(description="Session (登录会话), a UUID in lower case"),
]
SessionTokenText = Annotated[
    str,
    StringConstraints(pattern=TOKEN_PATTERN),
    Field(description="The session's present token (会话令牌), as it was answered last; each is good once"),
]
Name = Annotated[
    str, Field(min_length=1, max_length=64, description="Staff number or phone (人员编号或手机号)", examples=["S-1001"])
]
Password = Annotated[str, Field(min_length=1, max_length=2 * LONGEST, description="密码")]
Code = Annotated[
    str,
    Field(min_length=6, max_length=16, description="Six digits of the app, or a recovery code (动态验证码或恢复码)"),
]


class NameAndPassword(RequestBody):
    """Who, and the password."""

    name: Name
    password: Password


class ShowCode(RequestBody):
    """The second factor."""

    session_token: SessionTokenText
    code: Code


class ChangeFirst(RequestBody):
    """A password of one's own in place of the first one."""

    session_token: SessionTokenText
    new_password: Password


class GoOn(RequestBody):
    """Renew; with a unit, from now on for that one."""

    session_token: SessionTokenText
    unit_code: UnitCode | None = None


class ShowToken(RequestBody):
    """The session alone."""

    session_token: SessionTokenText


class ChangePassword(RequestBody):
    """The old password and the new one."""

    old_password: Password
    new_password: Password


class OwnCode(RequestBody):
    """A code of the second factor."""

    code: Code


class MakeAccount(RequestBody):
    """For whom, and perhaps the phone to sign in with; it is kept as a keyed digest alone."""

    staff_id: StaffId
    phone: Annotated[str, Field(min_length=3, max_length=40)] | None = None


class GivePassword(RequestBody):
    """A new first password; perhaps for somebody who lost the phone with the second factor, too."""

    without_second_factor: Flag = False


class OfficeOut(AnswerBody):
    """A unit for which the person may act (任职单位), and as what."""

    unit_code: str
    name: str
    roles: tuple[Role, ...]


class EnteredOut(AnswerBody):
    """How far it got. At `done` there is an access token; before, `step` says what is wanted next.

    `session_token` is null where another window of the same browser was given the next one at the same moment.
    """

    step: Step
    staff_id: str
    session_id: str
    unit_code: str | None
    units: tuple[OfficeOut, ...]
    session_token: str | None
    session_ends_at: AwareDatetime
    access_token: str | None
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - how it is sent
    expires_in: int | None


class SecretOut(AnswerBody):
    """What is put into an app: by the link, or typed."""

    secret: str
    uri: str


class RecoveryOut(AnswerBody):
    """Codes for when the phone is lost, each good once. They are shown now and never again."""

    recovery_codes: tuple[str, ...]


class EnrolledOut(RecoveryOut):
    """The same, and how signing in goes on."""

    entered: EnteredOut


class OwnAccountOut(AnswerBody):
    """One's own account."""

    staff_id: str
    name: str
    password_at: AwareDatetime
    second_factor: bool
    recovery_codes_left: int
    units: tuple[OfficeOut, ...]


class StaffSessionOut(AnswerBody):
    """One signing in (登录会话): when, on what kind of device, from which network."""

    session_id: str
    device: str
    network: str
    unit_code: str | None
    begun_at: AwareDatetime
    used_at: AwareDatetime
    ends_at: AwareDatetime
    ended_at: AwareDatetime | None
    this: bool


class EndedOut(AnswerBody):
    """How many sessions were ended."""

    ended: int


class StaffAccountOut(AnswerBody):
    """An account as an administrator sees it (本地账号)."""

    staff_id: str
    name: str | None
    made_at: AwareDatetime
    signed_in_at: AwareDatetime | None
    disabled_at: AwareDatetime | None
    first_password: bool
    second_factor: bool
    has_phone: bool


class FirstPasswordOut(AnswerBody):
    """A first password (初始密码), shown this once, and until when it is good."""

    staff_id: str
    first_password: str
    good_until: AwareDatetime
