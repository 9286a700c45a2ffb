"""Cursors come back as they went out, and nothing else is taken for one."""

import base64
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, DateTime, Dialect, MetaData, String, Table
from sqlalchemy.dialects.postgresql.base import PGDialect

from libs.common.errors import Invalid
from libs.common.web.cursors import Keyset, decode_cursor, encode_cursor

NAME = "intake.cases"
MOMENTS = st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1), max_value=datetime(2199, 1, 1))  # noqa: DTZ001
POSTGRES: Dialect = cast("Any", PGDialect)()
TABLE = Table("t", MetaData(), Column("at", DateTime(timezone=True)), Column("id", String))


@given(MOMENTS, st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.integers(-(2**53), 2**53))
def test_a_cursor_comes_back_as_it_went_out(moment: datetime, text: str, number: int) -> None:
    cursor = encode_cursor(NAME, (moment, text, number))
    assert decode_cursor(NAME, cursor, (datetime, str, int)) == (moment, text, number)


def test_a_moment_keeps_its_microseconds_whatever_its_zone() -> None:
    moment = datetime(2026, 1, 1, 8, 0, 0, 1, tzinfo=timezone(timedelta(hours=8)))
    assert decode_cursor(NAME, encode_cursor(NAME, (moment,)), (datetime,)) == (moment,)


def _refuses(text: str, *types: type) -> None:
    with pytest.raises(Invalid) as refused:
        decode_cursor(NAME, text, types)
    assert [wrong.field for wrong in refused.value.fields] == ["cursor"]


@given(st.text(max_size=80))
def test_garbage_is_refused(text: str) -> None:
    _refuses(text, datetime, str)


@given(st.binary(max_size=80))
def test_garbage_in_the_right_alphabet_is_refused(raw: bytes) -> None:
    _refuses(base64.urlsafe_b64encode(raw).rstrip(b"=").decode(), datetime, str)


def test_a_cursor_of_another_list_or_of_other_types_is_refused() -> None:
    _refuses(encode_cursor("intake.visits", ("a",)), str)
    _refuses(encode_cursor(NAME, ("a",)), int)
    _refuses(encode_cursor(NAME, ("a", "b")), str)
    _refuses(encode_cursor(NAME, ("not a moment",)), datetime)
    _refuses(encode_cursor(NAME, ("2026-01-01T00:00:00",)), datetime)


def test_a_changed_cursor_is_refused() -> None:
    cursor = encode_cursor(NAME, ("a",))
    changed = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    _refuses(changed, str)
    _refuses("x" * 10_000, str)


def test_the_condition_is_one_row_comparison_that_an_index_can_serve() -> None:
    keyset = Keyset(NAME, (TABLE.c.at, TABLE.c.id), (datetime, str))
    (condition,) = keyset.after(encode_cursor(NAME, (datetime(2026, 1, 1, tzinfo=UTC), "x")))
    sql = str(condition.compile(dialect=POSTGRES))
    assert sql == "(t.at, t.id) < (%(param_1)s, %(param_2)s)"
    assert keyset.after(None) == []
