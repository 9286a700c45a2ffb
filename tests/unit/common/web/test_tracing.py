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


@pytest.mark.parametrize(
    "trace",
    [
        "0" * 21 + "13812345678",
        "13812345678" + "a" * 21,
        "abcdef" + "13812345678" + "abcdefabcdefabc",
        "2026112813812345678" + "0" * 13,
        "00000000000000" + "110101199003074514",
    ],
)
def test_a_trace_that_holds_what_may_be_somebodys_number_begins_anew(trace: str) -> None:
    """It is kept with every event that follows, and stands in every log line."""
    ours = continued(f"00-{trace}-00f067aa0ba902b7-01")
    assert trace_id(ours) != trace
    assert "1381234" not in ours


def test_no_trace_of_ours_holds_one() -> None:
    """One in a hundred that are drawn would."""
    for _ in range(5_000):
        assert not re.search("1[3-9][0-9]{9}", trace_id(continued(None)))
