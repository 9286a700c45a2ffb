"""Routes that take a small file whole, such as a table of people. Larger ones flow to the disk (``uploads``).

async def take(table: Annotated[bytes, Depends(TakesFile(LARGEST, "An XLSX or CSV"))]) -> Response: ...
"""

from fastapi import Request

from libs.common.errors import invalid
from libs.common.web.bodies import BodyKind, TakesBody
from libs.common.web.body_guard import read_body


class TakesFile(TakesBody):
    """A dependency that gives the file; ``largest`` in bytes."""

    def __init__(self, largest: int, description: str) -> None:
        self.kind = BodyKind(largest)
        schema = {"type": "string", "format": "binary"}
        self.document = {
            "required": True,
            "description": description,
            "content": {"application/octet-stream": {"schema": schema}},
        }

    async def __call__(self, request: Request) -> bytes:
        """The file. Invalid when it is empty."""
        content = await read_body(request.scope)
        if not content:
            raise invalid("body", "is empty: send the file as the body", "为空，请以请求体发送文件")
        return content
