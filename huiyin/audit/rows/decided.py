"""The clocks of what units ask for (审核时限): what starts and stops them."""

from typing import Any

from huiyin.audit.rows.clocks import Clocks
from libs.common.events import accepting, asking, cases
from libs.common.events.asking_terms import request_name
from libs.common.events.deadlines import ended_by
from libs.common.events.terms import Deadline

_ASKS: tuple[type[Any], ...] = (cases.ReturnRequested, accepting.NonacceptanceRequested, asking.RequestMade)


def tell_request(clocks: Clocks, event: Any, *, in_hand: bool) -> None:
    """What is asked for starts a clock where the case is handled then and its pack has a limit; what ends it stops it.

    It is told before the event has its own effect.
    """
    if Deadline.DECISION in ended_by(event):
        clocks.stop_decisions(event.round)
    if isinstance(event, _ASKS) and in_hand and event.request is not None:
        clocks.start_about(request_name(event.request))
