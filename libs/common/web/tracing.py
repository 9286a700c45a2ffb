"""W3C Trace Context: a request's ``traceparent`` is taken over or begun, and travels on with the events it leads to.

A trace id is kept with every event and stands in every log line, in the clear. One that holds what may be a phone or an
ID number, as of a caller that makes its ids of them, is not taken over: the trace begins anew, as W3C Trace Context
allows where it comes from outside. Of ids that are drawn one in a hundred looks so by chance.
"""

import re
import secrets
from contextvars import ContextVar

_HEADER = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_PERHAPS_A_PERSONS = re.compile(
    "1[3-9][0-9]{9}|[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}"
)
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current_traceparent() -> str | None:
    """The one of the request being served, if any."""
    return _current.get()


def set_traceparent(value: str | None) -> None:
    """Everything that this task does from now on belongs to this trace."""
    _current.set(value)


def continued(header: str | None) -> str:
    """Our own span in the caller's trace, or in a new one when there is none that can be gone on with."""
    match = _HEADER.fullmatch(header) if header is not None else None
    span = secrets.token_hex(8)
    if match is None or not _is_valid(match):
        return f"00-{_new_trace()}-{span}-01"
    return f"00-{match[2]}-{span}-{match[4]}"


def trace_id(traceparent: str) -> str:
    """Its second part."""
    return traceparent[3:35]


def _new_trace() -> str:
    trace = secrets.token_hex(16)
    while _PERHAPS_A_PERSONS.search(trace):
        trace = secrets.token_hex(16)
    return trace


def _is_valid(match: re.Match[str]) -> bool:
    """Version ff is forbidden, ids of only zeros too, and version 00 has no fifth part (W3C Trace Context 3.2.2)."""
    version, trace, parent, _, more = match.groups()
    if _PERHAPS_A_PERSONS.search(trace):
        return False
    return version != "ff" and trace.strip("0") != "" and parent.strip("0") != "" and not (version == "00" and more)
