"""traceparent as W3C Trace Context writes it."""

import re

import pytest

from libs.common.web.tracing import continued, trace_id

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    "header",
    [f"00-{TRACE}-00f067aa0ba902b7-01", f"00-{TRACE}-00f067aa0ba902b7-00", f"01-{TRACE}-00f067aa0ba902b7-01-x"],
)
def test_a_trace_goes_on_with_a_span_of_ours(header: str) -> None:
    ours = continued(header)
    assert trace_id(ours) == TRACE
    assert ours.startswith("00-")
    assert "00f067aa0ba902b7" not in ours
    assert ours[-2:] == header[53:55]


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "x" * 1_000,
        f"ff-{TRACE}-00f067aa0ba902b7-01",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-00f067aa0ba902b7-01",
        f"00-{TRACE}-00f067aa0ba902b7-01-x",
    ],
)
def test_otherwise_a_new_one_begins(header: str | None) -> None:
    ours = continued(header)
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", ours)
    assert trace_id(ours) != TRACE
