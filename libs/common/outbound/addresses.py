"""Which addresses may be spoken to: those of the open internet, and the networks that a setting names."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


class AddressRefused(Exception):
    """The address is not one to speak to from here; the message names the host alone."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The open internet, by TLS, and ``networks``, also without: those of a cluster or of a trial on one machine."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Allowed":
        """From networks by comma, such as ``127.0.0.0/8,10.0.0.0/8``. ValueError names the one that is none."""
        return cls(tuple(ip_network(part.strip()) for part in text.split(",") if part.strip()))

    def names(self, address: Address) -> bool:
        """Whether the setting names it: in whatever way it is written, it is where the packets go that counts."""
        return all(any(real in network for network in self.networks) for real in _real(address))

    def allows(self, address: Address) -> bool:
        """Whether it may be spoken to."""
        return self.names(address) or all(_is_open(real) for real in _real(address))


def _real(address: Address) -> Iterator[Address]:
    """Where packets to it go: an IPv6 address may hold one or two of IPv4."""
    held: tuple[Address | None, ...] = ()
    if isinstance(address, IPv6Address):
        nat64 = IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else None
        held = (address.ipv4_mapped, address.sixtofour, nat64, *(address.teredo or ()))
    found = [one for one in held if one is not None]
    yield from found or [address]


def _is_open(address: Address) -> bool:
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    return isinstance(address, IPv4Address) or address in _GLOBAL_UNICAST


async def resolve(host: str, port: int) -> Sequence[Address]:
    """All addresses of a host, as the machine knows them; also of a number in any of the ways it can be written."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # An address of this link alone comes with the interface it stands on.
    return list(dict.fromkeys(ip_address(str(place[0]).partition("%")[0]) for *_, place in found))


async def addresses_of(host: str, port: int, allowed: Allowed, resolving: Resolve, *, secure: bool) -> list[Address]:
    """Where to connect to.

    Raises:
        AddressRefused: one of its addresses may not be spoken to, or not without TLS; a host that has both an open
            and an inner address is not asked for the first.
        OSError: it has none.
    """
    addresses = list(await resolving(host, port))
    for address in addresses:
        if not (allowed.allows(address) if secure else allowed.names(address)):
            raise AddressRefused(f"{host} is not to be reached from here{'' if secure else ' without TLS'}")
    return addresses
