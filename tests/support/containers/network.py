"""Names of containers as addresses of this machine: in the words of a file, and as a name server tells them."""

import asyncio
import random
import re
import socket
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Self, cast

_A_RECORD = b"\x00\x01\x00\x01"
_POINTER_TO_THE_QUESTION = b"\xc0\x0c"
_HEADER = 12


class Network:
    """A part of 127.0.0.0/8 for one test."""

    def __init__(self) -> None:
        self._prefix = f"127.{random.randint(16, 250)}.{random.randint(1, 254)}"
        self._addresses: dict[str, str] = {}

    def address(self, name: str) -> str:
        """The address of a container, always the same."""
        return self._addresses.setdefault(name, f"{self._prefix}.{len(self._addresses) + 2}")


class Words:
    """What a container's file says, as it is said here.

    ``hosts``: whom it may name, and where that is. ``places``: folders in the container, and what they are here.
    ``address`` is its own: it listens there instead of everywhere, and is itself there instead of at 127.0.0.1.
    """

    def __init__(self, address: str, hosts: Mapping[str, str], places: Mapping[str, Path]) -> None:
        self.address = address
        self.places = dict(places)
        names = "|".join(map(re.escape, sorted(hosts, key=len, reverse=True)))
        self._hosts = dict(hosts)
        self._host = re.compile(rf"(?<![\w.-])({names})(?=[:/]\d)") if hosts else None
        folders = "|".join(map(re.escape, sorted(self.places, key=len, reverse=True)))
        self._folder = re.compile(rf"(?<![\w./-])({folders})(?=[/:;\s'\"]|$)") if places else None

    def here(self, text: str) -> str:
        """The text with the addresses and folders of this machine."""
        text = re.sub(r"(?<![\d.])(0\.0\.0\.0|127\.0\.0\.1|localhost)(?![\d.])", self.address, text)
        # A listener without a host, as Kafka writes it.
        text = re.sub(r"//(?=:\d)", f"//{self.address}", text)
        if self._host:
            text = self._host.sub(lambda found: self._hosts[found[1]], text)
        if self._folder:
            text = self._folder.sub(lambda found: str(self.places[found[1]]), text)
        return text


class NameServer(asyncio.DatagramProtocol):
    """Tells nginx where a container is, as Docker's own name server does: by name, as long as it is there."""

    def __init__(self, network: Network, there: Collection[str]) -> None:
        self._network = network
        self._there = there
        self._transport: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._transport is not None:
            self._transport.close()

    @property
    def address(self) -> str:
        """``host:port``."""
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")
        return f"{host}:{port}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one question for an address (RFC 1035); of a name that is not there, that it does not exist."""
        labels, end = _labels(data, _HEADER)
        question = data[_HEADER : end + 4]
        name = ".".join(labels)
        known = name in self._there and question.endswith(_A_RECORD)
        flags = b"\x81\x80" if known else b"\x81\x83"
        answer = b""
        if known:
            where = socket.inet_aton(self._network.address(name))
            answer = _POINTER_TO_THE_QUESTION + _A_RECORD + (1).to_bytes(4) + len(where).to_bytes(2) + where
        head = data[:2] + flags + b"\x00\x01" + (1 if known else 0).to_bytes(2) + b"\x00" * 4
        assert self._transport is not None
        self._transport.sendto(head + question + answer, addr)


def _labels(data: bytes, position: int) -> tuple[list[str], int]:
    """The labels of the name that begins there, and where it ends."""
    labels = []
    while size := data[position]:
        labels.append(data[position + 1 : position + 1 + size].decode())
        position += 1 + size
    return labels, position + 1
