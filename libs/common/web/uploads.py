"""Routes that take a file as their body: it flows to the disk as it comes, and only they may send more than 256 KiB.

    async def attach(case_id: CaseId, door: ..., upload: UploadBody) -> Response:
        ...                                          # whether the caller may, before a byte is read
        await upload.into(spool, uploads)

The token and the right are known before the body is asked for (``token_first``), as on every route.
"""

import asyncio
from collections.abc import AsyncIterator
from types import MappingProxyType
from typing import Annotated

from fastapi import Depends, Request

from libs.common.blobs.port import PIECE, Spool
from libs.common.blobs.uploads import Uploads
from libs.common.errors import TooLarge, invalid
from libs.common.web.bodies import BodyKind, TakesBody
from libs.common.web.body_guard import BODY_TIMEOUT_SECONDS, UNLIMITED
from libs.common.web.problems import RequestTimeout

LONGEST_SECONDS = 600.0
"""From the first byte of a file to the last."""


class Upload:
    """The file that a request brings; nothing of it was read yet."""

    def __init__(self, request: Request) -> None:
        self._request = request

    async def into(self, spool: Spool, uploads: Uploads) -> None:
        """Write it there.

        Raises:
            TooLarge: it has more bytes than the setting allows.
            Invalid: it is empty.
            RequestTimeout: nothing came for half a minute, or not all of it in ten.
            ClientDisconnect: the caller went away.
        """
        declared = self._request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > uploads.largest:
            raise _too_large(uploads.largest)
        self._request.scope[UNLIMITED] = True
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                async for piece in _gathered(self._patiently()):
                    if spool.size + len(piece) > uploads.largest:
                        raise _too_large(uploads.largest)
                    await uploads.blobs.write(spool, piece)
        except TimeoutError:
            raise RequestTimeout(headers={"Connection": "close"}) from None
        if spool.size == 0:
            raise invalid("body", "is empty: send the file as the body", "为空，请以请求体发送文件")

    async def _patiently(self) -> AsyncIterator[bytes]:
        stream = self._request.stream()
        while True:
            async with asyncio.timeout(BODY_TIMEOUT_SECONDS):
                try:
                    piece = await anext(stream)
                except StopAsyncIteration:
                    return
            yield piece


class TakesUpload(TakesBody):
    """The dependency behind ``UploadBody``."""

    kind = BodyKind(flows=True)
    document = MappingProxyType(
        {
            "required": True,
            "description": "The file itself, as it is; whatever Content-Type is sent, its own bytes tell what it is",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    )

    async def __call__(self, request: Request) -> Upload:
        """The body, unread."""
        return Upload(request)


UploadBody = Annotated[Upload, Depends(TakesUpload())]


async def _gathered(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Fewer and larger pieces: each is a trip to a thread."""
    held = bytearray()
    async for piece in pieces:
        held += piece
        if len(held) >= PIECE:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _too_large(largest: int) -> TooLarge:
    return TooLarge(
        f"At most {largest} bytes are taken as one file",
        f"单个文件最多 {largest} 字节",
        headers={"Connection": "close"},
    )
