"""The error tree. An error knows its HTTP status, its stable type, both languages, and whether trying again helps.

Problem                what is wrong with a request; changes nothing
├── BadRequest 400     cannot be read at all
├── Unauthenticated 401
├── Forbidden 403      the right itself is missing
├── NotFound 404       is not there, or may not be seen
├── Conflict 409       not in this state
├── StaleVersion 412   If-Match names an older version
├── TooLarge 413
├── Invalid 422        a field is wrong; names it
├── MissingPrecondition 428
└── Unavailable 503    try again later
Permanent              an event that can never be applied as the code stands: parked at once
Overtaken              somebody else did the same work first: roll back and look again
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: where it is (``area_code``, ``items/3/title``) and why, in both languages."""

    field: str
    message: str
    message_zh: str


class Problem(Exception):
    """Base of everything that is answered as ``application/problem+json`` (RFC 9457)."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong on our side"
    title_zh: ClassVar[str] = "系统内部错误"

    def __init__(
        self,
        detail: str = "",
        detail_zh: str = "",
        *,
        fields: Sequence[FieldError] = (),
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.detail_zh = detail_zh or detail
        self.fields = tuple(fields)
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})


class BadRequest(Problem):
    status, type = 400, "bad-request"
    title, title_zh = "The request cannot be read", "请求无法解析"


class Unauthenticated(Problem):
    status, type = 401, "unauthenticated"
    title, title_zh = "A valid token is needed", "需要有效的访问令牌"


class Forbidden(Problem):
    status, type = 403, "forbidden"
    title, title_zh = "Your role does not have this right", "您的角色没有此项权限"


class NotFound(Problem):
    status, type = 404, "not-found"
    title, title_zh = "There is no such thing, or you may not see it", "不存在或无权查看"


class Conflict(Problem):
    status, type = 409, "conflict"
    title, title_zh = "Not possible in the present state", "当前状态不允许此操作"


class StaleVersion(Problem):
    status, type = 412, "stale-version"
    title, title_zh = "It has changed since you read it", "数据已被他人更新"


class TooLarge(Problem):
    status, type = 413, "too-large"
    title, title_zh = "The body is too large", "请求内容过大"


class Invalid(Problem):
    status, type = 422, "invalid"
    title, title_zh = "A field is not valid", "字段校验未通过"


class MissingPrecondition(Problem):
    status, type = 428, "precondition-required"
    title, title_zh = "If-Match with the version you read is needed", "需要 If-Match 版本号"


class Unavailable(Problem):
    status, type = 503, "unavailable"
    title, title_zh = "Not available just now; try again", "服务暂不可用，请稍后重试"


class Permanent(Exception):
    """An event that cannot be applied however often it is tried; it is parked at once with this reason."""


class Overtaken(Exception):
    """Somebody else did the same work first (a twin, or a reader that took over): roll back and look again."""


def invalid(field: str, message: str, message_zh: str) -> Invalid:
    """A 422 that names one field."""
    return Invalid(message, message_zh, fields=[FieldError(field, message, message_zh)])
