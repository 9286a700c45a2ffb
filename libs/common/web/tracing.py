"""W3C Trace Context: a request's ``traceparent`` is taken over or begun, and travels on with the events it leads to."""

import re
import secrets
from contextvars import ContextVar

_HEADER = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current_traceparent() -> str | None:
    """The one of the request being served, if any."""
    return _current.get()


def set_traceparent(value: str | None) -> None:
    """Everything that this task does from now on belongs to this trace."""
    _current.set(value)


def continued(header: str | None) -> str:
    """Our own span in the caller's trace, or in a new one when the header is missing or wrong."""
    match = _HEADER.fullmatch(header) if header is not None else None
    span = secrets.token_hex(8)
    if match is None or not _is_valid(match):
        return f"00-{secrets.token_hex(16)}-{span}-01"
    return f"00-{match[2]}-{span}-{match[4]}"


def trace_id(traceparent: str) -> str:
    """Its second part."""
    return traceparent[3:35]


def _is_valid(match: re.Match[str]) -> bool:
    """Version ff is forbidden, ids of only zeros too, and version 00 has no fifth part (W3C Trace Context 3.2.2)."""
    version, trace, parent, _, more = match.groups()
    return version != "ff" and trace.strip("0") != "" and parent.strip("0") != "" and not (version == "00" and more)
