"""A file that is kept, given back as it was sent: to be saved, never shown by the browser itself."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi.responses import StreamingResponse

from libs.common.blobs.uploads import Uploads
from libs.common.errors import Unavailable
from libs.common.logs import get_logger
from libs.common.web.door import Door

log = get_logger(__name__)

THE_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file, as it was sent; to be saved, never shown by the browser itself",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
"""How a route says that it answers with one."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """What of a file stands in its row; ``size`` in bytes, ``digest`` its SHA-256."""

    belongs_to: str
    """Its case or its visit, as the log names it."""
    digest: str
    size: int
    media_type: str
    name: str


def uploads_of(door: Door) -> Uploads:
    """What this process takes and gives back files with; Unavailable when it keeps none."""
    if door.runtime.uploads is None:
        raise Unavailable("This process keeps no files", "本进程不保存文件")
    return door.runtime.uploads


async def given_back(door: Door, file: KeptFile) -> StreamingResponse:
    """The answer, once its bytes are known to be there and as many as they should be. Unavailable."""
    blobs = uploads_of(door).blobs
    if await blobs.size(file.digest) != file.size:
        log.error("bytes of a file missing", case_id=file.belongs_to)
        raise Unavailable("The bytes of this file are not where they should be", "附件内容缺失，请联系管理员")
    return StreamingResponse(blobs.read(file.digest), media_type=file.media_type, headers=_headers(file))


def _headers(file: KeptFile) -> dict[str, str]:
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Length": str(file.size),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(file.digest)).decode()}:",
    }
