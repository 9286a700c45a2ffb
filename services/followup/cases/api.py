"""Who asks at the door."""

from libs.common.rules.machine import Actor
from libs.common.web.door import Door


def actor_of(door: Door) -> Actor:
    """The account, and the unit that it acts for."""
    return Actor(door.principal.subject, door.principal.unit_code)
