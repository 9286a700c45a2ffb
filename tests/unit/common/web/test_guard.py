"""Bytes that must not reach a parser."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.errors import BadRequest
from libs.common.web.guard import DEEPEST_JSON, check_json_bytes, check_target, is_json, media_type_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_characters="\0")),
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


@pytest.mark.parametrize(("path", "query"), [("/a\0", b""), ("/a", b"q=%00"), ("/a", b"q=%ff"), ("/\ufffd", b"")])
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
