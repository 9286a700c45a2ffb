"""Logs (日志): one JSON object per line, with keys from a closed list, so that neither text nor identity gets in.

A key that is not on the list is dropped; in what remains, numbers that look like a mobile phone or an ID are masked.
An exception is logged by its type and the places it came through: its message may quote a row.
"""

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, BinaryIO, cast

import orjson
import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import FilteringBoundLogger, Processor

ALLOWED_KEYS: frozenset[str] = frozenset(
    {
        "timestamp",
        "level",
        "logger",
        "event",
        "service",
        "request_id",
        "trace_id",
        "event_id",
        "event_type",
        "case_id",
        "route",
        "method",
        "code",
        "duration",
        "problem",
        "error",
        "where",
        "sqlstate",
        "stream",
        "topic",
        "partition",
        "offset",
        "source",
        "seq",
        "part",
        "count",
        "batch",
        "tries",
        "lag",
        "version",
        "task",
        "signal",
        "host",
        "port",
        "timer",
        "pack_version",
        "invariant",
    }
)
"""All that a line may say. Durations are in seconds."""

_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_IDENTITY = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")
_UUID_OR_HEX = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}")
_FEWEST_DIGITS = re.compile(r"[0-9]{11}")
_MOST_FRAMES = 12
_THIRD_PARTIES = ("sqlalchemy", "aiokafka", "asyncio", "uvicorn", "alembic", "httpx", "httpcore")

Line = MutableMapping[str, Any]

request_ids: ContextVar[Mapping[str, str] | None] = ContextVar("request_ids", default=None)
"""``request_id`` and ``trace_id`` of the request being served; they stand on every line that is written meanwhile."""


@dataclass(frozen=True, slots=True)
class _Output:
    level: int
    stream: BinaryIO


_output: list[_Output] = []


def get_logger(name: str) -> FilteringBoundLogger:
    """The logger of a module: ``log = get_logger(__name__)``, then ``log.info("relay started", part=3)``."""
    return cast("FilteringBoundLogger", structlog.get_logger(logger_name=name))


def configure_logs(level: str = "INFO", *, service: str | None = None, stream: BinaryIO | None = None) -> None:
    """Send every log line of the process, those of other packages too, to ``stream`` (standard output).

    Raises:
        ValueError: there is no such level.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"unknown log level {level!r}")
    output = stream or sys.stdout.buffer
    _output[:] = [_Output(number, output)]
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _name_request,
        _name_logger,
        structlog.processors.add_log_level,
    ]
    if service is not None:
        chain.append(_of_service(service))
    chain += [structlog.processors.TimeStamper(fmt="iso", utc=True), describe_exception, keep_allowed, mask_numbers]
    structlog.configure(
        processors=[*chain, _render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(output),
        cache_logger_on_first_use=False,
    )
    _configure_standard_logging(number, chain, output)


def log_request(line: Mapping[str, Any]) -> None:
    """Write the line of a request that went as it should.

    There is one for each request, so it goes the short way. Whoever calls it vouches for what the masks would catch:
    route templates, numbers and checked ids may go in, nothing that a caller wrote.
    """
    for output in _output:
        if output.level <= logging.INFO:
            now = datetime.now(UTC)
            output.stream.write(orjson.dumps({"event": "request", "level": "info", "timestamp": now, **line}) + b"\n")
            output.stream.flush()


def without_numbers(text: str) -> str:
    """The text with whatever looks like a mobile or ID number masked."""
    if _FEWEST_DIGITS.search(text) is None or _UUID_OR_HEX.fullmatch(text):
        return text
    return _MOBILE.sub("[mobile]", _IDENTITY.sub("[id]", text))


def describe_exception(_logger: object, _method: str, line: Line) -> Line:
    """``exc_info`` as the type of the error (and of what caused it) and the places it came through."""
    info = line.pop("exc_info", None)
    error = _exception_of(info)
    if error is None:
        return line
    types = [type(error).__qualname__]
    cause = error.__cause__
    while cause is not None and len(types) < _MOST_FRAMES:
        types.append(type(cause).__qualname__)
        line.setdefault("sqlstate", getattr(cause, "sqlstate", None))
        cause = cause.__cause__
    line["error"] = " < ".join(types)
    line["where"] = _frames(error.__traceback__)
    return line


def keep_allowed(_logger: object, _method: str, line: Line) -> Line:
    """Only the keys of the list, and only those that say something."""
    return {key: value for key, value in line.items() if key in ALLOWED_KEYS and value is not None}


def mask_numbers(_logger: object, _method: str, line: Line) -> Line:
    """Mobile and ID numbers in any text; an id that is wholly a UUID or hexadecimal is no such number."""
    for key, value in line.items():
        if isinstance(value, str):
            line[key] = without_numbers(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            masked = without_numbers(str(value))
            line[key] = value if masked == str(value) else masked
        elif isinstance(value, list | tuple):
            line[key] = [without_numbers(str(item)) for item in value]
    return line


def _render(_logger: object, _method: str, line: Line) -> bytes:
    return orjson.dumps(line, default=_type_name)


def _type_name(value: object) -> str:
    return type(value).__qualname__


def _name_request(_logger: object, _method: str, line: Line) -> Line:
    line.update(request_ids.get() or {})
    return line


def _name_logger(_logger: object, _method: str, line: Line) -> Line:
    if "logger_name" in line:
        line["logger"] = line.pop("logger_name")
    return line


def _of_service(service: str) -> Processor:
    def add(_logger: object, _method: str, line: Line) -> Line:
        line.setdefault("service", service)
        return line

    return add


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
            foreign_pre_chain=[structlog.stdlib.add_logger_name],
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
