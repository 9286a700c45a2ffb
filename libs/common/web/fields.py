"""Types of the fields of requests and answers: what each may hold is said once, and stands in the OpenAPI document too.

A wrong value is answered in English and Chinese and never repeated. Numbers and flags are strict: ``"5"`` is no number.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from libs.common.errors import invalid

FUTURE_TOLERANCE = timedelta(minutes=2)
"""How far another machine's clock may run ahead of ours."""

FEWEST_LETTERS = 5
"""Different ones in the reason of a look at an identity."""

_EARLIEST_YEAR, _LATEST_YEAR = 1970, 2199
_MOMENT = r"^(19[7-9]\d|2[01]\d\d)-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-](0\d|1[0-4]):[0-5]\d)$"
_LONG_NUMBER = re.compile("[0-9]{11}")
_CONTROLS = "\\u0000-\\u001f\\u007f-\\u009f"
_CONTROLS_BUT_BREAKS = "\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f"
_is_moment = re.compile(_MOMENT, re.ASCII).search
_is_day = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$").search
_control = re.compile(f"[{_CONTROLS}]").search
_control_but_break = re.compile(f"[{_CONTROLS_BUT_BREAKS}]").search


class RequestBody(BaseModel):
    """Base of every request body: an unknown field is refused, so that a misspelt one is never silently lost."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class AnswerBody(BaseModel):
    """Base of every answer. One with a ``version`` is sent with it as ETag."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def fault(code: str, message: str, message_zh: str) -> PydanticCustomError:
    """The error for a validator to raise, in both languages; braces in the messages must be doubled."""
    return PydanticCustomError(code, message, {"zh": message_zh})


def _cleaned(text: object, *, breaks: bool) -> object:
    if not isinstance(text, str):
        return text
    if text.isascii() and text.isprintable():
        return text.strip()
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n") if breaks else text).strip()
    if (_control_but_break if breaks else _control)(normal):
        raise fault("control_character", "must not contain control characters", "不得包含控制字符")
    return normal


def _clean_line(text: object) -> object:
    return _cleaned(text, breaks=False)


def _clean_text(text: object) -> object:
    return _cleaned(text, breaks=True)


def _visible(controls: str) -> dict[str, str]:
    return {"pattern": f"^[^{controls}]*[^\\s{controls}][^{controls}]*$"}


def _moment_text(value: object) -> object:
    """Only RFC 3339 text: pydantic itself would also take a number of seconds, or milliseconds, by its size."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _is_moment(value):
        raise fault("moment", "must be an RFC 3339 time with its zone", "须为带时区的 RFC 3339 时间")
    return value


def _day_text(value: object) -> object:
    """Only a date as text: pydantic itself would also take a number of seconds, or of days."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _is_day(value):
        raise fault("day", "must be a day such as 2026-03-03", "须为日期，如 2026-03-03")
    return value


def _moment_in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


CaseId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
    Field(description="Case id (诉求件编号), a UUID in lower case", examples=["01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01"]),
]
Uuid = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
    Field(description="A UUID in lower case", examples=["01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01"]),
]
AreaCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{12}([0-9]{3})?$"),
    Field(description="Area code (区域代码): 12 digits, 15 for a grid", examples=["999001101000"]),
]
UnitCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z0-9-]{0,39}$"),
    Field(description="Unit code (单位代码)", examples=["D-WATER"]),
]
CategoryCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{2}([0-9]{2}){0,2}$"),
    Field(description="Category code (类别代码): 2, 4 or 6 digits", examples=["0101"]),
]


def _is_no_number_of_a_person(text: str) -> str:
    if _LONG_NUMBER.search(text):
        message = "must not hold eleven digits in a row: it would look like a phone, an ID number or a place"
        raise fault("long_number", message, "不得含连续十一位数字，以免与电话、证件号或区划代码混淆")
    return text


StaffId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"),
    AfterValidator(_is_no_number_of_a_person),
    Field(
        description="The office's own number of a person (人员编号); it travels, so no phone and no ID number",
        examples=["S-0012"],
    ),
]
SourceName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$"),
    Field(description="Name of an outside system (来源系统)", examples=["hotline-12345"]),
]
ExternalId = Annotated[
    str,
    StringConstraints(pattern=r"^[!-~]{1,128}$"),
    Field(description="The number that another system gave (外部编号): visible ASCII", examples=["GD202601010001"]),
]

Digest = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(description="SHA-256 of a file of the case (附件摘要)", examples=["ab" * 32]),
]
ShortText = Annotated[
    str,
    BeforeValidator(_clean_line),
    StringConstraints(min_length=1, max_length=200),
    Field(description="One line, 1 to 200 characters", json_schema_extra=dict(_visible(_CONTROLS))),
]
LongText = Annotated[
    str,
    BeforeValidator(_clean_text),
    StringConstraints(min_length=1, max_length=8_000),
    Field(description="Text, 1 to 8000 characters", json_schema_extra=dict(_visible(_CONTROLS_BUT_BREAKS))),
]
Reason = Annotated[
    str,
    BeforeValidator(_clean_text),
    StringConstraints(min_length=2, max_length=1_000),
    Field(description="Why (理由), 2 to 1000 characters", json_schema_extra=dict(_visible(_CONTROLS_BUT_BREAKS))),
]


def _says_why(text: str) -> str:
    """Refuse what is typed to fill the field: too few different letters, as a sign that is repeated."""
    if len({sign for sign in text if sign.isalpha()}) < FEWEST_LETTERS:
        message = f"must say why in words: at least {FEWEST_LETTERS} different letters"
        raise fault("no_reason", message, f"须说明具体理由，至少含 {FEWEST_LETTERS} 个不同的文字")
    return text


LookReason = Annotated[
    str,
    BeforeValidator(_clean_text),
    StringConstraints(min_length=10, max_length=1_000),
    AfterValidator(_says_why),
    Field(
        description="Why somebody looks (查看理由), 10 to 1000 characters with at least 5 different letters",
        json_schema_extra=dict(_visible(_CONTROLS_BUT_BREAKS)),
    ),
]

Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_moment_text),
    AfterValidator(_moment_in_utc),
    Field(description="RFC 3339 time with its zone; kept in UTC", json_schema_extra={"pattern": _MOMENT}),
]
Day = Annotated[
    date,
    BeforeValidator(_day_text, json_schema_input_type=date),
    Field(description="The place's day, such as 2026-03-03", examples=["2026-03-03"]),
]
PastMoment = Annotated[
    Moment, Field(description="RFC 3339 time with its zone, not in the future; the action asks `not_in_future`")
]

FileDigest = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(description="SHA-256 of a file of the case (附件摘要)", examples=["ab" * 32]),
]
Evidence = Annotated[tuple[FileDigest, ...], Field(max_length=50, description="Files of the case (佐证附件)")]

Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0, le=2_147_483_647)]
Version = Annotated[int, Field(strict=True, ge=0, le=2_147_483_647, description="Grows by one with every change")]


def not_in_future(moment: datetime, now: datetime, field: str) -> datetime:
    """The moment itself; Invalid when it lies more than two minutes after ``now``."""
    if moment > now + FUTURE_TOLERANCE:
        raise invalid(field, "must not be in the future", "不得晚于当前时间")
    return moment
