"""An answer to an order from above as its page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.followup.upper_orders.schemas import UpperOrderOut

_TEXTS = ("findings", "measures", "opinion")
_MOMENT = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class PrintedReply:
    """What stands on the page, by the names of ``labels``."""

    about: Mapping[str, str]
    texts: Mapping[str, str]
    evidence: Sequence[str]
    signed: Mapping[str, str]
    approved: bool


def printed(order: UpperOrderOut, zone: ZoneInfo) -> PrintedReply:
    """The page's content, with times as clocks of the place show them."""
    about = {name: getattr(order, name) for name in ("body", "number", "case_no", "title")}
    about |= {"due": _at(order.due_at, zone), "state": order.state_zh}
    signed = {
        "written": _by(order.written_by, order.written_at, zone),
        "decided": _by(order.decided_by, order.decided_at, zone),
        "sent": f"{_by(order.sent_by, order.sent_at, zone)} {order.how or ''}".strip(),
    }
    texts = {name: getattr(order, name) or "" for name in _TEXTS}
    return PrintedReply(about, texts, order.evidence, signed, order.state in ("approved", "sent"))


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return "—" if moment is None else moment.astimezone(zone).strftime(_MOMENT)


def _by(account: str | None, moment: datetime | None, zone: ZoneInfo) -> str:
    return "—" if account is None else f"{account} {_at(moment, zone)}"
