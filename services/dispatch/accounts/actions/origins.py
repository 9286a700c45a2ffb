"""Where a request comes from, as far as it is kept: a network and a kind of device, never an address."""

from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network

_WHOLE_V4, _SHOWN_V4, _WHOLE_V6, _SHOWN_V6 = 32, 24, 64, 48
"""Bits by which one is counted, and bits that are kept."""
_BROWSERS = (
    ("MicroMessenger", "微信 WeChat"), ("DingTalk", "钉钉 DingTalk"), ("Edg", "Edge"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("OpenHarmony", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"),
    ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
_OTHER = "其他 other"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asks: by which address, with what program, and perhaps a mark of a device that signed in before."""

    address: str
    program: str = ""
    mark: str | None = None

    @property
    def counted_as(self) -> str:
        """What tries are counted by: an address, of IPv6 the network that one household gets."""
        return _network(self.address, _WHOLE_V4, _WHOLE_V6)

    @property
    def network(self) -> str:
        """What is kept: with the last parts of the address left out."""
        return _network(self.address, _SHOWN_V4, _SHOWN_V6)

    @property
    def device(self) -> str:
        """What is kept of what the program says of itself."""
        named = [next((name for sign, name in known if sign in self.program), None) for known in (_BROWSERS, _SYSTEMS)]
        return ", ".join(filter(None, named)) or _OTHER


def _network(address: str, bits_v4: int, bits_v6: int) -> str:
    try:
        ip = ip_address(address)
    except ValueError:
        return _OTHER
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    bits = bits_v4 if isinstance(ip, IPv4Address) else bits_v6
    return str(ip_network(f"{ip}/{bits}", strict=False))
