"""What is wrong with a field, as a plain sentence in English and Chinese. What the caller sent is never repeated."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from libs.common.errors import FieldError

_PLACES = ("body", "query", "path", "header", "cookie")
_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,64}")
_LONGEST_PATH = 12
_MOST_DIGITS = 6
"""In a name that the caller made up: more may be somebody's number."""

_DEFAULT = ("is not valid", "无效")

# Texts for pydantic's error types; {braces} are filled from the error's context, which holds limits, not input.
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "missing": ("is required", "必填"),
    "extra_forbidden": ("is not a known field", "未知字段"),
    "none_required": ("must be null", "须为 null"),
    "string_type": ("must be text", "须为文本"),
    "string_unicode": ("must be valid Unicode text", "须为有效的 Unicode 文本"),
    "string_too_short": ("must have at least {min_length} characters", "至少 {min_length} 个字符"),
    "string_too_long": ("must have at most {max_length} characters", "最多 {max_length} 个字符"),
    "string_pattern_mismatch": ("does not have the right form", "格式不正确"),
    "int_type": ("must be a whole number", "须为整数"),
    "int_parsing": ("must be a whole number", "须为整数"),
    "int_parsing_size": ("is too large a number", "数值过大"),
    "int_from_float": ("must be a whole number", "须为整数"),
    "float_type": ("must be a number", "须为数字"),
    "float_parsing": ("must be a number", "须为数字"),
    "finite_number": ("must be a finite number", "须为有限数值"),
    "decimal_type": ("must be a decimal number", "须为十进制数"),
    "decimal_parsing": ("must be a decimal number", "须为十进制数"),
    "decimal_max_digits": ("has too many digits", "位数过多"),
    "decimal_max_places": ("has too many decimal places", "小数位数过多"),
    "bool_type": ("must be true or false", "须为 true 或 false"),
    "bool_parsing": ("must be true or false", "须为 true 或 false"),
    "greater_than": ("must be more than {gt}", "须大于 {gt}"),
    "greater_than_equal": ("must be {ge} or more", "须不小于 {ge}"),
    "less_than": ("must be less than {lt}", "须小于 {lt}"),
    "less_than_equal": ("must be {le} or less", "须不大于 {le}"),
    "multiple_of": ("must be a multiple of {multiple_of}", "须为 {multiple_of} 的倍数"),
    "enum": ("must be one of: {expected}", "须为以下之一：{expected}"),
    "literal_error": ("must be one of: {expected}", "须为以下之一：{expected}"),
    "union_tag_invalid": ("must name one of: {expected_tags}", "类型须为以下之一：{expected_tags}"),
    "union_tag_not_found": ("must say of which kind it is", "须注明类型"),
    "list_type": ("must be a list", "须为列表"),
    "set_type": ("must be a list", "须为列表"),
    "tuple_type": ("must be a list", "须为列表"),
    "too_short": ("must have at least {min_length} items", "至少 {min_length} 项"),
    "too_long": ("must have at most {max_length} items", "最多 {max_length} 项"),
    "dict_type": ("must be an object", "须为对象"),
    "model_type": ("must be an object", "须为对象"),
    "model_attributes_type": ("must be an object", "须为对象"),
    "date_type": ("must be a date such as 2026-01-31", "须为日期，如 2026-01-31"),
    "date_parsing": ("must be a date such as 2026-01-31", "须为日期，如 2026-01-31"),
    "date_from_datetime_parsing": ("must be a date such as 2026-01-31", "须为日期，如 2026-01-31"),
    "date_from_datetime_inexact": ("must be a date without a time", "须为不带时间的日期"),
    "datetime_type": ("must be an RFC 3339 time with its zone", "须为带时区的 RFC 3339 时间"),
    "datetime_parsing": ("must be an RFC 3339 time with its zone", "须为带时区的 RFC 3339 时间"),
    "datetime_from_date_parsing": ("must be an RFC 3339 time with its zone", "须为带时区的 RFC 3339 时间"),
    "datetime_object_invalid": ("must be an RFC 3339 time with its zone", "须为带时区的 RFC 3339 时间"),
    "timezone_aware": ("must carry a time zone", "须带时区"),
    "uuid_type": ("must be a UUID", "须为 UUID"),
    "uuid_parsing": ("must be a UUID", "须为 UUID"),
    "url_type": ("must be a web address", "须为网址"),
    "url_parsing": ("must be a web address", "须为网址"),
    "url_scheme": ("must be a web address", "须为网址"),
    "json_invalid": ("is not valid JSON", "不是有效的 JSON"),
}


def field_errors(errors: Sequence[Any]) -> list[FieldError]:
    """Each of pydantic's errors as a named field with its sentence."""
    return [FieldError(_field(error.get("loc", ())), *_sentence(error)) for error in errors]


def _sentence(error: Mapping[str, Any]) -> tuple[str, str]:
    context = error.get("ctx") or {}
    if "zh" in context:
        return str(error["msg"]), str(context["zh"])
    kind = error["type"]
    # A text that was cleaned before its length is checked is a "Value" to pydantic.
    kind = f"string_{kind}" if context.get("field_type") == "Value" else kind
    english, chinese = _SENTENCES.get(kind, _DEFAULT)
    try:
        return english.format(**context), chinese.format(**context)
    except (KeyError, IndexError):
        return _DEFAULT


def _field(place: Sequence[object]) -> str:
    """``items/3/title``. A name that the caller made up is shown only when it looks like a name at all."""
    parts = list(place[1:] if place and place[0] in _PLACES and len(place) > 1 else place)
    return "/".join(_shown(part) for part in parts[:_LONGEST_PATH]) or "body"


def _shown(part: object) -> str:
    text = str(part)
    if isinstance(part, int):
        return text
    digits = sum(map(str.isdigit, text))
    return text if _NAME.fullmatch(text) and digits < len(text) and digits <= _MOST_DIGITS else "?"
