"""Logs (日志): one JSON object per line, with fields from a closed list, so that neither text nor identity gets in.

A field that is not on the list is dropped; in what remains, numbers that look like a mobile phone or an ID are masked.
An exception is logged by its type and the places it came through: its message may quote a row. Of what other packages
say the first line is kept, and none of their fields.

Until ``configure_logs`` is called, warnings and worse go to standard error, in the same form.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType, TracebackType
from typing import Any, BinaryIO, cast

import orjson
import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import FilteringBoundLogger, Processor

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "timestamp": "when, RFC 3339 in UTC with `Z`",
        "level": "`debug`, `info`, `warning`, `error` or `critical`",
        "event": "what happened, in words that do not change; of other packages the first line of what they say",
        "logger": "the module that says so",
        "service": "the service it concerns; absent where it concerns the whole process",
        "request_id": "of the request being served: its `X-Request-Id`",
        "trace_id": "of the request being served, or of the request that an event goes back to (W3C Trace Context)",
        "matter": "which of a worker's matters of each ten minutes it concerns, by its name in code",
        "route": "the template of the address, never the address",
        "method": "the HTTP method",
        "code": "the HTTP status",
        "duration": "seconds",
        "problem": "the type of the problem that was answered, as in `urn:huiyin:problem:<type>`",
        "error": "the type of the error, and after ` < ` of what caused it; never its message, which may quote a row",
        "where": "the last places that the error came through, file, line and function",
        "sqlstate": "PostgreSQL's code of the error",
        "loop": "what a process does again and again, as `intake-relay`",
        "waits_for": "what a process that starts has not yet",
        "doing": "what was being done to a client of the bus",
        "stream": "the topic without its prefix",
        "topic": "the topic",
        "partition": "the partition",
        "offset": "from which record of it on",
        "event_id": "the event; of a record that is none, its topic, partition and offset",
        "event_type": "the event's type",
        "case_id": "the case (or other key) of the event",
        "account": "whose token it was, where somebody looked at an identity or was refused to",
        "pack_version": "a version of the county pack",
        "part": "a place in a pack, as `units/3/level` or `formulas/visits`",
        "count": "how many",
        "tries": "how often it was tried",
        "year": "a year of the calendar",
        "host": "of an OIDC provider",
        "keys_kept": "whether keys of before are used meanwhile",
        "log": "the file in which another program says more",
        "invariant": "what the audit found broken",
        "anchor": "SHA-256 of an anchor's file, by which the next one names it",
        "anchor_number": "the number of an anchor",
        "root": "the Merkle root over the heads of all ledgers that an anchor signs",
        "key_id": "the key that signed it",
        "store": "a store of anchors: `folder` or `bucket`",
    }
)
"""All that a line may say, and what it means."""

_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_IDENTITY = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")
_UUID_OR_HEX = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{64}|[0-9a-f]{32}")
_FEWEST_DIGITS = re.compile(r"[0-9]{11}")
_MOST_FRAMES = 12
_THIRD_PARTIES = ("sqlalchemy", "aiokafka", "asyncio", "uvicorn", "alembic", "httpx", "httpcore")

Line = MutableMapping[str, Any]

line_context: ContextVar[Mapping[str, str] | None] = ContextVar("line_context", default=None)
"""What stands on every line that a task writes: ``service``; ``request_id`` and ``trace_id`` while it serves one."""


@dataclass(frozen=True, slots=True)
class _Output:
    level: int
    stream: BinaryIO


_output: list[_Output] = []


def get_logger(name: str) -> FilteringBoundLogger:
    """The logger of a module: ``log = get_logger(__name__)``, then ``log.info("relay started", count=3)``.

    What happened is a constant; fields are names, ids and numbers, an error's type, never its message.
    """
    return cast("FilteringBoundLogger", structlog.get_logger(logger_name=name))


@contextmanager
def lines_about(service: str | None) -> Iterator[None]:
    """Lines written inside, and by the tasks begun inside, name this service (None: the process) and no request."""
    token = line_context.set(None if service is None else {"service": service})
    try:
        yield
    finally:
        line_context.reset(token)


def configure_logs(level: str = "INFO", *, service: str | None = None, stream: BinaryIO | None = None) -> None:
    """Send every log line of the process, those of other packages too, to ``stream`` (standard output).

    ``service``: what every line concerns that does not say otherwise, in a process of one service.

    Raises:
        ValueError: there is no such level.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"unknown log level {level!r}")
    output = stream or sys.stdout.buffer
    _output[:] = [_Output(number, output)]
    chain = _chain(service)
    structlog.configure(
        processors=[*chain, _render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(output),
        cache_logger_on_first_use=False,
    )
    _configure_standard_logging(number, chain, output)


def log_request(*, logger: str, route: str, method: str, code: int, duration: float) -> None:
    """Write the line of a request that went as it should.

    There is one for each request, so it goes the short way, past the masks: route templates, numbers and checked ids
    may go in, nothing that a caller wrote.
    """
    for output in _output:
        if output.level <= logging.INFO:
            line = {"event": "request", "level": "info", "timestamp": datetime.now(UTC), **(line_context.get() or {})}
            line |= {"logger": logger, "route": route, "method": method, "code": code, "duration": duration}
            output.stream.write(orjson.dumps(line, option=orjson.OPT_UTC_Z) + b"\n")
            output.stream.flush()


def without_numbers(text: str) -> str:
    """The text with whatever looks like a mobile or ID number masked."""
    if _FEWEST_DIGITS.search(text) is None or _UUID_OR_HEX.fullmatch(text):
        return text
    return _MOBILE.sub("[mobile]", _IDENTITY.sub("[id]", text))


def markdown() -> str:
    """The fields as a Markdown table, for docs/operations.md."""
    rows = ["| field | meaning |", "|---|---|", *(f"| `{name}` | {meaning} |" for name, meaning in FIELDS.items())]
    return "\n".join(rows) + "\n"


def _chain(service: str | None) -> list[Processor]:
    """From what a call says to what may be printed."""

    def add_context(_logger: object, _method: str, line: Line) -> Line:
        """A call's own word stands before that of its task, and that before the process's."""
        default = {} if service is None else {"service": service}
        return {**default, **(line_context.get() or {}), **line}

    return [
        add_context,
        _name_logger,
        structlog.processors.add_log_level,
        _stamp,
        _describe_exception,
        _keep_listed,
        _mask_numbers,
    ]


def _stamp(_logger: object, _method: str, line: Line) -> Line:
    line["timestamp"] = datetime.now(UTC)
    return line


def _name_logger(_logger: object, _method: str, line: Line) -> Line:
    if "logger_name" in line:
        line["logger"] = line.pop("logger_name")
    return line


def _describe_exception(_logger: object, _method: str, line: Line) -> Line:
    """``exc_info`` as the type of the error (and of what caused it) and the places it came through."""
    info = line.pop("exc_info", None)
    error = _exception_of(info)
    if error is None:
        return line
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__) is not None and len(causes) < _MOST_FRAMES:
        causes.append(cause)
    line["error"] = " < ".join(type(one).__qualname__ for one in causes)
    line["where"] = _frames(error.__traceback__)
    line["sqlstate"] = next(filter(None, (getattr(one, "sqlstate", None) for one in causes)), None)
    return line


def _keep_listed(_logger: object, _method: str, line: Line) -> Line:
    """Only the fields of the list, and only those that say something."""
    return {key: value for key, value in line.items() if key in FIELDS and value is not None}


def _mask_numbers(_logger: object, _method: str, line: Line) -> Line:
    return {key: _masked(value) for key, value in line.items()}


def _masked(value: object) -> object:
    """A value without mobile and ID numbers; a UUID or hexadecimal is no such number. Of anything unusual the type."""
    match value:
        case str():
            return without_numbers(value)
        case bool() | float() | datetime():
            return value
        case int():
            masked = without_numbers(str(value))
            return value if masked == str(value) else masked
        case list() | tuple():
            return [_masked(item) for item in value]
        case _:
            return type(value).__qualname__


def _render(_logger: object, _method: str, line: Line) -> bytes:
    return orjson.dumps(line, option=orjson.OPT_UTC_Z)


def _exception_of(info: object) -> BaseException | None:
    if isinstance(info, BaseException):
        return info
    if isinstance(info, tuple):
        return cast("BaseException | None", info[1])
    return sys.exc_info()[1] if info else None


def _frames(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_MOST_FRAMES:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(path: str) -> str:
    """``common/web/door.py``: where a program is installed is nobody's business."""
    return "/".join(path.split("/")[-3:])


def _configure_standard_logging(level: int, chain: list[Processor], output: BinaryIO) -> None:
    handler = logging.StreamHandler(_TextOver(output))
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, _keep_first_line],
            processors=[ProcessorFormatter.remove_processors_meta, *chain, _render_text],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _THIRD_PARTIES:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(max(level, logging.WARNING))
    # Every request has a line of ours.
    logging.getLogger("uvicorn.access").disabled = True
    logging.captureWarnings(capture=True)


def _keep_first_line(_logger: object, _method: str, line: Line) -> Line:
    """asyncio and others add what they have in hand in further lines: an error with its message, a statement."""
    line["event"] = str(line["event"]).partition("\n")[0]
    return line


def _render_text(logger: object, method: str, line: Line) -> str:
    return _render(logger, method, line).decode()


class _TextOver:
    """A text stream over bytes, for the standard library's handler."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output

    def write(self, text: str) -> int:
        return self._output.write(text.encode())

    def flush(self) -> None:
        self._output.flush()


structlog.configure(
    processors=[*_chain(None), _render],
    wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    # Looked up for each line: whoever replaces standard error (a test, a command) is listened to.
    logger_factory=lambda *_: structlog.BytesLogger(sys.stderr.buffer),
    cache_logger_on_first_use=False,
)
