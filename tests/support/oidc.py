"""The one thing of an OIDC provider that Huiyin asks for: its public keys, over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable


def answer_keys(document: str) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """For ``Listening``: every request gets the JWK set."""
    body = document.encode()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head.encode() + body)
        await writer.drain()

    return answer
