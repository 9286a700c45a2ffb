"""However an address is written, where its packets would go decides whether it is spoken to."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.outbound.addresses import Address, AddressRefused, Allowed, addresses_of, resolve

OPEN = Allowed()
INNER = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24"),
    *("192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"),
]
inner = st.sampled_from(INNER).flatmap(
    lambda text: st.integers(int(IPv4Network(text)[0]), int(IPv4Network(text)[-1])).map(IPv4Address)
)
anything = st.integers(0, 2**32 - 1).map(IPv4Address)


def _as_ipv6(address: IPv4Address) -> list[Address]:
    """All IPv6 addresses whose packets go to one of IPv4."""
    number = int(address)
    return [
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address(int(IPv6Address("64:ff9b::")) | number),
        IPv6Address(int(IPv6Address("2002::")) | number << 80),
        IPv6Address(int(IPv6Address("2001::")) | number << 64 | 0xFFFF_FFFF ^ int(IPv4Address("8.8.8.8"))),
        IPv6Address(int(IPv6Address("2001::")) | int(IPv4Address("8.8.8.8")) << 64 | 0xFFFF_FFFF ^ number),
        IPv6Address(number),
    ]


def _as_text(address: IPv4Address) -> list[str]:
    """All that a system takes for it: decimal, octal, hexadecimal, and with fewer parts."""
    number, parts = int(address), address.packed
    return [
        str(address),
        str(number),
        hex(number),
        f"0{number:o}",
        ".".join(f"0{part:o}" for part in parts),
        ".".join(hex(part) for part in parts),
        f"{parts[0]}.{number & 0xFFFFFF}",
        f"{parts[0]}.0x{parts[1]:x}.{number & 0xFFFF}",
        f"::ffff:{address}",
    ]


@given(inner)
def test_no_inner_address_is_allowed_in_any_dress(address: IPv4Address) -> None:
    for dressed in (address, *_as_ipv6(address)):
        assert not OPEN.allows(dressed), dressed
        assert not OPEN.names(dressed)


@given(anything)
def test_what_is_allowed_is_open_and_nothing_else(address: IPv4Address) -> None:
    inside = any(address in IPv4Network(text) for text in INNER)
    assert not (OPEN.allows(address) and inside)
    assert OPEN.allows(IPv6Address(0xFFFF << 32 | int(address))) == OPEN.allows(address)


@pytest.mark.parametrize("text", ["8.8.8.8", "202.96.128.86", "2400:3200::1", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_the_open_internet_is_allowed(text: str) -> None:
    assert OPEN.allows(ip_address(text))


@pytest.mark.parametrize(
    "text", ["::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "fec0::1", "2001:db8::1", "100::1", "4000::1"]
)
def test_no_inner_address_of_ipv6_is_allowed(text: str) -> None:
    assert not OPEN.allows(ip_address(text))


@given(inner)
def test_a_network_that_is_named_is_allowed_in_every_dress_that_leads_there(address: IPv4Address) -> None:
    named = Allowed.parse(f"{address}/32, fd00::/8")
    mapped, nat64, six_to_four, *_ = _as_ipv6(address)
    assert all(named.names(dressed) for dressed in (address, mapped, nat64, six_to_four))
    assert named.names(ip_address("fd00::1"))


@given(inner)
async def test_however_a_number_is_written_it_is_the_same_machine(address: IPv4Address) -> None:
    for text in _as_text(address):
        try:
            with pytest.raises(AddressRefused):
                await addresses_of(text, 443, OPEN, resolve, secure=True)
        except OSError:
            # This system takes it for no number at all.
            continue


async def test_one_inner_address_among_open_ones_is_enough_to_refuse_a_host() -> None:
    async def both(_host: str, _port: int) -> list[Address]:
        return [ip_address("8.8.8.8"), ip_address("127.0.0.1")]

    with pytest.raises(AddressRefused, match=r"id\.example is not to be reached from here"):
        await addresses_of("id.example", 443, OPEN, both, secure=True)


async def test_without_tls_only_named_networks_are_asked() -> None:
    async def outside(_host: str, _port: int) -> list[Address]:
        return [ip_address("8.8.8.8")]

    with pytest.raises(AddressRefused, match="without TLS"):
        await addresses_of("id.example", 80, OPEN, outside, secure=False)
    assert await addresses_of("id.example", 80, Allowed.parse("8.8.8.0/24"), outside, secure=False)


@pytest.mark.parametrize("text", ["10.0.0.0", "10.0.0.0/8,", "::1/128", ""])
def test_networks_are_read(text: str) -> None:
    assert len(Allowed.parse(text).networks) == len(text.strip(",").split(",")) * bool(text)


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0.1/8", "id.example", "*"])
def test_what_is_no_network_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=text.replace("*", r"\*")):
        Allowed.parse(text)
