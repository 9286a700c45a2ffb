"""Looks at every request before anything parses it: size, encoding, depth, and bytes that no text may hold.

The target is looked at at once. A body is read, at most 256 KiB of it, and looked at when it is first asked for, which
a guarded route does only when it knows the token; it is handed on in one piece. Two kinds flow through: NDJSON, which
``ndjson.lines`` reads line by line, and the file that a route of ``uploads`` takes. Who reads such a body in pieces
lifts the limit on the whole, and has one of its own. How much a route takes, it declares itself (``bodies``).
"""

import asyncio
import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

import orjson
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.common.errors import BadRequest, Problem, TooLarge
from libs.common.web.bodies import BodyKind, DeclaredBodies
from libs.common.web.problems import RequestTimeout, UnsupportedMedia, problem_response

DEEPEST_JSON = 32
BODY_TIMEOUT_SECONDS = 30.0
NDJSON = "application/x-ndjson"
UNLIMITED = "huiyin.unlimited_body"
"""Set in the scope by whoever reads a body in pieces and limits each piece."""
WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Methods whose bodies are looked at; nobody reads one of another."""

_BODY = "huiyin.body"
# A string without an end goes on to the end of the body: else the search would begin anew at each quote in it, and a
# quarter of a megabyte of them would take half an hour.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_AS_ROUND = bytes.maketrans(b"[]{}", b"()()")
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_NOT_IN_A_PATH = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffd]")
_NOT_A_NUMBER = re.compile(rb"NaN|Infinity")


class BodyGuard:
    """ASGI middleware. ``bodies`` are the kinds of body that routes declare."""

    def __init__(self, app: ASGIApp, *, bodies: DeclaredBodies | None = None) -> None:
        self._app = app
        self._bodies = bodies or DeclaredBodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request whose target cannot be right; give all others a body that is looked at when it is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            check_target(scope)
        except Problem as problem:
            await problem_response(problem, scope)(scope, receive, send)
            return
        if scope["method"] in WITH_BODY:
            body = _Body(scope, receive, self._bodies.kind(scope["method"], scope["path"]))
            scope[_BODY] = body
            receive = body.receive
        await self._app(scope, receive, send)


async def read_body(scope: Scope) -> bytes:
    """Have the body of the request here, checked; whoever reads it later finds it, too. What flows is left to flow.

    Raises:
        Problem: it is too large, compressed, too slow, or no JSON that any route would take.
        ClientDisconnect: the caller has gone.
    """
    body: _Body = scope[_BODY]
    return await body.read()


class _Body:
    """The body of one request. Nothing of it is asked for before somebody reads it."""

    def __init__(self, scope: Scope, receive: Receive, kind: BodyKind) -> None:
        self._scope = scope
        self._receive = receive
        self._largest = kind.largest
        self._headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self._media_type = media_type_of(self._headers.get(b"content-type", b""))
        self._flows = kind.flows or self._media_type == NDJSON
        self._flowed = 0
        self._whole: Message | None = None
        self._given = False

    async def read(self) -> bytes:
        """Read and check it, once; see ``read_body``."""
        self._check_encoding()
        if self._flows:
            return b""
        if self._whole is None:
            self._whole = await self._checked()
        if self._whole["type"] == "http.disconnect":
            raise ClientDisconnect
        body: bytes = self._whole["body"]
        return body

    async def receive(self) -> Message:
        """What an application asks for: the whole body first, then what the server says; what flows as it comes."""
        if self._flows:
            self._check_encoding()
            return await self._flow()
        if self._given:
            return await self._receive()
        await self.read()
        self._given = True
        return self._whole or await self._receive()

    def _check_encoding(self) -> None:
        if self._headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise UnsupportedMedia("Send the body uncompressed", "请发送未压缩的内容")

    async def _checked(self) -> Message:
        declared = self._headers.get(b"content-length", b"")
        if declared.isdigit() and int(declared) > self._largest:
            raise _too_large(self._largest)
        body = await _read_whole(self._receive, self._largest)
        if body is None:
            return {"type": "http.disconnect"}
        if is_json(self._media_type):
            check_json_bytes(body)
        return {"type": "http.request", "body": body, "more_body": False}

    async def _flow(self) -> Message:
        message = await self._receive()
        self._flowed += len(message.get("body", b""))
        if self._flowed > self._largest and not self._scope.get(UNLIMITED, False):
            raise _too_large(self._largest)
        return message


def media_type_of(content_type: bytes) -> str:
    """``application/json`` from ``application/json; charset=utf-8``."""
    return content_type.split(b";", 1)[0].strip().lower().decode("latin-1")


def is_json(media_type: str) -> bool:
    """JSON by its own name or by the suffix of another."""
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))


def check_target(scope: Scope) -> None:
    """BadRequest for a control character in the path, a NUL in the query, or what is not UTF-8 in either.

    A line break at the end of a path would get past a rule of a proxy that names the whole path, and still find its
    route here. No text in PostgreSQL may hold a NUL.
    """
    path: str = scope["path"]
    if not (path.isascii() and path.isprintable()) and _NOT_IN_A_PATH.search(path):
        raise BadRequest("The path must be UTF-8 without control characters", "路径须为 UTF-8 且不含控制字符")
    query: bytes = scope["query_string"]
    if b"%" in query:
        try:
            readable = "\0" not in unquote_to_bytes(query).decode()
        except UnicodeDecodeError:
            readable = False
        if not readable:
            raise BadRequest("The query must be UTF-8 without NUL", "查询参数须为 UTF-8 且不含空字符")


def check_json_bytes(body: bytes, deepest: int = DEEPEST_JSON) -> None:
    """BadRequest for JSON that is not UTF-8, nests too deep, or holds NUL, NaN or Infinity. Costs microseconds."""
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError:
            raise BadRequest("The body is not UTF-8", "请求体不是 UTF-8 编码") from None
    # A NUL byte also gives away UTF-16 and UTF-32, which a lenient parser would read past all these checks.
    if b"\0" in body or (b"\\u0000" in body and _ESCAPED_NUL.search(body)):
        raise BadRequest("The body must not hold the NUL character", "请求体不得包含空字符")
    if (b"\\ud" in body or b"\\uD" in body) and not _is_text(body):
        raise BadRequest(
            "The body is not valid JSON, or holds half a surrogate pair", "请求体不是有效的 JSON 或含孤立代理项"
        )
    if body.count(b"{") + body.count(b"[") > deepest and _nests_deeper(body, deepest):
        raise BadRequest(f"The body nests more than {deepest} levels deep", f"请求体嵌套超过 {deepest} 层")
    if (b"NaN" in body or b"Infinity" in body) and _NOT_A_NUMBER.search(_STRING.sub(b"", body)):
        raise BadRequest("NaN and Infinity are not JSON", "NaN 与 Infinity 不是有效的 JSON")


def _is_text(body: bytes) -> bool:
    """Whether a strict parser takes it: the one behind us lets half a surrogate pair pass, which no UTF-8 can hold."""
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True


def _nests_deeper(body: bytes, deepest: int) -> bool:
    """Whether a value stands deeper than that. Each round takes the innermost brackets away, whole passes in C.

    What cannot be taken away in as many rounds is too deep, or not JSON: then as many may be open as are allowed.
    """
    brackets = _STRING.sub(b"", body).translate(_AS_ROUND, _NO_BRACKET)
    for _ in range(deepest):
        shorter = brackets.replace(b"()", b"")
        if len(shorter) == len(brackets):
            break
        brackets = shorter
    return b"()" in brackets or brackets.count(b"(") > deepest


async def _read_whole(receive: Receive, largest: int) -> bytes | None:
    try:
        async with asyncio.timeout(BODY_TIMEOUT_SECONDS):
            return await _collect(receive, largest)
    except TimeoutError:
        raise RequestTimeout from None


async def _collect(receive: Receive, largest: int) -> bytes | None:
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        body: bytes = message.get("body", b"")
        if len(body) > largest:
            raise _too_large(largest)
        return body
    pieces: list[bytes] = []
    size = 0
    while message["type"] == "http.request":
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > largest:
            raise _too_large(largest)
        if not message.get("more_body", False):
            return b"".join(pieces)
        message = await receive()
    return None


def _too_large(largest: int) -> TooLarge:
    return TooLarge(f"At most {largest} bytes are read", f"最多 {largest} 字节", headers={"Connection": "close"})
