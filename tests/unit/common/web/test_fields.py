"""Field types: what they take, what they make of it, and that OpenAPI says the same."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from libs.common.errors import Invalid
from libs.common.web.fields import (
    AreaCode,
    CaseId,
    CategoryCode,
    Count,
    ExternalId,
    Flag,
    LongText,
    Moment,
    ShortText,
    UnitCode,
    not_in_future,
)

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (CaseId, "01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01", "01980F5E-2B7C-7C3E-9D2A-4F1F6F6A7B01"),
        (CaseId, "01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01", "01980f5e-2b7c-7c3e-9d2a-4f1f6f6a7b01\n"),
        (AreaCode, "999001101000", "9990011010001"),
        (AreaCode, "999001101201001", "９９９００１１０１０００"),
        (UnitCode, "D-WATER", "d-water"),
        (CategoryCode, "010101", "01011"),
        (ExternalId, "GD-2026/01", "GD 2026"),
        (Count, 5, "5"),
        (Count, 0, -1),
        (Count, 7, True),
        (Count, 2_147_483_647, 2_147_483_648),
        (Flag, True, "true"),
        (Moment, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00"),
        (Moment, "2026-01-01T00:00:00+08:00", 1_767_225_600),
        (Moment, "2026-01-01T00:00:00.123456Z", "1767225600"),
        (Moment, "1970-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        (Moment, "2199-12-31T23:59:59-12:00", "9999-12-31T23:59:59-12:00"),
        (Moment, "2026-02-28T00:00:00Z", "2026-02-30T00:00:00Z"),
        (ShortText, "路灯不亮", "路灯\n不亮"),
        (ShortText, "x" * 200, "x" * 201),
        (ShortText, " x ", "   "),
        (LongText, "第一行\n第二行\t尾", "a\x07b"),
        (LongText, "x", "\x00"),
        (LongText, "x", 5),
    ],
)
def test_takes_what_is_right_and_refuses_what_is_wrong(kind: Any, good: object, bad: object) -> None:
    adapter = TypeAdapter[Any](kind)
    adapter.validate_python(good)
    with pytest.raises(ValidationError):
        adapter.validate_python(bad)


def test_text_is_composed_trimmed_and_its_line_ends_are_one() -> None:
    assert TypeAdapter(LongText).validate_python("  e\u0301\r\n路灯 ") == "é\n路灯"


def test_a_moment_is_kept_in_utc() -> None:
    moment = TypeAdapter(Moment).validate_python("2026-01-01T08:00:00+08:00")
    assert (moment, moment.tzinfo) == (datetime(2026, 1, 1, tzinfo=UTC), UTC)


@given(st.text(max_size=50))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    adapter = TypeAdapter(LongText)
    try:
        once = adapter.validate_python(text)
    except ValidationError:
        return
    assert adapter.validate_python(once) == once


@given(st.from_regex(TypeAdapter(ShortText).json_schema()["pattern"], fullmatch=True).filter(lambda t: len(t) < 150))
def test_what_the_schema_of_a_text_allows_is_taken(text: str) -> None:
    assert TypeAdapter(ShortText).validate_python(text)


@pytest.mark.parametrize("kind", [ShortText, LongText, Moment])
def test_the_json_schema_has_its_limits(kind: Any) -> None:
    schema = TypeAdapter[Any](kind).json_schema()
    assert schema["type"] == "string"
    assert "pattern" in schema


def test_two_minutes_of_another_clock_are_forgiven_and_no_more() -> None:
    ahead = NOW.astimezone(timezone(timedelta(hours=8))) + timedelta(minutes=2)
    assert not_in_future(ahead, NOW, "seen_at") == ahead
    with pytest.raises(Invalid) as refused:
        not_in_future(ahead + timedelta(seconds=1), NOW, "seen_at")
    assert refused.value.fields[0].field == "seen_at"
