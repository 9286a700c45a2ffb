"""Bytes that must not reach a parser."""

import contextlib
import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.errors import BadRequest
from libs.common.web import body_guard
from libs.common.web.bodies import LARGEST_BODY
from libs.common.web.body_guard import DEEPEST_JSON, check_json_bytes, check_target, is_json, media_type_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": "b\x00"}',
        '{"a": "b"}'.encode("utf-16"),
        '{"a": "b"}'.encode("utf-32-le"),
        b'{"a": "\\u0000"}',
        b'{"a": "\\\\\\u0000"}',
        b"[" * (DEEPEST_JSON + 1) + b"]" * (DEEPEST_JSON + 1),
        b'{"a":' * (DEEPEST_JSON + 1),
        b"[" * 100_000,
        b'{"a": "\\ud800"}',
        b'{"a": "\\uDE00\\uD83D"}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
    ],
)
def test_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        check_json_bytes(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"a": "\\\\u0000"}',
        b'{"a": "\\ud83d\\ude00 \\\\ud800"}',
        b"[" * DEEPEST_JSON + b"]" * DEEPEST_JSON,
        json.dumps({"a": "[" * 100}).encode(),
        json.dumps({"a": '\\"[' * 100}).encode(),
        b"[" + b"{}," * 100 + b"{}]",
        '{"a": "NaN 与 Infinity \\" NaN"}'.encode(),
    ],
)
def test_is_let_through(body: bytes) -> None:
    check_json_bytes(body)


@given(JSON)
def test_the_depth_is_the_one_that_a_parser_sees(value: object) -> None:
    def depth(node: object) -> int:
        if isinstance(node, dict):
            return 1 + max(map(depth, node.values()), default=0)
        return 1 + max(map(depth, node), default=0) if isinstance(node, list) else 0

    body = json.dumps(value).encode()
    if "\\u0000" in body.decode():
        return
    check_json_bytes(body, depth(value))
    if depth(value) > 0:
        with pytest.raises(BadRequest):
            check_json_bytes(body, depth(value) - 1)


@given(JSON, st.sampled_from([None, 1, 4]))
def test_strings_are_found_as_a_parser_finds_them(value: object, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=indent is None, indent=indent).encode("utf-8", "surrogatepass")
    plain = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
    assert body_guard._STRING.findall(text) == plain.findall(text)


@given(st.text(st.sampled_from('"\\\\[]{}aN'), max_size=60))
def test_an_open_string_goes_on_to_the_end(text: str) -> None:
    rest = body_guard._STRING.sub(b"", text.encode())
    assert b'"' not in rest
    assert set(rest) <= set(text.encode())


def _seconds(body: bytes) -> float:
    """Of this process's own time, the least of some tries."""
    took = []
    for _ in range(3):
        begun = time.process_time()
        with contextlib.suppress(BadRequest):
            check_json_bytes(body)
        took.append(time.process_time() - begun)
    return min(took)


SIZE = 16 * 1024
ORDINARY = b"[" + b"{}," * 33 + b'"NaN ' + b'\\"' * ((SIZE - 110) // 2) + b'"]'


@pytest.mark.parametrize(
    "hostile",
    [
        b"[" * 33 + b'"' + b'\\"' * (SIZE // 2),
        b"NaN" + b'"' + b'\\"' * (SIZE // 2),
        b"[" * 33 + b'"' + b"\\" * SIZE,
        b"NaN" + b'"a' * (SIZE // 2),
        b'"' * SIZE + b"NaN" + b"[" * 33,
        b"\\" * SIZE + b"\\u0000 ",
        b"\\u000" * (SIZE // 5) + b"\\u0000",
    ],
)
def test_no_body_costs_more_than_its_length(hostile: bytes) -> None:
    """Beside an ordinary body of the same size that is looked at in every way: what is gone through again for each of
    its signs costs thousands of times as much."""
    check_json_bytes(ORDINARY)
    assert _seconds(hostile) < 50 * _seconds(ORDINARY)


@pytest.mark.parametrize("unit", [b"[", b"[],", b"[[[[[[[[]]]]]]]],", b"]", b"{}[]"])
def test_brackets_cost_no_more_than_letters(unit: bytes) -> None:
    """A quarter of a megabyte of each; one step of Python for each bracket would cost a hundred times as much."""
    count = LARGEST_BODY // len(unit) - 40
    letters = b"[" * 40 + b"a" * (count * len(unit)) + b"]" * 40
    assert _seconds(b"[" * 40 + unit * count) < 50 * _seconds(letters)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/a\0", b""),
        ("/a", b"q=%00"),
        ("/a", b"q=%ff"),
        ("/\ufffd", b""),
        ("/intake/metrics\n", b""),
        ("/intake/\rmetrics", b""),
        ("/a\x1b[31m", b""),
        ("/a\x7f", b""),
        ("/a\x85", b""),
        ("/a\u2028", b""),
    ],
)
def test_a_target_that_is_no_text_is_refused(path: str, query: bytes) -> None:
    with pytest.raises(BadRequest):
        check_target({"path": path, "query_string": query})


def test_an_ordinary_target_is_let_through() -> None:
    check_target({"path": "/路灯", "query_string": b"q=%E8%B7%AF+x&y=1"})


@pytest.mark.parametrize(
    ("content_type", "json_or_not"),
    [
        (b"application/json", True),
        (b"Application/JSON; charset=utf-8", True),
        (b"application/merge-patch+json", True),
        (b"text/json", False),
        (b"application/x-ndjson", False),
        (b"", False),
    ],
)
def test_knows_json_by_its_type(content_type: bytes, *, json_or_not: bool) -> None:
    assert is_json(media_type_of(content_type)) is json_or_not
