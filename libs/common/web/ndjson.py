"""Reading a long list, one JSON object a line (NDJSON), as it comes in: a wrong line is named, the others are taken.

    async for lines in in_chunks(read_lines(door.request, RegisterCase), 100):
        ...

The body as a whole has no limit, each line has one. ``ndjson_body(RegisterCase)`` documents the route's body.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from libs.common.errors import BadRequest, FieldError
from libs.common.web.body_guard import NDJSON, UNLIMITED, check_json_bytes, media_type_of
from libs.common.web.field_messages import field_errors
from libs.common.web.problems import UnsupportedMedia

ModelT = TypeVar("ModelT", bound=BaseModel)
ItemT = TypeVar("ItemT")

LONGEST_LINE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank. ``number`` counts from 1, blank lines included; ``raw`` is None for one too long."""

    number: int
    raw: bytes | None


@dataclass(frozen=True, slots=True)
class Read(Generic[ModelT]):
    """What a line held: a value, or what is wrong with it."""

    number: int
    value: ModelT | None
    errors: tuple[FieldError, ...] = ()


async def lines(request: Request, *, max_line_bytes: int = LONGEST_LINE) -> AsyncIterator[Line]:
    """The lines of the body as they arrive; of one that is too long no more than the limit is ever held.

    Raises:
        UnsupportedMedia: the body is not NDJSON.
        ClientDisconnect: the caller went away in the middle of it.
    """
    if media_type_of(request.headers.get("content-type", "").encode("latin-1")) != NDJSON:
        raise UnsupportedMedia(f"Send it as Content-Type: {NDJSON}", f"请以 Content-Type: {NDJSON} 发送")
    request.scope[UNLIMITED] = True
    splitter = _Splitter(max_line_bytes)
    async for piece in request.stream():
        for line in splitter.feed(piece):
            yield line
    for line in splitter.feed(b"\n"):
        yield line


async def read_lines(
    request: Request, model: type[ModelT], *, max_line_bytes: int = LONGEST_LINE
) -> AsyncIterator[Read[ModelT]]:
    """Every line that is not blank as a ``model``, or with its errors."""
    async for line in lines(request, max_line_bytes=max_line_bytes):
        yield _parsed(line, model, max_line_bytes)


async def in_chunks(items: AsyncIterator[ItemT], size: int) -> AsyncIterator[list[ItemT]]:
    """Lists of ``size`` items; the last one may be shorter."""
    chunk: list[ItemT] = []
    async for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def ndjson_body(model: type[BaseModel]) -> dict[str, Any]:
    """For a route's ``openapi_extra``. The model must be the body or the answer of another route, too."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {NDJSON: {"schema": schema}}}}


class _Splitter:
    """Cuts pieces of any size into lines."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._number = 0
        self._held = b""
        self._too_long = False

    def feed(self, piece: bytes) -> Sequence[Line]:
        *ended, rest = piece.split(b"\n")
        found = [line for line in map(self._end, ended) if line is not None]
        self._hold(rest)
        return found

    def _hold(self, part: bytes) -> None:
        self._too_long = self._too_long or len(self._held) + len(part) > self._longest
        self._held = b"" if self._too_long else self._held + part

    def _end(self, part: bytes) -> Line | None:
        self._hold(part)
        self._number += 1
        raw, too_long = self._held.strip(), self._too_long
        self._held, self._too_long = b"", False
        if too_long:
            return Line(self._number, None)
        return Line(self._number, raw) if raw else None


def _parsed(line: Line, model: type[ModelT], longest: int) -> Read[ModelT]:
    if line.raw is None:
        error = FieldError("line", f"is longer than {longest} bytes", f"超过 {longest} 字节")
        return Read(line.number, None, (error,))
    try:
        check_json_bytes(line.raw)
        return Read(line.number, model.model_validate_json(line.raw))
    except BadRequest as problem:
        return Read(line.number, None, (FieldError("line", problem.detail, problem.detail_zh),))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        errors = field_errors([one if one["loc"] else {**one, "loc": ("line",)} for one in found])
        return Read(line.number, None, tuple(errors))
